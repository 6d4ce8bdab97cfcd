// SPDX-License-Identifier: BSL-1.0
// The program in README.md, as it stands there, against the simulator.

#include "system/child_process.hpp"
#include "system/temporary_directory.hpp"

#include <oms/testing/simulator.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

namespace {

// The exit status of the program when it stops this task with this token; -1 where it does not end.
int run_example(oms::testing::simulator const& service, oms::task_ref const& task, std::string const& token) {
    oms::test::temporary_directory const directory;
    oms::test::child_process example(
        {OMS_README_EXAMPLE, service.endpoint(), task.project_id, task.task_id},
        {"OMS_TOKEN=" + token, "SSL_CERT_FILE=" + directory.write("ca.pem", service.ca_pem())});
    return example.wait_for(std::chrono::minutes(1)).value_or(-1);
}

oms::testing::simulator_options one_task() {
    oms::testing::simulator_options options;
    options.projects = 1;
    options.tasks_per_project = 1;
    return options;
}

BOOST_AUTO_TEST_SUITE(readme)

BOOST_AUTO_TEST_CASE(example_stops_a_task) {
    oms::testing::simulator service(one_task());
    oms::task_ref const task = service.tasks().front();
    BOOST_TEST(run_example(service, task, service.token(task.project_id)) == 0);
    BOOST_TEST(service.stops(task) == 1U);
}

BOOST_AUTO_TEST_CASE(example_fails_with_a_wrong_token) {
    oms::testing::simulator service(one_task());
    oms::task_ref const task = service.tasks().front();
    BOOST_TEST(run_example(service, task, "wrong") == 1);
    BOOST_TEST(service.stops(task) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
