// SPDX-License-Identifier: BSL-1.0
#include "auth/credential_chain.hpp"

#include <atomic>
#include <cstddef>
#include <string>
#include <utility>

namespace oms::auth {

namespace {

class chain final : public credentials_provider, public std::enable_shared_from_this<chain> {
public:
    explicit chain(std::vector<std::shared_ptr<credentials_provider>> links) : links_(std::move(links)) {}

    void async_get(credential_request request, credential_handler handler) override {
        std::size_t const known = chosen_;
        if (known < links_.size()) return links_[known]->async_get(std::move(request), std::move(handler));
        auto const s = std::make_shared<search>();
        s->request = std::move(request);
        s->handler = std::move(handler);
        next(s);
    }

    void invalidate(credential const& rejected) noexcept override {
        std::size_t const known = chosen_;
        if (known < links_.size()) links_[known]->invalidate(rejected);
    }

    std::string label() const override {
        std::size_t const known = chosen_;
        return known < links_.size() ? links_[known]->label() : "default chain";
    }

private:
    struct search {
        credential_request request;
        credential_handler handler;
        std::size_t at = 0;
        std::string lacks;
    };

    void next(std::shared_ptr<search> const& s) {
        if (s->at == links_.size()) return s->handler.fail(errc::credentials_unavailable, std::move(s->lacks));
        links_[s->at]->async_get(s->request,
                                 credential_handler([self = shared_from_this(), s](error_code code, credential value,
                                                                                   std::string const& reason) {
                                     self->answered(s, code, std::move(value), reason);
                                 }));
    }

    void answered(std::shared_ptr<search> const& s, error_code code, credential value, std::string const& reason) {
        if (!code) {
            std::size_t none = nobody;
            chosen_.compare_exchange_strong(none, s->at);
            return s->handler({}, std::move(value));
        }
        if (code == errc::cancelled || code == errc::shut_down) return s->handler(code, {});
        if (!s->lacks.empty()) s->lacks += "; ";
        s->lacks += links_[s->at]->label() + ": " + (reason.empty() ? code.message() : reason);
        ++s->at;
        next(s);
    }

    static constexpr std::size_t nobody = static_cast<std::size_t>(-1);

    std::vector<std::shared_ptr<credentials_provider>> const links_;
    std::atomic<std::size_t> chosen_{nobody};
};

}  // namespace

std::shared_ptr<credentials_provider> make_chain(std::vector<std::shared_ptr<credentials_provider>> links) {
    return std::make_shared<chain>(std::move(links));
}

}  // namespace oms::auth
