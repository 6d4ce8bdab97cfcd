// SPDX-License-Identifier: BSL-1.0
//
// One bulk over three regions, one of which refuses every connection: the others do not feel it.
#include "io/harness/bulk.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

constexpr std::array<char const*, 3> regions{"cn-north-4", "ap-southeast-1", "eu-west-101"};
constexpr std::string_view dead = "ap-southeast-1";
constexpr std::size_t in_each = 3'000;

// Tasks of 60 projects; the regions take turns.
std::vector<task_ref> tasks_in_turns(bool with_dead) {
    std::vector<task_ref> result;
    for (std::size_t i = 0; i < in_each; ++i) {
        for (std::string const region : regions) {
            if (region == dead && !with_dead) continue;
            result.push_back(sync_task("p" + std::to_string(i % 20) + "-" + region, "t" + std::to_string(i), region));
        }
    }
    return result;
}

struct figures {
    std::vector<virtual_time::duration> elapsed;  // of the calls in the living regions, in order
    virtual_time::duration last{};                // when the last of them had ended
    bulk_report report;
    error_code code;

    virtual_time::duration percentile(std::size_t p) const { return elapsed[elapsed.size() * p / 100]; }
};

figures measure(bool with_dead, bool answers) {
    bulk_world w;
    w.config.endpoint.clear();
    w.config.region = regions[0];
    w.options.max_in_flight = 64;
    w.options.max_in_flight_per_project = 16;
    w.options.outage_patience = 20s;
    w.net.dials = [&w, answers](std::size_t) {
        bool const refused = !answers && w.net.peers.back().find(dead) != std::string::npos;
        dial_step step{phase::connect, refused ? 1ms : 10ms};
        if (refused) step.code = errc::connect_failed;
        return std::vector{step};
    };
    std::size_t requests = 0;
    w.net.server = [&requests](request const&) {  // 20 to 59 ms, and seldom 200
        ++requests;
        return after(requests % 97 == 0 ? 200ms : 20ms + std::chrono::milliseconds(requests * 7 % 40), reply_text(200));
    };
    figures f;
    f.report = w.stop_each(tasks_in_turns(with_dead));
    f.code = w.code;
    for (auto const& [task, each] : w.results) {
        if (task.region == dead) continue;
        BOOST_REQUIRE(each.result.outcome == outcome::stopped);
        f.elapsed.push_back(each.result.elapsed);
        f.last = std::max(f.last, each.at);
    }
    std::sort(f.elapsed.begin(), f.elapsed.end());
    return f;
}

long ms(virtual_time::duration d) {
    return static_cast<long>(std::chrono::duration_cast<std::chrono::milliseconds>(d).count());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(region_outage)

BOOST_AUTO_TEST_CASE(the_other_regions_do_not_feel_it) {
    auto const without = measure(false, true);
    auto const with = measure(true, false);
    BOOST_TEST(without.report.stopped == 2 * in_each);
    BOOST_TEST(!without.code);
    BOOST_TEST(with.report.stopped == 2 * in_each);
    BOOST_TEST(with.report.pulled == 3 * in_each);
    // All of the dead region is told to be unsent, whether it was begun or not.
    BOOST_TEST(with.report.not_sent + with.report.not_attempted == in_each);
    BOOST_TEST_MESSAGE("p50 " << ms(without.percentile(50)) << " and " << ms(with.percentile(50)) << " ms, p99 "
                              << ms(without.percentile(99)) << " and " << ms(with.percentile(99)) << " ms, last "
                              << ms(without.last) << " and " << ms(with.last) << " ms");
    BOOST_CHECK(with.percentile(50) * 10 <= without.percentile(50) * 11);
    BOOST_CHECK(with.percentile(99) * 10 <= without.percentile(99) * 11);
    BOOST_CHECK(with.last * 10 <= without.last * 11);
}

BOOST_AUTO_TEST_CASE(a_region_that_answers_has_all_its_tasks_stopped) {
    auto const all = measure(true, true);
    BOOST_TEST(all.report.stopped == 3 * in_each);
    BOOST_TEST(!all.code);
}

BOOST_AUTO_TEST_SUITE_END()
