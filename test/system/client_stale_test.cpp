// SPDX-License-Identifier: BSL-1.0
// Servers that hang up between requests: users see nothing of it, and no task is stopped twice.
#include "system/support/bulk_rig.hpp"

#include <vector>

using namespace oms::test;
using oms::testing::any;

namespace {

struct setup : bulk_rig {
    setup() : bulk_rig(running(100, 20)) {}

    void stop_all_without_an_error() {
        auto const& r = stop_each(sim.tasks());
        BOOST_TEST(!got.code, got.code.message());
        BOOST_TEST(r.failures.empty());
        for (auto const& each : r.failures)
            BOOST_TEST_MESSAGE(each.code.message() << ' ' << each.count);
        BOOST_TEST(r.stopped == 2000u);
        BOOST_TEST(r.already_stopped == 0u);
        std::size_t effects = 0;
        for (auto const& entry : sim.ledger())
            effects += entry.took_effect ? 1 : 0;
        BOOST_TEST(effects == 2000u);
        for (auto const& each : sim.tasks())
            BOOST_TEST(sim.stops(each) == 1u);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(client_stale, setup)

BOOST_AUTO_TEST_CASE(after_every_third_reply) {
    sim.on(any()).close_idle_after(3);
    stop_all_without_an_error();
    BOOST_TEST(sim.handshakes() >= 2000u / 3);
    BOOST_TEST(sim.resumed() >= sim.handshakes() * 9 / 10);
}

BOOST_AUTO_TEST_CASE(after_every_reply) {
    sim.on(any()).close_idle_after(1);
    options.max_in_flight = 16;
    stop_all_without_an_error();
}

BOOST_AUTO_TEST_CASE(after_every_third_reply_without_a_word) {
    sim.on(any()).close_idle_after(3).without_close_notify();
    stop_all_without_an_error();
}

BOOST_AUTO_TEST_CASE(after_a_moment) {
    sim.on(any()).close_idle_after(200us);
    stop_all_without_an_error();
}

BOOST_AUTO_TEST_CASE(as_soon_as_they_are_idle) {
    sim.on(any()).close_idle_after(0ns);
    options.max_in_flight = 16;
    stop_all_without_an_error();
}

BOOST_AUTO_TEST_CASE(in_strict_mode_what_is_open_is_not_repeated_and_nothing_is_lost) {
    config.retry.resend_open = false;
    sim.on(any()).close_idle_after(3);
    auto const& r = stop_each(sim.tasks());
    BOOST_TEST(r.stopped + r.unknown == 2000u);
    for (auto const& [which, entry] : results) {
        if (entry.outcome == oms::outcome::stopped) BOOST_TEST(sim.stops(which) == 1u);
    }
}

BOOST_AUTO_TEST_SUITE_END()
