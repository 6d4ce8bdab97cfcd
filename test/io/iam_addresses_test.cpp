// SPDX-License-Identifier: BSL-1.0
//
// How a log-in gets to IAM: to the next address of its name where one is no good, and by the client's proxy.
#include "io/credential_cloud.hpp"
#include "io/harness/report.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

struct log_in_world : world {
    log_in_world() {
        iam_options options;
        options.endpoint = "https://iam.test";
        options.domain = "account";
        options.user = "user";
        options.password = secret("password");
        config.credentials = iam_token_credentials(options);
    }
    cloud services{*this};
};

dial_step fails(phase in, errc code) {
    dial_step step{in};
    step.code = code;
    return step;
}

dial_step stalls(phase in) {
    dial_step step{in};
    step.stalls = true;
    return step;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(iam_addresses)

BOOST_AUTO_TEST_CASE(the_next_address_is_gone_to) {
    std::string const bad = "192.0.2.1";
    std::string const good = "192.0.2.2";
    for (dial_step const& step :
         {fails(phase::connect, errc::connect_failed), fails(phase::handshake, errc::handshake_truncated),
          fails(phase::handshake, errc::handshake_failed), fails(phase::handshake, errc::certificate_self_signed),
          stalls(phase::handshake)}) {
        log_in_world w;
        w.net.addresses = {bad, good};
        w.net.dials_at = [&](std::string const& at) {
            if (at == bad) return std::vector<dial_step>{{phase::connect, 10ms}, step};
            return std::vector<dial_step>{{phase::connect, 10ms}, {phase::handshake, 10ms}};
        };
        auto const call = stop_now(w);
        BOOST_TEST(!call->code, step.code.message() << ": " << show(*call));
        BOOST_TEST(w.services.log_ins == 1U);
        BOOST_TEST(w.net.gone_to.front() == bad);
        BOOST_TEST(std::count(w.net.gone_to.begin(), w.net.gone_to.end(), good) >= 1);
        BOOST_TEST((call->result.elapsed < 30s));
    }
}

BOOST_AUTO_TEST_CASE(each_address_is_gone_to_once) {
    log_in_world w;
    w.net.addresses = {"192.0.2.1", "192.0.2.2", "192.0.2.3"};
    w.net.dials_at = [](std::string const&) {
        return std::vector<dial_step>{{phase::connect}, fails(phase::handshake, errc::handshake_truncated)};
    };
    auto const call = stop_now(w);
    BOOST_TEST((call->code == errc::handshake_truncated), show(*call));
    BOOST_TEST(w.net.gone_to == w.net.addresses, boost::test_tools::per_element());
    BOOST_TEST(w.services.log_ins == 0U);
}

// As an ordinary call says it.
BOOST_AUTO_TEST_CASE(a_dead_proxy_is_named_as_the_proxy) {
    for (bool const logs_in : {true, false}) {
        for (phase const in : {phase::resolve, phase::connect, phase::proxy, phase::handshake}) {
            for (bool const proxied : {true, false}) {
                if (!proxied && in == phase::proxy) continue;
                log_in_world w;
                if (!logs_in) w.config.credentials = token_credentials("token");
                if (proxied) w.config.proxy.url = "http://proxy.test:3128";
                w.config.retry.classify = [](failed_try const&) { return retry_verdict::give_up; };
                w.net.dials = [in](std::size_t) { return std::vector<dial_step>{stalls(in)}; };
                auto const call = stop_now(w);
                bool const the_proxys = proxied && in != phase::handshake;
                BOOST_TEST((call->code == condition::timed_out), show(*call));
                BOOST_TEST((call->code == condition::proxy_failed) == the_proxys, show(*call));
                if (!logs_in) continue;
                bool const named = call->result.service_message.find("proxy.test:3128") != std::string::npos;
                BOOST_TEST(named == proxied, call->result.service_message);
                BOOST_TEST(call->result.service_message.find("iam.test:443") != std::string::npos);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(what_no_proxy_names_is_reached_directly) {
    log_in_world w;
    w.config.proxy.url = "http://proxy.test:3128";
    w.config.proxy.no_proxy = "iam.test";
    w.net.dials = [](std::size_t) { return std::vector<dial_step>{stalls(phase::connect)}; };
    BOOST_TEST((stop_now(w)->code == errc::connect_timeout));
}

BOOST_AUTO_TEST_SUITE_END()
