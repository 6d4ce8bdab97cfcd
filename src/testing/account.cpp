// SPDX-License-Identifier: BSL-1.0
#include "testing/account.hpp"

#include <utility>

namespace oms::testing {

namespace {

class account final : public credentials_provider {
public:
    explicit account(std::shared_ptr<token_office> tokens) : tokens_(std::move(tokens)) {}

    void async_get(credential_request request, credential_handler handler) override {
        handler({}, credential::from_token(tokens_->current(request.project_id)));
    }
    std::string label() const override { return "simulator"; }

private:
    std::shared_ptr<token_office> const tokens_;
};

}  // namespace

std::shared_ptr<credentials_provider> account_of(std::shared_ptr<token_office> tokens) {
    return std::make_shared<account>(std::move(tokens));
}

}  // namespace oms::testing
