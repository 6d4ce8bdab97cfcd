// SPDX-License-Identifier: BSL-1.0
// Replies that a test writes or holds itself, and which requests a rule is for.

#include "simulator_peer.hpp"

#include <oms/testing/simulator.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace simulator_test;
using namespace std::chrono_literals;
using oms::testing::reply_hold;
using oms::testing::request_details;
using oms::testing::scripted_reply;
namespace match = oms::testing::match;

namespace {

struct setup {
    simulator sim{options_with(2, 3)};
    oms::task_ref const task = sim.tasks()[0];
    oms::task_ref const other = sim.tasks()[1];

    received stop(peer& client, oms::task_ref const& which) { return client.ask(stop_request(sim, which)); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(simulator_replies, setup)

BOOST_AUTO_TEST_CASE(the_nth_request_of_all) {
    sim.on(match::any()).nth(3).reply(503);
    peer client(sim);
    BOOST_TEST(stop(client, task).status == 200u);
    BOOST_TEST(stop(client, other).status == 200u);
    BOOST_TEST(client.ask(show_request(sim, other)).status == 503u);
    BOOST_TEST(client.ask(show_request(sim, other)).status == 200u);
}

BOOST_AUTO_TEST_CASE(the_nth_of_those_that_fit) {
    sim.on(match::any()).method("GET").nth(2).reply(503);
    peer client(sim);
    BOOST_TEST(client.ask(show_request(sim, task)).status == 200u);
    BOOST_TEST(stop(client, task).status == 200u);
    BOOST_TEST(client.ask(show_request(sim, task)).status == 503u);
}

BOOST_AUTO_TEST_CASE(all_after_the_first) {
    sim.on(match::any()).after(1).times(2).reply(503);
    sim.on(match::any()).after(1).reply(504);
    peer client(sim);
    std::vector<unsigned> statuses;
    for (int i = 0; i < 5; ++i)
        statuses.push_back(client.ask(show_request(sim, task)).status);
    // The second rule does not see what the first one takes.
    BOOST_TEST(statuses == (std::vector<unsigned>{200, 503, 503, 504, 504}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_passes_is_not_seen_by_younger_rules) {
    sim.on(match::any()).times(1).pass();
    sim.on(match::any()).reply(503);
    peer client(sim);
    BOOST_TEST(stop(client, task).status == 200u);
    BOOST_TEST(stop(client, other).status == 503u);
}

BOOST_AUTO_TEST_CASE(a_function_answers) {
    std::optional<request_details> seen;
    sim.on(match::any()).reply([&](request_details const& asked) {
        seen = asked;
        return scripted_reply(403, R"({"error_code":"OMS.0206"})", {{"X-Test", asked.task_id}});
    });
    peer client(sim);
    auto const r = stop(client, task);
    BOOST_TEST(r.status == 403u);
    BOOST_TEST(r.code() == "OMS.0206");
    BOOST_TEST(r.header("X-Test") == task.task_id);
    BOOST_TEST(r.header("Content-Type") == "application/json");
    BOOST_TEST(sim.stops(task) == 0u);
    BOOST_REQUIRE(seen.has_value());
    BOOST_TEST(seen->method == "POST");
    BOOST_TEST(seen->target == path_of(task) + "/stop");
    BOOST_TEST(seen->project_id == task.project_id);
    BOOST_TEST(seen->header("x-auth-token") == sim.token(task.project_id));
    BOOST_TEST(seen->header("X-Absent").empty());
    BOOST_TEST(seen->attempt == 1u);
    BOOST_TEST(seen->connection == 1u);
    BOOST_TEST((seen->service == oms::testing::service_kind::oms));
    BOOST_TEST(sim.ledger()[0].status == 403u);
}

BOOST_AUTO_TEST_CASE(a_function_may_leave_it_to_the_service) {
    sim.on(match::any()).reply([](request_details const& asked) -> std::optional<scripted_reply> {
        if (asked.attempt > 1) return std::nullopt;
        return scripted_reply(503);
    });
    peer client(sim);
    BOOST_TEST(stop(client, task).status == 503u);
    BOOST_TEST(sim.stops(task) == 0u);
    BOOST_TEST(stop(client, task).status == 200u);
    BOOST_TEST(sim.stops(task) == 1u);
}

BOOST_AUTO_TEST_CASE(a_function_that_fails_is_told_to_the_client) {
    auto const message = [&](oms::testing::reply_function function) {
        sim.clear_faults();
        sim.on(match::any()).reply(std::move(function));
        peer client(sim);
        auto const r = stop(client, task);
        BOOST_TEST(r.status == 500u);
        return std::string(r.json().at("error_msg").as_string().c_str());
    };
    auto const broken = [](request_details const&) -> std::optional<scripted_reply> { throw std::runtime_error("oh"); };
    BOOST_TEST(message(broken).ends_with("function: oh"));
    BOOST_TEST(
        message([](request_details const&) -> std::optional<scripted_reply> { throw 1; }).ends_with("exception"));
    BOOST_TEST(message([](auto const&) { return scripted_reply(7); }).ends_with("7 has not three digits"));
    BOOST_TEST(message([](auto const&) {
                   return scripted_reply(200, {}, {{"a", "b\r\n\r\nc"}});
               }).find("the header a") != std::string::npos);
    BOOST_TEST(sim.stops(task) == 0u);
}

BOOST_AUTO_TEST_CASE(a_function_may_call_the_simulator) {
    sim.on(match::task(task)).method("GET").reply([&](request_details const&) -> std::optional<scripted_reply> {
        sim.add_task(task, "STOPPED");
        return std::nullopt;
    });
    peer client(sim);
    BOOST_TEST(client.ask(show_request(sim, task)).body.find("STOPPED") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_hold_keeps_the_replies_of_its_rules) {
    reply_hold hold, never;
    sim.on(match::task(task)).method("POST").held(hold);
    sim.on(match::task(other)).method("GET").held(hold);
    peer first(sim), second(sim), third(sim);
    BOOST_TEST(!hold.wait(1, 0ns));
    first.send(stop_request(sim, task));
    BOOST_TEST(hold.wait());
    second.send(show_request(sim, other));
    BOOST_TEST(hold.wait(2));
    BOOST_TEST(hold.held() == 2u);
    BOOST_TEST(sim.held() == 0u);
    BOOST_TEST(never.release() == 0u);
    BOOST_TEST(sim.stops(task) == 1u);
    BOOST_TEST(!sim.ledger()[0].reply_sent);
    BOOST_TEST(hold.release(1) == 1u);  // the one that waited longest
    BOOST_TEST(first.receive().status == 200u);
    BOOST_TEST(hold.held() == 1u);
    reply_hold const same = hold;
    BOOST_TEST(reply_hold(same).release() == 1u);
    BOOST_TEST(second.receive().status == 200u);
    third.send(stop_request(sim, task));
    BOOST_TEST(hold.wait(1, std::chrono::nanoseconds::max()));
    BOOST_TEST(hold.open() == 1u);
    BOOST_TEST(third.receive().status == 400u);
    BOOST_TEST(stop(first, task).status == 400u);  // an open one holds nothing
    BOOST_TEST(hold.held() == 0u);
}

BOOST_AUTO_TEST_CASE(a_hold_may_go_before_its_replies) {
    peer client(sim);
    {
        reply_hold hold;
        sim.on(match::any()).held(hold);
        client.send(stop_request(sim, task));
        BOOST_TEST(hold.wait());
    }
    sim.stop();
    boost::system::error_code why;
    BOOST_TEST(client.drain(why) == "");
    BOOST_TEST(sim.stops(task) == 1u);
}

BOOST_AUTO_TEST_CASE(a_reply_drips) {
    std::string const body(40, 'x');
    sim.on(match::any()).reply(500, body).drip(7, 1us);
    peer client(sim);
    auto const r = stop(client, task);
    BOOST_TEST(r.body == body);
    BOOST_TEST(sim.ledger()[0].reply_sent);
    BOOST_TEST(stop(client, task).body == body);  // and the connection goes on
    // Each piece is a record of TLS by itself, so no read gives more of it.
    client.send(stop_request(sim, task));
    BOOST_TEST(client.read_once().size() <= 7u);
}

BOOST_AUTO_TEST_CASE(a_drip_may_end_early) {
    sim.on(match::any()).drip(5, 1us).close_after_bytes(12);
    peer client(sim);
    client.send(stop_request(sim, task));
    boost::system::error_code why;
    BOOST_TEST(client.drain(why) == "HTTP/1.1 200");
    BOOST_CHECK(why == asio::error::eof);
    BOOST_TEST(sim.stops(task) == 1u);
    BOOST_TEST(!sim.ledger()[0].reply_sent);
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_while_its_reply_drips_gets_no_more) {
    sim.on(match::any()).drip(1, 1h);
    {
        peer client(sim);
        client.send(stop_request(sim, task));
        BOOST_TEST(client.read_once() == "H");
        BOOST_TEST(!sim.ledger()[0].reply_sent);
    }
    auto const end = std::chrono::steady_clock::now() + 10s;
    while (sim.open_connections() != 0 && std::chrono::steady_clock::now() < end)
        std::this_thread::yield();
    BOOST_TEST(sim.open_connections() == 0u);
    BOOST_TEST(!sim.ledger()[0].reply_sent);
}

BOOST_AUTO_TEST_SUITE_END()
