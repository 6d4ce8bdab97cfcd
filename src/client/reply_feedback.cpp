// SPDX-License-Identifier: BSL-1.0
#include "client/reply_feedback.hpp"

#include "client/engine.hpp"
#include "client/pace.hpp"
#include "policy/backoff.hpp"
#include "policy/clock_skew.hpp"
#include "policy/durations.hpp"
#include "policy/outcome.hpp"
#include "wire/http_date.hpp"
#include "wire/iso_time.hpp"

#include <algorithm>
#include <limits>
#include <optional>

namespace oms::detail {

using policy::throttle_scope;

namespace {

// Several projects at once: the limit is not theirs but the endpoint's.
throttle_scope scope_of(call const& c, std::optional<policy::rate_hint> const& hint, time_point now) noexcept {
    if (hint && hint->scope != throttle_scope::unnamed) return hint->scope;
    return c.to->widens(*c.lane, now) ? throttle_scope::address : throttle_scope::unnamed;
}

void slow_down(engine& of, step& s, call& c, transport::reply const& r, std::string_view text) {
    of.paces();
    endpoint& e = *c.to;
    auto const hint = policy::parse_rate_hint(text);
    auto const asked = wire::parse_retry_after(r.retry_after, r.date, of.time().wall());
    std::optional<duration> wait;
    if (asked) {
        wait = std::min<std::chrono::seconds>(
            *asked, std::chrono::duration_cast<std::chrono::seconds>(of.config().retry.max_retry_after));
    }
    c.throttled_scope = scope_of(c, hint, s.now);
    bool const several =
        c.throttled_scope == throttle_scope::address && (!hint || hint->scope == throttle_scope::unnamed);
    if (several) c.lane->limiter.on_throttled(c.sent_at, s.now, hint, wait);
    policy::rate_limiter& limiter = c.throttled_scope == throttle_scope::user      ? c.guard->limiter
                                    : c.throttled_scope == throttle_scope::address ? e.limiter
                                                                                   : c.lane->limiter;
    limiter.on_throttled(c.sent_at, s.now, hint, wait);
    time_point until = limiter.next(s.now);
    if (asked) until = std::max(until, later(s.now, *asked));
    if (c.hands_back && until <= s.now) {
        auto const& rules = of.retry_of(c);  // no pace is learnt, and none was named
        until = s.now +
                std::max<duration>(durations::least_pace_wait,
                                   policy::full_jitter(rules.throttled_delay, rules.max_delay, c.paced, of.random()));
        if (c.paced < std::numeric_limits<decltype(c.paced)>::max()) ++c.paced;
    }
    c.throttled_until = until;
    pace p(c.throttled_scope, until, limiter);
    p.learnt = true;
    tell_pace(s, c, p);
}

}  // namespace

void judge_clock(engine& of, call& c, transport::reply const& r, policy::failure& f) {
    if (!c.credential->signer) return;
    auto const local = std::chrono::floor<std::chrono::seconds>(of.time().wall());
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

void apply_feedback(engine& of, step& s, call& c, transport::reply const& r, std::string_view text, bool clock_mended) {
    endpoint& e = *c.to;
    if (r.status == 418) {  // before anybody is woken who would send to it
        e.health.blocked(s.now + durations::blocked_endpoint);
        e.refuse_all(s);
    }
    of.credentials.replied(s, c, r.status, clock_mended);
    if (r.status == 429) {
        slow_down(of, s, c, r, text);
    } else if (policy::is_success(r.status)) {
        e.limiter.on_success(s.now);
        c.lane->limiter.on_success(s.now);
        c.guard->limiter.on_success(s.now);
    }
}

}  // namespace oms::detail
