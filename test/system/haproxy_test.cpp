// SPDX-License-Identifier: BSL-1.0
// A load balancer as clouds have them: HAProxy terminates TLS in front of the simulator.
#include "system/haproxy_server.hpp"
#include "system/support/rig.hpp"

#include <set>
#include <string>

using namespace oms::test;
using oms::testing::any;

namespace {

struct balanced : rig {
    balanced() : rig(running(20, 25)), proxy(sim) {
        config.endpoint = proxy.endpoint();
        config.tls.ca_pem = proxy.ca_pem();
        config.retry.base_delay = 1ms;
    }
    haproxy_server const proxy;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(haproxy, balanced)

BOOST_AUTO_TEST_CASE(carries_many_stops_and_mixes_no_reply_up) {
    auto const got = stop_all(sim.tasks());
    BOOST_TEST(!got.code, got.code.message());
    BOOST_TEST(got.result.stopped == 500U);
    BOOST_TEST(sim.requests() == 500U);
    std::set<std::string> seen;
    for (auto const& entry : sim.ledger())
        BOOST_TEST(seen.insert(entry.project_id + '/' + entry.task_id).second);
}

BOOST_AUTO_TEST_CASE(its_own_words_and_the_services_are_told_apart) {
    auto got = stop(oms::sync_task(sim.project_id(0), "nowhere"));
    BOOST_TEST((got.code == oms::condition::not_found));
    BOOST_TEST(got.result.service_code == "OMS.1009");
    BOOST_TEST(!got.result.request_id.empty());

    // The upstream hangs up without a word: HAProxy's own 502, an HTML page. The task may have been stopped. Newer
    // ones hang up, too, where the connection to the upstream had been used before.
    config.user_agent = "unshared";
    config.retry.max_attempts = 1;
    own.reset();
    sim.on(any()).reset_before_reply();
    got = stop(task(1));
    BOOST_TEST(got.result.http_status == 502U);
    BOOST_TEST((got.code == oms::condition::unavailable), got.code.message());
    BOOST_TEST(got.result.outcome == oms::outcome::unknown);
    BOOST_TEST(got.result.details().body.find("502") != std::string::npos, got.result.details().body);
}

BOOST_AUTO_TEST_CASE(repeats_settle_what_it_broke) {
    sim.on(any()).attempt(1).times(3).reset_before_reply();
    for (std::size_t i = 0; i < 3; ++i) {
        auto const got = stop(task(2, i));
        BOOST_TEST(!got.code, got.code.message());
        BOOST_TEST(got.result.attempts == 2U);
    }
}

BOOST_AUTO_TEST_CASE(its_roots_are_not_the_simulators) {
    config.tls.ca_pem = sim.ca_pem();
    auto const got = stop(task(3));
    BOOST_TEST((got.code == oms::condition::tls_failed));
    BOOST_TEST(got.result.outcome == oms::outcome::not_sent);
    BOOST_TEST(got.result.details().connection.find("haproxy root") != std::string::npos,
               got.result.details().connection);
    BOOST_TEST(sim.requests() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
