// SPDX-License-Identifier: BSL-1.0
#include "bulk/scheduler.hpp"

#include <algorithm>

namespace oms::bulk {

scheduler::scheduler(scheduler_limits limits) : limits_(std::move(limits)), pace_(limits_.rate, false) {}

scheduler::~scheduler() {
    while (abandon(true)) {
    }
}

std::string const& scheduler::region_of(task_ref const& task) const noexcept {
    return task.region.empty() ? limits_.own_region : task.region;
}

scheduler::place& scheduler::place_of(task_ref const& task) {
    return places_[region_of(task)];
}

scheduler::lane& scheduler::lane_of(task_ref const& task) {
    lane_name name{region_of(task), task.project_id};
    auto const [at, made] = lanes_.try_emplace(std::move(name), place_of(task), limits_.rate_per_project);
    if (made) at->second.name = &at->first;
    return at->second;
}

// Of a task that is in flight.
scheduler::lane& scheduler::known_lane_of(task_ref const& task) noexcept {
    return lanes_.find(lane_view{region_of(task), task.project_id})->second;
}

scheduler::credential_key const& scheduler::credential_of(lane const& l) const noexcept {
    return l.credential || !limits_.one_credential ? l.credential : l.to.credential;
}

std::size_t scheduler::half() const noexcept {
    return std::max<std::size_t>(1, limits_.look_ahead / 2);
}

// While nothing but dead endpoints is known, their tasks wait for them, and
// the source does; else what goes beyond the half would keep others out.
bool scheduler::room() const noexcept {
    if (waiting() >= limits_.look_ahead) return false;
    bool full = false;
    for (auto const& [name, p] : places_) {
        if (p.closed != errc{}) continue;
        if (!p.down_since) return true;
        full = full || p.waiting >= half();
    }
    return !full;
}

void scheduler::push(task_ref&& task, time_point deadline) {
    auto made = std::make_unique<item>(job());
    lane& l = lane_of(task);
    if (deadline != time_point::max()) deadlines_.emplace(deadline, made.get());
    made->what.task = std::move(task);
    made->what.deadline = deadline;
    made->of = &l;
    ++l.pending;
    bool const others = std::any_of(places_.begin(), places_.end(), [](auto const& each) {
        return !each.second.down_since && each.second.closed == errc{};
    });
    if (l.to.down_since && l.to.waiting >= half() && others) {
        give_up(std::move(made), errc::unavailable);
        return forget_if_done(l);
    }
    enqueue(std::move(made), false);
}

void scheduler::push_again(job&& j, time_point when) {
    auto made = std::make_unique<item>(job());
    lane& l = lane_of(j.task);
    made->of = &l;
    bool const ends = j.deadline != time_point::max();
    auto const end = ends ? deadlines_.emplace(j.deadline, made.get()).first : deadlines_.end();
    if (when != time_point{}) {
        try {
            later_.emplace(when, made.get());
        } catch (...) {
            if (ends) deadlines_.erase(end);
            throw;
        }
        made->due = when;
    }
    made->what = std::move(j);
    ++l.pending;
    if (when == time_point{}) return enqueue(std::move(made), true);
    made.release();  // `later_` has it
}

void scheduler::enqueue(std::unique_ptr<item> i, bool first) noexcept {
    lane& l = *i->of;
    if (errc const closed = l.to.closed != errc{} ? l.to.closed : l.closed; closed != errc{}) {
        give_up(std::move(i), closed);
        return forget_if_done(l);
    }
    ++l.to.waiting;
    item& waits = *i.release();
    if (first) {
        queue_.push_front(l, waits);
    } else {
        queue_.push_back(l, waits);
    }
}

// What is due by now: lanes and items that slept, holds, and the end of patience.
void scheduler::heed(time_point now) {
    while (!sleeping_.empty() && sleeping_.begin()->first <= now)
        wake_up(*sleeping_.begin()->second);
    while (!held_.empty() && held_.begin()->first <= now) {
        hold& h = *held_.begin()->second;
        held_.erase(held_.begin());
        h.until = {};
        release(h);
        std::erase_if(credentials_, [&](auto const& each) { return &each.second == &h; });
    }
    while (!later_.empty() && later_.begin()->first <= now) {
        std::unique_ptr<item> i(later_.begin()->second);
        later_.erase(later_.begin());
        i->due.reset();
        enqueue(std::move(i), true);
    }
    for (auto& [name, p] : places_) {
        if (p.closed == errc{} && p.down_since && now - *p.down_since >= limits_.outage_patience) {
            close(p, errc::unavailable);
        }
    }
}

std::optional<scheduler::candidate> scheduler::next(time_point now) {
    heed(now);
    if (in_flight_ >= limits_.max_in_flight || pace_.next(now) > now) return std::nullopt;
    while (queue_.ready()) {
        lane& l = queue_.front();
        if (l.to.until > now || (l.to.down_since && l.to.probe)) {
            park(l, l.to);
            continue;
        }
        auto const held = credentials_.find(credential_of(l).get());
        if (held != credentials_.end()) {
            park(l, held->second);
            continue;
        }
        if (time_point const paced = l.limiter.next(now); paced > now) {
            sleep(l, paced);
            continue;
        }
        return candidate{&l.front().what.task, credential_of(l), l.front().what.with != nullptr};
    }
    return std::nullopt;
}

job scheduler::start(time_point now) {
    lane& l = queue_.front();
    if (l.to.down_since) l.to.probe = l.front().what.task;
    item& first = queue_.pop();
    --l.to.waiting;
    job j = detach(first);
    pace_.take(now);
    l.limiter.take(now);
    ++in_flight_;
    ++l.in_flight;
    ++l.pending;
    update(l);
    return j;
}

void scheduler::put_off(scope what, time_point until) {
    hold_for(queue_.front(), what, until);
}

void scheduler::ended(task_ref const& task, credential_key credential, bool answered) noexcept {
    lane& l = known_lane_of(task);
    --in_flight_;
    --l.in_flight;
    --l.pending;
    if (l.to.probe && *l.to.probe == task) {
        l.to.probe.reset();
        if (l.to.until == time_point{}) release(l.to);
    }
    if (answered && l.to.down_since) {
        l.to.down_since.reset();
        if (l.to.until == time_point{}) release(l.to);
    }
    if (credential) {
        l.to.credential = credential;
        if (!limits_.one_credential) l.credential = std::move(credential);
    }
    update(l);
    forget_if_done(l);
}

void scheduler::throttled(task_ref const& task, scope what, time_point until) {
    hold_for(lane_of(task), what, until);
}

void scheduler::unreachable(task_ref const& task, time_point now) {
    place& p = place_of(task);
    if (!p.down_since) p.down_since = now;
}

void scheduler::close(task_ref const& task, errc why) {
    place& p = place_of(task);
    if (p.closed == errc{}) close(p, why);
}

void scheduler::close(place& p, errc why) {
    p.closed = why;
    for (auto at = lanes_.begin(); at != lanes_.end();) {
        lane& l = (at++)->second;
        if (&l.to != &p) continue;
        give_up_waiting(l, why);
        forget_if_done(l);
    }
}

// The lane stays, so that what comes later finds it closed.
void scheduler::close_project(task_ref const& task, errc why) {
    lane& l = lane_of(task);
    if (l.closed != errc{}) return;
    l.closed = why;
    give_up_waiting(l, why);
}

void scheduler::give_up_waiting(lane& l, errc why) {
    while (!l.empty()) {
        item& i = l.front();
        queue_.remove(l, i);
        --l.to.waiting;
        give_up(std::unique_ptr<item>(&i), why);
    }
}

bool scheduler::all_closed(errc why) const noexcept {
    return !places_.empty() &&
           std::all_of(places_.begin(), places_.end(), [why](auto const& each) { return each.second.closed == why; });
}

void scheduler::give_up(std::unique_ptr<item> i, errc why) noexcept {
    forget(*i);
    i->why = why;
    ++given_up_size_;
    given_up_.push(std::move(i));
}

std::optional<std::pair<job, errc>> scheduler::give_up(time_point now) {
    heed(now);
    if (!given_up_.empty()) {
        auto const first = given_up_.pop();
        --given_up_size_;
        return std::pair(std::move(first->what), first->why);
    }
    if (deadlines_.empty() || deadlines_.begin()->first > now) return std::nullopt;
    item& i = *deadlines_.begin()->second;
    lane& l = *i.of;
    if (i.due) {
        later_.erase({*i.due, &i});
    } else {
        queue_.remove(l, i);
        --l.to.waiting;
    }
    job j = detach(i);
    forget_if_done(l);
    return std::pair(std::move(j), errc{});
}

std::optional<job> scheduler::abandon(bool follow_ups_too) {
    auto const wanted = [&](job const& j) { return follow_ups_too || !j.follow_up; };
    std::optional<job> given_up;
    for (std::size_t left = given_up_size_; left > 0 && !given_up; --left) {
        auto first = given_up_.pop();
        if (wanted(first->what)) {
            --given_up_size_;
            given_up = std::move(first->what);
        } else {
            given_up_.push(std::move(first));
        }
    }
    if (given_up) return given_up;
    for (auto at = later_.begin(); at != later_.end(); ++at) {
        if (!wanted(at->second->what)) continue;
        item& i = *at->second;
        lane& l = *i.of;
        later_.erase(at);
        job j = detach(i);
        forget_if_done(l);
        return j;
    }
    for (auto& [name, l] : lanes_) {
        if (l.empty()) continue;
        // Follow-ups come first in their lane, so that few are passed over.
        item* found = nullptr;
        l.for_each([&](item& i) {
            if (found == nullptr && wanted(i.what)) found = &i;
        });
        if (found == nullptr) continue;
        queue_.remove(l, *found);
        --l.to.waiting;
        job j = detach(*found);
        forget_if_done(l);
        return j;
    }
    return std::nullopt;
}

time_point scheduler::wake(time_point now) const noexcept {
    if (!given_up_.empty()) return now;
    time_point first = time_point::max();
    auto const consider = [&](auto const& of) {
        if (!of.empty()) first = std::min(first, of.begin()->first);
    };
    consider(later_);
    consider(deadlines_);
    consider(sleeping_);
    consider(held_);
    // What became ready since the last look at it is due at once.
    if (queue_.ready() && in_flight_ < limits_.max_in_flight) first = std::min(first, pace_.next(now));
    for (auto const& [name, p] : places_) {
        if (p.closed != errc{} || !p.down_since) continue;
        bool const never = limits_.outage_patience > time_point::max() - *p.down_since;
        if (!never) first = std::min(first, *p.down_since + limits_.outage_patience);
    }
    return first;
}

// A lane takes part in the rounds unless something keeps it from them.
void scheduler::update(lane& l) noexcept {
    bool const kept = l.parked_at != nullptr || l.sleeps_until || l.in_flight >= limits_.max_in_flight_per_project;
    if (kept == l.held()) return;
    if (kept) {
        queue_.hold(l);
    } else {
        queue_.release(l);
    }
}

void scheduler::sleep(lane& l, time_point until) {
    if (l.sleeps_until) {
        if (until <= *l.sleeps_until) return;
        sleeping_.erase({*l.sleeps_until, &l});
    }
    l.sleeps_until = until;
    sleeping_.emplace(until, &l);
    update(l);
}

void scheduler::wake_up(lane& l) {
    sleeping_.erase({*l.sleeps_until, &l});
    l.sleeps_until.reset();
    update(l);
}

void scheduler::park(lane& l, hold& h) {
    h.parked.push_back(&l);
    l.parked_at = &h;
    update(l);
}

void scheduler::release(hold& h) noexcept {
    for (lane* const l : std::exchange(h.parked, {})) {
        l->parked_at = nullptr;
        update(*l);
    }
}

void scheduler::extend(hold& h, time_point until) {
    if (until <= h.until) return;
    if (h.until != time_point{}) held_.erase({h.until, &h});
    h.until = until;
    held_.emplace(until, &h);
}

void scheduler::hold_for(lane& l, scope what, time_point until) {
    if (what == scope::address) return extend(l.to, until);
    credential_key const key = credential_of(l);
    if (what == scope::unnamed || !key) return sleep(l, until);
    held_credential& held = credentials_[key.get()];
    held.key = key;
    extend(held, until);
}

// Takes an item out of the books; it has left wherever it waited.
void scheduler::forget(item& i) noexcept {
    --i.of->pending;
    if (i.what.deadline != time_point::max()) deadlines_.erase({i.what.deadline, &i});
}

job scheduler::detach(item& i) noexcept {
    std::unique_ptr<item> const owned(&i);
    forget(i);
    return std::move(i.what);
}

void scheduler::forget_if_done(lane& l) noexcept {
    if (l.pending > 0 || l.closed != errc{}) return;
    if (l.parked_at != nullptr) std::erase(l.parked_at->parked, &l);
    if (l.sleeps_until) sleeping_.erase({*l.sleeps_until, &l});
    lanes_.erase(lanes_.find(*l.name));
}

}  // namespace oms::bulk
