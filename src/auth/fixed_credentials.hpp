// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_AUTH_FIXED_CREDENTIALS_HPP
#define OMS_AUTH_FIXED_CREDENTIALS_HPP

#include <oms/credentials.hpp>

#include <string>
#include <utility>

namespace oms::auth {

/// One credential that never changes. Known to the client, which needs no
/// request, and no cache of its own for each project, to have it.
class fixed_credentials final : public credentials_provider {
public:
    fixed_credentials(credential value, std::string label) : value_(std::move(value)), label_(std::move(label)) {}

    credential const& value() const noexcept { return value_; }

    void async_get(credential_request, credential_handler handler) override { handler({}, value_); }
    std::string label() const override { return label_; }

private:
    credential const value_;
    std::string const label_;
};

}  // namespace oms::auth

#endif
