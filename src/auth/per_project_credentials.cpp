// SPDX-License-Identifier: BSL-1.0
#include <oms/config.hpp>
#include <oms/credentials.hpp>

#include <mutex>
#include <set>
#include <utility>

namespace oms {

namespace {

using provider_ptr = std::shared_ptr<credentials_provider>;
using chooser = std::function<provider_ptr(std::string const& project_id)>;

class per_project final : public credentials_provider {
public:
    per_project(chooser choose, provider_ptr fallback) : choose_(std::move(choose)), fallback_(std::move(fallback)) {}

    void async_get(credential_request request, credential_handler handler) override {
        provider_ptr chosen = choose_(request.project_id);
        if (!chosen) chosen = fallback_;
        if (!chosen) return handler(errc::credentials_unavailable, {});
        {
            std::lock_guard const lock(mutex_);
            if (chosen_.size() >= sweep_at_) {
                std::erase_if(chosen_, [](auto const& each) { return each.expired(); });
                sweep_at_ = 2 * chosen_.size() + 16;
            }
            chosen_.insert(chosen);
        }
        chosen->async_get(std::move(request), std::move(handler));
    }

    // A value does not tell whose it is; each provider knows its own.
    void invalidate(credential const& rejected) noexcept override {
        decltype(chosen_) all;
        try {
            std::lock_guard const lock(mutex_);
            all = chosen_;
        } catch (...) {  // no memory: the same value comes again, and is not sent
        }
        for (auto const& each : all) {
            if (auto const provider = each.lock()) provider->invalidate(rejected);
        }
    }

    std::string label() const override { return "credentials per project"; }

private:
    chooser const choose_;
    provider_ptr const fallback_;
    std::mutex mutex_;
    std::set<std::weak_ptr<credentials_provider>, std::owner_less<>> chosen_;
    std::size_t sweep_at_ = 16;
};

}  // namespace

std::shared_ptr<credentials_provider> per_project_credentials(
    std::map<std::string, provider_ptr, std::less<>> by_project, provider_ptr fallback) {
    auto choose = [by_project = std::move(by_project)](std::string const& project_id) {
        auto const found = by_project.find(project_id);
        return found == by_project.end() ? nullptr : found->second;
    };
    return std::make_shared<per_project>(std::move(choose), std::move(fallback));
}

std::shared_ptr<credentials_provider> per_project_credentials(chooser by_project, provider_ptr fallback) {
    if (!by_project) throw config_error("per_project_credentials::by_project", "is empty");
    return std::make_shared<per_project>(std::move(by_project), std::move(fallback));
}

}  // namespace oms
