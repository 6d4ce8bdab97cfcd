// SPDX-License-Identifier: BSL-1.0
#include "client/effects.hpp"

#include "client/client_core.hpp"

#include <atomic>
#include <utility>

namespace oms::detail {

credential_request effects::request_of(call const& first) {
    credential_request request;
    request.project_id = first.task.project_id;
    request.region = first.task.region;
    return request;
}

namespace {

// How a question ends while `async_get` runs: only afterwards is it known
// whether a dropped handler was dropped, or lost to an exception.
struct question {
    std::atomic<bool> asking{true};
    std::atomic<bool> dropped{false};
};

void ask_one(client_core& core, auth::source_ptr const& from, std::string project, credential_request request) {
    auto const q = std::make_shared<question>();
    // Weak, as a provider that keeps its handler would else keep itself.
    credential_handler answer(
        [q, weak = core.weak_from_this(), weak_from = std::weak_ptr(from), project](error_code code, credential value) {
            if (code == errc::credentials_dropped && q->asking) {
                q->dropped = true;
                return;
            }
            auto const to = weak.lock();
            auto const source = weak_from.lock();
            if (to && source) to->on_credential(source, project, code, std::move(value));
        });
    error_code lost = errc::credentials_dropped;
    try {
        from->provider->async_get(std::move(request), std::move(answer));
    } catch (...) {
        lost = errc::credentials_unavailable;
    }
    q->asking = false;
    if (q->dropped) core.on_credential(from, project, lost, {});
}

}  // namespace

void effects::run() {
    for (auto const& event : events_)
        event(*core_.watcher());
    for (auto const& each : starts_) {
        if (!each->start()) core_.on_not_started(*each, completion::later);
    }
    for (auto const& each : dials_) {
        core_.on_dial_started(each.id, core_.dialer().start(each.id, each.target, core_.shared_from_this()));
    }
    for (auto const& each : rejected_)
        each.from->provider->invalidate(each.held->value);
    for (auto& each : asks_) {
        auto const from = each.from;
        std::string project = each.request.project_id;
        ask_one(core_, from, std::move(project), std::move(each.request));
    }
    for (auto const& each : abandoned_)
        each->abandon();
    for (auto const& each : closes_)
        each->close();
    for (auto const& each : verdicts_)
        each();
    // Only the very last may run inside: what it throws must not cost the others their turn.
    for (std::size_t i = 0; i < done_.size(); ++i) {
        bool const last = i + 1 == done_.size() && last_.empty();
        core_.deliver(std::move(done_[i]), when_ == completion::inside && last);
    }
    for (auto const& each : last_)
        each();
}

}  // namespace oms::detail
