// SPDX-License-Identifier: BSL-1.0
#include "call/operation.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

using namespace oms::call;
using oms::outcome;
using oms::task_kind;

namespace {

constexpr task_kind kinds[] = {task_kind::sync_task, task_kind::migration_task, task_kind::task_group};

// Method and target.
std::string line(operation const& what, task_kind kind) {
    std::string out(oms::wire::line_start(what.line.verb));
    append_target(out, what.line, oms::task_ref("2c06", "0d14-4f", kind));
    return out;
}

std::string query(operation const& what) {
    query_values values;
    values.now = std::chrono::sys_seconds(std::chrono::seconds(1726110245)) + std::chrono::microseconds(17'999);
    values.limit = 100;
    values.offset = 200;
    values.status = "A B";
    values.name = "cn-north-4_x y";
    std::string out;
    if (what.write_query != nullptr) what.write_query(out, values);
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(operations)

BOOST_AUTO_TEST_CASE(stop) {
    BOOST_TEST(line(stop_operation(kinds[0]), kinds[0]) == "POST /v2/2c06/sync-tasks/0d14-4f/stop");
    BOOST_TEST(line(stop_operation(kinds[1]), kinds[1]) == "POST /v2/2c06/tasks/0d14-4f/stop");
    BOOST_TEST(line(stop_operation(kinds[2]), kinds[2]) == "PUT /v2/2c06/taskgroups/0d14-4f/stop");
    for (auto kind : kinds) {
        operation const& o = stop_operation(kind);
        BOOST_TEST(o.kind == oms::operation_kind::stop);
        BOOST_TEST(o.acts());
        BOOST_TEST((o.success == outcome::stopped && o.already == outcome::already_stopped));
        BOOST_TEST(o.configured_codes);
        BOOST_TEST((o.says == reply_body::unread));
        BOOST_TEST((o.write_body == nullptr));
        // A sync task knows two states; the others say "not running" while they wait, too.
        bool const sync = kind == task_kind::sync_task;
        BOOST_TEST((o.confirmed_by == (sync ? confirmation::reply : confirmation::show)));
        BOOST_TEST(o.already_codes.size() == (sync ? 0U : 1U));
    }
}

BOOST_AUTO_TEST_CASE(start) {
    BOOST_TEST(line(start_operation(kinds[0]), kinds[0]) == "POST /v2/2c06/sync-tasks/0d14-4f/start");
    BOOST_TEST(line(start_operation(kinds[1]), kinds[1]) == "POST /v2/2c06/tasks/0d14-4f/start");
    BOOST_TEST(line(start_operation(kinds[2]), kinds[2]) == "PUT /v2/2c06/taskgroups/0d14-4f/start");
    for (auto kind : kinds) {
        operation const& o = start_operation(kind);
        BOOST_TEST(o.kind == oms::operation_kind::start);
        BOOST_TEST(o.acts());
        BOOST_TEST((o.success == outcome::started && o.already == outcome::already_started));
        BOOST_TEST(!o.configured_codes);
        BOOST_REQUIRE(o.already_codes.size() == 1U);
        BOOST_TEST(o.already_codes.front() == "OMS.0065");
        BOOST_TEST((o.confirmed_by == confirmation::reply));
        BOOST_TEST((o.write_body != nullptr));
    }
}

BOOST_AUTO_TEST_CASE(show) {
    BOOST_TEST(line(show_operation(kinds[0]), kinds[0]) == "GET /v2/2c06/sync-tasks/0d14-4f");
    BOOST_TEST(line(show_operation(kinds[1]), kinds[1]) == "GET /v2/2c06/tasks/0d14-4f");
    BOOST_TEST(line(show_operation(kinds[2]), kinds[2]) == "GET /v2/2c06/taskgroups/0d14-4f");
    BOOST_TEST(query(show_operation(kinds[0])) == "query_time=1726110245017");
    BOOST_TEST(query(show_operation(kinds[1])).empty());
    BOOST_TEST(query(show_operation(kinds[2])).empty());
}

BOOST_AUTO_TEST_CASE(list) {
    BOOST_TEST(line(list_operation(kinds[0]), kinds[0]) == "GET /v2/2c06/sync-tasks");
    BOOST_TEST(line(list_operation(kinds[1]), kinds[1]) == "GET /v2/2c06/tasks");
    BOOST_TEST(line(list_operation(kinds[2]), kinds[2]) == "GET /v2/2c06/taskgroups");
    for (auto kind : kinds)
        BOOST_TEST(query(list_operation(kind)) == "limit=100&offset=200&status=A%20B");
}

BOOST_AUTO_TEST_CASE(find_project) {
    operation const& o = find_project_operation();
    BOOST_TEST(line(o, kinds[0]) == "GET /v3/projects");
    BOOST_TEST(query(o) == "name=cn-north-4_x%20y");
    BOOST_TEST((o.asked == service::iam));
    BOOST_TEST((o.says == reply_body::projects));
    BOOST_TEST(!o.acts());
}

BOOST_AUTO_TEST_CASE(readings_change_nothing_and_need_their_body) {
    for (auto kind : kinds) {
        BOOST_TEST((show_operation(kind).says == reply_body::task && list_operation(kind).says == reply_body::page));
        for (operation const* o : {&show_operation(kind), &list_operation(kind)}) {
            BOOST_TEST(!o->acts());
            BOOST_TEST((o->write_body == nullptr));
            BOOST_TEST((o->asked == service::oms));
        }
    }
}

BOOST_AUTO_TEST_CASE(ids_are_encoded) {
    std::string out;
    append_target(out, stop_operation(task_kind::sync_task).line, oms::task_ref("p?q", "a%2Fb c"));
    BOOST_TEST(out == "/v2/p%3Fq/sync-tasks/a%252Fb%20c/stop");
}

BOOST_AUTO_TEST_CASE(a_page_of_any_state_names_none) {
    std::string query;
    query_values values;
    values.limit = 7;
    write_page(query, values);
    BOOST_TEST(query == "limit=7&offset=0");
}

BOOST_AUTO_TEST_SUITE_END()
