// SPDX-License-Identifier: BSL-1.0
// The program of doc/guide/first-stop.md, as it stands there, against the simulator.
#include "system/child_process.hpp"
#include "system/support/rig.hpp"
#include "system/temporary_directory.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

using namespace oms::test;

namespace {

// With what step 3 of the page tells the environment.
struct first_steps : rig {
    temporary_directory const directory;

    first_steps() : rig(running(1, 3)) {}

    int run(std::vector<std::string> arguments, std::string const& token) {
        arguments.insert(arguments.begin(), OMS_FIRST_STOP);
        child_process program(std::move(arguments), {"OMS_ENDPOINT=" + sim.endpoint(), "OMS_TOKEN=" + token,
                                                     "OMS_CA_FILE=" + directory.write("ca.pem", sim.ca_pem())});
        return program.wait_for(std::chrono::minutes(1)).value_or(-1);
    }
    std::string token() const { return sim.token(sim.project_id(0)); }
    std::string named(std::size_t number) const { return sim.project_id(0) + "/" + sim.task_id(0, number); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(first_stop, first_steps)

BOOST_AUTO_TEST_CASE(it_stops_once_and_finds_it_stopped_then) {
    BOOST_TEST(run({named(0)}, token()) == 0);
    BOOST_TEST(run({named(0)}, token()) == 0);
    BOOST_TEST(sim.stops(task(0, 0)) == 1u);
    BOOST_TEST(sim.requests() == 2u);
}

BOOST_AUTO_TEST_CASE(it_fails_where_the_service_refuses) {
    BOOST_TEST(run({named(1)}, "wrong") == 1);
    BOOST_TEST(sim.stops(task(0, 1)) == 0u);
}

BOOST_AUTO_TEST_CASE(it_sends_nothing_where_a_setting_or_the_task_is_wrong) {
    BOOST_TEST(run({}, token()) == 2);
    BOOST_TEST(run({"no-task"}, token()) == 2);
    BOOST_TEST(run({named(2)}, "of two words") == 2);
    BOOST_TEST(sim.requests() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
