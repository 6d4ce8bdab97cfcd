// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_POLICY_RATE_LIMITER_HPP
#define OMS_POLICY_RATE_LIMITER_HPP

/// @file
/// The pace of requests in one scope: a fixed one, and one learnt from the service's 429s.

#include "policy/rate_hint.hpp"

#include <chrono>
#include <limits>
#include <optional>

namespace oms::policy {

/// Paces requests, by additive increase and multiplicative decrease of the rate.
///
/// It starts without a limit. The first 429 sets a rate from what the service
/// accepted in the last second; from there it grows by half each second until
/// another 429 shows where the limit is. Then each 429 takes a fifth off, and
/// successes put a fiftieth a second back. A limit that a 429 names is taken
/// at its word instead, and not exceeded. After a minute without a 429 the
/// rate grows by half each second again, until there is none.
///
/// Where nothing at all gets through, the rate is not what is wrong: it stays,
/// and single requests probe after pauses that double.
///
/// A time that goes back counts as the latest one seen.
class rate_limiter {
public:
    using time_point = std::chrono::steady_clock::time_point;
    using duration = std::chrono::steady_clock::duration;

    static constexpr double no_limit = std::numeric_limits<double>::infinity();

    /// @param max_rate  Requests a second, above 0; never exceeded.
    /// @param adaptive  Whether 429s count.
    explicit rate_limiter(double max_rate = no_limit, bool adaptive = true) noexcept
        : max_rate_(max_rate), adaptive_(adaptive) {}

    /// When the next request may start: not before `now`.
    time_point next(time_point now) const noexcept;

    /// A request starts.
    void take(time_point now) noexcept {
        if (rate() != no_limit) pace(now);
    }

    /// A request that started at `sent` was answered 429.
    /// Of the answers to what was sent before the last decrease, only hint and delay count.
    void on_throttled(time_point sent, time_point now, std::optional<rate_hint> hint,
                      std::optional<duration> retry_after) noexcept;

    /// A request was answered, and not with 429.
    void on_success(time_point now) noexcept;

    /// Whether a new limiter would do the same from here on.
    bool at_rest(time_point now) const noexcept;

    /// Requests a second now; infinite: no limit.
    double rate() const noexcept { return rate_ < max_rate_ ? rate_ : max_rate_; }
    /// Whether that is what 429s taught.
    bool learnt() const noexcept { return rate_ < max_rate_; }

private:
    bool limited() const noexcept { return rate_ != no_limit; }
    time_point advance(time_point now) noexcept;
    void pace(time_point now) noexcept;
    void decrease(time_point now) noexcept;
    void pause(time_point now) noexcept;
    void heed(rate_hint const& hint) noexcept;
    void forget() noexcept;
    void count_accepted(time_point now) noexcept;
    double accepted_in_last_second(time_point now) const noexcept;

    double max_rate_;
    double rate_ = no_limit;     // learnt
    double known_ = no_limit;    // the highest rate since the last decrease: the step's measure
    double ceiling_ = no_limit;  // what a 429 named
    time_point latest_{};
    time_point next_ = time_point::min();
    time_point throttled_at_{};  // the last 429
    time_point decreased_at_{};  // answers to what was sent up to then are no news
    time_point news_from_{};     // a round trip later: successes before it were sent before, too
    time_point grown_at_{};
    duration pause_{};           // of the last probe; 0: something got through since the decrease
    time_point window_start_{};  // of a second in which successes are counted
    double window_count_ = 0;
    double last_window_count_ = 0;
    bool adaptive_;
    bool searching_ = false;
    bool got_through_ = false;  // since the last decrease
};

}  // namespace oms::policy

#endif
