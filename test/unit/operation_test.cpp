// SPDX-License-Identifier: BSL-1.0
#include "wire/operation.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace oms::wire;
using oms::task_kind;

namespace {

std::string target(operation const& (*of)(task_kind) noexcept, task_kind kind) {
    std::string out;
    append_target(out, of(kind), oms::task_ref("2c06", "0d14-4f", kind));
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(operations)

BOOST_AUTO_TEST_CASE(stop) {
    BOOST_TEST(target(stop_operation, task_kind::sync_task) == "/v2/2c06/sync-tasks/0d14-4f/stop");
    BOOST_TEST(target(stop_operation, task_kind::migration_task) == "/v2/2c06/tasks/0d14-4f/stop");
    BOOST_TEST(target(stop_operation, task_kind::task_group) == "/v2/2c06/taskgroups/0d14-4f/stop");
    BOOST_TEST(to_string(stop_operation(task_kind::sync_task).verb) == "POST");
    BOOST_TEST(to_string(stop_operation(task_kind::migration_task).verb) == "POST");
    BOOST_TEST(to_string(stop_operation(task_kind::task_group).verb) == "PUT");
}

BOOST_AUTO_TEST_CASE(show) {
    BOOST_TEST(target(show_operation, task_kind::sync_task) == "/v2/2c06/sync-tasks/0d14-4f");
    BOOST_TEST(target(show_operation, task_kind::migration_task) == "/v2/2c06/tasks/0d14-4f");
    BOOST_TEST(target(show_operation, task_kind::task_group) == "/v2/2c06/taskgroups/0d14-4f");
}

BOOST_AUTO_TEST_CASE(list) {
    BOOST_TEST(target(list_operation, task_kind::sync_task) == "/v2/2c06/sync-tasks");
    BOOST_TEST(target(list_operation, task_kind::migration_task) == "/v2/2c06/tasks");
    BOOST_TEST(target(list_operation, task_kind::task_group) == "/v2/2c06/taskgroups");
}

BOOST_AUTO_TEST_CASE(reading_is_get_and_names_are_for_observers) {
    for (auto kind : {task_kind::sync_task, task_kind::migration_task, task_kind::task_group}) {
        BOOST_TEST(to_string(show_operation(kind).verb) == "GET");
        BOOST_TEST(to_string(list_operation(kind).verb) == "GET");
        BOOST_TEST(stop_operation(kind).name == "stop");
        BOOST_TEST(show_operation(kind).name == "show");
        BOOST_TEST(list_operation(kind).name == "list");
    }
}

BOOST_AUTO_TEST_CASE(ids_are_encoded) {
    std::string out;
    append_target(out, stop_operation(task_kind::sync_task), oms::task_ref("p?q", "a%2Fb c"));
    BOOST_TEST(out == "/v2/p%3Fq/sync-tasks/a%252Fb%20c/stop");
}

BOOST_AUTO_TEST_CASE(iam_knows_no_project_in_its_path) {
    std::string out;
    oms::wire::append_target(out, oms::wire::find_project_operation(), oms::sync_task("", ""));
    BOOST_TEST(out == "/v3/projects");
}

BOOST_AUTO_TEST_SUITE_END()
