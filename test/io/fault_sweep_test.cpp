// SPDX-License-Identifier: BSL-1.0
//
// Every scenario, with every I/O operation failing in every way, with every
// cancellation before every step, and with both.
#include "io/fault_schedule.hpp"

#include <boost/test/unit_test.hpp>

using namespace oms;
using namespace oms::scripted;

BOOST_AUTO_TEST_SUITE(faults)

BOOST_AUTO_TEST_CASE(every_operation_fails) {
    sweep_report report("each operation fails");
    fault_sweep sweep(report, faults_of);
    for (scenario const& s : scenarios())
        sweep.fail_everywhere(s, sweep.try_one(s));
}

BOOST_AUTO_TEST_CASE(cancelled_before_every_step) {
    sweep_report report("cancelled before each step");
    fault_sweep sweep(report, faults_of);
    for (scenario const& s : scenarios())
        sweep.cancel_everywhere(s, {}, sweep.try_one(s).steps);
}

BOOST_AUTO_TEST_CASE(every_operation_fails_and_cancelled_before_every_step) {
    sweep_report report("pairs of both");
    fault_sweep sweep(report, faults_of);
    for (scenario const& s : scenarios()) {
        if (!s.paired) continue;
        sweep.fail_everywhere(s, sweep.try_one(s), [&](disturbance const& d, extent const& disturbed) {
            sweep.cancel_everywhere(s, d, disturbed.steps);
        });
    }
    BOOST_TEST(report.tried() > 10'000U);
}

BOOST_AUTO_TEST_SUITE_END()
