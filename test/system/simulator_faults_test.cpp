// SPDX-License-Identifier: BSL-1.0
// The simulator's faults: each action, each condition.

#include "simulator_peer.hpp"

#include <oms/testing/simulator.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace simulator_test;
using namespace std::chrono_literals;
using oms::testing::any;
using oms::testing::throttle_scope;

namespace {

struct setup {
    simulator sim{options_with(2, 3)};
    oms::task_ref const task = sim.tasks()[0];
    oms::task_ref const other = sim.tasks()[1];
    oms::task_ref const stranger = sim.tasks()[3];

    received stop(peer& client, oms::task_ref const& which) { return client.ask(stop_request(sim, which)); }
    received stop(peer& client) { return stop(client, task); }
};

// For what the simulator does in its own time.
template <class Condition>
bool becomes_true(Condition condition) {
    auto const end = std::chrono::steady_clock::now() + 10s;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::yield();
    }
    return true;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(simulator_faults, setup)

BOOST_AUTO_TEST_CASE(a_reply_of_its_own_replaces_the_effect) {
    sim.on(any()).times(1).reply(503, R"({"error_code":"OMS.2004"})", {{"Retry-After", "7"}});
    peer client(sim);
    auto const r = stop(client);
    BOOST_TEST(r.status == 503u);
    BOOST_TEST(r.code() == "OMS.2004");
    BOOST_TEST(r.header("Retry-After") == "7");
    BOOST_TEST(r.header("Content-Type") == "application/json");
    BOOST_TEST(!r.header("X-Request-Id").empty());
    BOOST_TEST(sim.stops(task) == 0u);
    BOOST_TEST(sim.ledger()[0].status == 503u);
    BOOST_TEST(stop(client).status == 200u);
}

BOOST_AUTO_TEST_CASE(a_reply_of_its_own_may_lie) {
    sim.on(any()).reply(502, "<html>", {{"Content-Type", "text/html"}}).then_execute(true);
    peer client(sim);
    auto const r = stop(client);
    BOOST_TEST(r.status == 502u);
    BOOST_TEST(r.header("Content-Type") == "text/html");
    BOOST_TEST(sim.stops(task) == 1u);
    BOOST_TEST(sim.ledger()[0].took_effect);
}

BOOST_AUTO_TEST_CASE(a_delay_comes_before_the_reply) {
    sim.on(any()).delay(50ms);
    peer client(sim);
    auto const begin = std::chrono::steady_clock::now();
    BOOST_TEST(stop(client).status == 200u);
    BOOST_CHECK(std::chrono::steady_clock::now() - begin >= 50ms);
    BOOST_TEST(sim.ledger()[0].reply_sent);
}

BOOST_AUTO_TEST_CASE(a_held_reply_comes_when_it_is_released) {
    sim.on(any()).times(3).held();
    peer first(sim), second(sim), third(sim);
    first.send(stop_request(sim, task));
    BOOST_TEST(becomes_true([&] { return sim.held() == 1; }));
    second.send(stop_request(sim, task));
    BOOST_TEST(becomes_true([&] { return sim.held() == 2; }));
    BOOST_TEST(!sim.ledger()[0].reply_sent);
    BOOST_TEST(sim.stops(task) == 1u);
    sim.release();
    BOOST_TEST(sim.held() == 0u);
    BOOST_TEST(first.receive().status == 200u);
    BOOST_TEST(second.receive().status == 400u);
    BOOST_TEST(sim.ledger()[0].reply_sent);
    third.send(stop_request(sim, task));
    BOOST_TEST(becomes_true([&] { return sim.held() == 1; }));  // those of later wait for the next
    BOOST_TEST(stop(first).status == 400u);                     // a fourth is not held, and the connection goes on
    sim.release();
    BOOST_TEST(third.receive().status == 400u);
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_while_its_reply_is_held_gets_none) {
    sim.on(any()).held();
    {
        peer client(sim);
        client.send(stop_request(sim, task));
        BOOST_TEST(becomes_true([&] { return sim.requests() == 1; }));
    }
    BOOST_TEST(becomes_true([&] { return sim.open_connections() == 0; }));
    sim.release();
    BOOST_TEST(!sim.ledger()[0].reply_sent);
}

BOOST_AUTO_TEST_CASE(latency_delays_every_reply) {
    oms::testing::simulator_options options;
    options.latency = 20ms;
    simulator slow(options);
    peer client(slow);
    auto const begin = std::chrono::steady_clock::now();
    client.ask(request("GET", "/", {}));
    client.ask(request("GET", "/", {}));
    BOOST_CHECK(std::chrono::steady_clock::now() - begin >= 40ms);
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_during_a_delay_gets_no_reply) {
    sim.on(any()).delay(1h);
    {
        peer client(sim);
        client.send(stop_request(sim, task));
        BOOST_TEST(becomes_true([&] { return sim.requests() == 1; }));
    }
    BOOST_TEST(becomes_true([&] { return sim.open_connections() == 0; }));
    BOOST_TEST(sim.stops(task) == 1u);
    BOOST_TEST(!sim.ledger()[0].reply_sent);
}

BOOST_AUTO_TEST_CASE(a_reset_before_the_reply) {
    for (bool const execute : {true, false}) {
        sim.clear_faults();
        sim.on(any()).reset_before_reply().then_execute(execute);
        auto const& which = execute ? task : other;
        peer client(sim);
        auto const r = stop(client, which);
        BOOST_CHECK(r.error == asio::error::connection_reset);
        BOOST_TEST(sim.stops(which) == (execute ? 1u : 0u));
        BOOST_TEST(sim.ledger().back().status == 0u);
        BOOST_TEST(sim.ledger().back().took_effect == execute);
        BOOST_TEST(!sim.ledger().back().reply_sent);
    }
}

BOOST_AUTO_TEST_CASE(a_reset_after_the_headers_leaves_the_body_out) {
    sim.on(any()).reset_after_headers();
    peer client(sim);
    auto const r = stop(client);
    BOOST_TEST(r.status == 200u);
    BOOST_TEST(r.header("Content-Length") == "2");
    BOOST_TEST(r.body.empty());
    BOOST_CHECK(r.error == asio::error::connection_reset);
    BOOST_TEST(sim.stops(task) == 1u);
    BOOST_TEST(sim.ledger()[0].status == 200u);
    BOOST_TEST(!sim.ledger()[0].reply_sent);
}

BOOST_AUTO_TEST_CASE(a_reply_may_be_cut_by_a_close) {
    for (bool const notify : {true, false}) {
        for (std::size_t const size : {0u, 1u, 20u}) {
            sim.clear_faults();
            if (notify) {
                sim.on(any()).close_after_bytes(size);
            } else {
                sim.on(any()).close_after_bytes(size).without_close_notify();
            }
            peer client(sim);
            client.send(stop_request(sim, task));
            boost::system::error_code why;
            BOOST_TEST(client.drain(why) == std::string("HTTP/1.1 200 OK\r\nDate").substr(0, size));
            BOOST_CHECK(notify ? why == asio::error::eof : why == asio::ssl::error::stream_truncated);
            sim.add_task(task);
        }
    }
    BOOST_TEST(sim.stops(task) == 6u);
}

BOOST_AUTO_TEST_CASE(a_stalled_reply_ends_with_the_simulator_only) {
    sim.on(oms::testing::task(task)).stall_after_bytes(12);
    peer client(sim), next(sim);
    client.send(stop_request(sim, task));
    BOOST_TEST(stop(next, other).status == 200u);
    BOOST_TEST(becomes_true([&] { return sim.stops(task) == 1; }));
    sim.stop();
    boost::system::error_code why;
    BOOST_TEST(client.drain(why) == "HTTP/1.1 200");
    BOOST_TEST(!sim.ledger()[0].reply_sent);
}

BOOST_AUTO_TEST_CASE(no_reply_at_all) {
    sim.on(any()).no_reply();
    peer client(sim);
    client.send(stop_request(sim, task));
    BOOST_TEST(becomes_true([&] { return sim.requests() == 1; }));
    BOOST_TEST(sim.ledger()[0].status == 0u);
    BOOST_TEST(sim.ledger()[0].took_effect);
    client.close();
    BOOST_TEST(becomes_true([&] { return sim.open_connections() == 0; }));
}

BOOST_AUTO_TEST_CASE(a_connection_closes_after_so_many_replies) {
    sim.on(any()).close_idle_after(2);
    peer client(sim);
    BOOST_TEST(stop(client).status == 200u);
    auto const second = stop(client);
    BOOST_TEST(second.status == 400u);
    BOOST_TEST(second.header("Connection").empty());
    boost::system::error_code why;
    BOOST_TEST(client.drain(why) == "");
    BOOST_CHECK(why == asio::error::eof);
}

BOOST_AUTO_TEST_CASE(a_connection_closes_when_idle) {
    sim.on(oms::testing::task(task)).close_idle_after(20ms);
    peer client(sim);
    BOOST_TEST(stop(client, other).status == 200u);
    auto const begin = std::chrono::steady_clock::now();
    BOOST_TEST(stop(client).status == 200u);
    boost::system::error_code why;
    client.drain(why);
    BOOST_CHECK(why == asio::error::eof);
    BOOST_CHECK(std::chrono::steady_clock::now() - begin >= 20ms);
}

BOOST_AUTO_TEST_CASE(a_throttle_lets_so_many_pass) {
    sim.on(any()).throttle(2);
    peer client(sim);
    // All in one write, so that they come within a second.
    auto const one = stop_request(sim, task);
    client.send(one + one + stop_request(sim, other) + stop_request(sim, stranger));
    BOOST_TEST(client.receive().status == 200u);
    BOOST_TEST(client.receive().status == 400u);
    auto const r = client.receive();
    BOOST_TEST(r.status == 429u);
    BOOST_TEST(r.code() == "APIGW.0308");
    BOOST_TEST(r.body.find("policy user over ratelimit,limit:2,time:1 second") != std::string::npos);
    BOOST_TEST(client.receive().status == 200u);
    BOOST_TEST(becomes_true([&] { return stop(client, other).status == 200; }));
}

BOOST_AUTO_TEST_CASE(a_throttle_of_the_endpoint_counts_all_projects) {
    sim.on(any()).throttle(1, throttle_scope::endpoint);
    sim.on(any()).reply(500);
    peer client(sim);
    // What a throttle lets pass, other rules still see.
    client.send(stop_request(sim, task) + stop_request(sim, stranger));
    BOOST_TEST(client.receive().status == 500u);
    auto const r = client.receive();
    BOOST_TEST(r.status == 429u);
    BOOST_TEST(r.body.find("policy ip over ratelimit,limit:1") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_a_throttle_lets_pass_is_not_counted) {
    sim.on(any()).throttle(1).after(1);
    peer client(sim);
    client.send(stop_request(sim, task) + stop_request(sim, stranger) + stop_request(sim, stranger));
    BOOST_TEST(client.receive().status == 200u);
    BOOST_TEST(client.receive().status == 200u);
    BOOST_TEST(client.receive().status == 400u);  // the first beyond a limit: not yet the rule's
}

BOOST_AUTO_TEST_CASE(raw_bytes_are_sent_as_they_are) {
    sim.on(any()).raw("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc").close_after_bytes(1000);
    peer client(sim);
    client.send(stop_request(sim, task));
    boost::system::error_code why;
    BOOST_TEST(client.drain(why) == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc");
    BOOST_CHECK(why == asio::error::eof);
    BOOST_TEST(sim.ledger()[0].status == 0u);
    BOOST_TEST(sim.stops(task) == 0u);
}

BOOST_AUTO_TEST_CASE(a_reply_that_could_not_be_sent_is_known) {
    sim.on(any()).raw(std::string(32u << 20, 'x'));
    {
        peer client(sim);
        client.send(stop_request(sim, task));
        BOOST_TEST(becomes_true([&] { return sim.requests() == 1; }));
    }
    BOOST_TEST(becomes_true([&] { return !sim.ledger()[0].reply_sent; }));
    BOOST_TEST(becomes_true([&] { return sim.open_connections() == 0; }));
}

BOOST_AUTO_TEST_CASE(a_large_reply_arrives_whole) {
    std::string const large(8u << 20, 'x');
    sim.on(any()).reply(500, large);
    peer client(sim);
    BOOST_TEST((stop(client).body == large));
    BOOST_TEST((stop(client).body == large));
}

BOOST_AUTO_TEST_CASE(conditions_pick_requests) {
    peer client(sim);
    auto const hits = [&](oms::testing::request_matcher match, oms::task_ref const& which) {
        sim.clear_faults();
        sim.on(std::move(match)).reply(500);
        return stop(client, which).status == 500;
    };
    BOOST_TEST(hits(any(), task));
    BOOST_TEST(hits(oms::testing::project(task.project_id), other));
    BOOST_TEST(!hits(oms::testing::project(task.project_id), stranger));
    BOOST_TEST(hits(oms::testing::task(task), task));
    BOOST_TEST(!hits(oms::testing::task(task), other));
    BOOST_TEST(!hits(oms::testing::task(oms::migration_task(task.project_id, task.task_id)), task));
    BOOST_TEST(hits(oms::testing::path(path_of(task)), task));
    BOOST_TEST(!hits(oms::testing::path(path_of(task)), other));
    sim.clear_faults();
    sim.on(any()).method("GET").reply(500);
    BOOST_TEST(stop(client).status != 500u);
    BOOST_TEST(client.ask(show_request(sim, task)).status == 500u);
}

BOOST_AUTO_TEST_CASE(attempts_times_and_order) {
    peer client(sim);
    sim.on(any()).attempt(2).reply(500);
    sim.on(any()).times(3).reply(501);
    sim.on(any()).reply(502);
    BOOST_TEST(stop(client).status == 501u);
    BOOST_TEST(stop(client).status == 500u);
    BOOST_TEST(stop(client).status == 501u);
    BOOST_TEST(stop(client, other).status == 501u);
    BOOST_TEST(stop(client, other).status == 500u);
    BOOST_TEST(stop(client, other).status == 502u);
    sim.clear_faults();
    BOOST_TEST(stop(client).status == 200u);
    BOOST_TEST(sim.ledger().back().attempt == 4u);
}

BOOST_AUTO_TEST_CASE(a_share_is_spread_evenly) {
    sim.on(any()).share(0.25).reply(503);
    peer client(sim);
    std::string statuses;
    for (int i = 0; i < 8; ++i)
        statuses += stop(client).status == 503 ? 'x' : '.';
    BOOST_TEST(statuses == "...x...x");
    sim.clear_faults();
    for (double const wrong : {0., -1., 1.5})
        BOOST_CHECK_THROW(sim.on(any()).reply(503).share(wrong), std::invalid_argument);
    BOOST_TEST(stop(client).status != 503u);  // half a rule is none
}

BOOST_AUTO_TEST_CASE(who_trusts_a_root_trusts_the_next_one_with_its_key) {
    auto options = options_with(1, 1);
    options.ca_key_pem = sim.ca_key_pem();
    simulator const next(options);
    BOOST_TEST(next.ca_key_pem() == sim.ca_key_pem());
    // The old root verifies the new one's server.
    peer client(next.port(), sim);
    BOOST_TEST(client.ask(stop_request(next, next.tasks()[0])).status == 200u);
    options.ca_key_pem = "no key";
    BOOST_CHECK_THROW(simulator{options}, std::runtime_error);
}

BOOST_AUTO_TEST_CASE(times_is_exact_under_threads) {
    auto options = options_with(1, 1);
    options.threads = 2;
    simulator busy(options);
    busy.on(any()).times(50).reply(500);
    std::vector<std::thread> clients;
    for (int n = 0; n < 4; ++n) {
        clients.emplace_back([&] {
            peer client(busy);
            for (int i = 0; i < 50; ++i) {
                client.ask(stop_request(busy, busy.tasks()[0]));
            }
        });
    }
    for (auto& each : clients) {
        each.join();
    }
    BOOST_TEST(busy.count(500) == 50u);
    BOOST_TEST(busy.count(200) == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
