// SPDX-License-Identifier: BSL-1.0
// Calls through an HTTP proxy, and past it.

#include "client/settings.hpp"
#include "system/connect_proxy.hpp"
#include "system/proxy_rig.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace asio = boost::asio;
using namespace proxy_test;
using namespace std::chrono_literals;
using oms::test::connect_proxy;
using oms::test::proxy_manner;
using oms::test::stop_once;

BOOST_AUTO_TEST_SUITE(proxy)

BOOST_AUTO_TEST_CASE(one_tunnel_carries_several_calls) {
    oms::testing::simulator const sim(two_tasks());
    connect_proxy const via;
    auto config = config_for(sim, via.address());
    config.proxy.url = "http://" + via.address();
    auto const watcher = std::make_shared<scribe>();
    config.observer = watcher;
    asio::io_context context(1);
    std::optional<oms::client> client(std::in_place, context, config);
    auto const tasks = sim.tasks();
    unsigned stopped = 0;
    client->async_stop(tasks[0], [&](oms::error_code first, oms::stop_result) {
        stopped += first ? 0 : 1;
        client->async_stop(tasks[1], [&](oms::error_code second, oms::stop_result) {
            stopped += second ? 0 : 1;
            client.reset();
        });
    });
    context.run_for(30s);
    BOOST_TEST(stopped == 2U);
    BOOST_TEST(sim.stops(tasks[0]) + sim.stops(tasks[1]) == 2U);
    BOOST_REQUIRE(via.requests().size() == 1U);
    std::string const target = "localhost:" + std::to_string(sim.port());
    BOOST_TEST(via.requests()[0] == "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\nUser-Agent: oms-cpp/" +
                                        std::string(oms::version()) + "\r\n\r\n");
    auto const phases = watcher->phases;
    auto const at = std::find(phases.begin(), phases.end(), oms::phase::proxy);
    BOOST_REQUIRE((at != phases.begin() && at != phases.end() && at + 1 != phases.end()));
    BOOST_TEST(*(at - 1) == oms::phase::connect);
    BOOST_TEST(*(at + 1) == oms::phase::handshake);
    BOOST_TEST(std::count(phases.begin(), phases.end(), oms::phase::proxy) == 1);
}

BOOST_AUTO_TEST_CASE(a_credential_is_sent_to_the_proxy_only) {
    oms::testing::simulator sim(two_tasks());
    proxy_manner manner;
    manner.authorization = basic;
    connect_proxy const via(manner);
    auto config = config_for(sim, via.address());
    auto const watcher = std::make_shared<scribe>();
    config.observer = watcher;
    auto const got = stop_once(config, sim.tasks()[0]);
    BOOST_TEST(!got.code);
    BOOST_REQUIRE(via.requests().size() == 1U);
    BOOST_TEST(via.requests()[0].ends_with("\r\nProxy-Authorization: " + std::string(basic) + "\r\n\r\n"));
    check_no_secret(watcher->text.str());
}

BOOST_AUTO_TEST_CASE(odd_replies_that_mean_success) {
    oms::testing::simulator const sim(two_tasks());
    std::string const long_line = "X-Long: " + std::string(15'000, 'x') + "\r\n";
    for (std::string const& reply :
         {std::string("HTTP/1.0 200 Connection established\r\nProxy-agent: old/1.0\r\n\r\n"),
          std::string("HTTP/1.1 200 \r\n\r\n"), std::string("HTTP/1.1 204 No Content\r\n\r\n"),
          std::string("HTTP/1.1 299 Strange\r\nContent-Length: 10\r\n\r\n"),
          std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
          // What it says of lengths is not of the tunnel.
          std::string("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"),
          std::string("HTTP/1.1 200 OK\r\nContent-Length: x\r\nContent-Length: 7\r\n\r\n"),
          std::string("HTTP/1.0 200\r\n\r\n"), std::string("HTTP/1.1 200\nVia : old\nX:\n\n"),
          std::string("HTTP/1.1 100\n\nHTTP/1.1 200 OK\n\r\n"),
          std::string("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"),
          "HTTP/1.1 200 OK\r\n" + long_line + "\r\n"}) {
        for (bool const byte_by_byte : {false, true}) {
            if (byte_by_byte && reply.size() > 1000) continue;
            BOOST_TEST_CONTEXT(reply.substr(0, 100) << byte_by_byte) {
                proxy_manner manner;
                manner.reply = reply;
                manner.byte_by_byte = byte_by_byte;
                connect_proxy const via(manner);
                auto const task = sim.tasks()[0];
                auto config = config_for(sim, via.address());
                oms::test::never_repeat(config);
                auto const got = stop_once(config, task);
                // Stopped by the first round; the others reach the service, too.
                BOOST_TEST((!got.code || got.result.service_code == "OMS.0066"), got.result.details().connection);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(only_the_proxys_name_is_looked_up) {
    oms::testing::simulator const sim(two_tasks());
    connect_proxy const via;
    auto config = config_for(sim, "Proxy.Example:" + std::to_string(via.port()));
    std::string const target = "oms.example:" + std::to_string(sim.port());
    config.endpoint = "https://" + target;
    auto const names = std::make_shared<fixed_resolver>("proxy.example");
    config.resolver = names;
    auto const got = stop_once(config, sim.tasks()[0]);
    // The certificate is verified against the target's own name, through the tunnel.
    BOOST_TEST(got.code == oms::error_code(oms::errc::certificate_host_mismatch));
    BOOST_TEST(got.result.details().connection.find("proxy.example") != std::string::npos);
    BOOST_TEST((names->asked == std::vector<std::string>{"proxy.example"}));
    BOOST_REQUIRE(via.requests().size() == 1U);
    BOOST_TEST(via.requests()[0].starts_with("CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n"));
}

BOOST_AUTO_TEST_CASE(a_proxy_that_cannot_be_reached_is_named) {
    oms::testing::simulator const sim(two_tasks());
    std::uint16_t port = 0;
    {
        connect_proxy const gone;
        port = gone.port();
    }
    auto config = config_for(sim, "127.0.0.1:" + std::to_string(port));
    oms::test::never_repeat(config);
    auto const refused = stop_once(config, sim.tasks()[0]);
    BOOST_TEST(refused.code == oms::error_code(oms::errc::proxy_failed));
    BOOST_TEST(refused.result.details().connection.find("proxy 127.0.0.1:" + std::to_string(port)) !=
               std::string::npos);

    config = config_for(sim, "nowhere.example:3128");
    config.resolver = std::make_shared<fixed_resolver>("somewhere.example");
    auto const unknown = stop_once(config, sim.tasks()[0]);
    BOOST_TEST(unknown.code == oms::error_code(oms::errc::proxy_failed));
    BOOST_TEST(unknown.result.details().connection.find("proxy nowhere.example:3128") != std::string::npos);
    check_no_secret(refused);
    check_no_secret(unknown);
}

BOOST_AUTO_TEST_CASE(hosts_of_no_proxy_are_reached_directly) {
    oms::testing::simulator const sim(two_tasks());
    connect_proxy const via;
    std::string const port = std::to_string(sim.port());
    for (std::string const& rules : {std::string("localhost"), "example.com, LOCALHOST:" + port, std::string("*")}) {
        auto config = config_for(sim, via.address());
        config.proxy.no_proxy = rules;
        auto const got = stop_once(config, sim.tasks()[0]);
        BOOST_TEST((!got.code || got.result.service_code == "OMS.0066"), rules);
    }
    auto config = config_for(sim, via.address());
    config.endpoint = "https://127.0.0.1:" + port;
    config.proxy.no_proxy = "127.0.0.0/8";
    BOOST_TEST(!stop_once(config, sim.tasks()[1]).code);
    BOOST_TEST(via.requests().empty());

    config.proxy.no_proxy = "127.0.0.0/8:1, localhost";
    BOOST_TEST(stop_once(config, sim.tasks()[1]).result.service_code == "OMS.0066");
    BOOST_REQUIRE(via.requests().size() == 1U);
    BOOST_TEST(via.requests()[0].starts_with("CONNECT 127.0.0.1:" + port + " "));
}

BOOST_AUTO_TEST_CASE(wrong_options_are_named_without_their_secrets) {
    oms::testing::simulator const sim(two_tasks());
    auto const wrong_field = [&](std::string url, std::string no_proxy) {
        auto config = config_for(sim, "");
        config.proxy.url = std::move(url);
        config.proxy.no_proxy = std::move(no_proxy);
        asio::io_context context;
        try {
            oms::client const client(context, config);
        } catch (oms::config_error const& e) {
            check_no_secret(e.what());
            return e.field();
        }
        return std::string();
    };
    BOOST_TEST(wrong_field("ftp://" + std::string(userinfo) + "proxy:1", "") == "proxy.url");
    BOOST_TEST(wrong_field("https://" + std::string(userinfo) + "proxy:port", "") == "proxy.url");
    BOOST_TEST(wrong_field("http://" + std::string(userinfo) + "proxy:port", "") == "proxy.url");
    BOOST_TEST(wrong_field("http://user:p@ssw0rd@proxy:1", "") == "proxy.url");
    BOOST_TEST(wrong_field("http://" + std::string(userinfo) + "proxy:1", "10.0.0.0/33") == "proxy.no_proxy");
    BOOST_TEST(wrong_field("http://proxy.example", "a b, .., c") == "proxy.no_proxy");
    BOOST_TEST(wrong_field("http://" + std::string(userinfo) + "proxy:1", "a, b") == "");
}

BOOST_AUTO_TEST_CASE(a_clients_settings_keep_no_url) {
    oms::testing::simulator const sim(two_tasks());
    oms::detail::settings const settings(config_for(sim, "proxy:1"));
    BOOST_TEST(settings.config.proxy.url.empty());
    BOOST_REQUIRE(settings.proxy);
    BOOST_TEST(settings.proxy->proxy.peer == "proxy:1");
    BOOST_TEST(settings.proxy->proxy.authorization.reveal() == basic);
}

// Whoever answers behind the tunnel: the proxy's own name, which the certificate has, says nothing of it.
BOOST_AUTO_TEST_CASE(the_name_that_is_verified_is_the_endpoints) {
    oms::testing::simulator const sim(two_tasks());
    connect_proxy const via;
    std::size_t number = 0;
    for (std::string const host : {"127.0.0.1", "localhost"}) {
        auto const task = sim.tasks()[number++];
        auto config = config_for(sim, via.address());
        config.proxy.url = "http://" + host + ':' + std::to_string(via.port());
        config.endpoint = "https://elsewhere.test:" + std::to_string(sim.port());
        BOOST_TEST((stop_once(config, task).code == oms::errc::certificate_host_mismatch));
        config.endpoint = "https://localhost:" + std::to_string(sim.port());
        BOOST_TEST(!stop_once(config, task).code);
        BOOST_TEST(sim.stops(task) == 1U);
    }
}

BOOST_AUTO_TEST_SUITE_END()
