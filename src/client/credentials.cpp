// SPDX-License-Identifier: BSL-1.0
// Credentials: who gets which, who waits for one to prove itself, and what a
// rejected one ends.
#include "client/client_core.hpp"
#include "client/texts.hpp"

#include <utility>

namespace oms::detail {

namespace {

call& call_of(auth::credential_waiter& w) noexcept {
    return static_cast<call&>(w);
}

}  // namespace

// The way of every attempt: a credential, the gate of its value, a turn.
void client_core::seek_credential_locked(call& c, time_point now, effects& fx) noexcept {
    with_memory_locked(c, now, fx, [&] { find_credential_locked(c, now, fx); });
}

void client_core::find_credential_locked(call& c, time_point now, effects& fx) {
    if (c.result.phase != phase::credentials) enter_locked(c, phase::credentials, now, fx);
    std::string const& region = c.task.region.empty() ? settings_.config.region : c.task.region;
    auto found = book_.find(c.source, c.task.project_id, region, {time_->wall(), now}, c);
    if (found.code) {
        keep_text(c.result.service_message,
                  found.code == errc::credentials_wrong_project ? std::string_view("project_id") : c.source->label);
        if (c.machine.confirms()) c.result.cause = found.code;
        return drive_locked(c, {oms::call::event::kind::no_credential, found.code}, now, fx);
    }
    if (!found.held) {
        c.at = call::place::credential;
        return times_.set(c, c.deadline);
    }
    // It may have the pass already.
    if (c.held == found.held && c.probing) return drive_locked(c, oms::call::event::kind::credential, now, fx);
    if (c.held != found.held) {
        auto guard = book_.guard(*found.held, c.to, now);
        release_pass_locked(c, now, fx);
        c.held = std::move(found.held);
        c.guard = std::move(guard);
    }
    switch (c.guard->gate.ask(now)) {
        case policy::admission::go:
            c.probing = !c.guard->gate.accepted();
            if (c.probing) c.guard->pass_taken = true;
            return drive_locked(c, oms::call::event::kind::credential, now, fx);
        case policy::admission::refused:
            return rejected_locked(c, now, fx);
        case policy::admission::wait:
            break;
    }
    c.at = call::place::gate;
    c.guard->waiting.push_back(c);
    times_.set(c, c.deadline);
}

// A value that is closed: a renewed one may serve, once; else the call ends.
void client_core::rejected_locked(call& c, time_point now, effects& fx) {
    bool const itself = c.rejected && !c.machine.confirms();  // it has tried this very value
    oms::call::event const e(oms::call::event::kind::rejected, itself ? c.rejected : errc::credentials_rejected);
    auto const a = tell_locked(c, e, now);
    if (a.what == oms::call::action::kind::complete) {
        if (!itself) c.result.cause = e.code;
    } else if (book_.serves(*c.source, c.task.project_id, *c.held)) {
        // Its provider may keep it, too, and knows only of the one whose 401 was answered by a refresh.
        fx.invalidate(c.source, c.held);
        book_.invalidate(*c.source, c.task.project_id, *c.held);
    }
    act_locked(c, a, e, now, fx);
}

// Some that wait for the gate ask again.
void client_core::wake_locked(auth::credential_guard& g, policy::wake who, time_point now, effects& fx) noexcept {
    if (who == policy::wake::none) return;
    auth::waiter_list waiting;
    waiting.swap(g.waiting);
    while (!waiting.empty() && !(who == policy::wake::one && g.pass_taken)) {
        call& c = call_of(waiting.front());
        waiting.pop_front();
        c.at = call::place::none;
        endpoint& e = *c.to;
        seek_credential_locked(c, now, fx);
        pump_locked(e, now, fx);
    }
    g.waiting.splice(g.waiting.begin(), waiting);
}

// A try with the gate's pass has ended without a proof: the next takes over.
void client_core::release_pass_locked(call& c, time_point now, effects& fx) noexcept {
    if (!std::exchange(c.probing, false)) return;
    auto const guard = c.guard;
    guard->pass_taken = false;
    wake_locked(*guard, guard->gate.on_no_reply(), now, fx);
}

// The call's 401 has closed the gate: those that wait for it hear so.
void client_core::tell_closed_locked(call& c, time_point now, effects& fx) noexcept {
    if (!std::exchange(c.closed_gate, false)) return;
    auto const guard = c.guard;
    wake_locked(*guard, policy::wake::all, now, fx);
}

void client_core::on_credential(auth::question_ptr const& q, error_code code, credential value,
                                std::string words) noexcept {
    error_code const said = code;
    if (said && words.empty()) keep_message(words, said);  // perhaps of a category of the provider's
    effects fx(*this, completion::later);
    if (!fx.in()) return;
    fx.keep_alive(q);
    lock held(mutex_);
    auth::moment const at{time_->wall(), time_->now()};
    auto answered = book_.arrived(*q, at, random_(), code, std::move(value));
    auto const from = q->from.lock();
    if (!answered || !from) return;
    auth::waiter_list& waiting = *answered;
    if (code && words.empty()) keep_message(words, code);
    keep_text(from->last_error, words);
    time_point const now = at.steady;
    while (!waiting.empty()) {
        call& c = call_of(waiting.front());
        waiting.pop_front();
        c.at = call::place::none;
        if (!code) {
            endpoint& e = *c.to;
            seek_credential_locked(c, now, fx);
            pump_locked(e, now, fx);
            continue;
        }
        bool const ours = code.category() == client_category();
        c.result.cause = said ? said : code;
        if (!c.machine.confirms()) keep_text(c.result.service_message, from->label, ": ", words);
        error_code const none = ours ? code : error_code(errc::credentials_unavailable);
        drive_locked(c, {oms::call::event::kind::no_credential, none}, now, fx);
    }
    settle_locked(fx);
    held.unlock();
    fx.run();
}

}  // namespace oms::detail
