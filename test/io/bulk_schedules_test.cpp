// SPDX-License-Identifier: BSL-1.0
//
// Bulks with random sources, faults, throttles, cancellations and ends, in
// virtual time: nothing is lost, nothing is told twice, nothing is sent again
// that was settled, and what is told agrees with what the service knows.
//
// OMS_BULK_SEEDS=n tries so many schedules (3,000 where it is not set), OMS_BULK_SEED=n that one alone.
#include "io/bulk_schedule.hpp"
#include "io/harness/report.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>

using namespace oms::scripted;

namespace {

std::uint64_t number_of(char const* variable, std::uint64_t otherwise) {
    char const* const value = std::getenv(variable);
    return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(bulk_schedules)

BOOST_AUTO_TEST_CASE(every_task_is_accounted_for) {
    std::uint64_t const only = number_of("OMS_BULK_SEED", 0);
    std::uint64_t const last = only != 0 ? only : number_of("OMS_BULK_SEEDS", 3000);
    sweep_report report("random bulks");
    for (std::uint64_t seed = only != 0 ? only : 1; seed <= last; ++seed) {
        BOOST_TEST_CHECKPOINT("OMS_BULK_SEED=" << seed);  // told where it crashes
        bulk_schedule one(seed);
        std::string const wrong = one.run();
        if (only != 0) BOOST_TEST_MESSAGE(one.story());
        report.add(wrong.empty(), [&] { return "OMS_BULK_SEED=" + std::to_string(seed) + ": " + wrong; });
    }
}

BOOST_AUTO_TEST_SUITE_END()
