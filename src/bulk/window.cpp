// SPDX-License-Identifier: BSL-1.0
#include "bulk/window.hpp"

#include <boost/assert.hpp>

#include <algorithm>

namespace oms::bulk {

window::window(window_limits limits)
    : limits_(std::move(limits)), turns_(limits_.max_in_flight_per_project), pace_(limits_.rate, false) {}

window::~window() {
    while (abandon(true)) {
    }
    while (!in_flight_.empty())
        take_out(in_flight_.front());
}

std::string const& window::region_of(task_ref const& task) const noexcept {
    return task.region.empty() ? limits_.own_region : task.region;
}

window::lane& window::lane_of(task_ref const& task) {
    std::string const& in = region_of(task);
    if (last_ != nullptr && *last_->name == task.project_id && *last_->to.name == in) return *last_;
    lane_view const wanted{in, task.project_id};
    auto at = lanes_.find(wanted);
    if (at == lanes_.end()) {
        auto const to = regions_.try_emplace(in).first;
        to->second.name = &to->first;
        at = lanes_.try_emplace(lane_name{in, task.project_id}, to->second, limits_.rate_per_project).first;
        at->second.name = &at->first.project;
        try {
            turns_.admit(at->second);
        } catch (...) {
            lanes_.erase(at);
            throw;
        }
    }
    last_ = &at->second;
    return *last_;
}

// The lane stays where it was closed, so that what comes later finds it so.
void window::forget_if_done(lane& l) noexcept {
    if (l.pending > 0 || l.closed != errc{}) return;
    if (last_ == &l) last_ = nullptr;
    turns_.forget(l);
    lanes_.erase(lanes_.find(lane_view{*l.to.name, *l.name}));
}

window::credential_key const& window::credential_of(job const& j) const noexcept {
    lane const& l = *j.of_;
    return l.credential || !limits_.one_credential ? l.credential : l.to.credential;
}

std::size_t window::half() const noexcept {
    return std::max<std::size_t>(1, limits_.look_ahead / 2);
}

// While nothing but dead endpoints is known, their tasks wait for them, and
// the source does; else what goes beyond the half would keep others out.
bool window::room_beside_the_dead() const noexcept {
    bool full = false;
    for (auto const& [name, r] : regions_) {
        if (r.closed != errc{}) continue;
        if (!r.down()) return true;
        full = full || r.waiting >= half();
    }
    return !full;
}

void window::push(std::unique_ptr<job>&& j) {
    lane& l = lane_of(j->task);
    if (j->deadline != time_point::max()) {
        try {
            times_.admit(*j);
        } catch (...) {
            forget_if_done(l);
            throw;
        }
        times_.set(*j, j->deadline);
    }
    j->of_ = &l;
    ++l.pending;
    bool const others = down_ > 0 && std::any_of(regions_.begin(), regions_.end(), [](auto const& each) {
                            return !each.second.down() && each.second.closed == errc{};
                        });
    if (others && l.to.down() && l.to.waiting >= half()) return give_up(std::move(j), errc::unavailable);
    wait(std::move(j), false);
}

void window::wait(std::unique_ptr<job> j, bool first) noexcept {
    lane& l = *j->of_;
    if (errc const closed = l.to.closed != errc{} ? l.to.closed : l.closed; closed != errc{}) {
        return give_up(std::move(j), closed);
    }
    ++l.to.waiting;
    j->state_ = job::state::waiting;
    job& waits = *j.release();
    if (first) {
        turns_.push_front(l, waits);
    } else {
        turns_.push_back(l, waits);
    }
}

void window::leave_lane(job& j) noexcept {
    turns_.remove(*j.of_, j);
    --j.of_->to.waiting;
    j.state_ = job::state::nowhere;
}

void window::advance(time_point now) noexcept {
    while (auto* const t = times_.pop(now))
        expire(static_cast<job&>(*t), now);
    turns_.wake_due(now);
    if (now >= first_released_) {
        first_released_ = time_point::max();
        std::erase_if(held_credentials_, [now](auto const& each) { return each.second.until <= now; });
        for (auto const& [key, held] : held_credentials_)
            first_released_ = std::min(first_released_, held.until);
    }
    if (down_ == 0) return;
    for (auto& [name, r] : regions_) {
        bool const over = r.closed == errc{} && r.down() && now - r.down_since >= limits_.outage_patience;
        if (over) close(r, errc::unavailable);
    }
}

void window::expire(job& j, time_point now) noexcept {
    if (j.state_ == job::state::later) {
        later_.erase(later_.iterator_to(j));
    } else {
        leave_lane(j);
    }
    std::unique_ptr<job> owned(&j);
    if (j.deadline <= now) return give_up(std::move(owned), errc{});
    times_.set(j, j.deadline);
    wait(std::move(owned), true);
}

// Whether something keeps the lane from its turn.
bool window::keep(lane& l, time_point now) noexcept {
    if (l.to.probe != nullptr) {
        l.to.parked.push_back(l);
        turns_.park(l);
        return true;
    }
    time_point until = std::max(l.to.throttled_until, l.limiter.next(now));
    if (!held_credentials_.empty()) {
        auto const held = held_credentials_.find(credential_of(l.front()).get());
        if (held != held_credentials_.end()) until = std::max(until, held->second.until);
    }
    if (until <= now) return false;
    turns_.sleep(l, until);
    return true;
}

job const* window::next(time_point now) noexcept {
    if (in_flight_.size() >= limits_.max_in_flight || pace_.next(now) > now) return nullptr;
    while (turns_.ready()) {
        lane& l = turns_.front();
        if (!keep(l, now)) return &l.front();
    }
    return nullptr;
}

job& window::start(time_point now) {
    times_.reserve(in_flight_.size() + 1);  // each may wait for a time when it comes back
    job& j = turns_.pop();
    lane& l = *j.of_;
    --l.to.waiting;
    if (l.to.down()) l.to.probe = &j;
    times_.remove(j);
    in_flight_.push_back(j);
    j.state_ = job::state::in_flight;
    j.begun_ = true;
    pace_.take(now);
    l.limiter.take(now);
    turns_.begun(l);
    return j;
}

void window::hold(job const& j, scope what, time_point until) {
    lane& l = *j.of_;
    if (what == scope::address) {
        l.to.throttled_until = std::max(l.to.throttled_until, until);
        return;
    }
    credential_key const& key = credential_of(j);
    if (what == scope::unnamed || !key) return turns_.sleep(l, until);
    held_credential& held = held_credentials_[key.get()];
    held.key = key;
    held.until = std::max(held.until, until);
    first_released_ = std::min(first_released_, held.until);
}

void window::learn(job& j, credential_key credential, bool answered) noexcept {
    BOOST_ASSERT(j.state_ == job::state::in_flight);
    lane& l = *j.of_;
    region& r = l.to;
    if (answered && r.down()) {
        if (r.closed == errc{}) --down_;
        r.down_since = time_point::max();
        end_probe(r);
    }
    if (!credential) return;
    r.credential = credential;
    if (!limits_.one_credential) l.credential = std::move(credential);
}

// Those that waited for what becomes of it take part again.
void window::end_probe(region& r) noexcept {
    r.probe = nullptr;
    while (!r.parked.empty()) {
        lane& l = r.parked.front();
        r.parked.pop_front();
        turns_.unpark(l);
    }
}

void window::unreachable(job const& j, time_point now) noexcept {
    region& r = j.of_->to;
    if (r.down()) return;
    r.down_since = now;
    if (r.closed == errc{}) ++down_;
}

void window::close(job const& j, errc why) noexcept {
    region& r = j.of_->to;
    if (r.closed == errc{}) close(r, why);
}

void window::close(region& r, errc why) noexcept {
    if (r.down()) --down_;
    r.closed = why;
    for (auto at = lanes_.begin(); at != lanes_.end();) {
        lane& l = (at++)->second;
        if (&l.to == &r) give_up_waiting(l, why);
    }
}

void window::close_project(job const& j, errc why) noexcept {
    lane& l = *j.of_;
    if (l.closed != errc{}) return;
    l.closed = why;
    give_up_waiting(l, why);
}

void window::give_up_waiting(lane& l, errc why) noexcept {
    while (!l.empty()) {
        job& j = l.front();
        leave_lane(j);
        bool const last = l.pending == 1;
        give_up(std::unique_ptr<job>(&j), why);
        if (last) return;  // and the lane is gone, unless it was closed
    }
}

// It is no longer in flight.
void window::land(job& j) noexcept {
    BOOST_ASSERT(j.state_ == job::state::in_flight);
    in_flight_.erase(in_flight_.iterator_to(j));
    region& r = j.of_->to;
    if (r.probe == &j) end_probe(r);
    turns_.ended(*j.of_);
}

void window::put_back(job& j, time_point when) noexcept {
    land(j);
    std::unique_ptr<job> owned(&j);
    bool const later = when != time_point{};
    time_point const first = later ? std::min(when, j.deadline) : j.deadline;
    if (first != time_point::max()) {
        times_.admit(j);
        times_.set(j, first);
    }
    if (!later) return wait(std::move(owned), true);
    j.state_ = job::state::later;
    later_.push_back(*owned.release());
}

std::unique_ptr<job> window::take_out(job& j) noexcept {
    land(j);
    return detach(j);
}

// Takes one out of the books; it has left wherever it was.
std::unique_ptr<job> window::detach(job& j) noexcept {
    times_.remove(j);
    j.state_ = job::state::nowhere;
    lane& l = *std::exchange(j.of_, nullptr);
    --l.pending;
    forget_if_done(l);
    return std::unique_ptr<job>(&j);
}

bool window::all_closed(errc why) const noexcept {
    return !regions_.empty() &&
           std::all_of(regions_.begin(), regions_.end(), [why](auto const& each) { return each.second.closed == why; });
}

void window::give_up(std::unique_ptr<job> j, errc why) noexcept {
    auto owned = detach(*j.release());
    owned->state_ = job::state::given_up;
    owned->why_ = why;
    ++given_up_size_;
    given_up_.push(std::move(owned));
}

std::unique_ptr<job> window::give_up() noexcept {
    if (given_up_.empty()) return nullptr;
    --given_up_size_;
    return given_up_.pop();
}

std::unique_ptr<job> window::abandon(bool follow_ups_too) noexcept {
    auto const wanted = [&](job const& j) { return follow_ups_too || !j.follow_up; };
    for (std::size_t left = given_up_size_; left > 0; --left) {
        auto first = given_up_.pop();
        if (wanted(*first)) {
            --given_up_size_;
            return first;
        }
        given_up_.push(std::move(first));
    }
    for (job& j : later_) {
        if (!wanted(j)) continue;
        later_.erase(later_.iterator_to(j));
        return detach(j);
    }
    for (auto& [name, l] : lanes_) {
        if (l.empty()) continue;
        // Follow-ups come first in their lane, so that few are passed over.
        job* found = nullptr;
        l.for_each([&](job& j) {
            if (found == nullptr && wanted(j)) found = &j;
        });
        if (found == nullptr) continue;
        leave_lane(*found);
        return detach(*found);
    }
    return nullptr;
}

time_point window::wake(time_point now) const noexcept {
    if (!given_up_.empty()) return now;
    time_point first = times_.empty() ? time_point::max() : times_.next();
    if (in_flight_.size() < limits_.max_in_flight) {
        // What became ready since the last look at it is due at once.
        first = std::min(first, turns_.ready() ? pace_.next(now) : turns_.wakes());
    }
    if (down_ == 0) return first;
    for (auto const& [name, r] : regions_) {
        if (r.closed == errc{} && r.down())
            first = std::min(first, policy::later(r.down_since, limits_.outage_patience));
    }
    return first;
}

}  // namespace oms::bulk
