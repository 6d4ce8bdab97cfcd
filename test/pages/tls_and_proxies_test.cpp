// SPDX-License-Identifier: BSL-1.0
// The functions of doc/guide/tls-and-proxies.md.
#include "system/connect_proxy.hpp"
#include "system/support/rig.hpp"
#include "system/temporary_directory.hpp"

#include <string>
#include <utility>

using namespace oms::test;

namespace {
#include "tls-and-proxies.ipp"

std::string const other_pin = std::string(43, 'A') + "=";

// The client of the private cloud, whose certificate is the root itself.
struct private_cloud : rig {
    temporary_directory const directory;
    std::string const path = directory.file("");

    private_cloud() {
        directory.write("root.pem", sim.ca_pem());
        directory.write("client.pem", sim.ca_pem());
        directory.write("client.key", sim.ca_key_pem());
        config.tls = oms::tls_options();
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(tls_and_proxies_page)

BOOST_FIXTURE_TEST_CASE(a_root_of_its_own_is_trusted, private_cloud) {
    auto const untrusted = stop(task(0));
    BOOST_TEST((untrusted.code == oms::errc::certificate_untrusted));
    BOOST_TEST(untrusted.result.outcome == oms::outcome::not_sent);
    std::string const why = why_not_trusted(untrusted.code, untrusted.result);
    BOOST_TEST(why.find("localhost:" + std::to_string(sim.port())) != std::string::npos, why);

    own.emplace(context, in_private_cloud(config, path));
    auto const trusted = stop(task(0));
    BOOST_TEST(!trusted.code);
    BOOST_TEST(why_not_trusted(trusted.code, trusted.result).empty());
}

BOOST_FIXTURE_TEST_CASE(a_wrong_file_is_named, private_cloud) {
    directory.write("client.key", "no key");
    BOOST_CHECK_EXCEPTION(oms::client(context, in_private_cloud(config, path)), oms::config_error,
                          [](auto const& e) { return e.field() == "tls.private_key_file"; });
}

BOOST_FIXTURE_TEST_CASE(a_key_that_is_not_pinned_is_not_trusted, rig) {
    config = pinned(config, other_pin, other_pin);
    auto const got = stop(task(0));
    BOOST_TEST((got.code == oms::errc::certificate_pin_mismatch));
    BOOST_TEST((got.code == oms::condition::tls_failed));
    BOOST_TEST(sim.requests() == 0u);
}

BOOST_AUTO_TEST_CASE(http_2_is_used_where_it_is_spoken_and_not_forbidden) {
    auto options = running(1, 2);
    options.http = oms::testing::http_versions::both;
    rig w(options);
    BOOST_TEST(!w.stop(w.task(0, 0)).code);
    BOOST_TEST(w.client().metrics().http_2 == 1u);
    w.own.reset();
    w.config = without_http_2(w.config);
    BOOST_TEST(!w.stop(w.task(0, 1)).code);
    BOOST_TEST(w.client().metrics().http_2 == 0u);
}

BOOST_FIXTURE_TEST_CASE(each_bad_certificate_has_its_code, rig) {
    using oms::testing::bad_certificate;
    for (auto const& [shown, code] : {std::pair{bad_certificate::expired, oms::errc::certificate_expired},
                                      {bad_certificate::not_yet_valid, oms::errc::certificate_not_yet_valid},
                                      {bad_certificate::foreign, oms::errc::certificate_untrusted},
                                      {bad_certificate::self_signed, oms::errc::certificate_self_signed},
                                      {bad_certificate::other_host, oms::errc::certificate_host_mismatch}}) {
        sim.clear_faults();
        sim.on_connect().certificate(shown);
        own.emplace(context, config);
        auto const got = stop(task(0));
        BOOST_TEST((got.code == code), got.code.message());
        BOOST_TEST((got.code == oms::condition::tls_failed));
    }
}

BOOST_FIXTURE_TEST_CASE(a_proxy_tunnels, rig) {
    for (std::string const scheme : {"http://", "socks5://"}) {
        connect_proxy const proxy;
        own.emplace(context, behind_proxy(config, scheme + proxy.address()));
        BOOST_TEST(!stop(task(0, sim.requests())).code);
        BOOST_TEST(proxy.requests().size() == 1u);
    }
}

BOOST_FIXTURE_TEST_CASE(a_proxy_that_wants_a_password_gets_one, rig) {
    proxy_manner manner;
    manner.authorization = "Basic dXNlcjpwQHNzdzByZA==";
    connect_proxy const proxy(manner);
    own.emplace(context, behind_proxy(config, "http://" + proxy.address()));
    auto const got = stop(task(0));
    BOOST_TEST((got.code == oms::errc::proxy_auth_required));
    BOOST_TEST((got.code == oms::condition::proxy_failed));
    own.emplace(context, behind_proxy(config, "http://user:p%40ssw0rd@" + proxy.address()));
    BOOST_TEST(!stop(task(0)).code);
}

BOOST_AUTO_TEST_SUITE_END()
