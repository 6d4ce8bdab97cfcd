// SPDX-License-Identifier: BSL-1.0
#include "bulk/tally.hpp"

#include <oms/bulk.hpp>

#include <boost/test/unit_test.hpp>

#include <random>
#include <string>

using namespace std::chrono_literals;
using namespace oms;

namespace {

constexpr outcome outcomes[] = {outcome::not_sent, outcome::refused, outcome::unknown, outcome::stopped,
                                outcome::already_stopped};

stop_result result_of(outcome o, std::string code = {}, std::string message = {}) {
    stop_result r;
    r.outcome = o;
    r.service_code = std::move(code);
    r.service_message = std::move(message);
    r.elapsed = 10ms;
    return r;
}

std::size_t sum(bulk_counts const& c) {
    return c.stopped + c.already_stopped + c.refused + c.unknown + c.not_sent + c.not_attempted + c.duplicates;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tallies)

BOOST_AUTO_TEST_CASE(counts_add_up_to_what_was_pulled) {
    std::mt19937 random(6);
    bulk::tally t;
    std::size_t failed = 0;
    std::size_t ended = 0;
    for (std::size_t i = 0; i < 10'000; ++i) {
        t.pulled();
        switch (random() % 4) {
            case 0:
                t.duplicate();
                break;
            case 1:
                t.not_attempted();
                break;
            default: {
                outcome const o = outcomes[random() % std::size(outcomes)];
                bool const fails = o != outcome::stopped && (o != outcome::already_stopped || random() % 2 == 0);
                t.ended(fails ? error_code(errc::cancelled) : error_code(), result_of(o));
                failed += fails;
                ++ended;
            }
        }
    }
    auto const report = t.report(5s);
    BOOST_TEST(report.pulled == 10'000U);
    BOOST_TEST(sum(report) == report.pulled);
    BOOST_TEST((report.elapsed == 5s));
    BOOST_TEST(t.failed() == failed);
    BOOST_TEST(t.ended() == ended);
    std::size_t listed = 0;
    for (auto const& each : report.failures)
        listed += each.count;
    BOOST_TEST(listed == failed);
    auto const progress = t.progress(3, 4, 1s);
    BOOST_TEST(sum(progress) == progress.pulled);
    BOOST_TEST(progress.in_flight == 3U);
    BOOST_TEST(progress.waiting == 4U);
    BOOST_TEST(progress.failed == failed);
}

BOOST_AUTO_TEST_CASE(failures_by_code_the_most_frequent_first) {
    bulk::tally t;
    error_code const denied(206, service_category());
    t.ended(errc::cancelled, result_of(outcome::not_sent));
    for (int i = 0; i < 3; ++i)
        t.ended(denied, result_of(outcome::refused, "OMS.0206", "first " + std::to_string(i)));
    t.ended(denied, result_of(outcome::refused, "OMS.other"));
    t.ended({}, result_of(outcome::stopped));
    auto const report = t.report(1s);
    BOOST_TEST_REQUIRE(report.failures.size() == 3U);
    BOOST_TEST(report.failures[0].code == denied);
    BOOST_TEST(report.failures[0].count == 3U);
    BOOST_TEST(report.failures[0].service_code == "OMS.0206");
    BOOST_TEST(report.failures[0].example == "first 0");
    BOOST_TEST(report.failures[1].count == 1U);
}

BOOST_AUTO_TEST_CASE(lists_at_most_256_codes_and_counts_all) {
    bulk::tally t;
    for (int i = 1; i <= 1000; ++i) {
        t.pulled();
        t.ended(error_code(i, service_category()), result_of(outcome::refused, std::to_string(i)));
    }
    t.ended(error_code(7, service_category()), result_of(outcome::refused, "7"));
    auto const report = t.report(1s);
    BOOST_TEST(report.failures.size() == 256U);
    BOOST_TEST(report.failures[0].count == 2U);
    BOOST_TEST(report.refused == 1001U);
    BOOST_TEST(t.failed() == 1001U);
}

BOOST_AUTO_TEST_CASE(latency_of_what_was_sent) {
    bulk::tally t;
    t.ended(errc::cancelled, result_of(outcome::not_sent));
    BOOST_TEST((t.report(1s).latency.max == 0s));
    t.ended({}, result_of(outcome::stopped));
    auto const latency = t.report(1s).latency;
    for (auto const d : {latency.p50, latency.p90, latency.p99, latency.max})
        BOOST_TEST((d == 10ms));
}

BOOST_AUTO_TEST_CASE(latencies_are_told_apart) {
    bulk::tally t;
    for (int i = 1; i <= 100; ++i) {
        stop_result r = result_of(outcome::stopped);
        r.elapsed = i * 10ms;
        t.ended({}, r);
    }
    auto const latency = t.report(1s).latency;
    auto const about = [](duration d, duration expected) { return d >= expected && d <= expected + expected / 20; };
    BOOST_TEST(about(latency.p50, 500ms));
    BOOST_TEST(about(latency.p90, 900ms));
    BOOST_TEST(about(latency.p99, 990ms));
    BOOST_TEST((latency.max == 1s));
}

BOOST_AUTO_TEST_CASE(so_many_failures_are_allowed) {
    failure_limit const five(5);
    BOOST_TEST(!five.exceeded(5, 5));
    BOOST_TEST(five.exceeded(6, 6));
    failure_limit const none(0);
    BOOST_TEST(!none.exceeded(0, 1000));
    BOOST_TEST(none.exceeded(1, 1));
    BOOST_TEST(!failure_limit(unlimited).exceeded(1'000'000, 1'000'000));
}

BOOST_AUTO_TEST_CASE(a_part_counts_once_enough_have_ended) {
    auto const tenth = failure_limit::share(0.1);
    BOOST_TEST(!tenth.exceeded(99, 99));
    BOOST_TEST(!tenth.exceeded(10, 100));
    BOOST_TEST(tenth.exceeded(11, 100));
    BOOST_TEST(failure_limit::share(1).valid());
    BOOST_TEST(!failure_limit::share(1.001).valid());
    BOOST_TEST(!failure_limit::share(0).valid());
}

BOOST_AUTO_TEST_SUITE_END()
