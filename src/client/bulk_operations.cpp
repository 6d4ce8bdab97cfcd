// SPDX-License-Identifier: BSL-1.0
// What the client does for bulk operations: wakes them, ends them, and tells what would pace their calls.
#include "client/client_core.hpp"

#include "policy/durations.hpp"

#include <optional>
#include <utility>

namespace oms::detail {

void client_core::enlist(std::shared_ptr<bulk_operation> const& bulk) {
    lock const held(mutex_);
    if (state_ == state::abandoned) return;
    std::erase_if(bulks_, [](auto const& each) { return each.bulk.expired(); });
    times_.reserve();
    bulks_.push_back({next_id_++, bulk});
    times_.admit(*bulk);
}

void client_core::leave(bulk_operation& bulk) noexcept {
    lock const held(mutex_);
    if (state_ != state::abandoned) times_.remove(bulk);
}

void client_core::tell_time(bulk_operation& bulk) noexcept {
    {
        lock const held(mutex_);
        bulk.told_soon = false;
    }
    bulk.on_time();
}

void client_core::wake_bulk(bulk_operation& bulk, time_point when) noexcept {
    auto const in = enter();
    lock const held(mutex_);
    if (state_ == state::abandoned || bulk.at == timed::nowhere) return;
    times_.set(bulk, when);
    if (in) arm(held);
}

void client_core::wake_bulk_soon(bulk_operation& bulk) noexcept {
    auto const in = enter();
    lock const held(mutex_);
    if (state_ == state::abandoned || bulk.at == timed::nowhere) return;
    times_.set(bulk, later(time_->now(), durations::tried_again_after));
    if (in) arm(held);
}

// The first one behind it; they are kept in order. To be let go of without the lock.
std::shared_ptr<bulk_operation> client_core::bulk_after(lock const&, std::uint64_t& number) const noexcept {
    for (auto const& each : bulks_) {
        if (each.number <= number) continue;
        number = each.number;
        if (auto bulk = each.bulk.lock()) return bulk;
    }
    return nullptr;
}

// Those that are there now, one by one and with no lock held: a list of them would take memory.
void client_core::stop_bulks(errc why) noexcept {
    std::uint64_t last = 0;
    std::uint64_t until = 0;
    for (;;) {
        std::shared_ptr<bulk_operation> bulk;
        {
            lock const held(mutex_);
            if (state_ == state::abandoned) return;
            if (until == 0) until = next_id_++;
            bulk = bulk_after(held, last);
        }
        if (!bulk || last > until) return;
        bulk->stop(why);
    }
}

std::optional<client_core::pace> client_core::pace_of(task_ref const& task, auth::credential_guard const* guard) const {
    if (!paced_.load(std::memory_order_relaxed)) return std::nullopt;  // nearly always
    lock const held(mutex_);
    if (state_ == state::abandoned) return std::nullopt;
    auto const known = endpoints_.find(
        endpoint_key{oms::call::service::oms, task.region.empty() ? settings_.config.region : task.region});
    if (known == endpoints_.end()) return std::nullopt;
    endpoint const& e = *known->second;
    time_point const now = time_->now();
    auto const paced = [now](policy::throttle_scope scope, policy::rate_limiter const& by) -> std::optional<pace> {
        time_point const next = by.next(now);
        if (next <= now) return std::nullopt;
        return pace{scope, next, by.rate(), by.learnt()};
    };
    if (auto const p = paced(policy::throttle_scope::address, e.limiter)) return p;
    if (guard != nullptr) {
        if (auto const p = paced(policy::throttle_scope::user, guard->limiter)) return p;
    }
    auto const own = e.projects.find(task.project_id);
    if (own == e.projects.end()) return std::nullopt;
    return paced(policy::throttle_scope::unnamed, own->second->limiter);
}

bool client_core::one_credential(call_options const& options) const {
    if (!options.credentials) return source_->fixed != nullptr;
    return false;  // it is learnt, project by project
}

}  // namespace oms::detail
