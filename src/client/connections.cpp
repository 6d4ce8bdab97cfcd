// SPDX-License-Identifier: BSL-1.0
// Connections: when one is opened, kept, and closed.
#include "client/client_core.hpp"
#include "client/texts.hpp"
#include "policy/backoff.hpp"
#include "policy/durations.hpp"
#include "policy/timeout_code.hpp"

#include <algorithm>
#include <utility>

namespace oms::detail {

using oms::endpoint::close_reason;
using oms::endpoint::connection_state;

namespace {

policy::failed_dial facts_of(dialing const& d, transport::dial_result const& r) {
    policy::failed_dial facts;
    facts.host = d.site;
    facts.round = d.round;
    facts.known = r.known;
    facts.fault = policy::fault_of(r.code, r.cause, r.alert);
    for (auto const& each : r.attempts) {
        facts.attempts.push_back(
            {each.address, each.code == r.code ? facts.fault : policy::fault_of(each.code, {}, policy::no_alert)});
    }
    return facts;
}

}  // namespace

// Opens connections for those that wait, one at a time where the endpoint could not be reached.
void client_core::dial(step& s, endpoint& e) noexcept {
    time_point const next = e.health.dials().not_before();
    if (s.now < next) return wake(s, e, next);
    auto const& limits = settings_.config.pool;
    std::size_t const at_once = e.health.failures() > 0 ? 1 : limits.max_handshakes;
    auto const& pool = e.connections;
    while (oms::endpoint::dials_to_begin(e.waiting(), pool.dialing(), pool.size(), limits.max_connections, at_once) >
           0) {
        dialing* made = nullptr;
        try {
            made = &begin_dial(s, e);
        } catch (std::bad_alloc const&) {
            if (e.no_dial.empty()) return;  // the others have dials of their own
            no_memory(s, e.no_dial.front());
            continue;
        }
        dialing& d = *made;
        ++counted_.dials;
        sponsor(s, d);
        timeout_options const& t = d.sponsor != nullptr ? limits_of(*d.sponsor) : settings_.config.timeouts;
        times_.set(d, later(s.now, t.resolve));
    }
}

dialing& client_core::begin_dial(step& s, endpoint& e) {
    times_.reserve();
    transport::dial_target target = e.sites[e.health.dials().host()].target;
    target.last = e.health.last(s.now);
    auto made = std::make_unique<dialing>(e, e.health.dials().host(), e.health.dials().round());
    dialing& d = *made;
    d.id = next_id_++;
    auto const at = dials_.emplace(d.id, std::move(made)).first;
    try {
        s.fx.dial(d.id, std::move(target));
    } catch (...) {
        dials_.erase(at);
        throw;
    }
    times_.admit(d);
    e.connections.dial_begun();
    return d;
}

void client_core::sponsor(step& s, dialing& d) noexcept {
    d.sponsor = nullptr;
    if (d.of.no_dial.empty()) return;
    call& c = d.of.no_dial.front();
    d.of.no_dial.pop_front();
    d.sponsor = &c;
    c.dial = &d;
    tell(s, c, oms::call::event::kind::dial);
    enter_phase(s, c, d.now_in);
}

void client_core::on_dial_phase(std::uint64_t id, phase begun) {
    effects fx(*this, completion::later);
    if (!fx.in()) return;
    step s(*this, fx);
    auto const found = dials_.find(id);
    if (found == dials_.end() || found->second->now_in == begun) return;
    dialing& d = *found->second;
    d.now_in = begun;
    timeout_options const& t = d.sponsor != nullptr ? limits_of(*d.sponsor) : settings_.config.timeouts;
    times_.set(d, later(s.now, begun == phase::handshake ? t.handshake
                               : begun == phase::resolve ? t.resolve
                                                         : t.connect));
    if (d.sponsor != nullptr) enter_phase(s, *d.sponsor, begun);
    s.end();
}

void client_core::on_dial_addresses(std::uint64_t id, std::vector<std::string> const& known,
                                    std::vector<std::string> const& under_way) {
    lock const held(mutex_);
    auto const found = dials_.find(id);
    if (found == dials_.end()) return;
    try {
        found->second->known = known;
        found->second->under_way = under_way;
    } catch (std::bad_alloc const&) {  // then its time-out tells of the host, and of no address
        found->second->known.clear();
        found->second->under_way.clear();
    }
}

void client_core::on_dial_started(std::uint64_t id, std::shared_ptr<transport::dial> handle) {
    {
        lock const held(mutex_);
        auto const found = dials_.find(id);
        if (found != dials_.end()) {
            found->second->handle = std::move(handle);
            return;
        }
    }
    handle->abandon();  // given up in the meantime
}

void client_core::on_dial_not_started(std::uint64_t id) noexcept {
    transport::dial_result none;
    none.code = errc::out_of_memory;
    end_dial(id, none, completion::later);
}

void client_core::on_dialed(std::uint64_t id, transport::dial_result result) {
    end_dial(id, result, completion::inside);
}

void client_core::end_dial(std::uint64_t id, transport::dial_result& result, completion when) {
    effects fx(*this, when);
    step s(*this, fx);
    auto const found = dials_.find(id);
    if (found == dials_.end()) return;
    auto const d = std::move(found->second);
    dials_.erase(found);
    times_.remove(*d);
    endpoint& e = d->of;
    e.connections.dial_ended();
    if (call* const c = std::exchange(d->sponsor, nullptr)) {
        c->dial = nullptr;
        e.no_dial.push_front(*c);
        if (!result.code) enter_phase(s, *c, phase::queued);
        d->sponsor = c;
    }
    if (result.code) {
        dial_failed(s, *d, result);
    } else {
        try {
            connected(s, *d, result);
        } catch (std::bad_alloc const&) {
            result.code = errc::out_of_memory;
            dial_failed(s, *d, result);
        }
    }
    pump(s, e);
    s.end();
}

void client_core::connected(step& s, dialing& d, transport::dial_result& result) {
    endpoint& e = d.of;
    times_.reserve();
    auto owned = std::make_unique<pooled>(e, d.site, s.now);
    owned->address = std::move(result.address);
    owned->link = std::make_shared<transport::connection>(std::move(result.connected), shared_from_this());
    pooled& p = e.connections.add(std::move(owned));
    times_.admit(p);
    ++counted_.handshakes;
    if (result.resumed) ++counted_.resumed;
    e.health.reached(d.site, p.address, s.now);
    p.link->record = &p;
    p.link->watch();
    p.id = d.id;
    s.fx.notify([&] {
        connection_event event;
        event.connection_id = d.id;
        event.session_resumed = result.resumed;
        return event_note(event, e.sites[d.site].target.peer);
    });
    keep(s, p);
}

void client_core::dial_failed(step& s, dialing& d, transport::dial_result& result) noexcept {
    endpoint& e = d.of;
    if (result.code == errc::out_of_memory) {  // says nothing of the endpoint
        if (d.sponsor != nullptr) no_memory(s, *d.sponsor);
        return;
    }
    ++counted_.dial_failures;
    s.fx.notify([&] {
        connection_event event;
        event.connection_id = d.id;
        event.what = connection_event::kind::dial_failed;
        event.code = result.code;
        return event_note(event, e.sites[d.site].target.peer);
    });
    // For want of memory nothing is learnt of the endpoint.
    if (d.sponsor != nullptr) {
        return with_memory(s, *d.sponsor, [&] { judge_dial(s, d, result); });
    }
    try {
        judge_dial(s, d, result);
    } catch (std::bad_alloc const&) {
    }
}

void client_core::judge_dial(step& s, dialing& d, transport::dial_result& result) {
    endpoint& e = d.of;
    policy::failed_dial const facts = facts_of(d, result);
    error_code const cause = result.cause ? result.cause : result.code;
    auto const verdict = e.health.dial_failed(facts, {result.code, cause, std::move(result.text)},
                                              !e.connections.empty(), s.now, random_());
    auto const& told = e.health.last_failure();
    if (verdict == policy::dial_verdict::next_address) {  // it is no repeat
        if (d.sponsor != nullptr) enter_phase(s, *d.sponsor, phase::queued, result.code);
        return;
    }
    if (verdict == policy::dial_verdict::refuse) return refuse_all(s, e);
    if (d.sponsor != nullptr) {
        bool const own = verdict == policy::dial_verdict::straggler;
        oms::call::event lost(oms::call::event::kind::lost);
        lost.failure.reads = !d.sponsor->acts();
        lost.failure.code = own ? result.code : told.code;
        lose(s, *d.sponsor, lost, own ? cause : told.cause);
    }
    try {
        hand_back_others(s, e);
    } catch (std::bad_alloc const&) {  // they wait for the next dial then
    }
}

// Those that wait elsewhere than here go there; one of them comes back to try.
void client_core::hand_back_others(step& s, endpoint& e) {
    std::vector<std::pair<std::uint32_t, std::uint64_t>> others;  // handing one back may move others
    auto const note = [&](call const& c) {
        bool const own = c.to == &e && c.hands_back && !retry_of(c).classify && !c.machine.confirms();
        if (own) others.emplace_back(c.index, c.id);
    };
    for (call const& c : e.no_dial) {
        if (c.probing) {  // others wait for what becomes of its credential here
            for (auto const& waiter : c.guard->waiting)
                note(static_cast<call const&>(waiter));
        }
        note(c);
    }
    for (auto const& [index, id] : others) {
        call* const c = find_call(s, index, id);
        if (c == nullptr || c->dial != nullptr || state_ != state::running) continue;
        if (!c->waits_for_turn() && c->waits_in != call::wait_list::gate) continue;
        c->result.cause = e.health.last_failure().cause;
        c->returned_for = call::return_reason::unreachable;
        drive(s, *c, oms::call::event::kind::held_back);
    }
}

// A connection is free: kept for the next, unless there are enough or its time is over.
void client_core::keep(step& s, pooled& p) noexcept {
    auto const& pool = settings_.config.pool;
    if (s.now - p.opened() >= pool.max_lifetime) return drop(s, p, close_reason::max_lifetime, {});
    if (state_ != state::running && waiting_ == 0) return drop(s, p, close_reason::shut_down, {});
    endpoint& e = p.of;
    if (!is_free(p.state())) e.connections.move(p, connection_state::idle);
    p.idle_until =
        std::min({later(s.now, pool.idle_timeout), later(s.now, p.keep_alive), later(p.opened(), pool.max_lifetime)});
    times_.set(p, std::min(p.idle_until, s.now + durations::trimmed_after));
    if (e.connections.free() > std::max(pool.max_idle, e.waiting())) {
        drop(s, *e.connections.least(), close_reason::max_idle, {});
    }
}

// A try on `silent` that began then has timed out: what was idle beside it, and has not been heard of since, may be
// as dead. Nobody knows of those in use, but that they count as alive only once a byte comes.
void client_core::suspect(step& s, endpoint& e, pooled const& silent, time_point began) noexcept {
    e.connections.for_each_free([&](pooled& p) {
        bool const beside = p.site == silent.site && p.address == silent.address;
        if (beside && p.heard() < began) drop(s, p, close_reason::suspect, errc::first_byte_timeout);
    });
}

void client_core::drop(step& s, pooled& p, close_reason reason, error_code const& why) noexcept {
    endpoint& e = p.of;
    s.fx.notify([&] {
        connection_event event;
        event.connection_id = p.id;
        event.what = connection_event::kind::closed;
        event.reason = to_string(reason);
        event.code = why;
        return event_note(event, e.sites[p.site].target.peer);
    });
    times_.remove(p);
    p.link->record = nullptr;
    s.fx.close(e.connections.remove(p));
}

void client_core::drop_dials(step& s) noexcept {
    for (auto& [id, d] : dials_) {
        times_.remove(*d);
        d->of.connections.dial_ended();
        s.fx.abandon(std::move(d));
    }
    dials_.clear();
}

void client_core::expire(step& s, pooled& p) noexcept {
    if (s.now >= p.idle_until && p.state() == connection_state::draining) {  // others may need its place
        endpoint& e = p.of;
        drop(s, p, close_reason::not_kept_alive, errc::body_too_large);
        return pump(s, e);
    }
    if (s.now >= p.idle_until) return drop(s, p, close_reason::idle_timeout, {});
    if (!std::exchange(p.trimmed, true)) p.link->trim();
    times_.set(p, p.idle_until);
}

// A phase of a dial took too long.
void client_core::expire(step& s, dialing& d) noexcept {
    auto const found = dials_.find(d.id);
    auto owned = std::move(found->second);
    dials_.erase(found);
    times_.remove(d);
    endpoint& e = d.of;
    e.connections.dial_ended();
    transport::dial_result result;
    errc const there = policy::dial_timeout_in(d.now_in, false);
    site const& to = e.sites[d.site];
    result.code = policy::dial_timeout_in(d.now_in, to.proxied);
    result.known = std::move(d.known);
    try {
        for (std::string& each : d.under_way)
            result.attempts.push_back({std::move(each), there});
        result.text = to.target.peer;
        if (to.proxied) result.text += " by the proxy " + settings_.proxy->proxy.peer;
        result.text += ": " + result.code.message();
    } catch (std::bad_alloc const&) {  // the code says it, too
    }
    if (call* const c = d.sponsor) {
        c->dial = nullptr;
        e.no_dial.push_front(*c);
    }
    dial_failed(s, d, result);
    s.fx.abandon(std::move(owned));
    pump(s, e);
}

// The rest of a reply that was too large has come.
void client_core::on_drained(transport::connection& c) {
    effects fx(*this, completion::inside);
    step s(*this, fx);
    auto* const p = static_cast<pooled*>(c.record);
    if (p == nullptr) return;
    endpoint& e = p->of;
    keep(s, *p);
    pump(s, e);
    s.end();
}

void client_core::on_idle_closed(transport::connection& c, error_code const& why) {
    effects fx(*this, completion::inside);
    step s(*this, fx);
    auto* const p = static_cast<pooled*>(c.record);
    if (p == nullptr) return;
    if (p->state() == connection_state::leased) {  // a moment ago, or not yet back
        p->ended = true;
        return;
    }
    endpoint& e = p->of;
    bool const was_idle = is_free(p->state());
    drop(s, *p,
         !was_idle                      ? close_reason::not_kept_alive
         : why == errc::malformed_reply ? close_reason::stray_bytes
                                        : close_reason::closed_by_peer,
         why);
    pump(s, e);
    s.end();
}

}  // namespace oms::detail
