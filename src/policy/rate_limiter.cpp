// SPDX-License-Identifier: BSL-1.0
#include "policy/rate_limiter.hpp"

#include "policy/durations.hpp"

#include <algorithm>

namespace oms::policy {

namespace {

using namespace std::chrono_literals;
using duration = rate_limiter::duration;
using seconds = std::chrono::duration<double>;

constexpr double decrease_factor = 0.8;
constexpr double increase_step = 0.02;     // of the known rate, a second
constexpr double search_step = 0.5;        // of the rate, a second
constexpr double min_rate = 0.1;           // below it, a recovery would take minutes
constexpr double no_rate_needed = 10'000;  // nobody throttles so late
constexpr double share_of_hint = 0.98;     // clocks differ

duration interval(double rate) noexcept {
    return std::chrono::duration_cast<duration>(std::min(seconds(1 / rate), seconds(durations::longest_pace_wait)));
}

}  // namespace

rate_limiter::time_point rate_limiter::next(time_point now) const noexcept {
    return std::max(now, next_);
}

void rate_limiter::pace(time_point now) noexcept {
    now = advance(now);
    if (limited() && at_rest(now)) forget();
    if (rate() == no_limit) return;
    next_ = std::min(std::max(next_, now - durations::timer_catch_up) + interval(rate()),
                     now + durations::longest_pace_wait);
}

void rate_limiter::on_throttled(time_point sent, time_point now, std::optional<rate_hint> hint,
                                std::optional<duration> retry_after) noexcept {
    if (!adaptive_) return;
    now = advance(now);
    throttled_at_ = now;
    if (!limited() || sent > decreased_at_) {
        if (!limited() || got_through_) {
            decrease(now);
        } else {
            pause(now);
        }
        decreased_at_ = now;
        news_from_ = now + std::min(now - std::clamp(sent, time_point{}, now), durations::longest_round_trip);
    }
    if (hint && hint->rate != no_limit) heed(*hint);
    if (retry_after)
        next_ = std::max(next_, now + std::clamp(*retry_after, duration::zero(), durations::longest_throttled_wait));
}

void rate_limiter::on_success(time_point now) noexcept {
    if (!adaptive_) return;
    now = advance(now);
    if (!limited()) return count_accepted(now);
    if (now < news_from_) return;
    got_through_ = true;
    pause_ = duration::zero();
    double const elapsed = seconds(std::min(now - grown_at_, durations::longest_growth)).count();
    grown_at_ = now;
    if (now - throttled_at_ >= durations::pace_doubted_after) {
        searching_ = true;
        ceiling_ = no_limit;
    }
    rate_ = std::min(rate_ + (searching_ ? search_step * rate_ : increase_step * known_) * elapsed, ceiling_);
    known_ = std::max(known_, rate_);
    if (rate_ >= no_rate_needed) forget();
}

bool rate_limiter::at_rest(time_point now) const noexcept {
    now = std::max(now, latest_);
    if (!limited()) return now >= next_;
    return now >= throttled_at_ + durations::pace_doubted_after && now >= next_ + durations::pace_idle_after;
}

// Far from the end of time as well, so that no sum overflows.
rate_limiter::time_point rate_limiter::advance(time_point now) noexcept {
    constexpr time_point end = time_point::max() - 10 * durations::longest_pace_wait;
    latest_ = std::clamp(now, latest_, end);
    return latest_;
}

void rate_limiter::decrease(time_point now) noexcept {
    searching_ = !limited();
    known_ = limited() ? rate() : std::min(std::max(accepted_in_last_second(now), 1.0), max_rate_);
    rate_ = std::max(known_ * decrease_factor, min_rate);
    grown_at_ = now;
    got_through_ = false;
    next_ = std::max(next_, now + interval(rate()));
}

void rate_limiter::pause(time_point now) noexcept {
    pause_ = std::clamp(2 * pause_, durations::first_probe_pause, durations::longest_probe_pause);
    next_ = std::max(next_, now + pause_);
}

void rate_limiter::heed(rate_hint const& hint) noexcept {
    ceiling_ = std::max(hint.rate * share_of_hint, min_rate);
    rate_ = searching_ ? ceiling_ : std::min(rate_, ceiling_);
    known_ = std::max(rate_, std::min(known_, ceiling_));
    searching_ = false;
}

void rate_limiter::forget() noexcept {
    rate_ = known_ = ceiling_ = no_limit;
    searching_ = false;
    pause_ = duration::zero();
    window_count_ = last_window_count_ = 0;
}

void rate_limiter::count_accepted(time_point now) noexcept {
    if (now - window_start_ >= durations::pace_window) {
        last_window_count_ = now - window_start_ < 2 * durations::pace_window ? window_count_ : 0;
        window_count_ = 0;
        window_start_ = now;
    }
    ++window_count_;
}

double rate_limiter::accepted_in_last_second(time_point now) const noexcept {
    if (now - window_start_ >= 2 * durations::pace_window) return 0;
    return std::max(window_count_, last_window_count_);
}

}  // namespace oms::policy
