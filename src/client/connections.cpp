// SPDX-License-Identifier: BSL-1.0
// The connections of an endpoint: when one is kept, and closed.
#include "client/client_core.hpp"
#include "policy/durations.hpp"

#include <algorithm>
#include <utility>

namespace oms::detail {

using oms::endpoint::connection_state;

void endpoint::connected(step& s, dialing& d, transport::dial_result& result) {
    engine_.times.reserve();
    auto owned = std::make_unique<pooled>(*this, d.site, s.now);
    owned->address = std::move(result.address);
    owned->link = transport::make_connection(result.speaks, std::move(result.connected),
                                             engine_.of().shared_from_this(), engine_.config().limits.header);
    pooled& p = pool_.add(std::move(owned));
    engine_.times.admit(p);
    ++engine_.counted.handshakes;
    if (result.resumed) ++engine_.counted.resumed;
    p.http_2 = result.speaks == transport::protocol::http_2;
    if (p.http_2) ++engine_.counted.http_2;
    spoken.learn(result.speaks);
    warm_ups_.opened();
    if (warming()) s.deferred.complete(warm_ups_.done(s.now));
    health.reached(d.site, p.address, s.now);
    p.link->record = &p;
    p.link->watch();
    p.id = d.id;
    take_capacity(p);
    s.deferred.notify([&] {
        connection_event event;
        event.connection_id = d.id;
        event.session_resumed = result.resumed;
        event.http_2 = p.http_2;
        return event_note(event, sites[d.site].target.peer);
    });
    if (p.capacity() == 0) return drop(s, p, close_reason::failed, errc::connection_lost);
    keep(s, p);
}

// A connection is free: kept for the next, unless there are enough or its time is over.
void endpoint::keep(step& s, pooled& p) noexcept {
    auto const& rules = engine_.config().pool;
    if (s.now - p.opened() >= rules.max_lifetime) return drop(s, p, close_reason::max_lifetime, {});
    if (!engine_.ending.running() && engine_.calls.waiting() == 0) return drop(s, p, close_reason::shut_down, {});
    p.open_until = std::min(later(s.now, p.keep_alive), later(p.opened(), rules.max_lifetime));
    p.idle_until = std::min(later(s.now, rules.idle_timeout), p.open_until);
    engine_.times.set(p, std::min(p.idle_until, s.now + durations::trimmed_after));
    if (pool_.free() > std::max(rules.max_idle, waiting())) drop(s, *pool_.least(), close_reason::max_idle, {});
}

// So many requests it carries at a time.
void endpoint::take_capacity(pooled& p) noexcept {
    pool_.set_capacity(p, std::min(p.link->capacity(), engine_.config().pool.max_streams));
}

// Of HTTP/2, while it carries something: the peer is asked whether it is there.
void endpoint::probe(step& s, pooled& p) noexcept {
    if (!p.link->probe()) retire(s, p, close_reason::failed, errc::connection_lost);
    engine_.times.set(p, s.now + durations::probe_interval);
}

// One of its exchanges has ended, and it has not.
void endpoint::release(step& s, pooled& p, bool answered) noexcept {
    if (pool_.release(p, answered) > 0) {
        if (s.now - p.opened() >= engine_.config().pool.max_lifetime) retire(s, p, close_reason::max_lifetime, {});
    } else if (p.state() == connection_state::retiring) {
        drop(s, p, p.retired_for, p.retired_by);
    } else {
        keep(s, p);
    }
}

// It takes no further exchange. Why it ended is what came first.
void endpoint::retire(step& s, pooled& p, close_reason reason, error_code const& why) noexcept {
    if (!is_leased(p.state())) return drop(s, p, reason, why);
    if (p.state() == connection_state::retiring) return;
    pool_.retire(p);
    p.retired_for = reason;
    p.retired_by = why;
}

void endpoint::on_news(step& s, pooled& p, transport::connection_news news) noexcept {
    switch (news) {
        case transport::connection_news::capacity:
            take_capacity(p);
            break;
        case transport::connection_news::going_away:
            retire(s, p, close_reason::going_away, {});
            break;
        case transport::connection_news::wants_http_1:
            spoken.refuse_http_2();
            retire(s, p, close_reason::going_away, {});
            break;
        case transport::connection_news::slow_down:
            limiter.on_throttled(s.now, s.now, {}, {});
            break;
    }
    pump(s);
}

// A try on `silent` that began then has timed out: what was idle beside it, and has not been heard of since, may be
// as dead. Nobody knows of those in use, but that they count as alive only once a byte comes.
void endpoint::suspect(step& s, pooled const& silent, time_point began) noexcept {
    pool_.for_each_free([&](pooled& p) {
        bool const beside = p.site == silent.site && p.address == silent.address;
        if (beside && p.heard() < began) drop(s, p, close_reason::suspect, errc::first_byte_timeout);
    });
}

// One that was of use is replaced where others are kept; one that ends as it begins would only be followed by its like.
void endpoint::drop(step& s, pooled& p, close_reason reason, error_code const& why) noexcept {
    fills_ |= p.used() || s.now - p.opened() >= engine_.config().pool.idle_timeout;
    s.deferred.notify([&] {
        connection_event event;
        event.connection_id = p.id;
        event.what = connection_event::kind::closed;
        event.reason = reason;
        event.code = why;
        return event_note(event, sites[p.site].target.peer);
    });
    engine_.times.remove(p);
    p.link->record = nullptr;
    s.deferred.close(pool_.remove(p));
}

void endpoint::warm_up(step& s, std::unique_ptr<warm_ups::wait_type>&& wait, std::size_t wanted) {
    warm_ups_.add(std::move(wait), wanted - std::min(wanted, pool_.size()), s.now);
    if (health.refuses(s.now)) return not_filled(s, health.refusal(), phase::connect);
    s.deferred.complete(warm_ups_.done(s.now));
    pump(s);
}

std::size_t endpoint::end_warm_ups(step& s, errc why) noexcept {
    std::size_t const count = warm_ups_.size();
    if (count > 0) s.deferred.complete(warm_ups_.failed({why, {}, {}}, phase::connect, s.now));
    return count;
}

std::size_t endpoint::missing() const noexcept {
    std::size_t const kept = fills_ ? least_ - std::min(least_, pool_.size()) : 0;
    return std::max(kept, warm_ups_.missing());
}

// Nothing is tried again for nobody.
void endpoint::not_filled(step& s, oms::endpoint::trouble const& why, phase where) noexcept {
    fills_ = false;
    if (warming()) s.deferred.complete(warm_ups_.failed(why, where, s.now));
}

void endpoint::fill(step& s) noexcept {
    if (missing() > dials_.size() && engine_.ending.running()) dials_.begin(s);
    if (pool_.size() + dials_.size() >= least_) fills_ = false;
}

void endpoint::drop_free(step& s) noexcept {
    end_warm_ups(s, errc::shut_down);
    pool_.for_each_free([&](pooled& p) { drop(s, p, close_reason::shut_down, {}); });
}

void endpoint::drop_all(step& s) noexcept {
    end_warm_ups(s, errc::shut_down);
    while (!pool_.empty())
        drop(s, pool_.back(), close_reason::shut_down, {});
    dials_.drop_all(s);
}

void endpoint::expire(step& s, pooled& p) noexcept {
    if (is_leased(p.state())) return probe(s, p);
    if (s.now >= p.idle_until && p.state() == connection_state::draining) {  // others may need its place
        drop(s, p, close_reason::not_kept_alive, errc::body_too_large);
        return pump(s);
    }
    if (s.now >= p.idle_until) {
        if (pool_.size() > least_ || s.now >= p.open_until) {
            drop(s, p, close_reason::idle_timeout, {});
            return pump(s);
        }
        p.idle_until = p.open_until;
    }
    if (!std::exchange(p.trimmed, true)) p.link->trim();
    engine_.times.set(p, p.idle_until);
}

// The rest of a reply that was too large has come.
void endpoint::on_drained(step& s, pooled& p) noexcept {
    pool_.drained(p);
    keep(s, p);
    pump(s);
}

void endpoint::on_idle_closed(step& s, pooled& p, error_code const& why) noexcept {
    if (is_leased(p.state())) {  // a moment ago, or not yet back
        p.ended = true;
        if (p.http_2) retire(s, p, close_reason::failed, why);
        return;
    }
    bool const was_idle = is_free(p.state());
    drop(s, p,
         !was_idle                      ? close_reason::not_kept_alive
         : why == errc::malformed_reply ? close_reason::stray_bytes
                                        : close_reason::closed_by_peer,
         why);
    pump(s);
}

}  // namespace oms::detail
