// SPDX-License-Identifier: BSL-1.0
// The engine of a call: tells its machine what has happened, and does what that says.
#include "client/client_core.hpp"
#include "client/texts.hpp"

#include <boost/assert.hpp>

#include <algorithm>
#include <utility>

namespace oms::detail {

using oms::call::action;
using oms::call::event;

namespace {

retry_verdict verdict_of(retry_options const& rules, failed_try const& t) noexcept {
    try {
        return rules.classify(t);
    } catch (...) {  // it has no say then
        return retry_verdict::standard;
    }
}

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
oms::call::view client_core::view_of(step& s, call const& c, event const& e) noexcept {
    oms::call::view v;
    if (!needs_view(e)) return v;
    v.rules = &retry_of(c);
    v.retry.refreshable = c.source && !c.source->fixed;
    v.over = s.now >= c.deadline;
    v.already_is_success = c.own && c.own->options.already_stopped_is_success;
    v.judges = static_cast<bool>(v.rules->classify);
    v.probes = c.probing;
    v.parks = c.hands_back;
    v.shutting_down = state_ != state::running;
    v.finish_unsent = finish_unsent_;
    if (c.dial != nullptr) {
        v.waits_in = c.dial->now_in;
        v.by_proxy = c.to->sites[c.dial->site].proxied;
    }
    if (!may_end_an_attempt(e)) return v;
    v.retry.budget = c.lane->budget.available() && c.to->budget.available();
    v.retry.left = c.deadline - s.now;
    v.retry.not_before = std::max(duration::zero(), c.to->health.dials().not_before() - s.now);
    v.retry.random = random_();
    v.parked_for = e.failure.status == 429 ? std::max(duration::zero(), c.throttled_until - s.now) : v.retry.not_before;
    return v;
}

action client_core::tell(step& s, call& c, event const& e) noexcept {
    BOOST_ASSERT(s.holds());
    action const a = c.machine.resume(e, view_of(s, c, e));
    c.result.attempts = c.machine.attempts();
    return a;
}

void client_core::drive(step& s, call& c, event const& e) noexcept {
    action const a = tell(s, c, e);
    with_memory(s, c, [&] { act(s, c, a, e); });
}

// The same of what may be the last that the call hears, and why.
void client_core::drive(step& s, call& c, event const& e, error_code const& cause) noexcept {
    action const a = tell(s, c, e);
    if (tells_failure(a)) c.result.cause = cause;
    with_memory(s, c, [&] { act(s, c, a, e); });
}

// There is no memory to go on with.
void client_core::no_memory(step& s, call& c) noexcept {
    action const a = tell(s, c, event::kind::no_memory);
    complete(s, c, a);
}

void client_core::act(step& s, call& c, action const& a, event const& e) {
    bool const waited_for_turn = c.waits_for_turn();
    if (a.decided) attempt_failed(s, c, a, e.failure);
    switch (a.what) {
        case action::kind::none:
        case action::kind::send:  // by `lease`, which has the connection
            return;
        case action::kind::stay_queued:
            return enter_phase(s, c, phase::queued, e.failure.code);
        case action::kind::show_task:
            release_pass(s, c);
            c.more().query = query_of(c.machine.asks());
            return find_credential(s, c);
        case action::kind::renew_credential:
        case action::kind::get_credential:
            leave_wait_list(s, c);
            if (a.decided && waited_for_turn) {  // the pass is for the next
                release_pass(s, c);
                enter_phase(s, c, phase::queued, e.failure.code);
            }
            return find_credential(s, c);
        case action::kind::enqueue:
            return enqueue(s, c, call::wait_list::turns);
        case action::kind::enqueue_fresh:
            return enqueue(s, c, call::wait_list::fresh);
        case action::kind::abandon:
            return abandon_exchange(s, c, e);
        case action::kind::judge:
            return judge(s, c, *a.failure);
        case action::kind::sleep:
            enter_phase(s, c, phase::backoff, e.failure.code);
            return times_.set(c, s.now + a.retry.delay);
        case action::kind::park:
            return hand_back(s, c);
        case action::kind::complete:
            return complete(s, c, a);
    }
}

// It is decided whether an attempt that failed is followed by another one.
void client_core::attempt_failed(step& s, call& c, action const& a, policy::failure const& f) {
    endpoint& e = *c.to;
    bool const goes_on = a.retry.what != policy::decision::action::finish;
    if (goes_on) counted_.retry(a.retry.reason);
    s.fx.notify([&] {
        retry_event event;
        event.call = context_of(c);
        event.attempt = c.result.attempts;
        event.code = f.code;
        event.repeated = goes_on;
        event.delay = a.retry.delay;
        event.reason = to_string(a.retry.reason);
        event.http_status = f.status;
        return event_note(event, c.own, f.status == 0 ? std::string() : c.result.request_id);
    });
    if (a.what == action::kind::park) {
        c.returned_for = f.status == 429 ? call::return_reason::throttled : call::return_reason::unreachable;
        return;
    }
    if (f.status == 401 && !f.clock_mended) {
        c.code = f.code;
        if (a.what == action::kind::renew_credential) {
            s.fx.invalidate(c.source, c.credential);
            book_.invalidate(*c.source, c.task.project_id, *c.credential);
        }
        tell_closed(s, c);
    } else if (!c.waits_for_turn()) {
        release_pass(s, c);
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

void client_core::judge(step& s, call& c, policy::failure const& f) {
    failed_try t;
    t.code = f.code;
    t.http_status = f.status;
    t.attempts = c.result.attempts;
    t.open = c.machine.tracker().is_open();
    s.fx.judge({c.index, c.id, c.own, f, t});
}

void client_core::ask_rule(failed_call const& about) {
    event verdict(event::kind::verdict, about.failure);
    verdict.verdict = verdict_of(about.own ? about.own->retry : settings_.config.retry, about.what);
    on_verdict(about.index, about.id, verdict);
}

// In the middle of a step's effects: what completes here may not run, and throw, before the others had their turn.
void client_core::on_verdict(std::uint32_t index, std::uint64_t id, event const& verdict) {
    effects fx(*this, completion::later);
    if (!fx.in()) return;
    step s(*this, fx);
    call* const c = find_call(s, index, id);
    if (c == nullptr) return;
    endpoint& e = *c->to;
    drive(s, *c, verdict);
    pump(s, e);
    s.end();
}

// Takes a call from the list that it waits in.
void client_core::leave_wait_list(step const&, call& c) noexcept {
    switch (std::exchange(c.waits_in, call::wait_list::none)) {
        case call::wait_list::credential:
            return book_.leave(*c.source, c.task.project_id, c);
        case call::wait_list::gate:
            return static_cast<auth::credential_waiter&>(c).unlink();
        case call::wait_list::turns:
            c.to->turns.remove(*c.lane, c);
            break;
        case call::wait_list::fresh:
            c.to->wants_fresh.erase(c.to->wants_fresh.iterator_to(c));
            break;
        case call::wait_list::none:
            return;
    }
    if (dialing* const d = std::exchange(c.dial, nullptr)) {
        d->sponsor = nullptr;
    } else {
        c.to->no_dial.erase(c.to->no_dial.iterator_to(c));
    }
}

// Out of the client's tables; its exchange must have ended.
std::unique_ptr<call> client_core::take_out(step& s, call& c) noexcept {
    BOOST_ASSERT(c.connection == nullptr);
    leave_wait_list(s, c);
    times_.remove(c);
    free_.push_back(c.index);
    --waiting_;
    return std::move(calls_[c.index]);
}

void client_core::complete(step& s, call& c, action const& a) noexcept {
    auto owned = take_out(s, c);  // before anybody is woken, who could else be this very call
    if (!a.code) {
        c.lane->budget.success();
        c.to->budget.success();
    }
    release_pass(s, c);
    tell_closed(s, c);
    if (c.lane != nullptr) leave_project(s, c);
    if (c.source && c.guard && c.guard->gate.closed(s.now)) {
        if (c.source->fixed) {
            c.rejects = c.credential->signer ? call::closure::everywhere : call::closure::endpoint;
        } else if (c.machine.tries().refreshed && a.code == condition::unauthenticated) {
            c.rejects = call::closure::project;  // what the source has for others may be good
        }
    }
    end_call(s, c, a);
    s.fx.done(std::move(owned));
}

void client_core::end_call(step& s, call& c, action const& a) noexcept {
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
    counted_.completion(a.code);
}

// Gives the call to its receiver, as one that may be started again.
void client_core::hand_back(step& s, call& c) noexcept {
    auto owned = take_out(s, c);
    release_pass(s, c);
    leave_project(s, c);
    c.to = nullptr;
    c.lane = nullptr;
    c.begun_before = true;
    enter_phase(s, c, c.returned_for == call::return_reason::throttled ? phase::backoff : phase::queued);
    s.fx.done(std::move(owned));
}

void client_core::end_returned(call& c, error_code code) noexcept {
    c.returned_for = call::return_reason::none;
    effects fx(*this, completion::inside);  // there is nothing but what the observer hears
    {
        step s(*this, fx);
        action const a = c.machine.resume({event::kind::give_up, code}, {});
        end_call(s, c, a);
    }
    fx.run();
    tell_end(c);
}

}  // namespace oms::detail
