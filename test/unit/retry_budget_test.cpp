// SPDX-License-Identifier: BSL-1.0
#include "policy/retry_budget.hpp"

#include <boost/test/unit_test.hpp>

#include <limits>

using oms::policy::retry_budget;

BOOST_AUTO_TEST_SUITE(retry_budgets)

BOOST_AUTO_TEST_CASE(starts_full_and_runs_dry) {
    retry_budget budget(10, 0.1);
    BOOST_TEST(budget.at_rest());
    for (int i = 0; i < 10; ++i) {
        BOOST_REQUIRE(budget.available());
        budget.take();
    }
    BOOST_TEST(!budget.available());
    BOOST_TEST(!budget.at_rest());
    BOOST_TEST(budget.level() == 0.0);
    budget.take();
    BOOST_TEST(budget.level() == 0.0);
}

BOOST_AUTO_TEST_CASE(ten_successes_pay_for_one_repeat) {
    retry_budget budget(10, 0.1);
    for (int i = 0; i < 10; ++i)
        budget.take();
    for (int round = 0; round < 1000; ++round) {
        for (int i = 0; i < 9; ++i)
            budget.success();
        BOOST_REQUIRE(!budget.available());
        budget.success();
        BOOST_REQUIRE(budget.available());
        budget.take();
    }
}

BOOST_AUTO_TEST_CASE(fills_to_the_brim_only) {
    retry_budget budget(2, 0.3);
    budget.take();
    for (int i = 0; i < 3; ++i)
        budget.success();
    BOOST_TEST(!budget.at_rest());
    for (int i = 0; i < 100; ++i)
        budget.success();
    BOOST_TEST(budget.level() == 2.0);
    BOOST_TEST(budget.at_rest());
}

BOOST_AUTO_TEST_CASE(nothing_and_no_limit) {
    retry_budget none(0, 0);
    BOOST_TEST(!none.available());
    BOOST_TEST(none.at_rest());
    retry_budget unlimited(std::numeric_limits<double>::infinity(), 0.1);
    for (int i = 0; i < 1000; ++i)
        unlimited.take();
    unlimited.success();
    BOOST_TEST(unlimited.available());
    BOOST_TEST(unlimited.at_rest());
}

BOOST_AUTO_TEST_SUITE_END()
