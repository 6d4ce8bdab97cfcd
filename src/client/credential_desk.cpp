// SPDX-License-Identifier: BSL-1.0
#include "client/credential_desk.hpp"

#include "auth/credential_check.hpp"
#include "client/engine.hpp"
#include "client/texts.hpp"

#include <new>
#include <optional>
#include <string>
#include <utility>

namespace oms::detail {

namespace {

call& call_of(auth::credential_waiter& w) noexcept {
    return static_cast<call&>(w);
}

}  // namespace

credential_desk::credential_desk(engine& of, client_config const& config)
    : engine_(of), book_(config.throttle), own_(book_.source_of(config.credentials, config.credentials->label())) {
    engine_.times.admit(next_look_);
}

auth::source_ptr credential_desk::source_of(call const& c) {
    if (!c.own || !c.own->options.credentials) return own_;
    return book_.source_of(c.own->options.credentials, c.own->label);
}

void credential_desk::find(step& s, call& c) {
    if (c.result.phase != phase::credentials) engine_.driver.enter_phase(s, c, phase::credentials);
    std::string const& region = c.task.region.empty() ? engine_.config().region : c.task.region;
    auto found = c.source->is_fixed()
                     ? auth::credential_book::fixed(*c.source, c.task.project_id)
                     : book_.find(c.source, c.task.project_id, region, {engine_.time().wall(), s.now}, c);
    if (found.code) {
        keep_text(c.result.service_message,
                  found.code == errc::credentials_wrong_project ? std::string_view("project_id") : c.source->label);
        if (c.machine.confirms()) c.result.cause = found.code;
        return engine_.driver.feed(s, c, {oms::call::event::kind::no_credential, found.code});
    }
    if (!found.credential) {
        c.waits_in = call::wait_list::credential;
        return engine_.times.set(c, c.deadline);
    }
    // It may have the pass already.
    if (c.credential == found.credential && c.probing) {
        return engine_.driver.feed(s, c, oms::call::event::kind::credential);
    }
    if (c.credential != found.credential) {
        auto& guard = book_.guard(*found.credential, c.to, s.now);
        release_pass(s, c);
        c.credential = std::move(found.credential);
        c.guard = &guard;
    }
    switch (c.guard->gate.ask(s.now)) {
        case policy::admission::go:
            c.probing = !c.guard->gate.accepted();
            if (c.probing) c.guard->pass_taken = true;
            return engine_.driver.feed(s, c, oms::call::event::kind::credential);
        case policy::admission::refused:
            return rejected(s, c);
        case policy::admission::wait:
            break;
    }
    c.waits_in = call::wait_list::gate;
    c.guard->waiting.push_back(c);
    engine_.times.set(c, c.deadline);
}

void credential_desk::seek(step& s, call& c) noexcept {
    engine_.driver.with_memory(s, c, [&] { find(s, c); });
}

void credential_desk::rejected(step& s, call& c) {
    bool const itself = c.code && !c.machine.confirms();  // it has tried this very value
    oms::call::event const e(oms::call::event::kind::rejected, itself ? c.code : errc::credentials_rejected);
    auto const a = engine_.driver.tell(s, c, e);
    if (a.what == oms::call::action::kind::complete) {
        if (!itself) c.result.cause = e.code;
    } else {
        // Its provider may keep it, too, and knows only of the one whose 401 was answered by a refresh.
        invalidate(s, c);
    }
    engine_.driver.act(s, c, a, e);
}

void credential_desk::invalidate(step& s, call& c) {
    // Others were under way with it, and one of them has told.
    if (!book_.serves(*c.source, c.task.project_id, *c.credential)) return;
    s.deferred.invalidate(c.source, c.credential);
    book_.invalidate(*c.source, c.task.project_id, *c.credential);
}

namespace {

void keep_fault(std::string& in, auth::credential_fault const& fault) noexcept {
    try {
        in = std::string(fault.part) + ' ' + fault.reason();
    } catch (std::bad_alloc const&) {
    }
}

}  // namespace

bool credential_desk::answered(step& s, auth::question_ptr const& q, error_code code, credential value,
                               std::string words) noexcept {
    error_code const said = code;
    auto const fault = code ? std::nullopt : auth::fault_of(value);
    auth::moment const at{engine_.time().wall(), s.now};
    auto answered = book_.arrived(*q, at, engine_.random(), code, std::move(value));
    auto const from = q->from.lock();
    if (!answered || !from) return false;
    auth::waiter_list& waiting = *answered;
    if (code && words.empty()) {
        if (fault) {
            keep_fault(words, *fault);
        } else {
            keep_message(words, code);
        }
    }
    keep_text(from->last_error, words);
    while (!waiting.empty()) {
        call& c = call_of(waiting.front());
        waiting.pop_front();
        c.waits_in = call::wait_list::none;
        if (!code) {
            endpoint& e = *c.to;
            seek(s, c);
            e.pump(s);
            continue;
        }
        bool const ours = code.category() == client_category();
        c.result.cause = said ? said : code;
        if (!c.machine.confirms()) keep_text(c.result.service_message, from->label, ": ", words);
        error_code const none = ours ? code : error_code(errc::credentials_unavailable);
        engine_.driver.feed(s, c, {oms::call::event::kind::no_credential, none});
    }
    return true;
}

void credential_desk::leave(call& c) noexcept {
    if (std::exchange(c.waits_in, call::wait_list::none) == call::wait_list::credential) {
        return book_.leave(*c.source, c.task.project_id, c);
    }
    static_cast<auth::credential_waiter&>(c).unlink();
}

void credential_desk::replied(step& s, call& c, unsigned status, bool clock_mended) noexcept {
    auto const kept = c.credential;  // has the guard
    auto& guard = *c.guard;
    if (std::exchange(c.probing, false)) guard.pass_taken = false;
    if (clock_mended) {  // it says nothing of the key; the next request has the right time
        wake(s, guard, guard.gate.on_no_reply());
    } else if (status == 401) {
        // At once, whatever else becomes of the call. Those that wait hear of it
        // when it is clear whether another credential takes this one's place.
        guard.gate.close(s.now);
        c.closed_gate = true;
    } else {
        wake(s, guard, guard.gate.on_reply(status));
    }
}

// Some that wait for the gate ask again.
void credential_desk::wake(step& s, auth::credential_guard& g, policy::wake who) noexcept {
    if (who == policy::wake::none) return;
    auth::waiter_list waiting;
    waiting.swap(g.waiting);
    while (!waiting.empty() && !(who == policy::wake::one && g.pass_taken)) {
        call& c = call_of(waiting.front());
        waiting.pop_front();
        c.waits_in = call::wait_list::none;
        endpoint& e = *c.to;
        seek(s, c);
        e.pump(s);
    }
    g.waiting.splice(g.waiting.begin(), waiting);
}

void credential_desk::release_pass(step& s, call& c) noexcept {
    if (!std::exchange(c.probing, false)) return;
    auto const kept = c.credential;  // has the guard
    auto& guard = *c.guard;
    guard.pass_taken = false;
    wake(s, guard, guard.gate.on_no_reply());
}

void credential_desk::tell_closed(step& s, call& c) noexcept {
    if (!c.closed_gate) return;
    c.closed_gate = false;
    auto const kept = c.credential;  // has the guard
    auto& guard = *c.guard;
    wake(s, guard, policy::wake::all);
}

call::closure credential_desk::closure_of(step& s, call const& c, error_code const& ended) const noexcept {
    if (!c.source || !c.guard || !c.guard->gate.closed(s.now)) return call::closure::none;
    if (c.source->fixed) return c.credential->signer ? call::closure::everywhere : call::closure::endpoint;
    // What the source has for others may be good.
    bool const renewed_in_vain = c.machine.tries().refreshed && ended == condition::unauthenticated;
    return renewed_in_vain ? call::closure::project : call::closure::none;
}

void credential_desk::begin_queued(step& s) noexcept {
    auto in_vain = book_.begin_queued(s.now);
    while (!in_vain.empty()) {
        auto& c = call_of(in_vain.front());
        in_vain.pop_front();
        c.waits_in = call::wait_list::none;
        engine_.driver.no_memory(s, c);
    }
}

void credential_desk::ask_begun(step& s) noexcept {
    engine_.times.set(next_look_, book_.next_look());
    s.deferred.ask(book_.take_begun());
    s.deferred.give_up(book_.take_given_up());
}

void credential_desk::let_go() noexcept {
    for (auto const& from : book_.sources()) {
        for (auto const& each : from->open)
            each->let_go();
    }
}

}  // namespace oms::detail
