// SPDX-License-Identifier: BSL-1.0
//
// Signed requests against the simulator, which verifies them by code of its own.
#include "system/support/rig.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <vector>

using namespace oms;
using namespace oms::test;

namespace {

struct key_rig {
    testing::simulator sim{running(4, 4)};
    asio::io_context context;
    client_config config;

    key_rig() {
        sim.add_key({"AKIA", "the-secret"});
        config.endpoint = sim.endpoint();
        config.tls.ca_pem = sim.ca_pem();
        config.credentials = key_credentials("AKIA", "the-secret");
    }

    stop_receipt stop(client& c, std::size_t number) {
        stop_receipt got;
        c.async_stop(sim.tasks().at(number), got.handler());
        BOOST_REQUIRE(run_until(context, [&] { return got.calls > 0; }));
        return got;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(client_keys)

BOOST_AUTO_TEST_CASE(each_algorithm_is_accepted) {
    for (auto const algorithm : {signing::hmac_sha256, signing::v11_hmac_sha256, signing::hmac_sm3}) {
        key_rig rig;
        key_options options;
        options.algorithm = algorithm;
        options.region = "cn-north-4";
        rig.config.credentials = key_credentials("AKIA", "the-secret", {}, options);
        client c(rig.context, rig.config);
        for (std::size_t i = 0; i < 4; ++i)
            BOOST_TEST(!rig.stop(c, i).code);
        BOOST_TEST(rig.sim.key("AKIA").accepted == 4U);
        BOOST_TEST(rig.sim.mismatches().total() == 0U);
    }
}

BOOST_AUTO_TEST_CASE(a_wrong_secret_reaches_the_service_once) {
    key_rig rig;
    rig.config.credentials = key_credentials("AKIA", "another");
    client c(rig.context, rig.config);
    constexpr unsigned count = 2000;
    unsigned ended = 0;
    unsigned right = 0;
    auto const& tasks = rig.sim.tasks();
    for (unsigned i = 0; i < count; ++i) {
        c.async_stop(tasks.at(i % tasks.size()), [&](error_code code, stop_result const& r) {
            ++ended;
            right += code == condition::unauthenticated &&
                     (code != errc::credentials_rejected || r.outcome == outcome::not_sent);
        });
    }
    BOOST_REQUIRE(run_until(rig.context, [&] { return ended == count; }));
    BOOST_TEST(right == count);
    BOOST_TEST(rig.sim.key("AKIA").requests == 1U);
    BOOST_TEST(rig.sim.key("AKIA").locks == 0U);
}

BOOST_AUTO_TEST_CASE(a_wrong_clock_is_made_up_for) {
    for (auto const skew : {20min, -20min}) {
        key_rig rig;
        rig.sim.set_clock_skew(skew);
        client c(rig.context, rig.config);
        auto const first = rig.stop(c, 0);
        BOOST_TEST(!first.code);
        BOOST_TEST(first.result.attempts == 2U);
        BOOST_TEST(rig.stop(c, 1).result.attempts == 1U);
        BOOST_TEST(rig.sim.key("AKIA").out_of_time == 1U);
    }
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_too_wrong_is_said) {
    key_rig rig;
    rig.sim.set_clock_skew(2h);
    client c(rig.context, rig.config);
    auto const got = rig.stop(c, 0);
    BOOST_TEST((got.code == error_code(errc::clock_skew)));
    BOOST_TEST(got.result.error_message.find("this machine's clock says 20") != std::string::npos);
    BOOST_TEST(got.result.error_message.find("the service's 20") != std::string::npos);
    BOOST_TEST(rig.sim.key("AKIA").requests == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
