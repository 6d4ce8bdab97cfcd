// SPDX-License-Identifier: BSL-1.0
// The simulator as a service: what it answers, and what it writes down.

#include "simulator_peer.hpp"

#include <oms/testing/simulator.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace simulator_test;
using oms::migration_task;
using oms::sync_task;
using oms::task_group;
using oms::testing::simulator_options;

BOOST_AUTO_TEST_SUITE(simulator_service)

BOOST_AUTO_TEST_CASE(a_sync_task_stops_once_and_then_does_not_run) {
    simulator sim(options_with(2, 3));
    auto const task = sim.tasks().front();
    peer client(sim);
    auto const first = client.ask(stop_request(sim, task));
    BOOST_TEST(first.status == 200u);
    BOOST_TEST(first.body.empty());
    BOOST_TEST(first.header("Content-Length") == "0");
    BOOST_TEST(first.header("Date").ends_with(" GMT"));
    BOOST_TEST(first.header("X-Request-Id").size() == 32u);
    BOOST_TEST(sim.state(task) == "STOPPED");
    auto const second = client.ask(stop_request(sim, task));
    BOOST_TEST(second.status == 400u);
    BOOST_TEST(second.code() == "OMS.0066");
    BOOST_TEST(second.header("X-Request-Id") != first.header("X-Request-Id"));
    BOOST_TEST(sim.stops(task) == 1u);
    BOOST_TEST(sim.state(sim.tasks().back()) == "SYNCHRONIZING");
}

BOOST_AUTO_TEST_CASE(an_unknown_task_is_answered_as_set) {
    simulator_options options;
    options.task_groups.unknown_task = {404, "OMS.0404", "none"};
    options.migration_tasks.stop_of_stopped = {200, {}, {}};
    simulator sim(options);
    peer client(sim);
    BOOST_TEST(client.ask(stop_request(sim, sync_task("p", "x"))).code() == "OMS.1009");
    BOOST_TEST(client.ask(show_request(sim, sync_task("p", "x"))).code() == "OMS.1009");
    auto const group = client.ask(stop_request(sim, task_group("p", "x")));
    BOOST_TEST(group.status == 404u);
    BOOST_TEST(group.code() == "OMS.0404");
    auto const task = migration_task("p", "1");
    sim.add_task(task, "3");
    BOOST_TEST(client.ask(stop_request(sim, task)).status == 200u);
    BOOST_TEST(sim.stops(task) == 0u);
    BOOST_TEST(sim.state(migration_task("p", "2")) == "");
}

BOOST_AUTO_TEST_CASE(migration_tasks_and_groups_pause_before_they_stop) {
    simulator_options options;
    options.task_groups.pausing_shows = 2;
    simulator sim(options);
    peer client(sim);
    auto const shown = [&](oms::task_ref const& task) {
        return client.ask(show_request(sim, task)).json().at("status").as_int64();
    };
    auto const task = migration_task("p", "123456789012345");
    sim.add_task(task);
    BOOST_TEST(shown(task) == 2);
    BOOST_TEST(client.ask(stop_request(sim, task)).status == 200u);
    BOOST_TEST(sim.state(task) == "7");
    BOOST_TEST(client.ask(stop_request(sim, task)).code() == "OMS.0066");
    BOOST_TEST(shown(task) == 7);
    BOOST_TEST(shown(task) == 3);
    BOOST_TEST(shown(task) == 3);
    BOOST_TEST(client.ask(show_request(sim, task)).json().at("id").as_int64() == 123456789012345);

    auto const group = task_group("p", "g");
    sim.add_task(group, "1");
    BOOST_TEST(client.ask(stop_request(sim, group)).status == 200u);
    BOOST_TEST(shown(group) == 7);
    BOOST_TEST(shown(group) == 7);
    BOOST_TEST(shown(group) == 3);
    BOOST_TEST(sim.stops(group) == 1u);
}

BOOST_AUTO_TEST_CASE(only_what_runs_can_be_stopped) {
    simulator sim;
    peer client(sim);
    auto const stops_from = [&](oms::task_ref const& task, std::string const& state) {
        sim.add_task(task, state);
        return client.ask(stop_request(sim, task)).status == 200;
    };
    for (int state = 1; state <= 7; ++state) {
        BOOST_TEST(stops_from(migration_task("p", "1"), std::to_string(state)) == (state == 2 || state == 6));
    }
    for (int state = 0; state <= 9; ++state) {
        BOOST_TEST(stops_from(task_group("p", "1"), std::to_string(state)) == (state == 1 || state == 2));
    }
    BOOST_CHECK_THROW(sim.add_task(migration_task("p", "1"), "0"), std::invalid_argument);
    BOOST_CHECK_THROW(sim.add_task(task_group("p", "1"), "10"), std::invalid_argument);
    BOOST_CHECK_THROW(sim.add_task(sync_task("p", "1"), "2"), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(who_asks_is_checked) {
    simulator sim(options_with(2, 1));
    auto const task = sim.tasks().front();
    auto const target = path_of(task) + "/stop";
    peer client(sim);
    auto const refused = client.ask(request("POST", target, {}));
    BOOST_TEST(refused.status == 401u);
    BOOST_TEST(refused.code() == "APIGW.0301");
    BOOST_TEST(refused.json().at("request_id").as_string().c_str() == refused.header("X-Request-Id"));

    auto token = sim.token(task.project_id);
    BOOST_TEST(token.size() == 2048u);
    BOOST_TEST(std::ranges::all_of(token, [](char c) { return c > 0x20 && c < 0x7f; }));
    for (std::size_t const at : {0u, 40u, 67u, 2047u}) {
        auto damaged = token;
        damaged[at] = damaged[at] == 'x' ? 'y' : 'x';
        BOOST_TEST(client.ask(request("POST", target, damaged)).code() == "APIGW.0301");
    }
    BOOST_TEST(client.ask(request("POST", target, token.substr(1))).status == 401u);
    BOOST_TEST(client.ask(request("POST", target, token + "A")).status == 401u);

    auto const other = client.ask(request("POST", target, sim.token(sim.project_id(1))));
    BOOST_TEST(other.status == 403u);
    BOOST_TEST(other.code() == "APIGW.0302");
    BOOST_TEST(sim.stops(task) == 0u);
    BOOST_TEST(client.ask(request("POST", target, token)).status == 200u);
}

BOOST_AUTO_TEST_CASE(what_is_no_api_is_not_found_at_the_gateway) {
    simulator sim(options_with(1, 1));
    auto const task = sim.tasks().front();
    auto const token = sim.token(task.project_id);
    auto const path = path_of(task);
    auto const group = "/v2/" + task.project_id + "/taskgroups/" + task.task_id;
    peer client(sim);
    std::pair<char const*, std::string> const wrong[] = {{"PUT", path + "/stop"},
                                                         {"GET", path + "/stop"},
                                                         {"POST", path},
                                                         {"POST", path + "/stop/"},
                                                         {"PUT", path + "/start"},
                                                         {"POST", path + "/restart"},
                                                         {"POST", group + "/start"},
                                                         {"POST", group + "/stop"},
                                                         {"GET", path + "/"},
                                                         {"POST", "/v2//sync-tasks/x/stop"},
                                                         {"POST", "/v1" + path.substr(3) + "/stop"},
                                                         {"POST", "/v2/%zz/tasks/1/stop"},
                                                         {"GET", "/"}};
    for (auto const& [method, target] : wrong) {
        BOOST_TEST_CONTEXT(method << ' ' << target) {
            auto const r = client.ask(request(method, target, token));
            BOOST_TEST(r.status == 404u);
            BOOST_TEST(r.code() == "APIGW.0101");
        }
    }
    BOOST_TEST(sim.stops(task) == 0u);
}

BOOST_AUTO_TEST_CASE(identifiers_are_decoded) {
    simulator sim;
    auto const task = sync_task("a b", "c%d\xc3\xa9");
    sim.add_task(task);
    peer client(sim);
    auto const r = client.ask(request("POST", "/v2/a%20b/sync-tasks/c%25d%C3%A9/stop", sim.token("a b")));
    BOOST_TEST(r.status == 200u);
    BOOST_TEST(sim.stops(task) == 1u);
    BOOST_TEST(sim.ledger().front().task_id == task.task_id);
}

BOOST_AUTO_TEST_CASE(a_show_of_a_sync_task_needs_its_time) {
    simulator sim(options_with(1, 1));
    auto const task = sim.tasks().front();
    auto const token = sim.token(task.project_id);
    peer client(sim);
    for (auto const* query : {"", "?query_time=", "?query_time=x", "?query_time=-1", "?xquery_time=1"}) {
        auto const r = client.ask(request("GET", path_of(task) + query, token));
        BOOST_TEST(r.status == 400u);
        BOOST_TEST(r.code() == "OMS.0001");
    }
    auto const shown = client.ask(show_request(sim, task)).json();
    BOOST_TEST(shown.at("status").as_string() == "SYNCHRONIZING");
    BOOST_TEST(shown.at("sync_task_id").as_string().c_str() == task.task_id);
    client.ask(stop_request(sim, task));
    BOOST_TEST(client.ask(show_request(sim, task)).json().at("status").as_string() == "STOPPED");
}

BOOST_AUTO_TEST_CASE(lists_come_in_pages) {
    simulator sim(options_with(1, 25));
    auto const tasks = sim.tasks();
    auto const list = "/v2/" + tasks[0].project_id + "/sync-tasks";
    auto const token = sim.token(tasks[0].project_id);
    peer client(sim);
    auto const ask = [&](std::string const& query) { return client.ask(request("GET", list + query, token)).json(); };
    std::vector<std::string> seen;
    for (int offset = 0; offset < 25; offset += 10) {
        auto const page = ask("?offset=" + std::to_string(offset));
        BOOST_TEST(page.at("count").to_number<int>() == 25);
        for (auto const& row : page.at("tasks").as_array()) {
            seen.emplace_back(row.at("sync_task_id").as_string());
        }
    }
    BOOST_REQUIRE(seen.size() == tasks.size());
    for (std::size_t i = 0; i < seen.size(); ++i) {
        BOOST_TEST(seen[i] == tasks[i].task_id);
    }
    client.ask(stop_request(sim, tasks[3]));
    auto const stopped = ask("?limit=100&status=STOPPED");
    BOOST_TEST(stopped.at("count").to_number<int>() == 1);
    BOOST_TEST(stopped.at("tasks").as_array().at(0).at("sync_task_id").as_string().c_str() == tasks[3].task_id);
    BOOST_TEST(ask("?status=SYNCHRONIZING&limit=100").at("tasks").as_array().size() == 24u);
    BOOST_TEST(ask("?offset=10000").at("tasks").as_array().empty());
    for (auto const* query : {"?limit=0", "?limit=101", "?offset=-1", "?offset=10001", "?status=2", "?limit=x"}) {
        BOOST_TEST(ask(query).at("error_code").as_string() == "OMS.0001");
    }
}

BOOST_AUTO_TEST_CASE(lists_of_the_other_kinds) {
    simulator sim;
    sim.add_task(migration_task("p", "7"), "4");
    sim.add_task(migration_task("p", "8"));
    sim.add_task(task_group("p", "g"), "0");
    peer client(sim);
    auto const ask = [&](std::string const& rest) {
        return client.ask(request("GET", "/v2/p/" + rest, sim.token("p"))).json();
    };
    auto const failed = ask("tasks?status=4");
    BOOST_TEST(failed.at("count").to_number<int>() == 1);
    BOOST_TEST(failed.at("tasks").as_array().at(0).at("id").as_int64() == 7);
    BOOST_TEST(ask("taskgroups").at("taskgroups").as_array().at(0).at("group_id").as_string() == "g");
    BOOST_TEST(ask("taskgroups?status=0&offset=20000").at("count").to_number<int>() == 1);
    BOOST_TEST(ask("sync-tasks").at("count").to_number<int>() == 0);
    BOOST_TEST(ask("tasks?status=SYNCHRONIZING").at("error_code").as_string() == "OMS.0001");
}

BOOST_AUTO_TEST_CASE(the_ledger_knows_each_request) {
    simulator sim(options_with(2, 1));
    auto const tasks = sim.tasks();
    peer first(sim), second(sim);
    auto const a = first.ask(stop_request(sim, tasks[0]));
    second.ask(stop_request(sim, tasks[1]));
    auto const c = first.ask(stop_request(sim, tasks[0]));
    first.ask(show_request(sim, tasks[0]));
    auto const ledger = sim.ledger();
    BOOST_REQUIRE(ledger.size() == 4u);
    BOOST_TEST(ledger[0].method == "POST");
    BOOST_TEST(ledger[0].target == path_of(tasks[0]) + "/stop");
    BOOST_TEST(ledger[0].project_id == tasks[0].project_id);
    BOOST_TEST(ledger[0].task_id == tasks[0].task_id);
    BOOST_TEST(ledger[0].status == 200u);
    BOOST_TEST(ledger[0].request_id == a.header("X-Request-Id"));
    BOOST_TEST(ledger[0].attempt == 1u);
    BOOST_TEST(ledger[0].took_effect);
    BOOST_TEST(ledger[0].reply_sent);
    BOOST_TEST(ledger[1].connection != ledger[0].connection);
    BOOST_TEST(ledger[2].attempt == 2u);
    BOOST_TEST(!ledger[2].took_effect);
    BOOST_TEST(ledger[2].request_id == c.header("X-Request-Id"));
    BOOST_TEST(ledger[3].method == "GET");
    BOOST_TEST(ledger[3].attempt == 1u);
    BOOST_CHECK(ledger[0].time <= ledger[3].time);
    BOOST_TEST(sim.count(oms::testing::any()) == 4u);
    BOOST_TEST(sim.count(oms::testing::task(tasks[0])) == 3u);
    BOOST_TEST(sim.count(oms::testing::project(tasks[1].project_id)) == 1u);
    BOOST_TEST(sim.count(oms::testing::path("/v2/" + tasks[1].project_id)) == 1u);
    BOOST_TEST(sim.count(200) == 3u);
    BOOST_TEST(sim.count(400) == 1u);
    BOOST_TEST(sim.count(500) == 0u);
    BOOST_TEST(sim.requests() == 4u);
    BOOST_TEST(sim.connections() == 2u);
    sim.stop();
    BOOST_TEST(sim.ledger().size() == 4u);
    BOOST_TEST(sim.open_connections() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
