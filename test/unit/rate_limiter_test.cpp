// SPDX-License-Identifier: BSL-1.0
#include "policy/rate_limiter.hpp"

#include "policy/backoff.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <queue>
#include <random>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using oms::policy::parse_rate_hint;
using oms::policy::rate_hint;
using oms::policy::rate_limiter;
using oms::policy::throttle_scope;
using time_point = rate_limiter::time_point;
using duration = rate_limiter::duration;

namespace {

time_point const start{1000h};

double in_seconds(duration d) {
    return std::chrono::duration<double>(d).count();
}

// A service that allows so many requests a second: by a bucket that holds `burst`, or by counting in whole periods.
class service {
public:
    service(double rate, double burst) : rate_(rate), burst_(burst), level_(burst) {}
    service(double count, duration period) : burst_(count), level_(count), period_(period) {}

    bool allows(time_point now) {
        if (period_ > 0s) {
            auto const number = (now - start) / period_;
            if (number != number_) level_ = burst_;
            number_ = number;
        } else {
            level_ = std::min(burst_, level_ + rate_ * in_seconds(now - last_));
            last_ = now;
        }
        if (level_ < 1) return false;
        --level_;
        return true;
    }

private:
    double rate_ = 0;
    double burst_;
    double level_;
    duration period_{};
    duration::rep number_ = 0;
    time_point last_ = start;
};

struct load {
    int calls = 2'000;
    int connections = 64;
    duration round_trip = 50ms;
    duration lateness = 0s;  // of timers, at most
    std::optional<rate_hint> hint;
};

struct outcome {
    int attempts = 0;
    int rejected = 0;
    duration elapsed{};

    double rejected_share() const { return static_cast<double>(rejected) / attempts; }
};

// Calls that all wait at once, in virtual time. A rejected one waits again after a delay.
class simulation {
public:
    simulation(service peer, load const& what) : peer_(peer), load_(what), waiting_(what.calls) {}

    outcome run(rate_limiter& limiter) {
        limiter_ = &limiter;
        start_some();
        while (!events_.empty()) {
            event const next = events_.top();
            events_.pop();
            now_ = next.at;
            switch (next.what) {
                case kind::arrives:
                    events_.push({now_ + load_.round_trip / 2, answer(), next.sent});
                    break;
                case kind::accepted:
                    --in_flight_;
                    last_ = now_;
                    limiter_->on_success(now_);
                    break;
                case kind::rejected:
                    --in_flight_;
                    ++result_.rejected;
                    limiter_->on_throttled(next.sent, now_, load_.hint, std::nullopt);
                    events_.push({now_ + oms::policy::full_jitter(1s, 20s, 0, random_()), kind::waits_again, {}});
                    break;
                case kind::waits_again:
                    ++waiting_;
                    break;
                case kind::timer:
                    timer_set_ = false;
                    break;
            }
            start_some();
        }
        result_.elapsed = last_ - start;
        return result_;
    }

private:
    enum class kind { arrives, accepted, rejected, waits_again, timer };
    struct event {
        time_point at;
        kind what;
        time_point sent;
        bool operator<(event const& other) const { return at > other.at; }
    };

    kind answer() { return peer_.allows(now_) ? kind::accepted : kind::rejected; }

    void start_some() {
        while (waiting_ > 0 && in_flight_ < load_.connections) {
            time_point const next = limiter_->next(now_);
            if (next > now_) {
                if (!timer_set_) events_.push({next + late(), kind::timer, {}});
                timer_set_ = true;
                return;
            }
            limiter_->take(now_);
            --waiting_;
            ++in_flight_;
            ++result_.attempts;
            events_.push({now_ + load_.round_trip / 2, kind::arrives, now_});
        }
    }

    duration late() {
        return duration(static_cast<duration::rep>(random_() % static_cast<std::uint64_t>(load_.lateness.count() + 1)));
    }

    service peer_;
    load load_;
    rate_limiter* limiter_ = nullptr;
    std::mt19937_64 random_{42};
    std::priority_queue<event> events_;
    time_point now_ = start;
    time_point last_ = start;
    int waiting_;
    int in_flight_ = 0;
    bool timer_set_ = false;
    outcome result_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(rate_limiters)

// 2,000 calls against 20 requests a second: at most 5 % of the attempts
// rejected, and at least 85 % of what is allowed used.
BOOST_AUTO_TEST_CASE(meets_the_bar) {
    for (double burst : {5.0, 20.0, 100.0}) {
        for (duration round_trip : {5ms, 50ms, 200ms}) {
            for (duration lateness : {0ms, 20ms}) {
                for (bool hinted : {false, true}) {
                    load what;
                    what.round_trip = round_trip;
                    what.lateness = lateness;
                    if (hinted) what.hint = rate_hint{20, throttle_scope::user};
                    rate_limiter limiter;
                    outcome const result = simulation(service(20.0, burst), what).run(limiter);
                    double const allowed = burst + 20 * in_seconds(result.elapsed);
                    BOOST_TEST_CONTEXT("burst " << burst << ", round trip " << round_trip / 1ms << " ms, late by "
                                                << lateness / 1ms << " ms, hint " << hinted) {
                        BOOST_TEST(result.attempts - result.rejected == what.calls);
                        BOOST_TEST(result.rejected_share() <= 0.05);
                        BOOST_TEST(what.calls / allowed >= 0.85);
                    }
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(keeps_to_limits_counted_in_periods) {
    for (duration round_trip : {5ms, 50ms, 500ms}) {
        load what;
        what.round_trip = round_trip;
        rate_limiter limiter;
        outcome const result = simulation(service(20.0, duration(1s)), what).run(limiter);
        BOOST_TEST(result.rejected_share() <= 0.05);
        BOOST_TEST(what.calls / (20 * in_seconds(result.elapsed)) >= 0.85);
    }
    // Ten a minute: named, it is kept to after the first crowd, and used up.
    load few;
    few.calls = 100;
    few.hint = rate_hint{10.0 / 60, throttle_scope::user};
    rate_limiter limiter;
    outcome const result = simulation(service(10.0, duration(60s)), few).run(limiter);
    BOOST_TEST(result.rejected <= 120);
    BOOST_TEST(in_seconds(result.elapsed) <= 660);
}

BOOST_AUTO_TEST_CASE(scales_with_the_limit) {
    load what;
    what.calls = 20'000;
    rate_limiter limiter;
    outcome const result = simulation(service(200.0, 200.0), what).run(limiter);
    BOOST_TEST(result.rejected_share() <= 0.01);
    BOOST_TEST(what.calls / (200 + 200 * in_seconds(result.elapsed)) >= 0.9);
}

BOOST_AUTO_TEST_CASE(starts_without_a_limit) {
    rate_limiter limiter;
    BOOST_TEST(limiter.at_rest(start));
    for (int i = 0; i < 1000; ++i) {
        BOOST_TEST((limiter.next(start) == start));
        limiter.take(start);
    }
    BOOST_TEST(limiter.at_rest(start));
    BOOST_TEST(limiter.rate() == rate_limiter::no_limit);
}

BOOST_AUTO_TEST_CASE(answers_to_what_was_sent_before_a_decrease_count_once) {
    rate_limiter limiter;
    for (int i = 0; i < 20; ++i)
        limiter.on_success(start);
    for (int i = 0; i < 44; ++i)
        limiter.on_throttled(start - 50ms, start, {}, {});
    BOOST_TEST(limiter.rate() == 16.0, boost::test_tools::tolerance(1e-9));
    for (int i = 0; i < 19; ++i)
        limiter.on_throttled(start, start + 50ms, {}, {});
    BOOST_TEST(limiter.rate() == 16.0, boost::test_tools::tolerance(1e-9));

    // Then one counts again, where something got through in between.
    limiter.on_success(start + 1s);
    double const before = limiter.rate();
    limiter.on_throttled(start + 1s, start + 1050ms, {}, {});
    BOOST_TEST(limiter.rate() == 0.8 * before, boost::test_tools::tolerance(1e-9));
    limiter.on_throttled(start + 1s, start + 1060ms, {}, {});
    BOOST_TEST(limiter.rate() == 0.8 * before, boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(a_hint_is_taken_at_its_word) {
    rate_limiter limiter;
    limiter.on_success(start);
    limiter.on_throttled(start - 50ms, start, rate_hint{20, throttle_scope::user}, {});
    BOOST_TEST(limiter.rate() == 19.6, boost::test_tools::tolerance(1e-9));
    // It is not exceeded for a minute, and probed then.
    time_point now = start;
    while (now < start + 59s)
        limiter.on_success(now += 50ms);
    BOOST_TEST(limiter.rate() == 19.6, boost::test_tools::tolerance(1e-9));
    while (now < start + 65s)
        limiter.on_success(now += 50ms);
    BOOST_TEST(limiter.rate() > 100.0);
}

BOOST_AUTO_TEST_CASE(recovers_in_steps_and_then_for_good) {
    rate_limiter limiter;
    for (int i = 0; i < 100; ++i)
        limiter.on_success(start);
    limiter.on_throttled(start - 1ms, start, {}, {});          // 80, and growing fast
    limiter.on_success(start + 1s);                            // 120
    limiter.on_throttled(start + 1s, start + 1001ms, {}, {});  // 96
    BOOST_TEST(limiter.rate() == 96.0, boost::test_tools::tolerance(1e-9));
    time_point now = start + 1001ms;
    for (int i = 0; i < 10; ++i)
        limiter.on_success(now += 1s);
    BOOST_TEST(limiter.rate() == 96 + 10 * 0.02 * 120, boost::test_tools::tolerance(1e-9));

    while (now < start + 120s)
        limiter.on_success(now += 100ms);
    BOOST_TEST(limiter.rate() == rate_limiter::no_limit);
    BOOST_TEST(limiter.at_rest(now));
}

BOOST_AUTO_TEST_CASE(slow_successes_are_small_steps) {
    rate_limiter limiter;
    limiter.on_throttled(start - 1ms, start, rate_hint{100, {}}, {});
    double const before = limiter.rate();
    limiter.on_throttled(start + 1ms, start + 2ms, {}, {});  // nothing got through: a pause
    BOOST_TEST(limiter.rate() == before);
    limiter.on_success(start + 1s);
    limiter.on_throttled(start + 1s, start + 2s, {}, {});
    double const low = limiter.rate();
    limiter.on_success(start + 50s);  // long after, and it still stands for a second only
    BOOST_TEST(limiter.rate() == low + 0.02 * before, boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(a_blackout_is_probed_and_leaves_the_rate) {
    rate_limiter limiter;
    for (int i = 0; i < 50; ++i)
        limiter.on_success(start);
    limiter.on_throttled(start - 1ms, start, {}, {});
    BOOST_TEST(limiter.rate() == 40.0, boost::test_tools::tolerance(1e-9));
    time_point now = start;
    int probes = 0;
    for (; now < start + 60s; ++probes) {
        now = limiter.next(now);
        limiter.take(now);
        limiter.on_throttled(now, now + 10ms, {}, {});
        now += 10ms;
    }
    BOOST_TEST(probes < 20);
    BOOST_TEST(limiter.rate() == 40.0, boost::test_tools::tolerance(1e-9));
    BOOST_TEST((limiter.next(now) <= now + 8s));
    now = limiter.next(now);
    limiter.take(now);
    limiter.on_success(now + 10ms);
    BOOST_TEST((limiter.next(now + 100ms) == now + 100ms));
}

BOOST_AUTO_TEST_CASE(a_fixed_rate_is_never_exceeded) {
    rate_limiter limiter(10);
    time_point now = start;
    for (int i = 0; i < 100; ++i) {
        now = limiter.next(now);
        limiter.take(now);
        BOOST_TEST(!limiter.at_rest(now));
    }
    BOOST_TEST(in_seconds(now - start) == 9.85,
               boost::test_tools::tolerance(1e-6));  // 50 ms are made good at the start
    BOOST_TEST(limiter.at_rest(now + 1s));
    BOOST_TEST((limiter.next(now + 1s) == now + 1s));
    // After a pause there is no crowd: one request, and one that makes up for a late timer.
    limiter.take(now + 1s);
    BOOST_TEST((limiter.next(now + 1s) == now + 1050ms));

    // 429s take it below; what is learnt is forgotten, the fixed rate stays.
    limiter.on_success(now + 2s);
    limiter.on_throttled(now + 2s, now + 2s, rate_hint{1000, {}}, {});
    BOOST_TEST(limiter.rate() == 10.0);
    limiter.on_throttled(now + 3s, now + 3s, rate_hint{5, {}}, {});
    BOOST_TEST(limiter.rate() == 4.9, boost::test_tools::tolerance(1e-9));
    BOOST_TEST(limiter.at_rest(now + 100s));
    limiter.take(now + 100s);
    BOOST_TEST(limiter.rate() == 10.0);
}

BOOST_AUTO_TEST_CASE(nothing_is_learnt_where_that_is_off) {
    rate_limiter limiter(rate_limiter::no_limit, false);
    limiter.on_success(start);
    limiter.on_throttled(start, start, rate_hint{1, {}}, duration(10s));
    BOOST_TEST(limiter.rate() == rate_limiter::no_limit);
    BOOST_TEST((limiter.next(start) == start));
    BOOST_TEST(limiter.at_rest(start));
}

BOOST_AUTO_TEST_CASE(rests_a_minute_after_the_last_429_when_idle) {
    rate_limiter limiter;
    limiter.on_throttled(start, start, {}, {});
    BOOST_TEST(!limiter.at_rest(start));
    BOOST_TEST(!limiter.at_rest(start + 59s));
    BOOST_TEST(limiter.at_rest(start + 60s));
    // Not while requests wait for their turn.
    time_point now = start;
    while (now < start + 61s) {
        now = limiter.next(now);
        limiter.take(now);
    }
    BOOST_TEST(!limiter.at_rest(now));
    BOOST_TEST(limiter.rate() < 1.0);
    BOOST_TEST(!limiter.at_rest(limiter.next(now)));
    BOOST_TEST(limiter.at_rest(limiter.next(now) + 1s));
    limiter.take(limiter.next(now) + 1s);
    BOOST_TEST(limiter.rate() == rate_limiter::no_limit);
}

BOOST_AUTO_TEST_CASE(retry_after_holds_the_scope) {
    rate_limiter limiter;
    limiter.on_throttled(start, start, {}, duration(7s));
    BOOST_TEST((limiter.next(start) == start + 7s));
    limiter.on_throttled(start, start, {}, duration(-7s));
    BOOST_TEST((limiter.next(start) == start + 7s));
    limiter.on_throttled(start, start, {}, duration::max());
    BOOST_TEST((limiter.next(start) == start + 60s));
}

BOOST_AUTO_TEST_CASE(time_may_go_back) {
    rate_limiter limiter(10);
    limiter.take(start);
    limiter.take(start - 1h);
    limiter.take(start);
    BOOST_TEST((limiter.next(start) == start + 250ms));
    BOOST_TEST((limiter.next(start - 1h) == start + 250ms));
    limiter.on_throttled(start, start - 1h, {}, {});
    BOOST_TEST(!limiter.at_rest(start - 2h));
    BOOST_TEST(!limiter.at_rest(start + 59s));
    limiter.on_success(start - 1h);
    BOOST_TEST(limiter.rate() > 0.0);
}

BOOST_AUTO_TEST_CASE(no_input_breaks_it) {
    std::mt19937_64 random(3);
    auto const any_time = [&]() -> time_point {
        switch (random() % 6) {
            case 0:
                return time_point::min();
            case 1:
                return time_point::max();
            case 2:
                return time_point{};
            default:
                return time_point(duration(static_cast<duration::rep>(random() % 200'000'000'000)));
        }
    };
    double const rates[] = {rate_limiter::no_limit, 1e300, 20, 1e-9, std::numeric_limits<double>::denorm_min()};
    for (int round = 0; round < 2'000; ++round) {
        rate_limiter limiter(rates[random() % 5]);
        for (int step = 0; step < 50; ++step) {
            time_point const now = any_time();
            switch (random() % 4) {
                case 0:
                    limiter.take(now);
                    break;
                case 1:
                    limiter.on_success(now);
                    break;
                default: {
                    std::optional<rate_hint> hint;
                    if (random() % 2 == 0) hint = rate_hint{rates[random() % 5], {}};
                    std::optional<duration> delay;
                    if (random() % 4 == 0) delay = any_time().time_since_epoch();
                    limiter.on_throttled(any_time(), now, hint, delay);
                }
            }
            BOOST_REQUIRE(limiter.rate() > 0.0);
            BOOST_REQUIRE(limiter.next(now) >= now);
            if (limiter.at_rest(now)) BOOST_REQUIRE(limiter.next(now) >= now);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(rate_hints)

BOOST_AUTO_TEST_CASE(reads_limits_and_scopes) {
    auto const user = parse_rate_hint(
        "The throttling threshold has been reached: policy user over ratelimit,limit:200,time:1 second");
    BOOST_REQUIRE(user.has_value());
    BOOST_TEST(user->rate == 200.0);
    BOOST_TEST((user->scope == throttle_scope::user));

    auto const address = parse_rate_hint("policy ip over ratelimit,limit:10,time:1 minute");
    BOOST_REQUIRE(address.has_value());
    BOOST_TEST(address->rate == 10.0 / 60);
    BOOST_TEST((address->scope == throttle_scope::address));

    auto const unnamed = parse_rate_hint("limit: 30 , time: 10 seconds");
    BOOST_REQUIRE(unnamed.has_value());
    BOOST_TEST(unnamed->rate == 3.0);
    BOOST_TEST((unnamed->scope == throttle_scope::unnamed));

    BOOST_TEST(parse_rate_hint("limit:7200,time:2 hour")->rate == 1.0);
    BOOST_TEST(parse_rate_hint("limit:86400,time:1 day")->rate == 1.0);
}

BOOST_AUTO_TEST_CASE(a_scope_alone_is_a_hint) {
    auto const hint = parse_rate_hint("policy user over ratelimit");
    BOOST_REQUIRE(hint.has_value());
    BOOST_TEST(std::isinf(hint->rate));
    BOOST_TEST((hint->scope == throttle_scope::user));
}

BOOST_AUTO_TEST_CASE(anything_else_is_none) {
    for (std::string const text :
         {"", "Too many requests", "limit:", "limit:20", "time:1 second", "limit:20,time:", "limit:20,time:1",
          "limit:20,time:1 fortnight", "limit:0,time:1 second", "limit:20,time:0 second", "limit:-5,time:1 second",
          "limit:x,time:1 second", "limit:99999999999999999999,time:1 second", "policy app over ratelimit"}) {
        BOOST_TEST(!parse_rate_hint(text).has_value(), text);
    }
}

BOOST_AUTO_TEST_SUITE_END()
