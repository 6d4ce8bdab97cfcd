// SPDX-License-Identifier: BSL-1.0
//
// Memory runs out while a client of its own dials over loopback, in real time:
// the ways to a socket that the network in memory has not. Only the client's
// thread lacks memory; the simulator has one of its own.
#include "io/harness/scarce_memory.hpp"
#include "system/connect_proxy.hpp"

#include <oms/oms.hpp>
#include <oms/testing/simulator.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using scripted::scarce_memory;
using lasts = scarce_memory::lasts;
using whose = scarce_memory::whose;

namespace {

testing::simulator& service() {
    static testing::simulator one = [] {
        testing::simulator_options options;
        options.projects = 1;
        options.tasks_per_project = 2;
        options.token_length = 256;
        options.keep_ledger = false;
        return testing::simulator(options);
    }();
    return one;
}

std::string project() {
    return testing::simulator::project_id(0);
}

client_config directly() {
    client_config config;
    config.endpoint = service().endpoint();
    config.tls.ca_pem = service().ca_pem();
    config.credentials = token_credentials(service().token(project()));
    config.retry.base_delay = 1ms;
    config.retry.max_delay = 2ms;
    config.timeouts.total = 20s;
    config.timeouts.resolve = config.timeouts.connect = config.timeouts.handshake = config.timeouts.attempt = 2s;
    config.random_seed = 1;
    return config;
}

client_config through_a_proxy() {
    static test::connect_proxy proxy;
    client_config config = directly();
    config.proxy.url = "http://user:password@" + proxy.address();
    return config;
}

/// Whose name a resolver of the user's looks up.
client_config by_name() {
    struct loopback final : host_resolver {
        void async_resolve(std::string, handler done) override { done({}, addresses); }
        std::vector<boost::asio::ip::address> const addresses{boost::asio::ip::address_v4::loopback()};
    };
    client_config config = directly();
    config.endpoint = "https://oms.test:" + std::to_string(service().port());
    config.tls.dangerously_disable_verification();  // the certificate is for this machine
    config.resolver = std::make_shared<loopback>();
    return config;
}

client_config with_a_machines_key() {
    client_config config = directly();
    metadata_options options;
    options.endpoint = service().metadata_endpoint();
    options.timeout = 2s;
    config.credentials = metadata_credentials(options);
    return config;
}

client_config with_a_log_in() {
    service().add_user({"user", "password-of-the-user", "account"});
    client_config config = directly();
    iam_options options;
    options.endpoint = service().iam_endpoint();
    options.domain = "account";
    options.user = "user";
    options.password = secret("password-of-the-user");
    options.ca_pem = service().ca_pem();
    config.credentials = iam_token_credentials(options);
    return config;
}

struct call {
    unsigned completions = 0;
    error_code code;
};

/// A client that has done nothing yet.
struct rig {
    boost::asio::io_context context{1};
    client own;
    unsigned thrown_by_run = 0;

    explicit rig(client_config const& config) : own(context, config) {}

    // False: it threw.
    bool stop(task_ref task, std::shared_ptr<call> const& to) {
        call_options options;
        options.already_stopped_is_success = true;
        try {
            own.async_stop(std::move(task), std::move(options), [to](error_code ec, stop_result const&) {
                ++to->completions;
                to->code = ec;
            });
        } catch (std::bad_alloc const&) {
            return false;
        }
        return true;
    }
    std::shared_ptr<call> stop_another() {
        auto const made = std::make_shared<call>();
        BOOST_TEST_REQUIRE(stop(sync_task(project(), testing::simulator::task_id(0, 1)), made));
        run_until_done(*made, 30s);
        return made;
    }
    void run_until_done(call const& c, std::chrono::milliseconds at_most) {
        auto const end = std::chrono::steady_clock::now() + at_most;
        while (c.completions == 0 && std::chrono::steady_clock::now() < end) {
            try {
                context.restart();
                context.run_one_for(1ms);
            } catch (std::bad_alloc const&) {
                ++thrown_by_run;
            }
        }
    }
};

// While OpenSSL verifies a certificate, it takes some want of memory for a root that is missing, a key that is too weak
// or a signature that is wrong, and notes nothing else (`build_chain`, `check_key_level`, `internal_verify`,
// OpenSSL 3.0). A record that cannot be read for want of memory ends the connection of a source, as any other that
// cannot be read; OpenSSL 3.5 takes some for its end.
bool taken_for_another(error_code const& code) {
    return code == errc::certificate_untrusted || code == errc::certificate_weak ||
           code == errc::certificate_rejected || code == errc::connection_lost || code == errc::connection_closed;
}

struct seen {
    std::size_t calls = 0;
    std::size_t ended_by_time = 0;
    std::size_t thrown_by_run = 0;
};

std::size_t step_of(whose of) {
    char const* const value = std::getenv("OMS_MEMORY_STEP");
    int const step = value != nullptr ? std::atoi(value) : 0;
    return step > 0 ? static_cast<std::size_t>(step) : of == whose::ours ? 3 : 61;
}

void sweep(client_config const& config, std::chrono::milliseconds remembered, lasts how, whose of, seen& all) {
    for (std::size_t k = 1;; k += step_of(of)) {
        BOOST_TEST_CONTEXT((of == whose::ours ? "operator new, " : "malloc, ")
                           << k << (how == lasts::once ? ", once" : " and all behind it")) {
            rig r(config);
            auto const first = std::make_shared<call>();
            task_ref task = sync_task(project(), testing::simulator::task_id(0, 0));
            bool begun = false;
            std::size_t asked = 0;
            {
                scarce_memory scarce(k, how, of);
                begun = r.stop(std::move(task), first);
                if (begun) r.run_until_done(*first, how == lasts::once ? 30s : 30ms);
                asked = scarce.end();
            }
            if (begun) r.run_until_done(*first, 30s);
            BOOST_TEST_REQUIRE(first->completions == (begun ? 1U : 0U));
            auto fresh = r.stop_another();
            // A failure is remembered for a moment: of a dial for one back-off, of a source of credentials for longer.
            auto const end = std::chrono::steady_clock::now() + remembered;
            while (fresh->code && std::chrono::steady_clock::now() < end)
                fresh = r.stop_another();
            BOOST_TEST_REQUIRE(fresh->completions == 1U);
            BOOST_TEST_REQUIRE(!fresh->code, fresh->code.message());
            BOOST_TEST(first->completions == (begun ? 1U : 0U));
            ++all.calls;
            all.thrown_by_run += r.thrown_by_run;
            if (first->code == condition::timed_out) {
                ++all.ended_by_time;
            } else if (first->code && !taken_for_another(first->code)) {
                BOOST_TEST((first->code == errc::out_of_memory), first->code.message());
            }
            if (asked < k) return;
        }
    }
}

void sweep_all(client_config const& config, std::chrono::milliseconds remembered = 1s) {
    seen all;
    for (lasts const how : {lasts::once, lasts::for_ever}) {
        sweep(config, remembered, how, whose::ours, all);
        sweep(config, remembered, how, whose::anybodys, all);
    }
    BOOST_TEST_MESSAGE(all.calls << " calls, " << all.ended_by_time << " ended by a time limit, " << all.thrown_by_run
                                 << " times `run` threw");
    BOOST_TEST(all.thrown_by_run == 0U);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(memory_sockets)

BOOST_AUTO_TEST_CASE(a_stop_with_its_dial) {
    sweep_all(directly());
}

BOOST_AUTO_TEST_CASE(a_stop_with_a_look_up) {
    sweep_all(by_name());
}

BOOST_AUTO_TEST_CASE(a_stop_through_a_proxy) {
    sweep_all(through_a_proxy());
}

BOOST_AUTO_TEST_CASE(a_key_over_plain_http) {
    sweep_all(with_a_machines_key(), 6s);
}

BOOST_AUTO_TEST_CASE(a_log_in_at_iam) {
    sweep_all(with_a_log_in(), 2s);
}

BOOST_AUTO_TEST_SUITE_END()
