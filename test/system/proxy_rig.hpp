// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_SYSTEM_PROXY_RIG_HPP
#define OMS_TEST_SYSTEM_PROXY_RIG_HPP

// A client that knows a proxy's password, and a search for it in whatever the client says.

#include "system/stop_once.hpp"

#include <oms/oms.hpp>
#include <oms/testing/simulator.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <mutex>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace proxy_test {

// In the URL, in the clear, and as it is sent: none may be found anywhere.
inline constexpr std::string_view userinfo = "user:p%40ssw0rd@";
inline constexpr std::string_view basic = "Basic dXNlcjpwQHNzdzByZA==";
inline constexpr std::array<std::string_view, 3> secrets{"p%40ssw0rd", "p@ssw0rd", "dXNlcjpwQHNzdzByZA"};

inline oms::testing::simulator_options two_tasks() {
    oms::testing::simulator_options options;
    options.projects = 1;
    options.tasks_per_project = 2;
    return options;
}

inline oms::client_config config_for(oms::testing::simulator const& sim, std::string const& proxy_address) {
    oms::client_config config;
    config.endpoint = sim.endpoint();
    config.tls.ca_pem = sim.ca_pem();
    config.credentials = oms::token_credentials(sim.token(oms::testing::simulator::project_id(0)));
    config.proxy.url = "http://" + std::string(userinfo) + proxy_address;
    return config;
}

// Writes down whatever an event says.
struct scribe final : oms::observer {
    void on_call_end(oms::call_end_event const& e) noexcept override { note(e.code, ""); }
    void on_phase(oms::phase_event const& e) noexcept override {
        note(e.code, to_string(e.phase));
        std::lock_guard const lock(mutex);
        phases.push_back(e.phase);
    }
    void on_retry(oms::retry_event const& e) noexcept override { note(e.code, to_string(e.reason)); }
    void on_connection(oms::connection_event const& e) noexcept override {
        note(e.code, std::string(e.endpoint) + ' ' + std::string(to_string(e.reason)));
    }
    void on_warning(oms::warning_event const& e) noexcept override { note({}, e.text); }

    void note(oms::error_code const& code, std::string_view what) {
        std::lock_guard const lock(mutex);
        text << code.message() << ' ' << what << '\n';
    }

    std::mutex mutex;
    std::ostringstream text;
    std::vector<oms::phase> phases;
};

// Knows some names, and remembers what it was asked.
struct fixed_resolver final : oms::host_resolver {
    explicit fixed_resolver(std::string name) : known(std::move(name)) {}

    void async_resolve(std::string host, handler done) override {
        bool const good = host == known;
        asked.push_back(std::move(host));
        if (!good) return done(oms::errc::host_not_found, {});
        done({}, {boost::asio::ip::address_v4::loopback()});
    }

    std::string const known;
    std::vector<std::string> asked;
};

inline void check_no_secret(std::string const& text) {
    for (auto const secret : secrets)
        BOOST_TEST(text.find(secret) == std::string::npos, text);
}

inline void check_no_secret(oms::test::stopped_once const& got) {
    check_no_secret(got.result.details().connection + '\n' + got.result.details().body + '\n' +
                    got.result.service_message + '\n' + got.result.cause.message() + '\n' + got.code.message() + '\n' +
                    oms::describe_failure(got.code, got.result));
}

}  // namespace proxy_test

#endif
