// SPDX-License-Identifier: BSL-1.0
//
// An idle connection gives up the memory that only an exchange needs.
#include "io/harness/world.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

BOOST_AUTO_TEST_SUITE(trimming)

BOOST_AUTO_TEST_CASE(once_a_second_after_the_last_exchange) {
    world w;
    w.run_until_done(*w.stop(0));
    w.run_for(1s - 1ms);
    BOOST_TEST(w.net.trims == 0U);
    w.run_for(1ms);
    BOOST_TEST(w.net.trims == 1U);
    w.run_for(10s);
    BOOST_TEST(w.net.trims == 1U);  // there is nothing more to give
    BOOST_TEST(w.net.live_streams == 1U);

    w.run_until_done(*w.stop(1));  // it carries exchanges as before
    BOOST_TEST(w.net.dialed == 1U);
    w.run_for(1s);
    BOOST_TEST(w.net.trims == 2U);
}

BOOST_AUTO_TEST_CASE(not_while_it_is_in_use) {
    world w;
    w.run_until_done(*w.stop(0));
    w.net.server = [](request const&) { return after(20s, reply_text(200)); };
    auto const slow = w.stop(1);
    w.run_for(19s);
    BOOST_TEST(w.net.trims == 0U);
    w.run_until_done(*slow);
    BOOST_TEST(slow->result.outcome == outcome::stopped);

    // Nor where one exchange follows the other.
    w.net.server = nullptr;
    for (int i = 0; i < 20; ++i) {
        w.run_until_done(*w.stop(2));
        w.run_for(900ms);
    }
    BOOST_TEST(w.net.trims == 0U);
}

BOOST_AUTO_TEST_CASE(each_of_many) {
    world w;
    w.run_until_done(*w.stop(99));
    w.net.server = [](request const&) { return after(1s, reply_text(200)); };
    std::vector<std::shared_ptr<started>> all;
    for (std::size_t i = 0; i < 8; ++i)
        all.push_back(w.stop(i));
    w.run_for(5s);
    BOOST_TEST(w.net.live_streams == 8U);
    BOOST_TEST(w.net.trims == 8U);
}

BOOST_AUTO_TEST_SUITE_END()
