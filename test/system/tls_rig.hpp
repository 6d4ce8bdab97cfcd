// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_SYSTEM_TLS_RIG_HPP
#define OMS_TEST_SYSTEM_TLS_RIG_HPP

// A client that trusts one root, made for the test.

#include "system/stop_once.hpp"
#include "system/tls_peer.hpp"
#include "testing/certificate.hpp"

#include <oms/oms.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <vector>

namespace tls_test {

// Every name is this machine.
struct loopback_resolver final : oms::host_resolver {
    void async_resolve(std::string, handler done) override { done({}, {boost::asio::ip::address_v4::loopback()}); }
};

inline oms::testing::identity const& trusted() {
    static oms::testing::identity const root = oms::testing::make_root("trusted root");
    return root;
}

inline oms::client_config config_for(oms::test::tls_peer const& peer, std::string const& host = "localhost") {
    oms::client_config config;
    config.endpoint = "https://" + host + ":" + peer.port();
    config.tls.ca_pem = oms::testing::to_pem(*trusted().certificate);
    config.credentials = oms::token_credentials("token");
    config.resolver = std::make_shared<loopback_resolver>();
    oms::test::never_repeat(config);
    return config;
}

inline oms::test::stopped_once stop(oms::client_config const& config) {
    return oms::test::stop_once(config, oms::sync_task("project", "task"));
}

inline void check_refused(oms::test::stopped_once const& got, oms::errc code, std::vector<std::string> const& said) {
    BOOST_TEST(got.code == oms::error_code(code));
    BOOST_TEST((got.code == oms::condition::tls_failed), got.code.message());
    BOOST_TEST(got.result.outcome == oms::outcome::not_sent);
    std::string const text = got.result.details().connection;
    for (auto const& part : said)
        BOOST_TEST(text.find(part) != std::string::npos, text << "\nlacks " << part);
}

// The field at fault; empty: none.
inline std::string wrong_field(oms::client_config const& config, std::string const& never_said = "?") {
    boost::asio::io_context context;
    try {
        oms::client const client(context, config);
    } catch (oms::config_error const& e) {
        BOOST_TEST(std::string(e.what()).find(never_said) == std::string::npos, e.what());
        BOOST_TEST_MESSAGE(e.what());
        return e.field();
    }
    return {};
}

}  // namespace tls_test

#endif
