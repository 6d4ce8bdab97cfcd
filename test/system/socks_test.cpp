// SPDX-License-Identifier: BSL-1.0
//
// Stops by a SOCKS 5 proxy.
#include "system/connect_proxy.hpp"
#include "system/proxy_rig.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <vector>

using namespace proxy_test;
using oms::test::connect_proxy;
using oms::test::proxy_manner;
using oms::test::stop_once;

namespace {

oms::client_config socks_config(oms::testing::simulator const& sim, connect_proxy const& via,
                                std::string const& login = {}) {
    auto config = config_for(sim, via.address());
    config.proxy.url = "socks5://" + login + via.address();
    oms::test::never_repeat(config);
    return config;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(socks_proxy)

BOOST_AUTO_TEST_CASE(the_proxy_looks_the_name_up) {
    oms::testing::simulator sim(two_tasks());
    connect_proxy const via;
    auto config = socks_config(sim, via);
    auto const names = std::make_shared<fixed_resolver>("nothing.example");
    config.resolver = names;
    auto const got = stop_once(config, sim.tasks()[0]);
    BOOST_TEST(!got.code, got.result.details().connection);
    BOOST_TEST(sim.stops(sim.tasks()[0]) == 1U);
    BOOST_TEST((via.requests() == std::vector<std::string>{"localhost:" + std::to_string(sim.port())}));
    BOOST_TEST(names->asked.empty());
}

BOOST_AUTO_TEST_CASE(a_login_is_made_where_it_is_wanted) {
    oms::testing::simulator sim(two_tasks());
    proxy_manner manner;
    manner.socks_login = "user:p@ssw0rd";
    connect_proxy const via(manner);
    auto config = socks_config(sim, via, std::string(userinfo));
    auto const watcher = std::make_shared<scribe>();
    config.observer = watcher;
    BOOST_TEST(!stop_once(config, sim.tasks()[0]).code);
    check_no_secret(watcher->text.str());

    for (std::string const& login : {std::string(), std::string("user:other@"), std::string("user@")}) {
        auto const refused = stop_once(socks_config(sim, via, login), sim.tasks()[1]);
        BOOST_TEST(refused.code == oms::error_code(oms::errc::proxy_auth_required), refused.code.message());
        BOOST_TEST((refused.result.outcome == oms::outcome::not_sent));
        check_no_secret(refused);
    }
    BOOST_TEST(sim.stops(sim.tasks()[1]) == 0U);
}

BOOST_AUTO_TEST_CASE(a_refusal_says_why) {
    oms::testing::simulator const sim(two_tasks());
    proxy_manner manner;
    manner.socks_code = 5;
    connect_proxy const via(manner);
    auto const refused = stop_once(socks_config(sim, via), sim.tasks()[0]);
    BOOST_TEST(refused.code == oms::error_code(oms::errc::proxy_failed));
    BOOST_TEST((refused.result.outcome == oms::outcome::not_sent));
    std::string const said = refused.result.details().connection;
    BOOST_TEST(said.find("the host refused it") != std::string::npos, said);
    BOOST_TEST(said.find("by the proxy " + via.address()) != std::string::npos, said);
}

BOOST_AUTO_TEST_CASE(what_is_no_socks_proxy_is_told) {
    oms::testing::simulator const sim(two_tasks());
    proxy_manner manner;
    manner.socks_greeting = "HTTP/1.1 400 Bad Request\r\n\r\n";
    connect_proxy const via(manner);
    auto const refused = stop_once(socks_config(sim, via), sim.tasks()[0]);
    BOOST_TEST(refused.code == oms::error_code(oms::errc::proxy_failed), refused.code.message());
    BOOST_TEST((refused.result.outcome == oms::outcome::not_sent));
    std::string const said = refused.result.details().connection;
    BOOST_TEST(said.find("it does not speak SOCKS 5") != std::string::npos, said);
}

// A server of TLS waits for more of the record that it takes a greeting for.
BOOST_AUTO_TEST_CASE(one_that_says_nothing_is_given_up) {
    oms::testing::simulator const sim(two_tasks());
    connect_proxy const via;
    auto config = socks_config(sim, via);
    config.proxy.url = "socks5://127.0.0.1:" + std::to_string(sim.port());
    config.timeouts.connect = std::chrono::milliseconds(100);
    auto const refused = stop_once(config, sim.tasks()[0]);
    BOOST_TEST(refused.code == oms::error_code(oms::errc::proxy_timeout), refused.code.message());
    BOOST_TEST((refused.result.outcome == oms::outcome::not_sent));
}

BOOST_AUTO_TEST_SUITE_END()
