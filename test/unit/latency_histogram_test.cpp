// SPDX-License-Identifier: BSL-1.0
#include "bulk/latency_histogram.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

using namespace std::chrono_literals;
using oms::bulk::latency_histogram;

namespace {

using duration = latency_histogram::duration;

double micros(duration d) {
    return std::chrono::duration<double, std::micro>(d).count();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(latency_histograms)

BOOST_AUTO_TEST_CASE(empty_and_single) {
    latency_histogram h;
    BOOST_TEST((h.quantile(0.5) == 0s));
    h.add(5ms);
    for (double part : {0.0, 0.01, 0.5, 0.99, 1.0})
        BOOST_TEST((h.quantile(part) == 5ms));
    BOOST_TEST((h.max() == 5ms));
    BOOST_TEST(h.count() == 1U);
}

BOOST_AUTO_TEST_CASE(one_value_is_at_most_three_percent_off) {
    for (double us = 1; us < 2e12; us *= 1.013) {
        latency_histogram h;
        auto const value = std::chrono::microseconds(static_cast<std::int64_t>(us));
        h.add(value);
        h.add(30 * 24h);  // so that the greatest one does not bound it
        double const told = micros(h.quantile(0.5));
        BOOST_TEST(told >= micros(value));
        BOOST_TEST(told <= 1.032 * micros(value));
    }
}

BOOST_AUTO_TEST_CASE(quantiles_of_many) {
    std::mt19937_64 random(4);
    std::lognormal_distribution<double> spread(9, 1.5);
    latency_histogram h;
    std::vector<double> all;
    for (int i = 0; i < 100'000; ++i) {
        auto const value = std::chrono::microseconds(static_cast<std::int64_t>(spread(random)) + 1);
        h.add(value);
        all.push_back(micros(value));
    }
    std::sort(all.begin(), all.end());
    for (double part : {0.01, 0.1, 0.5, 0.9, 0.99, 0.999}) {
        double const exact = all[static_cast<std::size_t>(std::ceil(part * 100'000)) - 1];
        double const told = micros(h.quantile(part));
        BOOST_TEST(told >= exact * 0.999);
        BOOST_TEST(told <= exact * 1.032);
    }
    BOOST_TEST(micros(h.quantile(1)) == all.back());
}

BOOST_AUTO_TEST_CASE(part_rounds_up) {
    latency_histogram h;
    h.add(10us);
    h.add(20us);
    h.add(30us);
    // The least duration that half of the three do not exceed is the second.
    BOOST_TEST((h.quantile(0.5) == 20us));
    BOOST_TEST((h.quantile(0.3) == 10us));
    BOOST_TEST((h.quantile(0.9) == 30us));
}

BOOST_AUTO_TEST_CASE(odd_durations) {
    latency_histogram h;
    h.add(-5s);
    BOOST_TEST((h.quantile(0.5) <= 0s));
    h.add(duration::max());
    h.add(duration::max());
    BOOST_TEST((h.max() == duration::max()));
    BOOST_TEST((h.quantile(0.9) >= 24h * 25));
}

BOOST_AUTO_TEST_SUITE_END()
