// SPDX-License-Identifier: BSL-1.0
//
// Signed requests against the simulator, which verifies them by code of its own.
#include "system/support/rig.hpp"
#include "wire/iso_time.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
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

// 2026-01-01T00:00:00Z as `Date` has it; nobody looks at the day of the week.
std::string http_date(std::string const& iso) {
    constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    auto const month = std::stoul(iso.substr(5, 2)) - 1;
    return "Thu, " + iso.substr(8, 2) + ' ' + std::string(months.substr(3 * month, 3)) + ' ' + iso.substr(0, 4) + ' ' +
           iso.substr(11, 8) + " GMT";
}

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
    for (auto const skew : {std::chrono::seconds(2h), std::chrono::seconds(-31min)}) {
        key_rig rig;
        rig.sim.set_clock_skew(skew);
        client c(rig.context, rig.config);
        auto const got = rig.stop(c, 0);
        BOOST_TEST((got.code == error_code(errc::clock_skew)));
        BOOST_TEST((got.result.outcome == outcome::refused));
        auto const time_behind = [&](std::string const& words) {
            auto const at = got.result.service_message.find(words);
            BOOST_REQUIRE(at != std::string::npos);
            auto const time = wire::parse_iso_time(got.result.service_message.substr(at + words.size(), 20));
            BOOST_REQUIRE(time.has_value());
            return *time;
        };
        auto const here = time_behind("this machine's clock says ");
        BOOST_TEST((abs(std::chrono::system_clock::now() - here) < patience));
        BOOST_TEST((abs(time_behind("the service's ") - here - skew) < patience));
        BOOST_TEST(rig.sim.key("AKIA").requests == 1U);
    }
}

BOOST_AUTO_TEST_CASE(a_time_is_made_up_for_once_a_call) {
    key_rig rig;
    rig.sim.set_clock_skew(20min);
    client c(rig.context, rig.config);
    // The second try is refused for its time, too, by a clock that is a third one.
    auto const third =
        wire::iso_time(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) - 10min);
    rig.sim.on(testing::any())
        .attempt(2)
        .raw("HTTP/1.1 401 Unauthorized\r\nDate: " + http_date(third) +
             "\r\nContent-Length: 73\r\n\r\n"
             R"({"error_code":"APIGW.0301","error_msg":"verify aksk signature fail: now"})");
    auto const got = rig.stop(c, 0);
    BOOST_TEST((got.code == condition::unauthenticated));
    BOOST_TEST(got.result.attempts == 2U);
    BOOST_TEST(rig.sim.requests() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
