// SPDX-License-Identifier: BSL-1.0
// A wrong field makes the constructor throw, and the exception names the field.
#include "system/support/rig.hpp"
#include "system/temporary_directory.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

using namespace oms::test;

namespace {

struct setup {
    oms::testing::simulator sim;
    asio::io_context context{1};
    oms::client_config const good = config_for(sim);

    void wrong(std::string const& field, std::function<void(oms::client_config&)> const& spoil) {
        oms::client_config config = good;
        spoil(config);
        BOOST_TEST_CONTEXT("field " << field) {
            try {
                oms::client const c(context, config);
                BOOST_ERROR("nothing was thrown");
            } catch (oms::config_error const& e) {
                BOOST_TEST(e.field() == field);
                BOOST_TEST((e.code() == oms::errc::invalid_config));
                std::string_view const what = e.what();
                BOOST_TEST(what.find(field) != what.npos, what);
                BOOST_TEST(what.find("hunter2") == what.npos, what);
            }
        }
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(client_config, setup)

BOOST_AUTO_TEST_CASE(a_right_one_is_taken_and_nothing_is_sent) {
    { oms::client const c(context, good); }
    BOOST_TEST(run_out(context));
    BOOST_TEST(sim.connections() == 0u);
}

BOOST_AUTO_TEST_CASE(unlimited_is_a_limit) {
    oms::client_config config = good;
    config.pool.max_idle = oms::unlimited;
    config.pool.max_handshakes = oms::unlimited;
    config.pool.max_pending = oms::unlimited;
    config.pool.idle_timeout = oms::unlimited;
    config.pool.max_lifetime = oms::unlimited;
    config.timeouts.total = oms::unlimited;
    config.timeouts.attempt = oms::unlimited;
    config.timeouts.queue = oms::unlimited;
    config.timeouts.resolve = oms::unlimited;
    config.timeouts.connect = oms::unlimited;
    config.timeouts.handshake = oms::unlimited;
    config.retry.max_attempts = oms::unlimited;
    config.retry.max_delay = oms::unlimited;
    config.retry.max_retry_after = oms::unlimited;
    config.throttle.rate = oms::unlimited;
    oms::client c(context, config);
    stop_receipt got;
    sim.add_task(oms::sync_task("project", "task"));
    c.async_stop(oms::sync_task("project", "task"), got.handler());
    BOOST_TEST(run_until(context, [&] { return got.calls > 0; }));
    BOOST_TEST(!got.code, got.code.message());
}

BOOST_AUTO_TEST_CASE(credentials) {
    wrong("credentials", [](auto& c) { c.credentials = nullptr; });
}

BOOST_AUTO_TEST_CASE(endpoint) {
    for (char const* url : {"http://localhost",
                            "ftp://localhost",
                            "localhost",
                            "localhost:8443",
                            "https://localhost,localhost",
                            "https://",
                            "https:///",
                            "https://user@localhost",
                            "https://user:hunter2@localhost",
                            "https://localhost/v2",
                            "https://localhost?x=y",
                            "https://localhost#x",
                            "https://localhost:0",
                            "https://localhost:65536",
                            "https://localhost:",
                            "https://localhost:x",
                            "https://local host",
                            "https://[::1",
                            "https://::1",
                            "https://[::g]",
                            "https://-x.example",
                            "https://1.2.3.256",
                            "https://a..b",
                            "https://localhost\r\nX: y",
                            "https://caf\xc3\xa9.example",
                            "https://a.example,",
                            "https://a.example,http://b.example",
                            "\\\\localhost"}) {
        BOOST_TEST_CONTEXT(url) {
            wrong("endpoint", [url](auto& c) { c.endpoint = url; });
        }
    }
}

BOOST_AUTO_TEST_CASE(endpoints) {
    wrong("endpoints[\"cn-north-4\"]", [](auto& c) { c.endpoints["cn-north-4"] = "http://localhost"; });
    wrong("endpoints[\"cn-north-1\"]", [](auto& c) {
        c.endpoints["cn-north-4"] = "https://localhost";
        c.endpoints["cn-north-1"] = "";
    });
    wrong("endpoints[\"cn-north-1\"]", [](auto& c) { c.endpoints["cn-north-1"] = "oms.example"; });
    wrong("iam_endpoint", [](auto& c) { c.iam_endpoint = "iam.example"; });
    wrong("proxy.url", [](auto& c) { c.proxy.url = "user:hunter2@proxy.example:3128"; });
}

BOOST_AUTO_TEST_CASE(region) {
    wrong("region", [](auto& c) { c.endpoint.clear(); });
    for (char const* name : {"nowhere", "CN-NORTH-4", "cn-north-4/", "cn-north-4.example", "cn-north-4\n"}) {
        wrong("region", [name](auto& c) {
            c.endpoint.clear();
            c.region = name;
        });
    }
}

BOOST_AUTO_TEST_CASE(roots) {
    temporary_directory const directory;
    wrong("tls.ca_file", [&](auto& c) { c.tls.ca_file = directory.file("missing.pem"); });
    wrong("tls.ca_file", [&](auto& c) { c.tls.ca_file = directory.write("garbage.pem", "hunter2"); });
    wrong("tls.ca_file", [&](auto& c) { c.tls.ca_file = directory.write("empty.pem", ""); });
    wrong("tls.ca_pem", [](auto& c) { c.tls.ca_pem = "hunter2"; });
    wrong("tls.ca_pem",
          [](auto& c) { c.tls.ca_pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"; });
    wrong("tls.ca_pem", [](auto& c) { c.tls.ca_pem.resize(c.tls.ca_pem.size() / 2); });
    wrong("tls.ca_pem", [](auto& c) {  // the second is cut
        c.tls.ca_pem += c.tls.ca_pem.substr(0, c.tls.ca_pem.size() / 2);
    });
    wrong("tls.system_roots", [](auto& c) {
        c.tls.ca_pem.clear();
        c.tls.system_roots = false;
    });
}

BOOST_AUTO_TEST_CASE(client_certificate) {
    temporary_directory const directory;
    auto const secret_key = [] {
        return oms::secret("-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n");
    };
    wrong("tls.private_key_file", [&](auto& c) { c.tls.certificate_pem = sim.ca_pem(); });
    wrong("tls.private_key_file", [&](auto& c) { c.tls.certificate_file = directory.write("cert.pem", sim.ca_pem()); });
    wrong("tls.certificate_file", [&](auto& c) { c.tls.private_key_pem = secret_key(); });
    wrong("tls.certificate_file", [&](auto& c) { c.tls.private_key_file = directory.write("key.pem", "hunter2"); });
    wrong("tls.certificate_file", [&](auto& c) {
        c.tls.certificate_file = directory.file("missing.pem");
        c.tls.private_key_pem = secret_key();
    });
    wrong("tls.certificate_pem", [&](auto& c) {
        c.tls.certificate_pem = "hunter2";
        c.tls.private_key_pem = secret_key();
    });
    wrong("tls.private_key_pem", [&](auto& c) {
        c.tls.certificate_pem = sim.ca_pem();
        c.tls.private_key_pem = secret_key();
    });
    wrong("tls.private_key_file", [&](auto& c) {
        c.tls.certificate_pem = sim.ca_pem();
        c.tls.private_key_file = directory.file("missing.pem");
    });
}

BOOST_AUTO_TEST_CASE(a_range_is_told_with_its_numbers) {
    for (auto const& spoil : std::vector<std::function<void(oms::client_config&)>>{
             [](auto& c) { c.pool.max_connections = 0; },
             [](auto& c) { c.pool.max_handshakes = 0; },
             [](auto& c) { c.timeouts.total = 0s; },
             [](auto& c) { c.retry.max_delay = -1s; },
             [](auto& c) { c.throttle.rate = 0; },
             [](auto& c) { c.limits.header = 1; },
         }) {
        oms::client_config config = good;
        spoil(config);
        BOOST_CHECK_EXCEPTION(oms::client(context, config), oms::config_error, [](oms::config_error const& e) {
            std::string_view const what = e.what();
            return what.find("must be") != what.npos && what.find_first_of("01") != what.npos;
        });
    }
}

BOOST_AUTO_TEST_CASE(local_ends) {
    for (char const* address : {"localhost", "10.0.0", "127.0.0.1:80", "10.0.0.0/8", "eth0"})
        wrong("local_address", [address](auto& c) { c.local_address = address; });
    wrong("local_interface", [](auto& c) { c.local_interface = "of-more-than-15-"; });
    wrong("local_interface", [](auto& c) { c.local_interface = std::string("lo\0", 3); });
}

BOOST_AUTO_TEST_CASE(connections_begin_where_they_are_told) {
    asio::ip::tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
    oms::client_config config = good;
    config.endpoint = "https://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port());
    config.local_address = "127.0.0.9";
    std::string origin;
    acceptor.async_accept([&](oms::error_code ec, asio::ip::tcp::socket peer) {
        if (!ec) origin = peer.remote_endpoint().address().to_string();
    });
    oms::client c(context, config);
    c.async_stop(oms::sync_task("p", "t"), asio::detached);
    BOOST_REQUIRE(run_until(context, [&] { return !origin.empty(); }));
    BOOST_TEST(origin == "127.0.0.9");
}

BOOST_AUTO_TEST_CASE(files_that_cannot_be_opened_say_why) {
    temporary_directory const directory;
    std::string const missing = directory.file("missing.pem");
    auto const said = [&](auto const& spoil) -> std::string {
        oms::client_config config = good;
        spoil(config.tls);
        try {
            oms::client const c(context, config);
        } catch (oms::config_error const& e) {
            return e.what();
        }
        return "nothing";
    };
    auto const says_why = [](std::string const& text) { return text.find("No such file") != std::string::npos; };
    BOOST_TEST(says_why(said([&](auto& tls) { tls.ca_file = missing; })));
    BOOST_TEST(says_why(said([&](auto& tls) { tls.certificate_file = tls.private_key_file = missing; })));
}

BOOST_AUTO_TEST_CASE(pins) {
    for (char const* pin :
         {"", "abc",
          "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
          "!AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="}) {
        BOOST_TEST_CONTEXT(pin) {
            wrong("tls.pinned_public_keys", [pin](auto& c) { c.tls.pinned_public_keys = {pin}; });
        }
    }
}

BOOST_AUTO_TEST_CASE(pool) {
    wrong("pool.max_connections", [](auto& c) { c.pool.max_connections = 0; });
    wrong("pool.max_connections", [](auto& c) { c.pool.max_connections = 100'001; });
    wrong("pool.idle_timeout", [](auto& c) { c.pool.idle_timeout = 0s; });
    wrong("pool.max_lifetime", [](auto& c) { c.pool.max_lifetime = -1s; });
    wrong("pool.max_handshakes", [](auto& c) { c.pool.max_handshakes = 0; });
    wrong("pool.max_pending", [](auto& c) { c.pool.max_pending = 0; });
    wrong("pool.max_pending_per_project", [](auto& c) { c.pool.max_pending_per_project = 0; });
}

BOOST_AUTO_TEST_CASE(timeouts) {
    wrong("timeouts.total", [](auto& c) { c.timeouts.total = 0s; });
    wrong("timeouts.attempt", [](auto& c) { c.timeouts.attempt = -1s; });
    wrong("timeouts.queue", [](auto& c) { c.timeouts.queue = 0s; });
    wrong("timeouts.resolve", [](auto& c) { c.timeouts.resolve = 0s; });
    wrong("timeouts.connect", [](auto& c) { c.timeouts.connect = 0s; });
    wrong("timeouts.handshake", [](auto& c) { c.timeouts.handshake = 0s; });
}

BOOST_AUTO_TEST_CASE(retry) {
    double const nan = std::numeric_limits<double>::quiet_NaN();
    wrong("retry.max_attempts", [](auto& c) { c.retry.max_attempts = 0; });
    wrong("retry.base_delay", [](auto& c) { c.retry.base_delay = -1ms; });
    wrong("retry.throttled_delay", [](auto& c) { c.retry.throttled_delay = -1ms; });
    wrong("retry.max_delay", [](auto& c) { c.retry.max_delay = -1ms; });
    wrong("retry.max_retry_after", [](auto& c) { c.retry.max_retry_after = -1ms; });
    wrong("retry.project_budget", [](auto& c) { c.retry.project_budget = -1; });
    wrong("retry.endpoint_budget", [nan](auto& c) { c.retry.endpoint_budget = nan; });
    wrong("retry.budget_per_success", [](auto& c) { c.retry.budget_per_success = -0.1; });
}

// Half a century is a slip, most often one of units, and near to what nanoseconds cannot count.
BOOST_AUTO_TEST_CASE(durations_that_nobody_means) {
    static constexpr auto long_ago = std::chrono::hours(24 * 365 * 50) + 1ns;
    wrong("pool.idle_timeout", [](auto& c) { c.pool.idle_timeout = long_ago; });
    wrong("pool.max_lifetime", [](auto& c) { c.pool.max_lifetime = oms::duration::min(); });
    wrong("timeouts.total", [](auto& c) { c.timeouts.total = oms::duration::max() - 1ns; });
    wrong("timeouts.attempt", [](auto& c) { c.timeouts.attempt = long_ago; });
    wrong("timeouts.queue", [](auto& c) { c.timeouts.queue = long_ago; });
    wrong("timeouts.resolve", [](auto& c) { c.timeouts.resolve = long_ago; });
    wrong("timeouts.connect", [](auto& c) { c.timeouts.connect = long_ago; });
    wrong("timeouts.handshake", [](auto& c) { c.timeouts.handshake = long_ago; });
    wrong("retry.base_delay", [](auto& c) { c.retry.base_delay = long_ago; });
    wrong("retry.throttled_delay", [](auto& c) { c.retry.throttled_delay = long_ago; });
    wrong("retry.max_delay", [](auto& c) { c.retry.max_delay = long_ago; });
    wrong("retry.max_retry_after", [](auto& c) { c.retry.max_retry_after = long_ago; });
}

BOOST_AUTO_TEST_CASE(throttle) {
    double const nan = std::numeric_limits<double>::quiet_NaN();
    wrong("throttle.rate", [](auto& c) { c.throttle.rate = 0; });
    wrong("throttle.rate", [nan](auto& c) { c.throttle.rate = nan; });
    wrong("throttle.per_project_rate", [](auto& c) { c.throttle.per_project_rate = -1; });
    wrong("throttle.per_project_in_flight", [](auto& c) { c.throttle.per_project_in_flight = 0; });
}

BOOST_AUTO_TEST_CASE(limits) {
    wrong("limits.header", [](auto& c) { c.limits.header = 1023; });
    wrong("limits.error_body", [](auto& c) { c.limits.error_body = 0; });
    wrong("limits.list_body", [](auto& c) { c.limits.list_body = 1; });
}

BOOST_AUTO_TEST_CASE(user_agent) {
    wrong("user_agent", [](auto& c) { c.user_agent = "tool/1\r\nX: y"; });
    wrong("user_agent", [](auto& c) { c.user_agent = std::string("a\0b", 3); });
}

BOOST_AUTO_TEST_CASE(contexts_without_locks) {
    auto const field = [this](auto& where) -> std::string {
        try {
            oms::client const c(where, good);
        } catch (oms::config_error const& e) {
            BOOST_TEST(std::string_view(e.what()).find("BOOST_ASIO_CONCURRENCY_HINT_UNSAFE") != std::string_view::npos);
            return e.field();
        }
        return {};
    };
    for (auto const hint : {BOOST_ASIO_CONCURRENCY_HINT_UNSAFE, BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO}) {
        asio::io_context unsafe(static_cast<int>(hint));
        BOOST_TEST(field(unsafe) == "executor");
        auto const strand = asio::make_strand(unsafe);
        BOOST_CHECK_THROW(oms::client(strand, good), oms::config_error);
    }
    for (auto const hint : {1, 8, static_cast<int>(BOOST_ASIO_CONCURRENCY_HINT_SAFE)}) {
        asio::io_context safe(hint);
        BOOST_TEST(field(safe) == "");
    }
    asio::thread_pool pool(1);
    BOOST_TEST(field(pool) == "");
}

BOOST_AUTO_TEST_SUITE_END()
