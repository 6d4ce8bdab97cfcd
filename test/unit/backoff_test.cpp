// SPDX-License-Identifier: BSL-1.0
#include "policy/backoff.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstdint>
#include <limits>
#include <random>

using namespace std::chrono_literals;
using oms::duration;
using oms::policy::full_jitter;

namespace {
constexpr std::uint64_t highest = std::numeric_limits<std::uint64_t>::max();
}

BOOST_AUTO_TEST_SUITE(backoff)

BOOST_AUTO_TEST_CASE(bounds_double_up_to_the_cap) {
    for (unsigned failures = 0; failures < 7; ++failures) {
        BOOST_TEST((full_jitter(200ms, 20s, failures, highest) == 200ms * (1U << failures)));
        BOOST_TEST((full_jitter(200ms, 20s, failures, 0) == 0s));
    }
    for (unsigned failures : {7U, 8U, 63U, 64U, 1000U, std::numeric_limits<unsigned>::max()}) {
        BOOST_TEST((full_jitter(200ms, 20s, failures, highest) == 20s));
    }
    BOOST_TEST((full_jitter(1s, 500ms, 0, highest) == 500ms));
}

BOOST_AUTO_TEST_CASE(extremes_neither_overflow_nor_go_below_zero) {
    for (unsigned failures : {0U, 1U, 62U, 64U, std::numeric_limits<unsigned>::max()}) {
        for (std::uint64_t random : {std::uint64_t{0}, highest / 2, highest}) {
            for (duration base : {duration::min(), duration(-1), duration(0), duration(1), duration::max()}) {
                for (duration cap : {duration::min(), duration(0), duration(1), duration::max()}) {
                    duration const got = full_jitter(base, cap, failures, random);
                    BOOST_TEST(got.count() >= 0);
                    BOOST_TEST(got.count() <= std::max<duration::rep>(cap.count(), 0));
                }
            }
        }
    }
    BOOST_TEST((full_jitter(duration::max(), duration::max(), 0, highest) == duration::max()));
    BOOST_TEST((full_jitter(0s, 20s, std::numeric_limits<unsigned>::max(), highest) == 0s));
}

BOOST_AUTO_TEST_CASE(is_uniform) {
    std::mt19937_64 random(7);
    std::array<int, 11> counts{};
    constexpr int draws = 110'000;
    for (int i = 0; i < draws; ++i) {
        counts.at(static_cast<std::size_t>(full_jitter(duration(10), duration(10), 0, random()).count()))++;
    }
    // Each of the 11 values comes 10,000 times; 500 is five standard deviations.
    for (int count : counts)
        BOOST_TEST(std::abs(count - 10'000) < 500);
}

BOOST_AUTO_TEST_CASE(scales_exactly) {
    BOOST_TEST((full_jitter(duration(999), duration(999), 0, std::uint64_t{1} << 63U) == duration(500)));
    BOOST_TEST((full_jitter(duration((std::int64_t{1} << 62U) - 1), duration::max(), 0, highest) ==
                duration((std::int64_t{1} << 62U) - 1)));
    BOOST_TEST((full_jitter(duration(1'000'000'000'000'000), duration::max(), 0, std::uint64_t{1} << 62U) ==
                duration(250'000'000'000'000)));
}

BOOST_AUTO_TEST_SUITE_END()
