// SPDX-License-Identifier: BSL-1.0
#include "client/dials.hpp"

#include "client/engine.hpp"
#include "policy/timeout_code.hpp"

#include <algorithm>
#include <utility>

namespace oms::detail {

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

dialing* dials::find(std::uint64_t id) const noexcept {
    auto const found = all_.find(id);
    return found == all_.end() ? nullptr : found->second.get();
}

void dials::leave(call& c) noexcept {
    if (dialing* const d = std::exchange(c.dial, nullptr)) {
        d->sponsor = nullptr;
    } else {
        without_.erase(without_.iterator_to(c));
    }
}

void dials::served(step& s, call& c) noexcept {
    if (dialing* const d = std::exchange(c.dial, nullptr)) {
        find_sponsor(s, *d);
    } else {
        without_.erase(without_.iterator_to(c));
    }
}

call* dials::any_waiting() noexcept {
    if (!without_.empty()) return &without_.front();
    for (auto const& [id, d] : all_) {
        if (d->sponsor != nullptr && d->sponsor->waits_for_turn()) return d->sponsor;
    }
    return nullptr;
}

timeout_options const& dials::limits_of(dialing const& d) const noexcept {
    return d.sponsor != nullptr ? engine_.limits_of(*d.sponsor) : engine_.config().timeouts;
}

void dials::begin(step& s) noexcept {
    endpoint& e = endpoint_;
    time_point const next = e.health.dials().not_before();
    if (s.now < next) {
        e.not_filled(s, e.health.last_failure(), phase::connect);
        return e.wake(next);
    }
    auto const& limits = engine_.config().pool;
    std::size_t const at_once = e.health.failures() > 0 ? 1 : e.spoken.dials_at_once(limits.max_handshakes);
    auto const wanted = [&] {
        return std::max(e.spoken.connections_for(e.waiting(), limits.max_streams), e.missing());
    };
    while (oms::endpoint::dials_to_begin(wanted(), size(), e.connections().size(), limits.max_connections, at_once) >
           0) {
        dialing* made = nullptr;
        try {
            made = &begin_one(s);
        } catch (std::bad_alloc const&) {
            e.not_filled(s, {errc::out_of_memory, {}, {}}, phase::connect);
            if (without_.empty()) return;  // the others have dials of their own
            engine_.driver.no_memory(s, without_.front());
            continue;
        }
        ++engine_.counted.dials;
        find_sponsor(s, *made);
        engine_.times.set(*made, later(s.now, limits_of(*made).resolve));
    }
}

dialing& dials::begin_one(step& s) {
    auto& health = endpoint_.health;
    engine_.times.reserve();
    transport::dial_target target = endpoint_.sites[health.dials().host()].target;
    target.last = health.last(s.now);
    target.offered = endpoint_.spoken.offer();
    auto made = std::make_unique<dialing>(endpoint_, health.dials().host(), health.dials().round());
    dialing& d = *made;
    d.id = engine_.next_id();
    auto const at = all_.emplace(d.id, std::move(made)).first;
    try {
        s.deferred.dial(d.id, std::move(target));
    } catch (...) {
        all_.erase(at);
        throw;
    }
    engine_.times.admit(d);
    return d;
}

void dials::find_sponsor(step& s, dialing& d) noexcept {
    d.sponsor = nullptr;
    if (without_.empty()) return;
    call& c = without_.front();
    without_.pop_front();
    d.sponsor = &c;
    c.dial = &d;
    engine_.driver.tell(s, c, oms::call::event::kind::dial);
    engine_.driver.enter_phase(s, c, d.now_in);
}

void dials::enter_phase(step& s, dialing& d, phase begun) noexcept {
    if (d.now_in == begun) return;
    d.now_in = begun;
    timeout_options const& t = limits_of(d);
    engine_.times.set(d, later(s.now, begun == phase::handshake ? t.handshake
                                      : begun == phase::resolve ? t.resolve
                                                                : t.connect));
    if (d.sponsor != nullptr) engine_.driver.enter_phase(s, *d.sponsor, begun);
}

// What it was opened for waits like the others again, as their first.
std::unique_ptr<dialing> dials::take_out(dialing& d) noexcept {
    auto const at = all_.find(d.id);
    auto owned = std::move(at->second);
    all_.erase(at);
    engine_.times.remove(d);
    if (d.sponsor != nullptr) {
        d.sponsor->dial = nullptr;
        without_.push_front(*d.sponsor);
    }
    return owned;
}

void dials::ended(step& s, dialing& d, transport::dial_result& result) noexcept {
    auto const owned = take_out(d);
    if (!result.code) {
        if (d.sponsor != nullptr) engine_.driver.enter_phase(s, *d.sponsor, phase::queued);
        try {
            endpoint_.connected(s, d, result);
        } catch (std::bad_alloc const&) {
            result.code = errc::out_of_memory;
        }
    }
    if (result.code) failed(s, d, result);
    endpoint_.pump(s);
}

void dials::failed(step& s, dialing& d, transport::dial_result& result) noexcept {
    if (result.code == errc::out_of_memory) {  // says nothing of the endpoint
        endpoint_.not_filled(s, {result.code, {}, {}}, d.now_in);
        if (d.sponsor != nullptr) engine_.driver.no_memory(s, *d.sponsor);
        return;
    }
    ++engine_.counted.dial_failures;
    s.deferred.notify([&] {
        connection_event event;
        event.connection_id = d.id;
        event.what = connection_event::kind::dial_failed;
        event.code = result.code;
        return event_note(event, endpoint_.sites[d.site].target.peer);
    });
    // For want of memory nothing is learnt of the endpoint.
    if (d.sponsor != nullptr) {
        return engine_.driver.with_memory(s, *d.sponsor, [&] { judge(s, d, result); });
    }
    try {
        judge(s, d, result);
    } catch (std::bad_alloc const&) {
    }
}

void dials::judge(step& s, dialing& d, transport::dial_result& result) {
    endpoint& e = endpoint_;
    policy::failed_dial const facts = facts_of(d, result);
    error_code const cause = result.cause ? result.cause : result.code;
    auto const verdict = e.health.dial_failed(facts, {result.code, cause, std::move(result.text)},
                                              !e.connections().empty(), s.now, engine_.random());
    auto const& told = e.health.last_failure();
    if (verdict == policy::dial_verdict::next_address) {  // it is no repeat
        if (d.sponsor != nullptr) engine_.driver.enter_phase(s, *d.sponsor, phase::queued, result.code);
        return;
    }
    bool const own = verdict == policy::dial_verdict::straggler;
    if (own) {
        e.not_filled(s, {result.code, cause, {}}, d.now_in);
    } else {
        e.not_filled(s, told, d.now_in);
    }
    if (verdict == policy::dial_verdict::refuse) return e.refuse_all(s);
    if (d.sponsor != nullptr) {
        oms::call::event lost(oms::call::event::kind::lost);
        lost.failure.reads = !d.sponsor->acts();
        lost.failure.code = own ? result.code : told.code;
        engine_.driver.lose(s, *d.sponsor, lost, own ? cause : told.cause);
    }
    try {
        hand_back_others(s);
    } catch (std::bad_alloc const&) {  // they wait for the next dial then
    }
}

// Those that wait elsewhere than here go there; one of them comes back to try.
void dials::hand_back_others(step& s) {
    std::vector<std::pair<std::uint32_t, std::uint64_t>> others;  // handing one back may move others
    auto const note = [&](call const& c) {
        bool const own = c.to == &endpoint_ && c.hands_back && !engine_.retry_of(c).classify && !c.machine.confirms();
        if (own) others.emplace_back(c.index, c.id);
    };
    for (call const& c : without_) {
        if (c.probing) {  // others wait for what becomes of its credential here
            for (auto const& waiter : c.guard->waiting)
                note(static_cast<call const&>(waiter));
        }
        note(c);
    }
    for (auto const& [index, id] : others) {
        call* const c = engine_.calls.find(index, id);
        if (c == nullptr || c->dial != nullptr || !engine_.ending.running()) continue;
        if (!c->waits_for_turn() && c->waits_in != call::wait_list::gate) continue;
        c->result.cause = endpoint_.health.last_failure().cause;
        c->returned_for = call::return_reason::unreachable;
        engine_.driver.feed(s, *c, oms::call::event::kind::held_back);
    }
}

void dials::expire(step& s, dialing& d) noexcept {
    auto owned = take_out(d);
    transport::dial_result result;
    errc const there = policy::dial_timeout_in(d.now_in, false);
    site const& to = endpoint_.sites[d.site];
    result.code = policy::dial_timeout_in(d.now_in, to.proxied);
    result.known = std::move(d.known);
    try {
        for (std::string& each : d.under_way)
            result.attempts.push_back({std::move(each), there});
        result.text = to.target.peer;
        if (to.proxied) result.text += " by the proxy " + engine_.rules().proxy->proxy.peer;
        result.text += ": " + result.code.message();
    } catch (std::bad_alloc const&) {  // the code says it, too
    }
    failed(s, d, result);
    s.deferred.abandon(std::move(owned));
    endpoint_.pump(s);
}

void dials::drop_all(step& s) noexcept {
    for (auto& [id, d] : all_) {
        engine_.times.remove(*d);
        s.deferred.abandon(std::move(d));
    }
    all_.clear();
}

}  // namespace oms::detail
