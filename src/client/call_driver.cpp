// SPDX-License-Identifier: BSL-1.0
#include "client/call_driver.hpp"

#include "client/client_core.hpp"
#include "client/texts.hpp"
#include "policy/timeout_code.hpp"

#include <algorithm>
#include <utility>

namespace oms::detail {

using oms::call::action;
using oms::call::event;

namespace {

bool may_end_an_attempt(event const& e) noexcept {
    switch (e.what) {
        case event::kind::lost:
        case event::kind::header:
        case event::kind::verdict:
            return true;
        default:
            return e.what == event::kind::reply && e.said != oms::call::meaning::done;
    }
}

// Whether the call's last failure is the one that the event tells of.
bool tells_failure(action const& a) noexcept {
    return a.decided || a.what == action::kind::judge || a.what == action::kind::complete;
}

}  // namespace

// What the machine may look at besides.
oms::call::view call_driver::view_of(step& s, call const& c, event const& e) noexcept {
    oms::call::view v;
    if (!needs_view(e)) return v;
    v.rules = &engine_.retry_of(c);
    v.retry.refreshable = c.source && !c.source->fixed;
    v.over = s.now >= c.deadline;
    v.already_is_success = c.own && c.own->options.already_stopped_is_success;
    v.judges = static_cast<bool>(v.rules->classify);
    v.probes = c.probing;
    v.parks = c.hands_back;
    v.shutting_down = !engine_.ending.running();
    v.finish_unsent = engine_.ending.finishes_unsent();
    if (c.dial != nullptr) {
        v.waits_in = c.dial->now_in;
        v.by_proxy = c.to->sites[c.dial->site].proxied;
    }
    if (!may_end_an_attempt(e)) return v;
    v.retry.budget = c.lane->budget.available() && c.to->budget.available();
    v.retry.left = c.deadline - s.now;
    v.retry.not_before = std::max(duration::zero(), c.to->health.dials().not_before() - s.now);
    v.retry.random = engine_.random();
    v.parked_for = e.failure.status == 429 ? std::max(duration::zero(), c.throttled_until - s.now) : v.retry.not_before;
    return v;
}

action call_driver::tell(step& s, call& c, event const& e) noexcept {
    BOOST_ASSERT(s.holds());
    action const a = c.machine.resume(e, view_of(s, c, e));
    c.result.attempts = c.machine.attempts();
    return a;
}

void call_driver::feed(step& s, call& c, event const& e) noexcept {
    action const a = tell(s, c, e);
    with_memory(s, c, [&] { act(s, c, a, e); });
}

void call_driver::feed(step& s, call& c, event const& e, error_code const& cause) noexcept {
    action const a = tell(s, c, e);
    if (tells_failure(a)) c.result.cause = cause;
    with_memory(s, c, [&] { act(s, c, a, e); });
}

void call_driver::lose(step& s, call& c, event const& e, error_code cause) noexcept {
    if (c.machine.gives_up()) return feed(s, c, e);  // for another reason
    if (c.machine.confirms() && !cause) cause = e.failure.code;
    feed(s, c, e, cause);
}

void call_driver::no_memory(step& s, call& c) noexcept {
    action const a = tell(s, c, event::kind::no_memory);
    complete(s, c, a);
}

void call_driver::no_memory(step& s, std::uint32_t index, std::uint64_t id) noexcept {
    if (call* const left = engine_.calls.find(index, id)) no_memory(s, *left);
}

void call_driver::act(step& s, call& c, action const& a, event const& e) {
    bool const waited_for_turn = c.waits_for_turn();
    if (a.decided) attempt_failed(s, c, a, e.failure);
    switch (a.what) {
        case action::kind::none:
        case action::kind::send:  // by the endpoint, which has the connection
            return;
        case action::kind::stay_queued:
            return enter_phase(s, c, phase::queued, e.failure.code);
        case action::kind::show_task:
            engine_.credentials.release_pass(s, c);
            c.more().query = engine_.of().query_of(c.machine.asks());
            return engine_.credentials.find(s, c);
        case action::kind::renew_credential:
        case action::kind::get_credential:
            leave_wait_list(c);
            if (a.decided && waited_for_turn) {  // the pass is for the next
                engine_.credentials.release_pass(s, c);
                enter_phase(s, c, phase::queued, e.failure.code);
            }
            return engine_.credentials.find(s, c);
        case action::kind::enqueue:
            return c.to->enqueue(s, c, call::wait_list::turns);
        case action::kind::enqueue_fresh:
            return c.to->enqueue(s, c, call::wait_list::fresh);
        case action::kind::abandon:
            return c.to->abandon_exchange(s, c, e);
        case action::kind::judge:
            return judge(s, c, *a.failure);
        case action::kind::sleep:
            enter_phase(s, c, phase::backoff, e.failure.code);
            return engine_.times.set(c, s.now + a.retry.delay);
        case action::kind::park:
            return hand_back(s, c);
        case action::kind::complete:
            return complete(s, c, a);
    }
}

// It is decided whether an attempt that failed is followed by another one.
void call_driver::attempt_failed(step& s, call& c, action const& a, policy::failure const& f) {
    endpoint& e = *c.to;
    bool const goes_on = a.retry.what != policy::decision::action::finish;
    if (goes_on) engine_.counted.retry(a.retry.reason);
    s.deferred.notify([&] {
        retry_event event;
        event.call = context_of(c);
        event.attempt = c.result.attempts;
        event.code = f.code;
        event.repeated = goes_on;
        event.delay = a.retry.delay;
        event.reason = a.retry.reason;
        event.http_status = f.status;
        return event_note(event, c.own, f.status == 0 ? std::string() : c.result.request_id);
    });
    if (a.what == action::kind::park) {
        c.returned_for = f.status == 429 ? call::return_reason::throttled : call::return_reason::unreachable;
        return;
    }
    if (f.status == 401 && !f.clock_mended) {
        c.code = f.code;
        if (a.what == action::kind::renew_credential) engine_.credentials.invalidate(s, c);
        engine_.credentials.tell_closed(s, c);
    } else if (!c.waits_for_turn()) {
        engine_.credentials.release_pass(s, c);
    }
    if (a.retry.takes_budget && goes_on) {
        c.lane->budget.take();
        e.budget.take();
    }
    if (a.what != action::kind::complete) return;
    auto const& told = e.health.last_failure();
    if (f.how == policy::failure::kind::unsent && !told.text.empty() && f.code == told.code) {
        tell_details(c.result, [&](error_details& kept) { kept.connection = told.text; });
    }
}

void call_driver::judge(step& s, call& c, policy::failure const& f) {
    failed_try t;
    t.code = f.code;
    t.http_status = f.status;
    t.attempts = c.result.attempts;
    t.open = c.machine.tracker().is_open();
    s.deferred.judge({c.index, c.id, c.own, f, t});
}

void call_driver::expire(step& s, call& c) noexcept {
    endpoint& e = *c.to;
    if (c.waits_for_turn()) {
        bool const dials = c.dial != nullptr;
        c.result.phase = dials ? c.dial->now_in : phase::queued;
        if (dials || c.machine.confirms()) {
            c.result.cause = policy::dial_timeout_in(c.result.phase, dials && e.sites[c.dial->site].proxied);
        } else if (!c.result.cause && e.health.failures() > 0) {
            c.result.cause = e.health.last_failure().code;
        }
    } else if (c.machine.now() == oms::call::state::credential && c.machine.confirms()) {
        c.result.cause = errc::credentials_timeout;
    }
    feed(s, c, event::kind::time);
    e.pump(s);
}

// Takes a call from the list that it waits in.
void call_driver::leave_wait_list(call& c) noexcept {
    switch (c.waits_in) {
        case call::wait_list::credential:
        case call::wait_list::gate:
            return engine_.credentials.leave(c);
        case call::wait_list::turns:
        case call::wait_list::fresh:
            return c.to->leave(c);
        case call::wait_list::none:
            return;
    }
}

// Out of the client's tables; its exchange must have ended.
std::unique_ptr<call> call_driver::take_out(call& c) noexcept {
    leave_wait_list(c);
    engine_.times.remove(c);
    return engine_.calls.remove(c);
}

void call_driver::complete(step& s, call& c, action const& a) noexcept {
    auto owned = take_out(c);  // before anybody is woken, who could else be this very call
    if (!a.code) {
        c.lane->budget.success();
        c.to->budget.success();
    }
    engine_.credentials.release_pass(s, c);
    engine_.credentials.tell_closed(s, c);
    if (c.lane != nullptr) c.to->leave_project(s, *c.lane);
    c.rejects = engine_.credentials.closure_of(s, c, a.code);
    end_call(s, c, a);
    s.deferred.done(std::move(owned));
}

void call_driver::end_call(step& s, call& c, action const& a) noexcept {
    c.code = a.code;
    c.result.outcome = a.result;
    if (!a.code) {
        c.result.cause.clear();
        if (a.result == c.machine.asked().success) {
            c.result.service_code.clear();
            c.result.service_message.clear();
        }
    }
    enter_phase(s, c, a.code ? c.result.phase : phase::done, a.code);
    c.result.elapsed = s.now - c.begun;
    engine_.counted.completion(a.code);
}

// Gives the call to its receiver, as one that may be started again.
void call_driver::hand_back(step& s, call& c) noexcept {
    auto owned = take_out(c);
    engine_.credentials.release_pass(s, c);
    c.to->leave_project(s, *c.lane);
    c.to = nullptr;
    c.lane = nullptr;
    c.begun_before = true;
    enter_phase(s, c, c.returned_for == call::return_reason::throttled ? phase::backoff : phase::queued);
    s.deferred.done(std::move(owned));
}

void call_driver::end_returned(step& s, call& c, error_code code) noexcept {
    c.returned_for = call::return_reason::none;
    end_call(s, c, c.machine.resume({event::kind::give_up, code}, {}));
}

}  // namespace oms::detail
