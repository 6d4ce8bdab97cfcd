// SPDX-License-Identifier: BSL-1.0
#include "policy/retry.hpp"

#include "policy/backoff.hpp"

#include <algorithm>

namespace oms::policy {

namespace {

using action = decision::action;

decision finish(retry_reason reason) noexcept {
    return {action::finish, {}, false, reason};
}

bool free_repeat(retry_options const& options, retry_state const& state, failure const& f) noexcept {
    if (!f.stale || state.free_used) return false;
    return f.how == failure::kind::unsent || f.reads || options.resend_open;
}

// 401 and 418 are not the caller's to overrule: a key would be locked, an address blacklisted.
bool protected_reply(failure const& f) noexcept {
    return f.status == 401 || f.status == 418;
}

bool standard_verdict(failure const& f) noexcept {
    switch (f.how) {
        case failure::kind::unsent:
            return f.code != errc::invalid_header;  // it is as large the next time
        case failure::kind::lost:
            return f.code == condition::retryable;
        case failure::kind::reply:
            break;
    }
    switch (f.status) {  // by the status first; then a known code may say that it is of no use
        case 408:
        case 429:
        case 500:
        case 502:
        case 503:
        case 504:
            return f.code == condition::retryable;
        default:
            return false;
    }
}

bool worth_repeating(failure const& f, retry_verdict verdict) noexcept {
    if (protected_reply(f)) return false;
    switch (verdict) {
        case retry_verdict::retry:
            return true;
        case retry_verdict::give_up:
            return false;
        case retry_verdict::standard:
            break;
    }
    return standard_verdict(f);
}

}  // namespace

decision decide(retry_options const& options, retry_state const& state, failure const& f,
                retry_view const& view) noexcept {
    if (view.verdict != retry_verdict::give_up && free_repeat(options, state, f))
        return {action::repeat, {}, false, retry_reason::stale_connection};
    if (view.verdict != retry_verdict::give_up && f.unprocessed && !state.refused_free)
        return {action::repeat, {}, false, retry_reason::unprocessed};
    if (f.clock_mended && view.verdict != retry_verdict::give_up)
        return {action::repeat, {}, false, retry_reason::clock_skew};
    if (f.status == 401 && view.refreshable && !state.refreshed)
        return {action::refresh, {}, false, retry_reason::refresh};
    if (!worth_repeating(f, view.verdict)) return finish(retry_reason::not_retryable);
    if (leaves_open(f) && !options.resend_open) return finish(retry_reason::strict);

    bool const throttled = f.status == 429;
    bool const too_much = throttled || f.unprocessed;
    bool const counts = f.how != failure::kind::unsent;
    if (counts && state.counted + 1 >= options.max_attempts) return finish(retry_reason::attempts_used);
    // A connection that died on the way is no sign of a service that has too much to do.
    bool const takes_budget = counts && !throttled && (!f.suspect || state.spared);
    if (takes_budget && !view.budget) return finish(retry_reason::budget_empty);

    duration const base = too_much ? options.throttled_delay : options.base_delay;
    duration delay = full_jitter(base, options.max_delay, state.waits, view.random);
    if (f.retry_after) {
        if (*f.retry_after > std::chrono::duration_cast<std::chrono::seconds>(options.max_retry_after))
            return finish(retry_reason::retry_after_too_long);
        delay = std::max<duration>(delay, *f.retry_after);
    }
    // An endpoint that cannot be reached has a back-off for all its calls.
    if (!counts && !f.unprocessed && view.not_before > duration::zero()) delay = view.not_before;
    if (delay >= view.left) return finish(retry_reason::no_time_left);
    return {action::repeat, delay, takes_budget,
            throttled       ? retry_reason::throttled
            : counts        ? retry_reason::failed
            : f.unprocessed ? retry_reason::unprocessed
                            : retry_reason::not_connected};
}

void account(retry_state& state, failure const& f, decision const& d) noexcept {
    if (d.what == action::refresh) {
        state.refreshed = true;
    } else if (d.what == action::repeat && d.reason == retry_reason::stale_connection) {
        state.free_used = true;
    } else if (d.what == action::repeat && f.unprocessed && !state.refused_free) {
        state.refused_free = true;
    } else if (d.what == action::repeat && f.clock_mended) {
        state.clock_mended = true;
    } else {
        if (f.how != failure::kind::unsent) ++state.counted;
        if (d.what == action::repeat) ++state.waits;
        if (d.what == action::repeat && f.suspect) state.spared = true;
    }
}

}  // namespace oms::policy
