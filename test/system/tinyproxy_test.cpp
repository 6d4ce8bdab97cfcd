// SPDX-License-Identifier: BSL-1.0
// A real proxy: tinyproxy.

#include "system/stop_once.hpp"
#include "system/tinyproxy_server.hpp"

#include <oms/oms.hpp>
#include <oms/testing/simulator.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>

using oms::test::stop_once;

namespace {

oms::testing::simulator_options one_task() {
    oms::testing::simulator_options options;
    options.projects = 1;
    options.tasks_per_project = 1;
    return options;
}

// An address: the proxy looks names up in the system's tables, which need not know `localhost`.
std::string address_of(std::uint16_t port) {
    return "https://127.0.0.1:" + std::to_string(port);
}

oms::client_config config_for(oms::testing::simulator const& sim, std::string const& proxy) {
    oms::client_config config;
    config.endpoint = address_of(sim.port());
    config.tls.ca_pem = sim.ca_pem();
    config.credentials = oms::token_credentials(sim.token(oms::testing::simulator::project_id(0)));
    config.proxy.url = "http://" + proxy;
    return config;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tinyproxy)

BOOST_AUTO_TEST_CASE(gives_a_tunnel_for_the_right_credential_only) {
    oms::testing::simulator const sim(one_task());
    oms::test::tinyproxy_server const server(sim.port());
    std::string const address = "127.0.0.1:" + std::to_string(server.port());
    auto config = config_for(sim, "user:wr0ng@" + address);
    auto const wrong = stop_once(config, sim.tasks()[0]);
    BOOST_TEST(wrong.code == oms::error_code(oms::errc::proxy_auth_required));
    BOOST_TEST(wrong.result.details().connection.find("wr0ng") == std::string::npos);
    config.proxy.url = "http://" + address;
    BOOST_TEST(stop_once(config, sim.tasks()[0]).code == oms::error_code(oms::errc::proxy_auth_required));
    BOOST_TEST(sim.connections() == 0U);

    config.proxy.url = "http://user:passw0r%64@" + address;
    auto const right = stop_once(config, sim.tasks()[0]);
    BOOST_TEST(!right.code, right.result.details().connection);
    BOOST_TEST(sim.stops(sim.tasks()[0]) == 1U);
}

BOOST_AUTO_TEST_CASE(refuses_other_ports) {
    oms::testing::simulator const sim(one_task());
    oms::test::tinyproxy_server const server(1);
    auto config = config_for(sim, "user:passw0rd@127.0.0.1:" + std::to_string(server.port()));
    oms::test::never_repeat(config);
    auto const got = stop_once(config, sim.tasks()[0]);
    BOOST_TEST(got.code == oms::error_code(oms::errc::proxy_failed));
    BOOST_TEST(got.result.cause == oms::error_code(403, oms::http_category()));
}

BOOST_AUTO_TEST_CASE(reports_a_target_that_is_not_there) {
    oms::testing::simulator const sim(one_task());
    std::uint16_t port = 0;
    {
        boost::asio::io_context context;
        boost::asio::ip::tcp::acceptor const acceptor(context, {boost::asio::ip::address_v4::loopback(), 0});
        port = acceptor.local_endpoint().port();
    }
    oms::test::tinyproxy_server const server(port);
    auto config = config_for(sim, "user:passw0rd@127.0.0.1:" + std::to_string(server.port()));
    config.endpoint = address_of(port);
    oms::test::never_repeat(config);
    auto const got = stop_once(config, sim.tasks()[0]);
    BOOST_TEST(got.code == oms::error_code(oms::errc::proxy_failed));
    BOOST_TEST(got.result.cause == oms::error_code(500, oms::http_category()));
}

BOOST_AUTO_TEST_SUITE_END()
