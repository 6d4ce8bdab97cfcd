// SPDX-License-Identifier: BSL-1.0
#include "policy/endpoint_health.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace oms::policy;

namespace {

using list = std::vector<std::string>;

// One endpoint, dialled as it says, in a time of its own.
struct dialled {
    endpoint_health health{1, 200ms, 20s};
    endpoint_health::time_point now{1h};
    list known{"a", "b"};
    bool connected = false;

    failed_dial begin() const {
        failed_dial d;
        d.host = health.host();
        d.round = health.round();
        d.known = known;
        return d;
    }
    dial_verdict end(failed_dial d, std::vector<failed_dial::attempt> attempts) {
        d.fault = attempts.empty() ? dial_fault::unreachable : attempts.back().fault;
        d.attempts = std::move(attempts);
        return health.failed(d, connected, now, ~std::uint64_t{0});
    }
    dial_verdict fail(std::string const& address, dial_fault fault) { return end(begin(), {{address, fault}}); }
    // Every address, one after the other.
    dial_verdict fail_all(dial_fault fault) {
        dial_verdict last = dial_verdict::straggler;
        for (std::string const& each : known)
            last = fail(each, fault);
        return last;
    }
    list last() { return health.last(now); }
};

constexpr dial_fault handshakes[] = {dial_fault::passing, dial_fault::final, dial_fault::unverified};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(endpoint_healths, dialled)

BOOST_AUTO_TEST_CASE(the_next_address_is_dialled_at_once_whatever_is_wrong_with_the_first) {
    for (dial_fault const fault : handshakes) {
        dialled d;
        BOOST_CHECK(d.fail("a", fault) == dial_verdict::next_address);
        BOOST_TEST(d.last() == list{"a"});
        BOOST_TEST(d.health.failures() == 0U);
        BOOST_CHECK(d.health.not_before() <= d.now);
    }
}

BOOST_AUTO_TEST_CASE(the_bad_one_is_last_for_one_back_off_and_then_one_dial_finds_out) {
    fail("a", dial_fault::passing);
    health.reached(0, "b");
    BOOST_TEST(last() == list{"a"});
    now += 199ms;
    BOOST_TEST(last() == list{"a"});
    now += 1ms;
    BOOST_TEST(last().empty());       // this dial
    BOOST_TEST(last() == list{"a"});  // those beside it
    fail("a", dial_fault::passing);   // twice as long now
    health.reached(0, "b");
    now += 399ms;
    BOOST_TEST(last() == list{"a"});
    now += 1ms;
    BOOST_TEST(last().empty());
    health.reached(0, "a");
    BOOST_TEST(last().empty());
    BOOST_TEST(last().empty());
}

BOOST_AUTO_TEST_CASE(the_back_off_begins_when_every_address_failed_and_ends_with_any_success) {
    fail("a", dial_fault::passing);
    BOOST_CHECK(fail("b", dial_fault::passing) == dial_verdict::back_off);
    BOOST_TEST(health.failures() == 1U);
    BOOST_CHECK(health.not_before() - now == 200ms);
    now = health.not_before();
    fail("b", dial_fault::passing);
    BOOST_TEST(last() == list{"b"});  // though "a" failed in the round before
    BOOST_CHECK(fail("a", dial_fault::unreachable) == dial_verdict::back_off);
    BOOST_CHECK(health.not_before() - now == 400ms);
    for (int i = 0; i < 100; ++i)
        fail_all(dial_fault::passing);
    BOOST_CHECK(health.not_before() - now == 5s);
    health.reached(0, "b");
    BOOST_TEST(health.failures() == 0U);
    BOOST_CHECK(health.not_before() <= now);
}

BOOST_AUTO_TEST_CASE(dials_beside_it_do_not_deepen_a_back_off) {
    std::vector<failed_dial> const sixteen(16, begin());
    for (auto const& each : sixteen)
        BOOST_CHECK(end(each, {{"a", dial_fault::passing}}) == dial_verdict::next_address);
    BOOST_CHECK(fail("b", dial_fault::passing) == dial_verdict::back_off);
    BOOST_CHECK(end(sixteen[0], {{"a", dial_fault::passing}}) == dial_verdict::straggler);
    BOOST_TEST(health.failures() == 1U);
    BOOST_CHECK(health.not_before() - now == 200ms);
    // Nor does one begin where one of them has succeeded.
    auto const slow = begin();
    health.reached(0, "a");
    BOOST_CHECK(end(slow, {{"a", dial_fault::passing}, {"b", dial_fault::passing}}) == dial_verdict::straggler);
    BOOST_TEST(health.failures() == 0U);
}

BOOST_AUTO_TEST_CASE(what_may_pass_never_fails_those_that_wait) {
    for (int i = 0; i < 50; ++i)
        BOOST_CHECK(fail_all(dial_fault::passing) == dial_verdict::back_off);
    for (int i = 0; i < 50; ++i)
        BOOST_CHECK(fail_all(dial_fault::unreachable) == dial_verdict::back_off);
    for (int i = 0; i < 50; ++i)
        BOOST_CHECK(end(begin(), {}) == dial_verdict::back_off);  // the name has no answer
}

BOOST_AUTO_TEST_CASE(what_is_final_fails_them_after_three_dials_of_each_address) {
    BOOST_CHECK(fail_all(dial_fault::final) == dial_verdict::back_off);
    BOOST_CHECK(fail_all(dial_fault::final) == dial_verdict::back_off);
    auto const spoilt = *this;
    BOOST_CHECK(fail_all(dial_fault::final) == dial_verdict::refuse);
    BOOST_CHECK(fail_all(dial_fault::final) == dial_verdict::refuse);
    fail("a", dial_fault::final);
    BOOST_CHECK(fail("b", dial_fault::passing) == dial_verdict::back_off);

    auto other = spoilt;  // a connection lives
    other.connected = true;
    BOOST_CHECK(other.fail_all(dial_fault::final) == dial_verdict::back_off);
    other.connected = false;  // and does no more
    BOOST_CHECK(other.fail_all(dial_fault::final) == dial_verdict::refuse);

    auto third = spoilt;  // a success counts them anew
    third.health.reached(0, "b");
    BOOST_CHECK(third.fail_all(dial_fault::final) == dial_verdict::back_off);
}

BOOST_AUTO_TEST_CASE(a_wrong_certificate_fails_them_once_every_address_gave_it) {
    BOOST_CHECK(fail_all(dial_fault::unverified) == dial_verdict::refuse);
    fail("a", dial_fault::unverified);
    BOOST_CHECK(fail("b", dial_fault::passing) == dial_verdict::back_off);
    connected = true;
    BOOST_CHECK(fail_all(dial_fault::unverified) == dial_verdict::refuse);
}

BOOST_AUTO_TEST_CASE(an_address_where_nobody_answers_says_nothing_of_the_others) {
    BOOST_CHECK(end(begin(), {{"b", dial_fault::unreachable}, {"a", dial_fault::unverified}}) == dial_verdict::refuse);
    health.reached(0, "a");
    for (int i = 0; i < 2; ++i) {
        fail("a", dial_fault::final);
        BOOST_CHECK(fail("b", dial_fault::unreachable) == dial_verdict::back_off);
    }
    fail("a", dial_fault::final);
    BOOST_CHECK(fail("b", dial_fault::unreachable) == dial_verdict::refuse);
}

BOOST_AUTO_TEST_CASE(what_every_dial_would_meet_fails_them_at_once) {
    for (dial_fault const fault : {dial_fault::common, dial_fault::unknown}) {
        auto d = begin();
        d.known.clear();
        d.fault = fault;
        BOOST_CHECK(health.failed(d, true, now, 0) == dial_verdict::refuse);
        BOOST_CHECK(health.not_before() - now >= 100ms);
    }
}

BOOST_AUTO_TEST_CASE(hosts_that_stand_in_for_each_other_are_one_round) {
    health = endpoint_health(2, 200ms, 20s);
    fail("a", dial_fault::unreachable);
    BOOST_TEST(health.host() == 0U);
    auto const beside = begin();
    BOOST_CHECK(fail("b", dial_fault::unreachable) == dial_verdict::next_address);
    BOOST_TEST(health.host() == 1U);
    BOOST_CHECK(end(beside, {{"b", dial_fault::passing}}) == dial_verdict::next_address);
    BOOST_TEST(health.host() == 1U);
    BOOST_TEST(last().empty());
    known = {"c"};
    BOOST_CHECK(fail("c", dial_fault::unreachable) == dial_verdict::back_off);
    BOOST_TEST(health.host() == 0U);
    known = {};
    BOOST_CHECK(end(begin(), {}) == dial_verdict::next_address);  // its name has no answer now
    health.reached(1, "c");
    BOOST_TEST(health.host() == 1U);
}

BOOST_AUTO_TEST_CASE(another_host_stands_in_only_where_nobody_answers) {
    for (dial_fault const fault : handshakes) {
        health = endpoint_health(2, 200ms, 20s);
        fail("a", dial_fault::unreachable);
        auto const verdict = fail("b", fault);
        BOOST_CHECK(verdict == (fault == dial_fault::unverified ? dial_verdict::refuse : dial_verdict::back_off));
        BOOST_TEST(health.host() == 0U);
    }
    health = endpoint_health(2, 200ms, 20s);
    auto d = begin();
    d.known.clear();
    d.fault = dial_fault::unknown;
    BOOST_CHECK(health.failed(d, false, now, 0) == dial_verdict::next_address);
    d.host = 1;
    BOOST_CHECK(health.failed(d, false, now, 0) == dial_verdict::refuse);
}

BOOST_AUTO_TEST_CASE(addresses_that_the_name_has_no_more_are_forgotten) {
    fail("a", dial_fault::passing);
    known = {"b", "c"};
    BOOST_CHECK(fail("b", dial_fault::passing) == dial_verdict::next_address);
    BOOST_TEST(last() == list{"b"});
    BOOST_CHECK(fail("c", dial_fault::passing) == dial_verdict::back_off);
}

BOOST_AUTO_TEST_CASE(no_delay_is_too_long_to_reckon_with) {
    health = endpoint_health(1, 1h, endpoint_health::time_point::duration::max());
    for (int i = 0; i < 100; ++i)
        fail_all(dial_fault::passing);
    BOOST_CHECK(health.not_before() - now <= 5s);
    BOOST_TEST(last().size() < 2U);
}

BOOST_AUTO_TEST_CASE(each_failure_doubles_the_time_for_which_an_address_is_last) {
    for (auto const expected : {200ms, 400ms, 800ms, 1600ms}) {
        fail("a", dial_fault::passing);
        health.reached(0, "b");
        now += expected - 1ms;
        BOOST_TEST(last() == list{"a"});
        now += 1ms;
        BOOST_TEST(last().empty());
    }
}

BOOST_AUTO_TEST_SUITE_END()
