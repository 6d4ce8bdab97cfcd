// SPDX-License-Identifier: BSL-1.0
#include "call/call_fsm.hpp"

#include "policy/timeout_code.hpp"

#include <boost/assert.hpp>

#include <algorithm>

namespace oms::call {

namespace {

using ev = event::kind;
using act = action::kind;

[[maybe_unused]] bool may_come(state in, ev what) noexcept {
    auto const all = transitions();
    return std::any_of(all.begin(), all.end(), [&](transition const& t) { return t.from == in && t.on == what; });
}

[[maybe_unused]] bool may_lead(state from, ev what, state to) noexcept {
    auto const all = transitions();
    return std::find(all.begin(), all.end(), transition{from, what, to}) != all.end();
}

}  // namespace

action call_fsm::resume(event const& e, view const& v) noexcept {
    [[maybe_unused]] call::state const from = state_;
    BOOST_ASSERT(may_come(from, e.what));
    action const a = step(e, v);
    BOOST_ASSERT(may_lead(from, e.what, state_));
    return a;
}

action call_fsm::step(event const& e, view const& v) noexcept {
    switch (e.what) {
        case ev::begin:
        case ev::expired:
        case ev::not_started:  // as if that connection had not been chosen
            return seek();
        case ev::credential:
            return to(state::queued, wants_fresh_ ? act::enqueue_fresh : act::enqueue);
        case ev::dial:  // an attempt, whatever comes of it
            begin_attempt();
            return {};
        case ev::turn:
            wants_fresh_ = false;
            begin_attempt();
            return to(state::exchange, act::send);
        case ev::reply:
            return replied(e, v);
        case ev::header:
            return cut(e, v);
        case ev::lost:
            return lost(e, v);
        case ev::rejected:
            return rejected(e, v);
        case ev::no_credential:
        case ev::refused:
            return confirms_ ? unconfirmed() : finish(e.code);
        case ev::held_back:
            return to(state::created, act::park);
        case ev::verdict:
            // It may have had another connection meanwhile.
            return state_ == state::queued || state_ == state::judging ? decide(e.failure, e.verdict, v) : action();
        case ev::time:
            return time(v);
        case ev::cancel:
            // A total cancellation promises that nothing was sent; an exchange is sending already.
            if (e.total && asked_->acts() && (tracker_.any_sent() || state_ == state::exchange)) return {};
            return give_up(end::cancelled);
        case ev::shut_down:
            return give_up(end::shut_down);
        case ev::give_up:
            return finish(e.code);
        case ev::no_memory:
            return no_memory(e);
    }
    return {};
}

action call_fsm::to(call::state next, action a) noexcept {
    state_ = next;
    return a;
}

action call_fsm::complete(error_code code, outcome result) noexcept {
    action a(act::complete);
    a.code = code;
    a.result = result;
    return to(state::done, a);
}

// The end of a call that has not done what was asked for.
action call_fsm::finish(error_code code) noexcept {
    return complete(code, asked_->acts() ? tracker_.unfinished() : outcome::not_sent);
}

// Nothing that was read says whether the task is as the service's word had it.
action call_fsm::unconfirmed() noexcept {
    return finish(errc::not_confirmed_stopped);
}

// The way of every attempt: a credential, a turn, an exchange.
action call_fsm::seek(act how) noexcept {
    return to(state::credential, how);
}

void call_fsm::begin_attempt() noexcept {
    if (confirms_ || trying_) return;  // a confirmation is no attempt at what was asked for
    trying_ = true;
    ++attempts_;
}

// A renewed credential may serve, once.
action call_fsm::rejected(event const& e, view const& v) noexcept {
    if (v.retry.refreshable && !tries_.refreshed) {
        tries_.refreshed = true;
        return seek(act::renew_credential);
    }
    return confirms_ ? unconfirmed() : finish(e.code);
}

action call_fsm::replied(event const& e, view const& v) noexcept {
    if (confirms_) return shown(e.said, v);
    tracker_.sent();
    if (e.said == meaning::done) return e.code ? finish(e.code) : complete({}, asked_->success);
    return refused(e, e.failure, v);
}

// It was not done, as a reply says that may have been cut.
action call_fsm::refused(event const& e, policy::failure const& f, view const& v) noexcept {
    if (policy::leaves_open(f)) tracker_.open();
    if (e.said == meaning::already) {
        not_running_ = e.failure.code;
        if (asked_->confirmed_by == confirmation::reply) return already(v);
        confirms_ = true;
        return seek(act::show_task);
    }
    if (e.said == meaning::about_task) tracker_.settle();
    return failed(f, v);
}

// A header says what a whole reply would, save where the body is what was asked for.
action call_fsm::cut(event const& e, view const& v) noexcept {
    error_code const by_us = ended_by();
    bool const late = ending_ == end::timed_out;
    ending_ = end::none;
    if (confirms_) return by_us && e.said == meaning::shown_other ? finish(by_us) : shown(e.said, v);
    tracker_.sent();
    error_code const why = by_us ? by_us : e.code;
    bool const ends = by_us || (late && v.over);
    policy::failure f = e.failure;
    if (e.said == meaning::done) {
        if (asked_->acts()) return complete({}, asked_->success);
        f = {};
        f.how = policy::failure::kind::lost;
        f.reads = true;
        f.code = why;
        return ends ? finish(why) : failed(f, v);
    }
    if (late) f.told = why;
    if (!ends) return refused(e, f, v);
    if (policy::leaves_open(f)) tracker_.open();
    if (e.said == meaning::about_task) tracker_.settle();
    return finish(why);
}

// What a show says of a task that the service had called "not running".
action call_fsm::shown(meaning said, view const& v) noexcept {
    if (said == meaning::shown_so) return already(v);
    if (said != meaning::shown_ended) return unconfirmed();
    tracker_.settle();  // it has ended without us
    return finish(not_running_);
}

// By this call, where one of its attempts had no answer.
action call_fsm::already(view const& v) noexcept {
    bool const ours = tracker_.is_open();
    tracker_.settle();
    bool const wanted = v.already_is_success && asked_->already == outcome::already_stopped;
    return complete(ours || wanted ? error_code() : not_running_, asked_->already);
}

action call_fsm::lost(event const& e, view const& v) noexcept {
    error_code const why = ended_by();
    ending_ = end::none;
    if (e.sent == progress::handed_over && !confirms_) {
        tracker_.sent();
        tracker_.open();
    }
    if (why) return finish(why);
    if (confirms_) {
        bool& free_used = e.failure.unprocessed ? tries_.refused_free : tries_.free_used;
        if ((!e.failure.stale && !e.failure.unprocessed) || free_used) return unconfirmed();
        free_used = true;
        return seek();
    }
    if (state_ == state::queued) begin_attempt();  // it waited for another's dial
    return failed(e.failure, v);
}

action call_fsm::no_memory(event const& e) noexcept {
    if (e.sent == progress::handed_over && !confirms_) {
        tracker_.sent();
        if (policy::leaves_open(e.failure)) tracker_.open();
    }
    return finish(errc::out_of_memory);
}

action call_fsm::failed(policy::failure const& f, view const& v) noexcept {
    if (!v.judges) return decide(f, retry_verdict::standard, v);
    action a(act::judge);
    a.failure = f;
    return to(state_ == state::queued ? state::queued : state::judging, a);
}

// An attempt has failed: the call goes on or ends.
action call_fsm::decide(policy::failure const& f, retry_verdict verdict, view const& v) noexcept {
    bool const queued = state_ == state::queued;
    bool const draining = v.shutting_down && !(v.finish_unsent && !tracker_.any_sent());
    trying_ = false;
    action a;
    a.decided = true;
    bool const waits = f.status == 429 || (queued && f.how == policy::failure::kind::unsent);
    if (v.parks && waits && !draining && !v.over && verdict != retry_verdict::give_up) {
        a.what = act::park;
        a.retry.what = policy::decision::action::repeat;
        a.retry.delay = v.parked_for;
        a.retry.reason = f.status == 429 ? retry_reason::throttled : retry_reason::not_connected;
        return to(state::created, a);
    }
    policy::retry_view with = v.retry;
    with.verdict = verdict;
    a.retry = policy::decide(*v.rules, tries_, f, with);
    policy::account(tries_, f, a.retry);
    if (a.retry.what == policy::decision::action::finish || draining) {
        bool const by_us = a.retry.what != policy::decision::action::finish;
        auto const retry = a.retry;
        a = finish(by_us ? error_code(errc::shut_down) : f.told ? f.told : f.code);
        a.decided = true;
        a.retry = retry;
        a.retry.what = policy::decision::action::finish;
        if (draining) a.retry.reason = retry_reason::shut_down;
        return a;
    }
    if (a.retry.what == policy::decision::action::refresh) {
        a.what = act::renew_credential;
        return to(state::credential, a);
    }
    if (queued && !v.probes) {  // it keeps its place, unless others wait for its credential's proof
        a.what = act::stay_queued;
        return a;
    }
    if (!queued) wants_fresh_ = f.stale || f.silent;
    bool const at_once = queued || a.retry.delay == duration::zero();
    a.what = at_once ? act::get_credential : act::sleep;
    return to(at_once ? state::credential : state::backoff, a);
}

action call_fsm::time(view const& v) noexcept {
    switch (state_) {
        case state::credential:
            return confirms_ ? unconfirmed() : finish(errc::credentials_timeout);
        case state::queued:
            return confirms_ ? unconfirmed() : finish(policy::dial_timeout_in(v.waits_in, v.by_proxy));
        case state::exchange:
            return give_up(end::timed_out);
        case state::backoff:
            return v.over ? finish(errc::backoff_timeout) : seek();
        case state::created:
        case state::abandoning:
        case state::judging:
        case state::done:
            break;
    }
    return {};
}

// What has come of a reply by now still counts.
action call_fsm::give_up(end why) noexcept {
    ending_ = why;
    if (state_ == state::exchange) return to(state::abandoning, act::abandon);
    return finish(ended_by());
}

error_code call_fsm::ended_by() const noexcept {
    switch (ending_) {
        case end::cancelled:
            return errc::cancelled;
        case end::shut_down:
            return errc::shut_down;
        case end::timed_out:
        case end::none:
            break;
    }
    return {};
}

}  // namespace oms::call
