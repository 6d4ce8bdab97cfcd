// SPDX-License-Identifier: BSL-1.0
//
// What is kept of an endpoint, dial by dial. When it is dialled again, endpoint_health_test.cpp asks.
#include "endpoint/health.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace std::chrono_literals;
using namespace oms;
using oms::endpoint::health;
using oms::endpoint::trouble;
using oms::policy::dial_fault;
using oms::policy::dial_verdict;

namespace {

struct fixture {
    health of{1, 100ms, 10s};
    health::time_point now{1h};

    dial_verdict fail(dial_fault fault, errc code, std::string text, bool connected = false) {
        policy::failed_dial d;
        d.round = of.dials().round();
        d.known = {"192.0.2.1"};
        d.attempts = {{"192.0.2.1", fault}};
        d.fault = fault;
        return of.dial_failed(d, {code, error_code(code), std::move(text)}, connected, now, 0);
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(endpoint_healths)

BOOST_FIXTURE_TEST_CASE(at_first_nothing_is_known, fixture) {
    BOOST_TEST(!of.refuses(now));
    BOOST_TEST(of.failures() == 0U);
    BOOST_TEST((of.reachable_since() == health::time_point()));
    BOOST_TEST(!of.last_failure().code);
}

BOOST_FIXTURE_TEST_CASE(the_last_failure_of_a_round_is_kept, fixture) {
    fail(dial_fault::unreachable, errc::connect_failed, "first");
    BOOST_TEST((of.last_failure().code == errc::connect_failed));
    BOOST_TEST(of.last_failure().text == "first");
    BOOST_TEST(of.failures() == 1U);
    fail(dial_fault::unreachable, errc::connect_timeout, "second");
    BOOST_TEST((of.last_failure().code == errc::connect_timeout));
    BOOST_TEST(of.failures() == 2U);
}

BOOST_FIXTURE_TEST_CASE(of_one_round_the_failure_that_tells_most, fixture) {
    policy::failed_dial d;
    d.round = of.dials().round();
    d.known = {"192.0.2.1", "192.0.2.2"};
    d.attempts = {{"192.0.2.1", dial_fault::final}};
    d.fault = dial_fault::final;
    of.dial_failed(d, {errc::certificate_host_mismatch, {}, "tells"}, false, now, 0);
    d.attempts = {{"192.0.2.2", dial_fault::unreachable}};
    d.fault = dial_fault::unreachable;
    of.dial_failed(d, {errc::connect_failed, {}, "tells less"}, false, now, 0);
    BOOST_TEST(of.last_failure().text == "tells");
}

BOOST_FIXTURE_TEST_CASE(a_straggler_changes_nothing, fixture) {
    policy::failed_dial old;
    old.round = of.dials().round();
    old.known = {"192.0.2.1"};
    old.attempts = {{"192.0.2.1", dial_fault::unreachable}};
    fail(dial_fault::unreachable, errc::connect_failed, "of its round");
    auto const verdict = of.dial_failed(old, {errc::connect_timeout, {}, "late"}, false, now, 0);
    BOOST_TEST((verdict == dial_verdict::straggler));
    BOOST_TEST(of.last_failure().text == "of its round");
}

BOOST_FIXTURE_TEST_CASE(hopeless_dials_refuse_calls_until_one_is_answered, fixture) {
    dial_verdict verdict = dial_verdict::back_off;
    for (int i = 0; i < 10 && verdict != dial_verdict::refuse; ++i) {
        verdict = fail(dial_fault::final, errc::certificate_host_mismatch, "not its name");
        now = of.dials().not_before();
    }
    BOOST_TEST_REQUIRE((verdict == dial_verdict::refuse));
    BOOST_TEST(of.refuses(of.refuses_until() - 1ns));
    BOOST_TEST(!of.refuses(of.refuses_until()));
    BOOST_TEST((of.refusal().code == errc::certificate_host_mismatch));
    BOOST_TEST(of.refusal().text == "not its name");
    BOOST_TEST(!of.blocks(of.refuses_until() - 1ns));
    of.reached(0, "192.0.2.1", now);
    BOOST_TEST(!of.refuses(now));
    BOOST_TEST((of.reachable_since() == now));
}

BOOST_FIXTURE_TEST_CASE(what_it_said_itself_a_connection_does_not_undo, fixture) {
    of.blocked(now + 5min);
    of.reached(0, "192.0.2.1", now);
    BOOST_TEST(of.blocks(now + 4min));
    BOOST_TEST(!of.blocks(now + 5min));
    BOOST_TEST((of.refusal().code == errc::endpoint_blocked && of.refusal().cause == errc::endpoint_blocked));
    BOOST_TEST(of.refusal().text.empty());
}

BOOST_FIXTURE_TEST_CASE(since_when_it_is_reached, fixture) {
    auto const first = now;
    of.reached(0, "192.0.2.1", now);
    now += 1min;
    of.reached(0, "192.0.2.1", now);
    BOOST_TEST((of.reachable_since() == first));
    fail(dial_fault::unreachable, errc::connect_failed, {});
    of.reached(0, "192.0.2.1", now);
    BOOST_TEST((of.reachable_since() == now));
}

BOOST_AUTO_TEST_SUITE_END()
