// SPDX-License-Identifier: BSL-1.0
// A run's calls: how they start, come back, and end.
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

struct bulk_run::returned final : carried {
    std::unique_ptr<detail::call> call;
};

struct bulk_run::reading final : carried {
    error_code code;  // of the stop, with its result
    stop_result stop;
    time_point deadline{};
    unsigned readings = 0;
    task_info last;
};

void bulk_run::start_calls() {
    while (!cut_ && !ended_by_force()) {
        time_point const now = core_->now();
        auto const turn = schedule_.next(now);
        if (!turn) return;
        auto const* const guard = static_cast<auth::credential_guard const*>(turn->credential.get());
        if (auto const pace = core_->pace_of(*turn->task, guard)) {
            schedule_.put_off(pace->scope, pace->until);
            core_->tell_pace(*pace, now);
            continue;
        }
        if (!turn->begun && !may_send(*turn->task)) {
            task_ref const task = schedule_.start(now).task;
            schedule_.ended(task, nullptr, false);
            return finish(task, errc::callback_failed, {});
        }
        {
            std::lock_guard const lock(mutex_);
            if (stop_wanted_ != errc{} && stopped_ == errc{}) return;  // heeded first
            started_any_ = true;
        }
        job j = schedule_.start(now);
        if (j.follow_up) {
            start_reading(std::move(j));
        } else {
            start_call(std::move(j));
        }
    }
}

void bulk_run::start_call(job j) noexcept {
    std::unique_ptr<detail::call> c;
    try {
        if (j.with) {
            c = std::move(static_cast<returned&>(*j.with).call);
            c->receiver = shared_from_this();
        } else {
            c = std::make_unique<detail::call>(std::shared_ptr<detail::call_receiver>(shared_from_this()),
                                               call::stop_operation(j.task.kind), std::move(j.task));
            c->own = rules_;
            c->hands_back = true;
        }
        c->direct = direct_;
        core_->start(std::move(c));
    } catch (std::bad_alloc const&) {
        if (!c) {
            schedule_.ended(j.task, nullptr, false);
            stop_result nothing;
            return finish(j.task, errc::out_of_memory, nothing);
        }
        c->receiver.reset();
        schedule_.ended(c->task, nullptr, false);
        core_->end_returned(*c, errc::out_of_memory);
        finish(c->task, c->code, c->result);
    }
}

void bulk_run::start_reading(job j) noexcept {
    auto& r = static_cast<reading&>(*j.with);
    try {
        begin_reading(r, j);
    } catch (std::bad_alloc const&) {
        schedule_.ended(j.task, nullptr, false);
        conclude(r, j.task);
    }
}

void bulk_run::begin_reading(reading const& r, job& j) {
    auto c = std::make_unique<detail::call>(std::shared_ptr<detail::call_receiver>(shared_from_this()),
                                            call::show_operation(j.task.kind), task_ref(j.task));
    c->more().query = core_->query_of(c->machine.asked());
    auto own = std::make_shared<detail::call_rules>(*rules_);
    auto& until = own->options.deadline;
    until = until ? std::min(*until, r.deadline) : r.deadline;
    c->own = std::move(own);
    c->hands_back = true;
    c->direct = direct_;
    auto const entry = readings_.try_emplace(c.get()).first;
    try {
        core_->start(std::move(c));
    } catch (...) {
        readings_.erase(entry);
        throw;
    }
    entry->second = std::move(j);  // only this thread looks at it
}

void bulk_run::settle(detail::call_chain done) noexcept {
    while (auto c = done.pop()) {
        auto const found = readings_.find(c.get());
        if (found == readings_.end()) {
            stop_done(std::move(c));
        } else {
            job j = std::move(found->second);
            readings_.erase(found);
            reading_done(std::move(c), std::move(j));
        }
    }
}

// Tells the scheduler what a call that is no longer in flight has learnt. False: there is no memory to do it `again`,
// and nothing was taken of it.
bool bulk_run::leave(detail::call& c, job* again, time_point not_before) noexcept {
    task_ref const& task = c.task;
    bool kept = true;
    try {
        if (again != nullptr) schedule_.push_again(std::move(*again), not_before);
    } catch (std::bad_alloc const&) {
        kept = false;
    }
    bool const answered = c.got_reply;
    return_reason const why = c.returned_for;
    auto const scope = c.throttled_scope;
    time_point const throttled_until = c.throttled_until;
    schedule_.ended(task, c.guard, answered && why != return_reason::unreachable);
    within_memory([&] {
        if (why == return_reason::throttled) schedule_.throttled(task, scope, throttled_until);
        if (why == return_reason::unreachable) schedule_.unreachable(task, core_->now());
    });
    return kept;
}

// A call that came back waits, to go on later.
void bulk_run::stop_returned(std::unique_ptr<detail::call> c) noexcept {
    detail::call& told = *c;
    job j;
    if (told.any_sent()) {
        j.deadline = told.deadline;
    } else if (auto const& until = told.own->options.deadline) {
        j.deadline = *until;
    }
    bool const throttled = told.returned_for == return_reason::throttled;
    // It would only wait for the end of its time.
    if (throttled && told.any_sent() && told.throttled_until >= told.deadline) {
        leave(told, nullptr, {});
        return end_returned(told, errc::queue_timeout);
    }
    bool ready = false;
    try {
        j.task = told.task;
        auto with = std::make_unique<returned>();
        with->call = std::move(c);
        j.with = std::move(with);
        ready = true;
    } catch (std::bad_alloc const&) {
    }
    time_point not_before{};
    if (throttled) not_before = told.throttled_until;
    if (leave(told, ready ? &j : nullptr, not_before) && ready) return;
    core_->end_returned(told, errc::out_of_memory);
    finish(told.task, told.code, told.result);
}

void bulk_run::stop_done(std::unique_ptr<detail::call> c) noexcept {
    if (c->returned_for != return_reason::none) return stop_returned(std::move(c));
    // A time limit while it waited to be asked again: it was throttled.
    if (c->code == condition::timed_out && c->result.cause == condition::throttled &&
        c->result.outcome == outcome::refused) {
        c->code = c->result.cause;
    }
    bool const reads = options_->confirm.enabled && !cut_ && worth_reading(c->result);
    job again;
    bool ready = false;
    if (reads) {
        try {
            again.task = c->task;
            auto r = std::make_unique<reading>();
            r->code = c->code;
            r->stop = std::move(c->result);
            r->deadline = detail::later(core_->now(), options_->confirm.deadline);
            again.follow_up = true;
            again.deadline = r->deadline;
            again.with = std::move(r);
            ready = true;
        } catch (std::bad_alloc const&) {  // then it is told as it is
        }
    }
    bool const goes_on = leave(*c, ready ? &again : nullptr, {}) && ready;
    within_memory([&] { note_credential(*c); });
    if (goes_on) return;
    if (ready) c->result = std::move(static_cast<reading&>(*again.with).stop);
    finish(c->task, c->code, c->result);
}

// What the end of a call says of its credential.
void bulk_run::note_credential(detail::call const& c) {
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
        return schedule_.close_project(c.task, errc::credentials_rejected);
    }
    schedule_.close(c.task, errc::credentials_rejected);
    if (stopped_ != errc{}) return;
    if (c.rejects == closure::everywhere || schedule_.all_closed(errc::credentials_rejected)) {
        stopped_ = errc::credentials_rejected;
    }
}

void bulk_run::reading_done(std::unique_ptr<detail::call> c, job j) noexcept {
    auto& r = static_cast<reading&>(*j.with);
    time_point const now = core_->now();
    bool const came_back = c->returned_for != return_reason::none;
    bool const throttled = c->returned_for == return_reason::throttled;
    error_code code = c->code;
    if (!came_back && !code) {
        try {
            task_info read;
            read.task = j.task;
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
    if (!leave(*c, more ? &j : nullptr, more ? not_before : time_point{}) || !more) conclude(r, c->task);
    if (came_back) core_->end_returned(*c, last_of(c->result, errc::cancelled));
}

// Nothing more is read.
void bulk_run::conclude(reading& r, task_ref const& task) noexcept {
    within_memory([&] {
        if (r.stop.confirmed) bulk::conclude(r.last, r.code, r.stop);
    });
    finish(task, r.code, r.stop);
}

void bulk_run::give_up_some() {
    time_point const now = core_->now();
    while (auto some = schedule_.give_up(now)) {
        errc const why = some->second;
        if (why != errc{} && failure_ == errc{}) failure_ = why;
        drop(std::move(some->first), why);
    }
    if (stopped_ == errc{}) return;
    while (auto left = schedule_.abandon(cut_))
        drop(std::move(*left), stopped_);
}

// A task that waits and is not started any more; `why`: none where its time is over.
void bulk_run::drop(job j, errc why) noexcept {
    bool const late = why == errc{};
    if (!j.with) {
        if (late) return finish(j.task, errc::queue_timeout, {});
        tally_.not_attempted();
        return report(j.task, why, {});
    }
    if (j.follow_up) return conclude(static_cast<reading&>(*j.with), j.task);
    detail::call& c = *static_cast<returned&>(*j.with).call;
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
