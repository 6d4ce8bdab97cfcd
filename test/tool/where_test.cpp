// SPDX-License-Identifier: BSL-1.0
// Tasks that meet a condition.

#include "where.hpp"
#include "utc.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using oms_stop::selected_task;
using oms_stop::where_condition;

BOOST_AUTO_TEST_SUITE(conditions)

oms_stop::utc_time const now = *oms_stop::utc_of_text("2026-03-01T12:00:00.000Z");

bool met(std::string const& text, selected_task const& task) {
    std::string fault;
    auto const condition = where_condition::parse(text, now, fault);
    BOOST_REQUIRE_MESSAGE(condition, fault);
    return condition->met_by(task);
}

BOOST_AUTO_TEST_CASE(texts_are_compared_whole_or_with_stars) {
    selected_task task(oms::sync_task("p", "t"));
    task.status = "SYNCHRONIZING";
    task.source_bucket = "logs-2026";
    BOOST_TEST(met("status=SYNCHRONIZING", task));
    BOOST_TEST(!met("status=SYNC", task));
    BOOST_TEST(met("status!=STOPPED", task));
    for (char const* const fits : {"logs-*", "*2026", "l*-*6", "*", "logs-2026*", "**"})
        BOOST_TEST(met("source_bucket=" + std::string(fits), task), fits);
    for (char const* const no : {"log*x", "*25", "", "x*", "logs-2026*6"})
        BOOST_TEST(!met("source_bucket=" + std::string(no), task), no);
    // What is not known is neither the one nor the other.
    BOOST_TEST(!met("destination_bucket=*", task));
    BOOST_TEST(!met("destination_bucket!=x", task));
}

BOOST_AUTO_TEST_CASE(times_are_days_moments_and_ages) {
    selected_task task(oms::sync_task("p", "t"));
    BOOST_TEST(!met("last_start<2030-01-01", task));
    task.started_at = oms_stop::utc_of_text("2026-01-31T08:00:00.000Z");
    BOOST_TEST(met("last_start<2026-02-01", task));
    BOOST_TEST(!met("last_start<2026-01-31", task));
    BOOST_TEST(met("last_start>2026-01-31T07:59:59Z", task));
    BOOST_TEST(met("last_start<29d", task));
    BOOST_TEST(!met("last_start<30d", task));
    BOOST_TEST(met("last_start>30d", task));
    BOOST_TEST(met("last_start<12h", task));
}

BOOST_AUTO_TEST_CASE(conditions_that_say_nothing) {
    for (char const* const wrong : {"", "status", "colour=red", "status<x", "last_start=2026-01-31", "last_start<soon",
                                    "last_start<5", "last_start<-1d", "!status=x", "=x"}) {
        std::string fault;
        BOOST_TEST(!where_condition::parse(wrong, now, fault), wrong);
        BOOST_TEST(!fault.empty(), wrong);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
