// SPDX-License-Identifier: BSL-1.0
#include "wire/iso_time.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

using namespace std::chrono;
using oms::wire::iso_time;
using oms::wire::parse_iso_time;

BOOST_AUTO_TEST_SUITE(iso_times)

BOOST_AUTO_TEST_CASE(forms) {
    sys_seconds const expected = sys_days(year(2020) / 1 / 4) + 9h + 8min + 49s;
    for (std::string const text :
         {"2020-01-04T09:08:49Z", "2020-01-04T09:08:49.965000Z", "2020-01-04T09:08:49.1Z", "2020-01-04T09:08:49.Z",
          "2020-01-04T09:08:49.123456789Z", "2020-01-04 09:08:49Z", "2020-01-04T17:08:49+08:00",
          "2020-01-04T17:08:49+0800", "2020-01-04T03:38:49.5-05:30"}) {
        auto const got = parse_iso_time(text);
        BOOST_TEST((got && *got == expected), text);
    }
    BOOST_TEST(iso_time(expected) == "2020-01-04T09:08:49Z");
    BOOST_TEST((parse_iso_time("2024-02-29T23:59:60Z") == sys_seconds(sys_days(year(2024) / 3 / 1))));
    BOOST_TEST(parse_iso_time("9999-12-31T23:59:59Z").has_value());
    BOOST_TEST(parse_iso_time("0000-01-01T00:00:00+23:59").has_value());
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_time) {
    for (std::string const text :
         {"", "2020", "2020-01-04", "2020-01-04T09:08Z", "2020-01-04T09:08:49", "2020-13-04T09:08:49Z",
          "2020-02-30T09:08:49Z", "2020-01-04T24:08:49Z", "2020-01-04T09:60:49Z", "2020-01-04T09:08:61Z",
          "2020-01-04T09:08:49.1234567890Z", "2020-01-04T09:08:49+8", "2020-01-04T09:08:49+24:00",
          "2020-01-04T09:08:49Zx", " 2020-01-04T09:08:49Z", "-020-01-04T09:08:49Z",
          "2020-01-04T09:08:4\xff"
          "Z"}) {
        BOOST_TEST(!parse_iso_time(text), text);
    }
}

BOOST_AUTO_TEST_SUITE_END()
