// SPDX-License-Identifier: BSL-1.0
#include "policy/clock_skew.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using namespace oms::policy;

namespace {

constexpr std::chrono::sys_seconds noon{1000h};

// By so much the service is ahead of this machine; it was signed with so much of that.
clock_verdict judge(std::chrono::seconds ahead, std::chrono::seconds signed_with = 0s) {
    return judge_clock(noon, noon + signed_with, noon + ahead);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(clock_skews)

BOOST_AUTO_TEST_CASE(a_minute_says_nothing) {
    for (auto const sign : {1, -1}) {
        BOOST_CHECK(judge(sign * 60s).finding == clock_finding::in_step);
        BOOST_CHECK(judge(sign * 61s).finding == clock_finding::mended);
        BOOST_CHECK(judge(sign * 61s).ahead == sign * 61s);
    }
}

BOOST_AUTO_TEST_CASE(a_quarter_of_an_hour_is_mended_and_as_much_again_taken) {
    BOOST_CHECK(judge(15min).ahead == 15min);
    BOOST_CHECK(judge(30min - 1s).finding == clock_finding::mended);
    BOOST_CHECK(judge(30min - 1s).ahead == 15min);
    BOOST_CHECK(judge(30min).finding == clock_finding::beyond);
}

BOOST_AUTO_TEST_CASE(what_was_tried_is_not_tried_again) {
    BOOST_CHECK(judge(20min, 15min).finding == clock_finding::beyond);
    BOOST_CHECK(judge(10min, 10min).finding == clock_finding::in_step);
}

BOOST_AUTO_TEST_SUITE_END()
