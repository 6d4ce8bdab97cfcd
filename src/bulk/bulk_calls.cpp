// SPDX-License-Identifier: BSL-1.0
// A run's calls: how they start, come back, and end.
#include "bulk/bulk_item.hpp"
#include "bulk/bulk_run.hpp"
#include "bulk/confirmation.hpp"
#include "error/error_table.hpp"
#include "wire/task_body.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace oms::bulk {

using return_reason = detail::call::return_reason;

namespace {

// What came last, where a call may end with it: a cause may be the system's own word, too.
error_code last_of(stop_result const& result, errc otherwise) {
    bool const ours = result.cause.category() == client_category() || detail::speaks_of_reply(result.cause);
    return result.cause && ours ? result.cause : error_code(otherwise);
}

}  // namespace

bool bulk_run::may_start() {
    if (started_any_) return !stop_asked_ || stopped_ != errc{};
    std::lock_guard const lock(mutex_);
    if (stop_wanted_ != errc{} && stopped_ == errc{}) return false;  // heeded first
    started_any_ = true;
    return true;
}

void bulk_run::start_calls(time_point now) {
    while (!cut_ && !ended_by_force()) {
        auto const* const next = static_cast<item const*>(tasks_.next(now));
        if (next == nullptr) return;
        auto const* const guard = static_cast<auth::credential_guard const*>(tasks_.credential_of(*next).get());
        if (auto const pace = core_->pace_of(next->named(), guard)) {
            tasks_.hold(*next, pace->scope, pace->until);
            core_->tell_pace(*pace, now);
            continue;
        }
        if (!next->begun() && !may_send(next->task)) {
            auto const refused = tasks_.take_out(tasks_.start(now));
            return finish(refused->task, errc::callback_failed, {});
        }
        if (!may_start()) return;
        auto& t = static_cast<item&>(tasks_.start(now));
        if (t.follow_up) {
            start_reading(t);
        } else {
            start_call(t);
        }
    }
}

void bulk_run::start_call(item& t) noexcept {
    auto c = std::move(t.call);
    try {
        if (c) {
            c->receiver = shared_from_this();
        } else {
            c = std::make_unique<detail::call>(std::shared_ptr<detail::call_receiver>(shared_from_this()),
                                               call::stop_operation(t.task.kind), std::move(t.task));
            c->receivers_own = &t;
            c->own = rules_;
            c->hands_back = true;
            c->direct = direct_;
        }
        core_->start(std::move(c));
    } catch (std::bad_alloc const&) {
        auto const gone = tasks_.take_out(t);
        if (!c) return finish(gone->task, errc::out_of_memory, {});
        c->receiver.reset();
        core_->end_returned(*c, errc::out_of_memory);
        finish(c->task, c->code, c->result);
    }
}

void bulk_run::start_reading(item& t) noexcept {
    try {
        begin_reading(t);
    } catch (std::bad_alloc const&) {
        auto const gone = tasks_.take_out(t);
        conclude(*t.read, t.task);
    }
}

void bulk_run::begin_reading(item& t) {
    auto c = std::make_unique<detail::call>(std::shared_ptr<detail::call_receiver>(shared_from_this()),
                                            call::show_operation(t.task.kind), task_ref(t.task));
    c->receivers_own = &t;
    c->more().query = core_->query_of(c->machine.asked());
    auto own = std::make_shared<detail::call_rules>(*rules_);
    auto& until = own->options.deadline;
    until = until ? std::min(*until, t.read->deadline) : t.read->deadline;
    c->own = std::move(own);
    c->hands_back = true;
    c->direct = direct_;
    core_->start(std::move(c));
}

void bulk_run::settle(detail::call_chain done) noexcept {
    while (auto c = done.pop()) {
        auto& t = *static_cast<item*>(c->receivers_own);
        if (t.follow_up) {
            reading_done(std::move(c), t);
        } else {
            stop_done(std::move(c), t);
        }
    }
}

// What a call that has ended, or came back, tells of what lies on its way.
void bulk_run::learn(detail::call const& c, item& t) noexcept {
    tasks_.learn(t, c.guard != nullptr ? c.guard->shared_from_this() : nullptr,
                 c.got_reply && c.returned_for != return_reason::unreachable);
    if (c.returned_for == return_reason::unreachable) tasks_.unreachable(t, core_->now());
    if (c.returned_for == return_reason::throttled)
        within_memory([&] { tasks_.hold(t, c.throttled_scope, c.throttled_until); });
}

// A call that came back waits, to go on later.
void bulk_run::stop_returned(std::unique_ptr<detail::call> c, item& t) noexcept {
    learn(*c, t);
    auto const& until = c->own->options.deadline;
    t.deadline = c->any_sent() ? c->deadline : until ? *until : time_point::max();
    bool const throttled = c->returned_for == return_reason::throttled;
    // It would only wait for the end of its time.
    if (throttled && c->any_sent() && c->throttled_until >= c->deadline) {
        tasks_.take_out(t);
        return end_returned(*c, errc::queue_timeout);
    }
    time_point const not_before = throttled ? c->throttled_until : time_point{};
    t.call = std::move(c);
    tasks_.put_back(t, not_before);
}

void bulk_run::stop_done(std::unique_ptr<detail::call> c, item& t) noexcept {
    if (c->returned_for != return_reason::none) return stop_returned(std::move(c), t);
    // A time limit while it waited to be asked again: it was throttled.
    if (c->code == condition::timed_out && c->result.cause == condition::throttled &&
        c->result.outcome == outcome::refused) {
        c->code = c->result.cause;
    }
    if (options_->confirm.enabled && !cut_ && worth_reading(c->result)) {
        try {
            t.read = std::make_unique<reading>();
        } catch (std::bad_alloc const&) {  // then it is told as it is
        }
    }
    learn(*c, t);
    note_credential(*c, t);
    if (!t.read) {
        tasks_.take_out(t);
        return finish(c->task, c->code, c->result);
    }
    t.task = std::move(c->task);
    t.follow_up = true;
    t.read->code = c->code;
    t.read->stop = std::move(c->result);
    t.deadline = t.read->deadline = detail::later(core_->now(), options_->confirm.deadline);
    tasks_.put_back(t, {});
}

// What the end of a call says of its credential.
void bulk_run::note_credential(detail::call const& c, item const& t) noexcept {
    using closure = detail::call::closure;
    switch (c.result.http_status) {
        case 0:
        case 401:
        case 408:
        case 418:
        case 429:
        case 503:
            break;
        default:
            accepted_ = true;
    }
    if (c.rejects == closure::none) return;
    if (c.rejects == closure::project) {
        rejected_ = true;
        return tasks_.close_project(t, errc::credentials_rejected);
    }
    tasks_.close(t, errc::credentials_rejected);
    if (stopped_ != errc{}) return;
    if (c.rejects == closure::everywhere || tasks_.all_closed(errc::credentials_rejected)) {
        stopped_ = errc::credentials_rejected;
    }
}

void bulk_run::reading_done(std::unique_ptr<detail::call> c, item& t) noexcept {
    reading& r = *t.read;
    time_point const now = core_->now();
    bool const came_back = c->returned_for != return_reason::none;
    bool const throttled = c->returned_for == return_reason::throttled;
    error_code code = c->code;
    if (!came_back && !code) {
        try {
            task_info read;
            read.task = t.task;
            code = wire::parse_task(c->extras->body, read);
            if (!code) {
                note(read, r.stop);
                r.last = std::move(read);
            }
        } catch (std::bad_alloc const&) {
            code = errc::out_of_memory;
        }
    }
    bool const ended = !came_back && !code && at_end(r.last);
    // For want of a permission it would be refused again; what passes is asked again.
    bool const again = came_back || !code || code == condition::retryable || code == condition::timed_out ||
                       code == condition::connection_failed;
    if (!came_back) ++r.readings;
    time_point not_before{};
    if (throttled) not_before = c->throttled_until;
    if (!came_back) not_before = detail::later(now, reading_delay(options_->confirm, r.readings));
    bool const more = !ended && again && !cut_ && not_before < r.deadline;
    learn(*c, t);
    if (more) {
        tasks_.put_back(t, not_before);
    } else {
        auto const gone = tasks_.take_out(t);
        conclude(r, t.task);
    }
    if (came_back) core_->end_returned(*c, last_of(c->result, errc::cancelled));
}

// Nothing more is read.
void bulk_run::conclude(reading& r, task_ref const& task) noexcept {
    within_memory([&] {
        if (r.stop.confirmed) bulk::conclude(r.last, r.code, r.stop);
    });
    finish(task, r.code, r.stop);
}

void bulk_run::give_up_some() noexcept {
    if (!tasks_.has_given_up() && stopped_ == errc{}) return;
    while (auto const given_up = tasks_.give_up()) {
        errc const why = given_up->why();
        if (why != errc{} && failure_ == errc{}) failure_ = why;
        drop(static_cast<item&>(*given_up), why);
    }
    if (stopped_ == errc{}) return;
    while (auto const left = tasks_.abandon(cut_))
        drop(static_cast<item&>(*left), stopped_);
}

// A task that waits and is not started any more; `why`: none where its time is over.
void bulk_run::drop(item& t, errc why) noexcept {
    bool const late = why == errc{};
    if (t.read) return conclude(*t.read, t.task);
    if (!t.call) {
        if (late) return finish(t.task, errc::queue_timeout, {});
        tally_.not_attempted();
        return report(t.task, why, {});
    }
    detail::call& c = *t.call;
    if (late) return end_returned(c, errc::queue_timeout);
    if (!c.any_sent()) {
        core_->end_returned(c, why);
        tally_.not_attempted();
        return report(c.task, why, c.result);
    }
    if (why == errc::unavailable) return end_returned(c, why);
    core_->end_returned(c, why);
    finish(c.task, c.code, c.result);
}

// A call that came back, and ends with what it was answered last.
void bulk_run::end_returned(detail::call& c, errc otherwise) noexcept {
    core_->end_returned(c, last_of(c.result, otherwise));
    finish(c.task, c.code, c.result);
}

void bulk_run::finish(task_ref const& task, error_code code, stop_result const& result) noexcept {
    tally_.ended(code, result);
    report(task, code, result);
    count_failure();
}

}  // namespace oms::bulk
