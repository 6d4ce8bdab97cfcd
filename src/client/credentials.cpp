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
void client_core::seek_credential(step& s, call& c) noexcept {
    with_memory(s, c, [&] { find_credential(s, c); });
}

void client_core::find_credential(step& s, call& c) {
    if (c.result.phase != phase::credentials) enter_phase(s, c, phase::credentials);
    std::string const& region = c.task.region.empty() ? settings_.config.region : c.task.region;
    auto found = c.source->is_fixed() ? auth::credential_book::fixed(*c.source, c.task.project_id)
                                      : book_.find(c.source, c.task.project_id, region, {time_->wall(), s.now}, c);
    if (found.code) {
        keep_text(c.result.service_message,
                  found.code == errc::credentials_wrong_project ? std::string_view("project_id") : c.source->label);
        if (c.machine.confirms()) c.result.cause = found.code;
        return drive(s, c, {oms::call::event::kind::no_credential, found.code});
    }
    if (!found.credential) {
        c.waits_in = call::wait_list::credential;
        return times_.set(c, c.deadline);
    }
    // It may have the pass already.
    if (c.credential == found.credential && c.probing) return drive(s, c, oms::call::event::kind::credential);
    if (c.credential != found.credential) {
        auto guard = book_.guard(*found.credential, c.to, s.now);
        release_pass(s, c);
        c.credential = std::move(found.credential);
        c.guard = std::move(guard);
    }
    switch (c.guard->gate.ask(s.now)) {
        case policy::admission::go:
            c.probing = !c.guard->gate.accepted();
            if (c.probing) c.guard->pass_taken = true;
            return drive(s, c, oms::call::event::kind::credential);
        case policy::admission::refused:
            return rejected(s, c);
        case policy::admission::wait:
            break;
    }
    c.waits_in = call::wait_list::gate;
    c.guard->waiting.push_back(c);
    times_.set(c, c.deadline);
}

// A value that is closed: a renewed one may serve, once; else the call ends.
void client_core::rejected(step& s, call& c) {
    bool const itself = c.code && !c.machine.confirms();  // it has tried this very value
    oms::call::event const e(oms::call::event::kind::rejected, itself ? c.code : errc::credentials_rejected);
    auto const a = tell(s, c, e);
    if (a.what == oms::call::action::kind::complete) {
        if (!itself) c.result.cause = e.code;
    } else if (book_.serves(*c.source, c.task.project_id, *c.credential)) {
        // Its provider may keep it, too, and knows only of the one whose 401 was answered by a refresh.
        s.fx.invalidate(c.source, c.credential);
        book_.invalidate(*c.source, c.task.project_id, *c.credential);
    }
    act(s, c, a, e);
}

// Some that wait for the gate ask again.
void client_core::wake(step& s, auth::credential_guard& g, policy::wake who) noexcept {
    if (who == policy::wake::none) return;
    auth::waiter_list waiting;
    waiting.swap(g.waiting);
    while (!waiting.empty() && !(who == policy::wake::one && g.pass_taken)) {
        call& c = call_of(waiting.front());
        waiting.pop_front();
        c.waits_in = call::wait_list::none;
        endpoint& e = *c.to;
        seek_credential(s, c);
        pump(s, e);
    }
    g.waiting.splice(g.waiting.begin(), waiting);
}

// A try with the gate's pass has ended without a proof: the next takes over.
void client_core::release_pass(step& s, call& c) noexcept {
    if (!std::exchange(c.probing, false)) return;
    auto const guard = c.guard;
    guard->pass_taken = false;
    wake(s, *guard, guard->gate.on_no_reply());
}

// The call's 401 has closed the gate: those that wait for it hear so.
void client_core::tell_closed(step& s, call& c) noexcept {
    if (!std::exchange(c.closed_gate, false)) return;
    auto const guard = c.guard;
    wake(s, *guard, policy::wake::all);
}

void client_core::on_credential(auth::question_ptr const& q, error_code code, credential value,
                                std::string words) noexcept {
    error_code const said = code;
    if (said && words.empty()) keep_message(words, said);  // perhaps of a category of the provider's
    effects fx(*this, completion::later);
    if (!fx.in()) return;
    fx.keep_alive(q);
    step s(*this, fx);
    auth::moment const at{time_->wall(), s.now};
    auto answered = book_.arrived(*q, at, random_(), code, std::move(value));
    auto const from = q->from.lock();
    if (!answered || !from) return;
    auth::waiter_list& waiting = *answered;
    if (code && words.empty()) keep_message(words, code);
    keep_text(from->last_error, words);
    while (!waiting.empty()) {
        call& c = call_of(waiting.front());
        waiting.pop_front();
        c.waits_in = call::wait_list::none;
        if (!code) {
            endpoint& e = *c.to;
            seek_credential(s, c);
            pump(s, e);
            continue;
        }
        bool const ours = code.category() == client_category();
        c.result.cause = said ? said : code;
        if (!c.machine.confirms()) keep_text(c.result.service_message, from->label, ": ", words);
        error_code const none = ours ? code : error_code(errc::credentials_unavailable);
        drive(s, c, {oms::call::event::kind::no_credential, none});
    }
    s.end();
}

}  // namespace oms::detail
