// SPDX-License-Identifier: BSL-1.0
//
// An outage is not multiplied by repeats, and a few failures do no harm.
#include "io/harness/world.hpp"

#include <boost/test/unit_test.hpp>

#include <random>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

constexpr std::size_t count = 2000;
constexpr std::size_t projects = 800;

std::vector<std::shared_ptr<started>> start(world& w, virtual_time::duration spread) {
    std::vector<std::shared_ptr<started>> all_calls;
    // The credential has proved itself.
    auto const first = w.stop(sync_task("warm", "t"));
    w.run_until_done(*first);
    for (std::size_t i = 0; i < count; ++i) {
        all_calls.push_back(w.stop(sync_task("p" + std::to_string(i % projects), "t" + std::to_string(i))));
        w.run_for(spread / static_cast<long>(count));
    }
    w.run();
    return all_calls;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(retry_budgets)

BOOST_AUTO_TEST_CASE(a_minute_of_503_is_hardly_multiplied) {
    for (auto const spread : {0s, 50s}) {
        world w;
        w.net.keeps_ledger = false;
        std::size_t attempts = 0;
        w.net.server = [&](request const& r) {
            attempts += r.number > 0;
            answer a;
            a.delay = 20ms;
            a.bytes = reply_text(r.number == 0 || w.time.elapsed() > 60s ? 200 : 503);
            return a;
        };
        auto const all_calls = start(w, spread);
        for (auto const& each : all_calls) {
            BOOST_REQUIRE(each->completions == 1U);
            BOOST_TEST((each->result.outcome == outcome::unknown || each->result.outcome == outcome::stopped));
        }
        BOOST_TEST(attempts >= count);
        BOOST_TEST(attempts <= count + count / 10 + 100, attempts << " attempts");
    }
}

BOOST_AUTO_TEST_CASE(random_failures_are_all_made_good) {
    for (std::uint64_t seed : {1U, 2U, 3U}) {
        world w;
        w.net.keeps_ledger = false;
        std::mt19937_64 random(seed);
        std::size_t failed = 0;
        w.net.server = [&](request const&) {
            bool const fails = random() % 20 == 0;
            failed += fails;
            answer a;
            a.delay = 20ms;
            a.bytes = reply_text(fails ? 503 : 200);
            return a;
        };
        for (auto const& each : start(w, 5s)) {
            BOOST_REQUIRE(each->completions == 1U);
            BOOST_TEST(each->result.outcome == outcome::stopped);
        }
        BOOST_TEST(failed > 50U);
    }
}

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_delays) {
    auto const times = [](std::uint64_t seed) {
        world w;
        w.config.random_seed = seed;
        std::vector<virtual_time::duration> result;
        w.net.server = [&](request const&) {
            result.push_back(w.time.elapsed());
            answer a;
            a.bytes = reply_text(503);
            return a;
        };
        auto const call = w.stop();
        w.run_until_done(*call);
        return result;
    };
    BOOST_TEST(times(7).size() == 4U);
    BOOST_TEST((times(7) == times(7)));
    BOOST_TEST((times(7) != times(8)));
}

BOOST_AUTO_TEST_SUITE_END()
