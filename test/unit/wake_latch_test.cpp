// SPDX-License-Identifier: BSL-1.0
#include "policy/wake_latch.hpp"

#include <boost/test/unit_test.hpp>

#include <bit>

using oms::policy::wake_latch;

namespace {

// One that works, and others that put something down for it and wake it: each
// step is one that a lock makes whole.
struct workshop {
    wake_latch latch;
    unsigned there = 0;  // to do
    unsigned done = 0;
    bool running = false;  // a round is under way, or is on its way
    bool begun = false;

    void put_and_wake() {
        ++there;
        if (latch.wake()) {
            BOOST_TEST(!running);  // never two of them
            running = true;
        }
    }
    // Looks, and takes what it sees; then sleeps if nobody came.
    void work() {
        if (!running) return;
        if (!begun) {
            latch.begin();
            done += there;
            there = 0;
            begun = true;
            return;
        }
        running = !latch.sleep();
        begun = false;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(wake_latches)

BOOST_AUTO_TEST_CASE(the_first_that_wakes_sets_it_going) {
    wake_latch latch;
    BOOST_TEST(latch.wake());
    BOOST_TEST(!latch.wake());
    latch.begin();
    BOOST_TEST(latch.sleep());
    BOOST_TEST(latch.wake());
}

BOOST_AUTO_TEST_CASE(a_wake_up_in_a_round_is_another_round) {
    wake_latch latch;
    BOOST_TEST(latch.wake());
    latch.begin();
    BOOST_TEST(!latch.wake());
    BOOST_TEST(!latch.sleep());
    latch.begin();
    BOOST_TEST(latch.sleep());
}

// All orders of the worker's steps and of four wake-ups: nothing stays undone while it sleeps.
BOOST_AUTO_TEST_CASE(nothing_is_missed_in_any_order) {
    constexpr int steps = 16, wakes = 4;
    unsigned orders = 0;
    for (unsigned order = 0; order < 1U << steps; ++order) {
        if (std::popcount(order) != wakes) continue;
        ++orders;
        workshop w;
        for (int i = 0; i < steps; ++i) {
            if ((order >> i & 1U) != 0) {
                w.put_and_wake();
            } else {
                w.work();
            }
            BOOST_REQUIRE((w.running || w.there == 0));
        }
        while (w.running)
            w.work();
        BOOST_REQUIRE(w.done == unsigned{wakes});
    }
    BOOST_TEST(orders == 1820U);
}

BOOST_AUTO_TEST_SUITE_END()
