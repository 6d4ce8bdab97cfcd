// SPDX-License-Identifier: BSL-1.0
#include "wire/http_date.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

using namespace std::chrono;
using oms::wire::parse_http_date;
using oms::wire::parse_retry_after;

namespace {

sys_seconds at(int year, unsigned month, unsigned day, int hour, int minute, int second) {
    return sys_seconds(sys_days(std::chrono::year(year) / static_cast<int>(month) / static_cast<int>(day))) +
           hours(hour) + minutes(minute) + seconds(second);
}

system_clock::time_point const now = at(2024, 9, 12, 3, 4, 5);

// Seconds, or -1 for none.
long long delay(std::string_view value, system_clock::time_point from = now, std::string_view date = {}) {
    auto const got = parse_retry_after(value, date, from);
    return got ? static_cast<long long>(got->count()) : -1;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_date)

BOOST_AUTO_TEST_CASE(three_forms) {
    auto const expected = at(1994, 11, 6, 8, 49, 37);
    for (std::string const text : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                                   "Sun Nov  6 08:49:37 1994", " Sun, 06 Nov 1994 08:49:37 GMT\t"}) {
        auto const got = parse_http_date(text, now);
        BOOST_TEST((got && *got == expected), text);
    }
    BOOST_TEST((parse_http_date("Wed Nov 16 08:49:37 1994", now) == at(1994, 11, 16, 8, 49, 37)));
    BOOST_TEST((parse_http_date("Thu, 29 Feb 2024 23:59:60 GMT", now) == at(2024, 3, 1, 0, 0, 0)));
}

BOOST_AUTO_TEST_CASE(two_digit_years_are_near) {
    auto const year_of = [](std::string_view digits, system_clock::time_point from) {
        auto const got = parse_http_date("Monday, 01-Jan-" + std::string(digits) + " 00:00:00 GMT", from);
        BOOST_REQUIRE(got.has_value());
        return static_cast<int>(year_month_day(floor<days>(*got)).year());
    };
    BOOST_TEST(year_of("24", now) == 2024);
    BOOST_TEST(year_of("74", now) == 2074);
    BOOST_TEST(year_of("75", now) == 1975);
    BOOST_TEST(year_of("05", at(2099, 1, 1, 0, 0, 0)) == 2105);
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_date) {
    for (std::string const text :
         {"", "Sun", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 6 Nov 1994 08:49:37 GMT",
          "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT",
          "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
          "Xxx, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT x", "Sun, 06 Nov 1994 08:49:3x GMT",
          "Sunday, 06-Nov-1994 08:49:37 GMT", "Sun, 06-Nov-94 08:49:37 GMT", "Sun Nov 6 08:49:37 1994",
          "1994-11-06T08:49:37Z"}) {
        BOOST_TEST(!parse_http_date(text, now).has_value(), "took " << text);
    }
}

BOOST_AUTO_TEST_CASE(retry_after_seconds) {
    BOOST_TEST(delay("0") == 0);
    BOOST_TEST(delay(" 120 ") == 120);
    BOOST_TEST(delay("007") == 7);
    BOOST_TEST(delay("2147483647") == 2147483647);
    BOOST_TEST(delay("2147483648") == 2147483647);
    BOOST_TEST(delay(std::string(500, '9')) == 2147483647);
    for (std::string const text :
         {"", " ", "-1", "+1", "1.", ".5", "1.5.5", "1.x", "1,5", "1s", "1 2", "0x10", "soon"}) {
        BOOST_TEST(delay(text) == -1, "took " << text);
    }
}

BOOST_AUTO_TEST_CASE(retry_after_fractions_are_rounded_up) {
    BOOST_TEST(delay("1.5") == 2);
    BOOST_TEST(delay("0.001") == 1);
    BOOST_TEST(delay("3.0") == 3);
    BOOST_TEST(delay("0.0") == 0);
    BOOST_TEST(delay("2147483647.5") == 2147483647);
    BOOST_TEST(delay("1." + std::string(500, '0') + "1") == 2);
}

// The server's clock need not be ours.
BOOST_AUTO_TEST_CASE(retry_after_dates_of_another_clock) {
    std::string const then = "Thu, 12 Sep 2024 03:04:09 GMT";
    auto const four_before = {"Thu, 12 Sep 2024 03:04:05 GMT", "Thursday, 12-Sep-24 03:04:05 GMT",
                              " Thu Sep 12 03:04:05 2024"};
    for (std::string const date : four_before) {
        for (auto const ahead : {hours(0), hours(1), hours(-1), hours(24 * 366), hours(-24 * 366)})
            BOOST_TEST(delay(then, now + ahead, date) == 4, date);
    }
    BOOST_TEST(delay(then, now, then) == 0);
    BOOST_TEST(delay(then, now, "Thu, 12 Sep 2024 05:04:05 GMT") == 0);
    BOOST_TEST(delay("7", now, "Thu, 12 Sep 2024 05:04:05 GMT") == 7);
    // Without a date that can be read ours has to do.
    for (std::string const date : {"", "x", "Thu, 12 Sep 2024", "0"})
        BOOST_TEST(delay(then, now, date) == 4, date);
}

BOOST_AUTO_TEST_CASE(retry_after_dates) {
    BOOST_TEST(delay("Thu, 12 Sep 2024 03:04:35 GMT") == 30);
    BOOST_TEST(delay("Thursday, 12-Sep-24 03:05:05 GMT") == 60);
    BOOST_TEST(delay("Thu Sep 12 04:04:05 2024") == 3600);
    BOOST_TEST(delay("Thu, 12 Sep 2024 03:04:05 GMT") == 0);
    BOOST_TEST(delay("Thu, 12 Sep 2024 03:04:04 GMT") == 0);
    BOOST_TEST(delay("Mon, 01 Jan 0001 00:00:00 GMT") == 0);
    BOOST_TEST(delay("Fri, 31 Dec 9999 23:59:59 GMT") == 2147483647);
    // Never earlier than the date.
    BOOST_TEST(delay("Thu, 12 Sep 2024 03:04:06 GMT", now + milliseconds(900)) == 1);
}

BOOST_AUTO_TEST_SUITE_END()
