// SPDX-License-Identifier: BSL-1.0
//
// Signatures whose time the service does not take, in virtual time.
#include "io/harness/world.hpp"
#include "wire/http_date.hpp"
#include "wire/iso_time.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstdio>
#include <memory>
#include <string>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

using std::chrono::floor;
using std::chrono::seconds;
using std::chrono::sys_seconds;

std::string http_date(sys_seconds t) {
    constexpr std::array<char const*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::string const iso = wire::iso_time(t);  // 2026-01-01T00:00:00Z
    return "Thu, " + iso.substr(8, 2) + " " + months.at(std::stoul(iso.substr(5, 2)) - 1) + " " + iso.substr(0, 4) +
           " " + iso.substr(11, 8) + " GMT";
}

// A service whose clock is another one.
struct strict_service {
    explicit strict_service(world& w) {
        w.config.credentials = key_credentials("AK", "SK");
        w.net.server = [this, &w](request const& r) {
            auto const now = floor<seconds>(w.time.wall()) + ahead;
            auto const at = r.text.find("X-Sdk-Date: ") + 12;  // 20260101T000000Z
            std::string const d = r.text.substr(at, 16);
            auto const signed_at =
                wire::parse_iso_time(d.substr(0, 4) + "-" + d.substr(4, 2) + "-" + d.substr(6, 2) + "T" +
                                     d.substr(9, 2) + ":" + d.substr(11, 2) + ":" + d.substr(13, 2) + "Z");
            BOOST_REQUIRE(signed_at.has_value());
            answer a;
            a.delay = 20ms;
            bool const right = *signed_at + takes >= now && *signed_at - takes <= now;
            right ? ++accepted : ++refused;
            std::string const date = says_date ? "Date: " + http_date(now) + "\r\n" : std::string();
            a.bytes = right && !wrong_key ? reply_text(200)
                                          : error_text(401, "APIGW.0301", "verify aksk signature fail", date);
            return a;
        };
    }

    seconds ahead{0};
    seconds takes = 2min;  // around its time
    bool says_date = true;
    bool wrong_key = false;
    std::size_t accepted = 0, refused = 0;
};

std::shared_ptr<started> stop_now(world& w) {
    auto const call = w.stop();
    w.run_until_done(*call);
    return call;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(clock_skew)

BOOST_AUTO_TEST_CASE(a_difference_is_learnt_from_the_first_refusal) {
    for (seconds const ahead : {seconds(10min), seconds(-10min), seconds(15min), seconds(-15min), seconds(3min)}) {
        world w;
        strict_service s(w);
        s.ahead = ahead;
        auto const first = stop_now(w);
        BOOST_TEST(!first->code);
        BOOST_TEST(first->result.attempts == 2U);
        auto const second = stop_now(w);
        BOOST_TEST(!second->code);
        BOOST_TEST(second->result.attempts == 1U);
        BOOST_TEST(s.refused == 1U);
    }
}

BOOST_AUTO_TEST_CASE(a_time_is_mended_by_fifteen_minutes_at_most) {
    for (seconds const ahead : {seconds(16min), seconds(-16min), seconds(29min), seconds(-29min)}) {
        world w;
        strict_service s(w);
        s.takes = 15min;
        s.ahead = ahead;
        BOOST_TEST(!stop_now(w)->code);
        BOOST_TEST(!stop_now(w)->code);
        BOOST_TEST(s.refused == 1U);
        if (abs(ahead) < 20min) continue;
        s.takes = abs(ahead) - 15min - 1s;  // it wants more
        auto const call = stop_now(w);
        BOOST_TEST((call->code == error_code(errc::clock_skew)));
        BOOST_TEST(call->result.attempts == 1U);
    }
}

BOOST_AUTO_TEST_CASE(beyond_that_the_error_says_both_times) {
    for (seconds const ahead : {seconds(30min), seconds(-30min), seconds(24h)}) {
        world w;
        strict_service s(w);
        s.takes = 15min;
        s.ahead = ahead;
        auto const call = stop_now(w);
        BOOST_TEST((call->code == error_code(errc::clock_skew)));
        BOOST_TEST((call->code == condition::unauthenticated));
        BOOST_TEST(call->result.attempts == 1U);
        BOOST_TEST((call->result.cause == gateway_error(401'0301)));
        BOOST_TEST((call->result.outcome == outcome::refused));
        auto const here = floor<seconds>(w.time.wall());
        BOOST_TEST(call->result.service_message == "verify aksk signature fail; this machine's clock says " +
                                                       wire::iso_time(here) + ", the service's " +
                                                       wire::iso_time(here + ahead));
    }
}

BOOST_AUTO_TEST_CASE(ten_thousand_calls_with_a_wrong_clock_are_refused_once) {
    world w;
    w.net.keeps_ledger = false;
    strict_service s(w);
    s.ahead = 10min;
    std::vector<std::shared_ptr<started>> all;
    for (std::size_t i = 0; i < 10'000; ++i)
        all.push_back(w.stop(i));
    w.run_for(60s);
    for (auto const& each : all)
        BOOST_REQUIRE(!each->code);
    BOOST_TEST(s.refused == 1U);
}

BOOST_AUTO_TEST_CASE(a_wrong_key_besides_is_tried_twice) {
    world w;
    strict_service s(w);
    s.ahead = 10min;
    s.wrong_key = true;
    auto const first = w.stop(0);
    auto const second = w.stop(1);
    w.run_for(1s);
    BOOST_TEST(s.accepted + s.refused == 2U);
    BOOST_TEST((first->code == condition::unauthenticated));
    BOOST_TEST((second->code == condition::unauthenticated));
    BOOST_TEST((stop_now(w)->code == error_code(errc::credentials_rejected)));
}

BOOST_AUTO_TEST_CASE(a_refusal_that_says_no_time_or_the_same_ends_the_call) {
    for (bool says_date : {true, false}) {
        world w;
        strict_service s(w);
        s.says_date = says_date;
        s.wrong_key = true;
        auto const call = stop_now(w);
        BOOST_TEST((call->code == gateway_error(401'0301)));
        BOOST_TEST(call->result.attempts == 1U);
        BOOST_TEST(call->result.service_message == "verify aksk signature fail");
    }
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_set_right_is_followed) {
    world w;
    strict_service s(w);
    s.ahead = 10min;
    BOOST_TEST(!stop_now(w)->code);
    w.time.shift_wall(10min);  // now it is right, and what was learnt is wrong
    s.ahead = 0s;
    auto const call = stop_now(w);
    BOOST_TEST(!call->code);
    BOOST_TEST(call->result.attempts == 2U);
    w.time.shift_wall(-3min);
    s.ahead = 3min;
    BOOST_TEST(!stop_now(w)->code);
    BOOST_TEST(!stop_now(w)->code);
    BOOST_TEST(s.refused == 3U);
}

BOOST_AUTO_TEST_SUITE_END()
