// SPDX-License-Identifier: BSL-1.0
// Real proxies that are spoken to by TLS: HAProxy terminates it in front of tinyproxy.

#include "system/haproxy_server.hpp"
#include "system/proxy_rig.hpp"
#include "system/support/rig.hpp"
#include "system/tinyproxy_server.hpp"
#include "system/tls_peer.hpp"
#include "testing/certificate.hpp"

#include <memory>
#include <set>
#include <string>
#include <string_view>

using namespace oms::test;
using oms::errc;
using oms::testing::identity;
using oms::testing::make_root;
using oms::testing::make_server;
using oms::testing::to_pem;

namespace {

constexpr std::string_view login = "user:passw0r%64@";

// Certificates are for `localhost` and for 127.0.0.1, where nothing else is said.
struct proxied : rig {
    explicit proxied(oms::testing::certificate_request const& shown = {})
        : rig(running(4, 50)),
          root(make_root("proxy root")),
          own(make_server(root, shown)),
          inside(sim.port()),
          proxy(root, own, inside.port()) {
        config.endpoint = "https://127.0.0.1:" + std::to_string(sim.port());  // tinyproxy need know no `localhost`
        config.tls.ca_pem += proxy.ca_pem();
        config.proxy.url = url("localhost");
        config.resolver = std::make_shared<proxy_test::fixed_resolver>("localhost");
        config.pool.max_connections = 16;  // as many as tinyproxy takes
        never_repeat(config);
    }

    std::string address(std::string const& host) const { return host + ':' + std::to_string(proxy.port()); }
    std::string url(std::string const& host) const { return "https://" + std::string(login) + address(host); }

    // Nothing was sent, and it was the proxy that was no good.
    void refused(errc cause, std::string const& says) {
        auto const got = stop_once(config, task(0));
        BOOST_TEST(got.code == oms::error_code(errc::proxy_failed), got.code.message());
        BOOST_TEST((got.code == oms::condition::proxy_failed));
        BOOST_TEST(got.result.cause == oms::error_code(cause), got.result.cause.message());
        BOOST_TEST((got.result.cause == oms::condition::tls_failed));
        BOOST_TEST(got.result.outcome == oms::outcome::not_sent);
        std::string const text = got.result.details().connection;
        BOOST_TEST(text.find(says) != std::string::npos, text);
        BOOST_TEST(text.find("passw0r") == std::string::npos, text);
        BOOST_TEST(sim.connections() == 0U);
    }

    identity const root;
    identity const own;
    tinyproxy_server const inside;
    haproxy_server const proxy;
};

struct proxied_for_another : proxied {
    static oms::testing::certificate_request other() {
        oms::testing::certificate_request request;
        request.common_name = "other.example";
        request.alternative_names = "DNS:other.example";
        return request;
    }
    proxied_for_another() : proxied(other()) {}
};

}  // namespace

BOOST_AUTO_TEST_SUITE(https_proxy)

BOOST_FIXTURE_TEST_CASE(carries_many_stops, proxied) {
    auto const got = stop_all(sim.tasks());
    BOOST_TEST(!got.code, got.code.message());
    BOOST_TEST(got.result.stopped == 200U);
    std::set<std::string> seen;
    for (auto const& entry : sim.ledger())
        BOOST_TEST(seen.insert(entry.project_id + '/' + entry.task_id).second);
    BOOST_TEST(seen.size() == 200U);
    BOOST_TEST(sim.connections() <= 16U);
}

BOOST_FIXTURE_TEST_CASE(by_an_address_too, proxied) {
    config.proxy.url = url("127.0.0.1");
    auto const got = stop_once(config, task(0));
    BOOST_TEST(!got.code, got.result.details().connection);
    BOOST_TEST(sim.stops(task(0)) == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_wrong_credential_is_the_proxys, proxied) {
    for (std::string const& wrong : {std::string("user:wr0ng@"), std::string()}) {
        config.proxy.url = "https://" + wrong + address("localhost");
        auto const got = stop_once(config, task(0));
        BOOST_TEST(got.code == oms::error_code(errc::proxy_auth_required), got.code.message());
        // Where one was sent, it answers 401.
        BOOST_TEST(got.result.cause == oms::error_code(wrong.empty() ? 407 : 401, oms::http_category()));
        BOOST_TEST(got.result.details().connection.find("wr0ng") == std::string::npos);
    }
    BOOST_TEST(sim.connections() == 0U);
}

BOOST_FIXTURE_TEST_CASE(another_root, proxied) {
    config.tls.ca_pem = sim.ca_pem();
    refused(errc::certificate_untrusted,
            "by the proxy " + address("localhost") + ": " + oms::error_code(errc::proxy_failed).message());
    refused(errc::certificate_untrusted, address("localhost") + ": " +
                                             oms::error_code(errc::certificate_untrusted).message() +
                                             "; certificate of \"/CN=localhost\", issued by \"/CN=proxy root\"");
}

BOOST_FIXTURE_TEST_CASE(another_name, proxied_for_another) {
    for (std::string const host : {"localhost", "127.0.0.1"}) {
        config.proxy.url = url(host);
        refused(errc::certificate_host_mismatch, address(host) + ": " +
                                                     oms::error_code(errc::certificate_host_mismatch).message() +
                                                     "; certificate of \"/CN=other.example\"");
    }
    config.proxy.url = url("other.example");
    config.resolver = std::make_shared<proxy_test::fixed_resolver>("other.example");
    BOOST_TEST(!stop_once(config, task(0)).code);
}

BOOST_FIXTURE_TEST_CASE(without_verification, proxied_for_another) {
    config.tls.dangerously_disable_verification();
    BOOST_TEST(!stop_once(config, task(0)).code);
}

BOOST_FIXTURE_TEST_CASE(what_speaks_no_tls, proxied) {
    peer_manner manner;
    manner.what = peer_manner::kind::speak_http;
    tls_peer const plain(own, manner);
    config.proxy.url = "https://localhost:" + plain.port();
    refused(errc::peer_not_tls, "localhost:" + plain.port());
}

// Who is verified inside the tunnel is the endpoint: what is good for the proxy is not good for it.
BOOST_FIXTURE_TEST_CASE(the_proxy_cannot_stand_in_for_the_endpoint, proxied) {
    oms::testing::certificate_request request;
    request.alternative_names = "DNS:localhost";
    tls_peer const pretender(make_server(root, request));
    auto const port = static_cast<std::uint16_t>(std::stoul(pretender.port()));
    tinyproxy_server const way(port);
    haproxy_server const before(root, own, way.port());
    config.endpoint = "https://127.0.0.1:" + pretender.port();
    config.proxy.url = "https://" + std::string(login) + "localhost:" + std::to_string(before.port());
    auto const got = stop_once(config, task(0));
    BOOST_TEST(got.code == oms::error_code(errc::certificate_host_mismatch), got.code.message());
    BOOST_TEST((got.code == oms::condition::tls_failed));
    std::string const text = got.result.details().connection;
    BOOST_TEST(text.find("127.0.0.1:" + pretender.port() + ": ") == 0U, text);
    BOOST_TEST(text.find("by the proxy localhost:" + std::to_string(before.port())) != std::string::npos, text);
}

// It hangs up on who shows a certificate.
BOOST_FIXTURE_TEST_CASE(who_the_client_is_the_proxy_does_not_learn, proxied) {
    oms::testing::certificate_request request;
    request.common_name = "the client";
    request.extended_usage = "clientAuth";
    identity const me = make_server(root, request);
    config.tls.certificate_pem = to_pem(*me.certificate);
    config.tls.private_key_pem = oms::secret(to_pem(*me.key));
    auto const got = stop_once(config, task(0));
    BOOST_TEST(!got.code, got.result.details().connection);

    config.proxy.url.clear();  // the rule does hang up
    config.endpoint = "https://localhost:" + std::to_string(proxy.port());
    BOOST_TEST((stop_once(config, task(0)).code == oms::condition::connection_failed));
}

BOOST_FIXTURE_TEST_CASE(pins_are_the_endpoints, proxied) {
    config.tls.pinned_public_keys = {std::string(43, 'A') + "="};
    BOOST_TEST(stop_once(config, task(0)).code == oms::error_code(errc::certificate_pin_mismatch));
}

BOOST_AUTO_TEST_SUITE_END()
