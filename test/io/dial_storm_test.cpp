// SPDX-License-Identifier: BSL-1.0
//
// An endpoint that cannot be reached costs few dials, however many wait.
#include "io/harness/world.hpp"

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

struct trouble {
    errc code;
    oms::phase in;
    bool fails_all;  ///< Every other dial would meet it, too.
};

trouble const troubles[] = {
    {errc::certificate_untrusted, phase::handshake, true}, {errc::certificate_host_mismatch, phase::handshake, true},
    {errc::host_not_found, phase::resolve, true},          {errc::proxy_auth_required, phase::proxy, true},
    {errc::connect_failed, phase::connect, false},         {errc::handshake_truncated, phase::handshake, false},
};

// Between two dials to an endpoint that cannot be reached. The dial itself takes 5 ms here.
constexpr auto longest_interval = 5s;

// The dials fail as long as `broken`.
void break_dials(world& w, trouble const& t, bool const& broken) {
    w.net.keeps_ledger = false;
    w.net.dials = [&](std::size_t) {
        dial_step step{t.in, 5ms};
        if (broken) {
            step.code = t.code;
            step.cause = boost::asio::error::connection_refused;
        }
        return std::vector<dial_step>{step};
    };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(dial_storms)

BOOST_AUTO_TEST_CASE(ten_thousand_calls_at_once) {
    for (trouble const& t : troubles) {
        BOOST_TEST_CONTEXT(error_code(t.code).message()) {
            world w;
            bool broken = true;
            break_dials(w, t, broken);
            std::vector<std::shared_ptr<started>> calls;
            for (std::size_t i = 0; i < 10'000; ++i)
                calls.push_back(w.stop(i));
            w.run_for(10s);
            BOOST_TEST(w.net.dialed >= 1U);
            BOOST_TEST(w.net.dialed <= 100U, w.net.dialed << " dials");
            if (t.fails_all) {
                for (auto const& each : calls) {
                    BOOST_REQUIRE(each->completions == 1U);
                    BOOST_REQUIRE(each->code == error_code(t.code));
                    BOOST_REQUIRE(each->result.outcome == outcome::not_sent);
                    BOOST_REQUIRE((each->result.elapsed < 1s));
                }
            }
            broken = false;
            w.run_for(longest_interval);
            auto const later = w.stop(20'000);
            w.run_until_done(*later);
            BOOST_TEST(later->result.outcome == outcome::stopped);
            if (!t.fails_all) {
                for (auto const& each : calls) {
                    BOOST_REQUIRE(each->completions == 1U);
                    BOOST_REQUIRE(each->result.outcome == outcome::stopped);
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_call_every_millisecond) {
    for (trouble const& t : troubles) {
        BOOST_TEST_CONTEXT(error_code(t.code).message()) {
            world w;
            bool broken = true;
            break_dials(w, t, broken);
            std::vector<std::shared_ptr<started>> calls;
            for (std::size_t i = 0; i < 10'000; ++i) {
                calls.push_back(w.stop(i));
                w.run_for(1ms);
            }
            BOOST_TEST(w.net.dialed >= 2U);
            BOOST_TEST(w.net.dialed <= 100U, w.net.dialed << " dials");
            broken = false;
            auto const mended = w.time.now();
            // Whoever comes meanwhile is turned away at once, or waits; within one interval all is well.
            for (std::size_t i = 0; i < 2'000; ++i) {
                calls.push_back(w.stop(i));
                w.run_for(10ms);
            }
            w.run();
            virtual_time::time_point first_success = virtual_time::time_point::max();
            for (auto const& each : calls) {
                BOOST_REQUIRE(each->completions == 1U);
                if (each->result.outcome == outcome::stopped) first_success = std::min(first_success, each->at);
            }
            BOOST_TEST((first_success <= mended + longest_interval + 5ms));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
