// SPDX-License-Identifier: BSL-1.0
// What a reply tells about the endpoint, the project, the credential and the clock.
#include "client/client_core.hpp"
#include "policy/backoff.hpp"
#include "policy/clock_skew.hpp"
#include "policy/durations.hpp"
#include "policy/outcome.hpp"
#include "wire/http_date.hpp"
#include "wire/iso_time.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace oms::detail {

// A 401 may say that the signature is of a time that the service does not take.
void client_core::judge_clock(step const&, call& c, unsigned status, transport::reply const& r, policy::failure& f) {
    if (status != 401 || !c.credential->signer) return;
    auto const local = std::chrono::floor<std::chrono::seconds>(time_->wall());
    auto const theirs = wire::parse_http_date(r.date, local);
    if (!theirs) return;
    auto const verdict = policy::judge_clock(local, local + c.signed_ahead, *theirs);
    if (verdict.finding == policy::clock_finding::in_step) return;
    if (verdict.finding == policy::clock_finding::mended && !c.machine.tries().clock_mended) {
        c.to->health.clock_ahead = verdict.ahead;
        f.clock_mended = true;
        return;
    }
    f.told = errc::clock_skew;
    if (!c.result.service_message.empty()) c.result.service_message += "; ";
    c.result.service_message +=
        "this machine's clock says " + wire::iso_time(local) + ", the service's " + wire::iso_time(*theirs);
}

void client_core::apply_feedback(step& s, call& c, unsigned status, std::string_view text, transport::reply const& r,
                                 bool clock_mended) {
    endpoint& e = *c.to;
    if (status == 418) {  // before anybody is woken who would send to it
        e.health.blocked(s.now + durations::blocked_endpoint);
        refuse_all(s, e);
    }
    auto const guard = c.guard;
    if (std::exchange(c.probing, false)) guard->pass_taken = false;
    if (clock_mended) {  // it says nothing of the key; the next request has the right time
        wake(s, *guard, guard->gate.on_no_reply());
    } else if (status == 401) {
        // At once, whatever else becomes of the call. Those that wait hear of it
        // when it is clear whether another credential takes this one's place.
        guard->gate.close(s.now);
        c.closed_gate = true;
    } else {
        wake(s, *guard, guard->gate.on_reply(status));
    }
    if (status == 429) {
        slow_down(s, c, text, r);
    } else if (policy::is_success(status)) {
        e.limiter.on_success(s.now);
        c.lane->limiter.on_success(s.now);
        c.guard->limiter.on_success(s.now);
    }
}

void client_core::slow_down(step& s, call& c, std::string_view text, transport::reply const& r) {
    paced_.store(true, std::memory_order_relaxed);
    endpoint& e = *c.to;
    auto const hint = policy::parse_rate_hint(text);
    auto const asked = wire::parse_retry_after(r.retry_after, r.date, time_->wall());
    std::optional<duration> wait;
    if (asked) {
        wait = std::min<std::chrono::seconds>(
            *asked, std::chrono::duration_cast<std::chrono::seconds>(settings_.config.retry.max_retry_after));
    }
    c.throttled_scope = widen(s, c, hint);
    bool const several = c.throttled_scope == policy::throttle_scope::address &&
                         (!hint || hint->scope == policy::throttle_scope::unnamed);
    if (several) c.lane->limiter.on_throttled(c.sent_at, s.now, hint, wait);
    policy::rate_limiter& limiter = c.throttled_scope == policy::throttle_scope::user      ? c.guard->limiter
                                    : c.throttled_scope == policy::throttle_scope::address ? e.limiter
                                                                                           : c.lane->limiter;
    limiter.on_throttled(c.sent_at, s.now, hint, wait);
    time_point until = limiter.next(s.now);
    if (asked) until = std::max(until, later(s.now, *asked));
    if (c.hands_back && until <= s.now) {
        auto const& rules = retry_of(c);  // no pace is learnt, and none was named
        until =
            s.now + std::max<duration>(durations::least_pace_wait,
                                       policy::full_jitter(rules.throttled_delay, rules.max_delay, c.paced, random_()));
        if (c.paced < std::numeric_limits<decltype(c.paced)>::max()) ++c.paced;
    }
    c.throttled_until = until;
    tell_pace(s, c, {c.throttled_scope, until, limiter.rate(), true});
}

void client_core::tell_pace(step& s, call const& c, pace const& p) {
    s.fx.notify([&] {
        throttle_event event = event_of(p, s.now);
        event.call = context_of(c);
        return event_note(event, c.own);
    });
}

void client_core::tell_pace(pace const& p, time_point now) const {
    if (observer* const o = watcher()) o->on_throttle(event_of(p, now));
}

throttle_event client_core::event_of(pace const& p, time_point now) {
    throttle_event event;
    event.what = p.scope == policy::throttle_scope::user      ? throttle_event::scope::credential
                 : p.scope == policy::throttle_scope::address ? throttle_event::scope::endpoint
                                                              : throttle_event::scope::project;
    event.rate = p.rate;
    event.learnt = p.learnt;
    event.delay = std::max(duration::zero(), p.until - now);
    return event;
}

// What a 429 speaks of. Several projects at once: the limit is not theirs but the endpoint's.
policy::throttle_scope client_core::widen(step& s, call& c, std::optional<policy::rate_hint> const& hint) {
    if (hint && hint->scope != policy::throttle_scope::unnamed) return hint->scope;
    endpoint& e = *c.to;
    bool const several = e.project_throttled != nullptr && e.project_throttled != c.lane &&
                         s.now - e.project_throttled_at <= durations::widening_window;
    e.project_throttled = c.lane;
    e.project_throttled_at = s.now;
    return several ? policy::throttle_scope::address : policy::throttle_scope::unnamed;
}

}  // namespace oms::detail
