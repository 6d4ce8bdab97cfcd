// SPDX-License-Identifier: BSL-1.0
// The simulator as a server: TLS, HTTP, threads and descriptors.

#include "simulator_peer.hpp"
#include "system/support/reserved_port.hpp"

#include <oms/testing/simulator.hpp>

#include <boost/test/unit_test.hpp>

#include <openssl/err.h>
#include <openssl/sslerr.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace simulator_test;
using oms::testing::simulator_options;

BOOST_AUTO_TEST_SUITE(simulator_server)

BOOST_AUTO_TEST_CASE(counters_go_without_a_ledger) {
    auto options = options_with(1, 1);
    options.keep_ledger = false;
    simulator sim(options);
    peer client(sim);
    client.ask(stop_request(sim, sim.tasks()[0]));
    BOOST_TEST(sim.requests() == 1u);
    BOOST_TEST(sim.count(200) == 1u);
    BOOST_TEST(sim.stops(sim.tasks()[0]) == 1u);
    BOOST_TEST(sim.ledger().empty());
}

BOOST_AUTO_TEST_CASE(both_versions_of_tls_and_resumption) {
    simulator sim(options_with(1, 4));
    auto const tasks = sim.tasks();
    auto expected_resumed = sim.resumed();
    for (auto const method : {asio::ssl::context::tlsv12_client, asio::ssl::context::tlsv13_client}) {
        session ticket;
        {
            peer client(sim, {}, method);
            client.ask(stop_request(sim, tasks[0]));
            BOOST_TEST(SSL_session_reused(client.native()) == 0);
            SSL_set_shutdown(client.native(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
            ticket.reset(SSL_get1_session(client.native()));
        }
        peer again(sim, {}, method, ticket.get());
        BOOST_TEST(again.ask(stop_request(sim, tasks[0])).status == 400u);
        BOOST_TEST(SSL_session_reused(again.native()) == 1);
        BOOST_TEST(sim.resumed() == ++expected_resumed);
    }
    BOOST_TEST(sim.handshakes() == 4u);
    // What is older is refused in the handshake, by the simulator.
    BOOST_CHECK_EXCEPTION(peer(sim, {}, asio::ssl::context::tlsv11_client), boost::system::system_error,
                          [](boost::system::system_error const& e) {
                              return ERR_GET_REASON(static_cast<unsigned long>(e.code().value())) ==
                                     SSL_R_TLSV1_ALERT_PROTOCOL_VERSION;
                          });
    BOOST_TEST(sim.handshakes() == 4u);
    BOOST_TEST(sim.connections() == 5u);
}

BOOST_AUTO_TEST_CASE(regions_have_ports_and_tasks_of_their_own) {
    auto options = options_with(4, 1);
    options.regions = {"cn-north-4", "cn-east-3"};
    simulator sim(options);
    BOOST_TEST(sim.endpoint() == sim.endpoint("cn-north-4"));
    BOOST_TEST(sim.endpoint("cn-east-3") == "https://localhost:" + std::to_string(sim.port("cn-east-3")));
    BOOST_TEST(sim.port("cn-east-3") != sim.port("cn-north-4"));
    BOOST_CHECK_THROW(sim.endpoint("eu-west-0"), std::invalid_argument);
    auto const tasks = sim.tasks();
    BOOST_TEST(tasks[0].region == "cn-north-4");
    BOOST_TEST(tasks[1].region == "cn-east-3");
    peer north(sim), east(sim, "cn-east-3");
    BOOST_TEST(north.ask(stop_request(sim, tasks[1])).code() == "OMS.1009");
    BOOST_TEST(east.ask(stop_request(sim, tasks[1])).status == 200u);
    BOOST_TEST(sim.stops(tasks[1]) == 1u);
    BOOST_TEST(sim.ledger()[0].region == "cn-north-4");
    BOOST_TEST(sim.ledger()[1].region == "cn-east-3");
}

BOOST_AUTO_TEST_CASE(requests_are_read_strictly) {
    simulator sim(options_with(1, 1));
    auto const task = sim.tasks()[0];
    auto const target = path_of(task) + "/stop";
    auto const token = sim.token(task.project_id);
    std::string const wrong[] = {"POST " + target + " HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
                                 "POST " + target + " HTTP/2.0\r\nHost: x\r\n\r\n",
                                 "POST\r\nHost: x\r\n\r\n",
                                 "POST " + target.substr(1) + " HTTP/1.1\r\nHost: x\r\n\r\n",
                                 request("POST", target, token, "X-Auth-Token: x\r\n"),
                                 request("POST", target, token, "Content-Length: 0\r\nContent-Length: 0\r\n"),
                                 request("POST", target, token, "Content-Length: +1\r\n"),
                                 request("POST", target, token, "Transfer-Encoding: chunked\r\n"),
                                 request("POST", target, token, "X-A: b\nX-C: d\r\n"),
                                 request("POST", target, token, "X-A : b\r\n"),
                                 request("POST", target, token, "X-A: b\r\n c\r\n")};
    for (auto const& bytes : wrong) {
        BOOST_TEST_CONTEXT(bytes.substr(bytes.size() - std::min<std::size_t>(bytes.size(), 60))) {
            peer client(sim);
            auto const r = client.ask(bytes);
            BOOST_TEST(r.status == 400u);
            BOOST_TEST(r.code() == "APIGW.0201");
            BOOST_TEST(r.header("Connection") == "close");
            boost::system::error_code why;
            client.drain(why);
            BOOST_CHECK(why == asio::error::eof);
        }
    }
    BOOST_TEST(peer(sim).ask(request("POST", target, std::string(70'000, 'x'))).status == 494u);
    BOOST_TEST(peer(sim).ask(request("POST", target, token, "Content-Length: 1048577\r\n")).status == 413u);
    BOOST_TEST(sim.stops(task) == 0u);
}

BOOST_AUTO_TEST_CASE(bodies_pieces_and_pipelines) {
    simulator sim(options_with(1, 3));
    auto const tasks = sim.tasks();
    peer client(sim);
    auto const body =
        request("POST", path_of(tasks[0]) + "/stop", sim.token(tasks[0].project_id), "Content-Length: 1048576\r\n");
    BOOST_TEST(client.ask(body + std::string(1'048'576, 'x')).status == 200u);
    for (char const c : stop_request(sim, tasks[1])) {
        client.send(std::string(1, c));
    }
    BOOST_TEST(client.receive().status == 200u);
    client.send(stop_request(sim, tasks[1]) + stop_request(sim, tasks[2]));
    BOOST_TEST(client.receive().status == 400u);
    BOOST_TEST(client.receive().status == 200u);
    auto const last = client.ask(
        request("POST", path_of(tasks[2]) + "/stop", sim.token(tasks[2].project_id), "Connection: close\r\n"));
    BOOST_TEST(last.header("Connection") == "close");
    boost::system::error_code why;
    client.drain(why);
    BOOST_CHECK(why == asio::error::eof);
}

BOOST_AUTO_TEST_CASE(many_clients_and_threads_lose_nothing) {
    auto options = options_with(20, 20);
    options.threads = 2;
    simulator sim(options);
    auto const tasks = sim.tasks();
    std::vector<std::thread> clients;
    std::vector<std::size_t> stopped(4);
    for (std::size_t n = 0; n < stopped.size(); ++n) {
        clients.emplace_back([&, n] {
            peer client(sim);
            // Two clients compete for each task.
            for (std::size_t i = n / 2; i < tasks.size(); i += 2) {
                if (client.ask(stop_request(sim, tasks[i])).status == 200) ++stopped[n];
            }
        });
    }
    for (auto& each : clients) {
        each.join();
    }
    BOOST_TEST(stopped[0] + stopped[1] + stopped[2] + stopped[3] == tasks.size());
    BOOST_TEST(std::ranges::all_of(tasks, [&](auto const& task) { return sim.stops(task) == 1; }));
    BOOST_TEST(sim.count(200) == 400u);
    BOOST_TEST(sim.count(400) == 400u);
    std::set<std::string> ids;
    for (auto const& entry : sim.ledger()) {
        ids.insert(entry.request_id);
    }
    BOOST_TEST(ids.size() == 800u);
}

BOOST_AUTO_TEST_CASE(options_are_checked_and_ports_kept) {
    auto const with = [](auto change) {
        simulator_options options;
        change(options);
        return options;
    };
    BOOST_CHECK_THROW(simulator(with([](auto& o) { o.threads = 0; })), std::invalid_argument);
    BOOST_CHECK_THROW(simulator(with([](auto& o) { o.latency = std::chrono::seconds(-1); })), std::invalid_argument);
    BOOST_CHECK_THROW(simulator(with([](auto& o) { o.regions = {"a", "a"}; })), std::invalid_argument);
    BOOST_CHECK_THROW(simulator(with([](auto& o) { o.sync_tasks.unknown_task.status = 0; })), std::invalid_argument);
    oms::test::reserved_port const kept;
    auto const same_port = with([&](auto& o) { o.port = kept.number(); });
    simulator first(same_port);
    BOOST_CHECK_THROW(simulator{same_port}, boost::system::system_error);
    first.stop();
    simulator second(same_port);
    BOOST_TEST(second.port() == kept.number());
    first.stop();
}

BOOST_AUTO_TEST_CASE(generated_names_are_stable_and_distinct) {
    BOOST_TEST(simulator::project_id(0) == "e220a8397b1dcdafa706dd2f4d197e6f");
    BOOST_TEST(simulator::task_id(7, 3) == simulator::task_id(7, 3));
    std::set<std::string> ids;
    for (std::size_t i = 0; i < 100; ++i) {
        BOOST_TEST(simulator::project_id(i).find_first_not_of("0123456789abcdef") == std::string::npos);
        ids.insert(simulator::project_id(i));
        for (std::size_t j = 0; j < 10; ++j) {
            auto const id = simulator::task_id(i, j);
            BOOST_TEST(id.size() == 36u);
            BOOST_TEST((id[8] == '-' && id[13] == '-' && id[18] == '-' && id[23] == '-'));
            ids.insert(id);
        }
    }
    BOOST_TEST(ids.size() == 1100u);
}

BOOST_AUTO_TEST_CASE(descriptors_do_not_leak) {
    std::filesystem::path const descriptors("/proc/self/fd");
    if (!std::filesystem::exists(descriptors)) return;
    auto const open_now = [&] {
        return std::distance(std::filesystem::directory_iterator(descriptors), std::filesystem::directory_iterator());
    };
    auto const before = open_now();
    for (int i = 0; i < 3; ++i) {
        auto options = options_with(1, 1);
        options.threads = 2;
        simulator sim(options);
        sim.on(oms::testing::any()).no_reply();
        peer idle(sim), stalled(sim);
        stalled.send(stop_request(sim, sim.tasks()[0]));
    }
    BOOST_TEST(open_now() == before);
}

BOOST_AUTO_TEST_SUITE_END()
