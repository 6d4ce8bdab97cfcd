// SPDX-License-Identifier: BSL-1.0
// Exchanges of an endpoint: how each ends for its connection, and what its call hears.
#include "client/engine.hpp"
#include "client/reply_reading.hpp"
#include "policy/durations.hpp"
#include "policy/timeout_code.hpp"

#include <algorithm>
#include <utility>

namespace oms::detail {

pooled& endpoint::pooled_of(transport::exchange const& x) noexcept {
    return *static_cast<pooled*>(x.on().record);
}

// Parts it and its call.
call& endpoint::end_exchange(transport::exchange& x) noexcept {
    call& c = *static_cast<call*>(std::exchange(x.record, nullptr));
    engine_.calls.exchange_ended(c);
    turns_.ended(*c.lane);
    return c;
}

// Its connection has ended with it, and is gone with the last of those that it carries.
void endpoint::lose(step& s, pooled& p, close_reason reason, error_code const& why) noexcept {
    if (p.leases() <= 1) return drop(s, p, reason, why);
    retire(s, p, reason, why);
    pool_.release(p, false);
}

// Accounts for the phases of an exchange that ended in `last`. Where nobody
// observes, only the whole is known, and goes to the wait for the reply.
void endpoint::end_times(step& s, call& c, transport::exchange_times const& t, phase last) noexcept {
    if (last == phase::write) return;
    if (t.sent == time_point{}) {
        c.result.phase = phase::first_byte;
    } else {
        engine_.driver.enter_phase_at(s, c, phase::first_byte, t.sent);
    }
    if (last == phase::first_byte) return;
    engine_.driver.enter_phase_at(s, c, phase::body, t.first_byte == time_point{} ? s.now : t.first_byte);
}

// Where nothing at all came in time, the connection may have been dead for a while.
void endpoint::abandon_exchange(step& s, call& c, oms::call::event const& why) noexcept {
    transport::exchange& x = *c.exchange;
    pooled& p = pooled_of(x);
    auto const link = p.link;  // what the failure points to lives in it
    bool const idled = p.idled_before(c.sent_at);
    end_exchange(x);
    auto const f = x.abandon();
    bool const late = why.what == oms::call::event::kind::time;
    bool const silent = late && !f.heard && f.head == nullptr;
    lost_on on = silent && idled ? lost_on::used : lost_on::fresh;
    if (silent && silence_.suspects(idled, s.now)) {
        suspect(s, p, c.sent_at);
        on = lost_on::suspect;
    }
    if (f.connection_ended) {
        lose(s, p, close_reason::abandoned, {});
    } else {
        if (silent) retire(s, p, close_reason::suspect, errc::first_byte_timeout);
        if (!p.resets.take(s.now)) retire(s, p, close_reason::many_resets, {});
        release(s, p, false);
    }
    lost(s, c, f, on, late ? error_code(policy::timeout_in(f.phase)) : error_code());
}

void endpoint::on_reply(step& s, transport::exchange& x, transport::reply const& r) noexcept {
    pooled& p = pooled_of(x);
    if (!p.used()) silence_.answered();
    call& c = end_exchange(x);
    p.replied_at = s.now;
    if (r.keep_alive_timeout) {
        p.keep_alive = std::max(*r.keep_alive_timeout, durations::keep_alive_margin) - durations::keep_alive_margin;
    }
    if (r.keep_alive && !p.ended) {
        release(s, p, true);
    } else if (r.draining && engine_.ending.running()) {
        pool_.drain(p);
        p.idle_until = s.now + durations::body_drained_within;
        engine_.times.set(p, p.idle_until);
    } else {
        lose(s, p, close_reason::not_kept_alive, {});
    }
    c.try_status = static_cast<std::uint16_t>(r.status);
    end_times(s, c, r.times, phase::body);
    take_reply(engine_, s, c, oms::call::event::kind::reply, r, {});
    pump(s);
}

void endpoint::on_failed(step& s, transport::exchange& x, transport::exchange_failure const& f) noexcept {
    pooled& p = pooled_of(x);
    lost_on const on = p.used() ? lost_on::used : lost_on::fresh;
    call& c = end_exchange(x);
    if (f.connection_ended) {
        lose(s, p, close_reason::failed, f.code);
    } else {
        release(s, p, f.head != nullptr);
    }
    lost(s, c, f, on, {});
    pump(s);
}

void endpoint::on_not_started(step& s, transport::exchange& x) noexcept {
    pooled& p = pooled_of(x);
    call& c = end_exchange(x);
    error_code const unfit = x.unfit;
    x.forget_request();
    if (p.link->takes_more()) {
        release(s, p, false);
    } else {
        lose(s, p, close_reason::closed_by_peer, errc::connection_closed);
    }
    if (unfit == errc::out_of_memory) {
        engine_.driver.no_memory(s, c);
    } else if (unfit) {
        oms::call::event e(oms::call::event::kind::lost);
        e.failure.code = unfit;
        engine_.driver.lose(s, c, e, {});
    } else {
        engine_.driver.feed(s, c, oms::call::event::kind::not_started);
    }
    pump(s);
}

// The exchange brought no whole reply: it was lost, or given up. `timeout`: its time was over.
void endpoint::lost(step& s, call& c, transport::exchange_failure const& f, lost_on on, error_code timeout) noexcept {
    bool const reused = on != lost_on::fresh;
    if (f.head != nullptr) c.try_status = static_cast<std::uint16_t>(f.head->status);
    end_times(s, c, f.times, f.phase);
    error_code const why = timeout ? timeout : f.code;
    if (f.head != nullptr) {
        transport::reply const r = *f.head;
        return take_reply(engine_, s, c, oms::call::event::kind::header, r, why);
    }
    bool const ended = f.code == errc::connection_closed || f.code == errc::connection_lost;
    oms::call::event e(oms::call::event::kind::lost);
    e.sent = f.unprocessed   ? oms::call::progress::unprocessed
             : f.handed_over ? oms::call::progress::handed_over
                             : oms::call::progress::unsent;
    bool const open = e.sent == oms::call::progress::handed_over;
    e.failure.how = open ? policy::failure::kind::lost : policy::failure::kind::unsent;
    e.failure.unprocessed = f.unprocessed;
    e.failure.reads = !c.acts();
    e.failure.code = why;
    e.failure.stale = reused && !f.got_bytes && !timeout && ended;
    e.failure.silent = reused && timeout;
    e.failure.suspect = on == lost_on::suspect;
    engine_.driver.lose(s, c, e, timeout ? timeout : f.cause);
}

}  // namespace oms::detail
