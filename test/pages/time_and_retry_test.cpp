// SPDX-License-Identifier: BSL-1.0
// The functions of doc/guide/time-and-retry.md, in virtual time.
#include "system/support/rig.hpp"

#include <oms/testing/virtual_time.hpp>

#include <chrono>
#include <utility>

using namespace oms::test;
namespace match = oms::testing::match;

namespace {
#include "time-and-retry.ipp"

// A service in memory, and calls that end at times that are known to the nanosecond.
struct in_virtual_time {
    asio::io_context context{1};
    oms::testing::virtual_time time{context};
    oms::testing::simulator sim{time, running(1, 10)};
    oms::task_ref const task = sim.tasks().front();

    stop_receipt stop(oms::client_config config, oms::call_options options = oms::call_options()) {
        config.random_seed = 1;
        oms::client client(context, std::move(config));
        stop_receipt got;
        client.async_stop(task, std::move(options), got.handler());
        BOOST_REQUIRE(time.run_until([&] { return got.calls > 0; }));
        return got;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(time_and_retry_page, in_virtual_time)

BOOST_AUTO_TEST_CASE(a_person_waits_five_seconds) {
    sim.on(match::any()).no_reply();
    auto const got = stop(impatient(sim.client_config()));
    BOOST_TEST((got.code == oms::condition::timed_out));
    BOOST_TEST(got.result.outcome == oms::outcome::unknown);
    BOOST_TEST(got.result.attempts > 1u);
    BOOST_CHECK(got.result.elapsed >= 5s && got.result.elapsed <= 5s + 50ms);
}

BOOST_AUTO_TEST_CASE(the_defaults_are_ninety_seconds_and_four_tries) {
    sim.on(match::any()).no_reply();
    auto const got = stop(sim.client_config());
    BOOST_TEST((got.code == oms::condition::timed_out));
    BOOST_CHECK(got.result.elapsed <= 90s + 50ms);

    sim.clear_faults();
    sim.on(match::any()).reply(503);
    auto const refused = stop(sim.client_config());
    BOOST_TEST(refused.result.attempts == 4u);
    BOOST_TEST((refused.code == oms::condition::unavailable));
}

BOOST_AUTO_TEST_CASE(a_job_waits_for_an_outage_to_end) {
    sim.refuse_connections();
    oms::client client(context, sim.client_config());
    stop_receipt got;
    client.async_stop(task, until(time.now() + 8h), got.handler());
    time.run_for(3h);
    BOOST_TEST(got.calls == 0u);
    sim.accept_connections();
    BOOST_REQUIRE(time.run_until([&] { return got.calls > 0; }));
    BOOST_TEST(!got.code);

    sim.refuse_connections();
    time.run_for(1h);  // the connection that it kept is gone
    stop_receipt late;
    auto const begin = time.now();
    client.async_stop(sim.tasks()[1], until(begin + 2h), late.handler());
    BOOST_REQUIRE(time.run_until([&] { return late.calls > 0; }));
    BOOST_TEST(late.result.outcome == oms::outcome::not_sent);
    BOOST_TEST((late.code == oms::errc::connect_failed));
    BOOST_CHECK(time.now() - begin > 2h - 30s && time.now() - begin < 2h + 50ms);
}

BOOST_AUTO_TEST_CASE(the_budget_ends_what_attempts_do_not) {
    sim.on(match::any()).reply(503);
    auto const got = stop(sim.client_config(), until(time.now() + 8h));
    BOOST_TEST((got.code == oms::condition::unavailable));
    BOOST_TEST(got.result.attempts == 11u);  // a project may run ten repeats ahead
}

BOOST_AUTO_TEST_CASE(what_would_fail_again_is_not_repeated) {
    for (unsigned const status : {400u, 403u, 404u, 501u, 505u}) {
        sim.clear_faults();
        sim.on(match::any()).reply(status);
        BOOST_TEST(stop(sim.client_config()).result.attempts == 1u, status);
    }
    for (unsigned const status : {408u, 429u, 500u, 502u, 503u, 504u}) {
        sim.clear_faults();
        sim.on(match::any()).reply(status);
        BOOST_TEST(stop(sim.client_config()).result.attempts > 1u, status);
    }
}

BOOST_AUTO_TEST_CASE(a_long_retry_after_ends_the_call_at_once) {
    sim.on(match::any()).reply(503, "", {{"Retry-After", "31"}});
    auto const got = stop(sim.client_config());
    BOOST_TEST((got.code == oms::condition::unavailable));
    BOOST_TEST(got.result.attempts == 1u);
    BOOST_CHECK(got.result.elapsed < 1s);
}

BOOST_AUTO_TEST_CASE(strict_mode_sends_once) {
    sim.on(match::any()).reset_before_reply();
    auto const got = stop(strict(sim.client_config()));
    BOOST_TEST(got.result.outcome == oms::outcome::unknown);
    BOOST_TEST(got.result.attempts == 1u);
    BOOST_TEST(sim.stops(task) == 1u);
}

BOOST_AUTO_TEST_CASE(a_fresh_permission_is_waited_for) {
    sim.on(match::any()).times(2).reply(403, R"({"error_code":"OMS.0206","error_msg":"no"})");
    auto const got = stop(with_fresh_permissions(sim.client_config()));
    BOOST_TEST(!got.code);
    BOOST_TEST(got.result.attempts == 3u);

    sim.clear_faults();
    sim.on(match::any()).reply(403, R"({"error_code":"OMS.0206","error_msg":"no"})");
    BOOST_TEST(stop(with_fresh_permissions(sim.client_config())).result.attempts == 3u);
}

BOOST_AUTO_TEST_SUITE_END()
