// SPDX-License-Identifier: BSL-1.0
// What the client does for bulk operations: wakes them, ends them, and tells what would pace their calls.
#include "client/client_core.hpp"
#include "policy/durations.hpp"

#include <optional>
#include <utility>

namespace oms::detail {

void client_core::enlist(std::shared_ptr<bulk_operation> const& bulk) {
    lock const held(engine_.mutex());
    if (!engine_.ending.abandoned()) engine_.bulks.add(bulk, engine_.next_id());
}

void client_core::leave(bulk_operation& bulk) noexcept {
    auto const in = enter();
    completion_chain idle;
    {
        lock const held(engine_.mutex());
        if (engine_.ending.abandoned()) return;
        engine_.bulks.remove(bulk);
        if (in) idle.append(engine_.idle());
    }
    while (auto wait = idle.pop())
        deliver(std::move(wait), false);
}

void client_core::tell_time(bulk_operation& bulk) noexcept {
    {
        lock const held(engine_.mutex());
        bulk.told_soon = false;
    }
    bulk.on_time();
}

void client_core::wake_bulk(bulk_operation& bulk, time_point when) noexcept {
    auto const in = enter();
    lock const held(engine_.mutex());
    if (engine_.ending.abandoned()) return;
    engine_.bulks.wake(bulk, when);
    if (in) engine_.arm();
}

void client_core::wake_bulk_soon(bulk_operation& bulk) noexcept {
    wake_bulk(bulk, later(now(), durations::tried_again_after));
}

// Those that are there now, one by one and with no lock held: a list of them would take memory.
void client_core::stop_bulks(errc why, std::optional<std::string_view> tag) noexcept {
    std::uint64_t last = 0;
    std::uint64_t until = 0;
    for (;;) {
        std::shared_ptr<bulk_operation> bulk;
        {
            lock const held(engine_.mutex());
            if (engine_.ending.abandoned()) return;
            if (until == 0) until = engine_.next_id();
            bulk = engine_.bulks.after(last);
        }
        if (!bulk || last > until) return;
        if (!tag || bulk->tag() == *tag) bulk->stop(why);
    }
}

std::optional<pace> client_core::pace_of(task_ref const& task, auth::credential_guard const* guard) const {
    if (!engine_.paced()) return std::nullopt;
    lock const held(engine_.mutex());
    if (engine_.ending.abandoned()) return std::nullopt;
    endpoint const* const e = engine_.endpoints.find(oms::call::service::oms, task.region);
    if (e == nullptr) return std::nullopt;
    time_point const at = now();
    auto const paced = [at](policy::throttle_scope scope, policy::rate_limiter const& by) -> std::optional<pace> {
        time_point const next = by.next(at);
        if (next <= at) return std::nullopt;
        return pace{scope, next, by};
    };
    if (auto const p = paced(policy::throttle_scope::address, e->limiter)) return p;
    if (guard != nullptr) {
        if (auto const p = paced(policy::throttle_scope::user, guard->limiter)) return p;
    }
    auto const own = e->projects().find(task.project_id);
    if (own == e->projects().end()) return std::nullopt;
    return paced(policy::throttle_scope::unnamed, own->second->limiter);
}

void client_core::tell_pace(pace const& p, time_point now) const {
    if (observer* const o = watcher()) o->on_throttle(event_of(p, now));
}

bool client_core::one_credential(call_options const& options) const {
    if (!options.credentials) return engine_.credentials.own().fixed != nullptr;
    return false;  // it is learnt, project by project
}

}  // namespace oms::detail
