// SPDX-License-Identifier: BSL-1.0
// The functions of doc/guide/sizing.md, and what it says of turns and of pace.
#include "system/support/rig.hpp"

#include <oms/testing/virtual_time.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

using namespace oms::test;
namespace match = oms::testing::match;

namespace {
#include "sizing.ipp"

// How calls end that are all started at once.
struct ends {
    std::map<oms::error_code, std::size_t> by_code;
    std::vector<std::string> projects;  // in the order of their ends

    std::size_t count() const { return projects.size(); }
    void start(oms::client& client, oms::task_ref const& task) {
        client.async_stop(task, [this, project = task.project_id](oms::error_code code, oms::stop_result const&) {
            ++by_code[code];
            projects.push_back(project);
        });
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(sizing_page)

BOOST_AUTO_TEST_CASE(connections_are_the_rate_times_the_time) {
    oms::client_config const config = sized(oms::client_config(), 500, 120ms);
    BOOST_TEST(config.pool.max_connections == 60u);
    BOOST_TEST(sized(oms::client_config(), 1, 1ms).pool.max_connections == 1u);
}

BOOST_FIXTURE_TEST_CASE(what_exceeds_the_connections_waits, rig) {
    config = sized(config, 100, 40ms);
    ends got;
    for (auto const& each : sim.tasks())
        got.start(client(), each);
    BOOST_REQUIRE(run_until(context, [&] { return got.count() == 100; }));
    BOOST_TEST(got.by_code[{}] == 100u);
    BOOST_TEST(sim.connections() <= 4u);
}

BOOST_FIXTURE_TEST_CASE(what_exceeds_the_calls_that_may_wait_ends_at_once, rig) {
    config.pool.max_connections = 1;
    config.pool.max_pending = 10;
    sim.on(match::any()).held();
    ends got;
    for (auto const& each : sim.tasks())
        got.start(client(), each);
    BOOST_REQUIRE(run_until(context, [&] { return sim.held() == 1; }));
    BOOST_TEST(got.by_code[oms::errc::overloaded] == got.count());
    BOOST_TEST(got.count() >= 89u);
    sim.clear_faults();
    sim.release();
    BOOST_REQUIRE(run_until(context, [&] { return got.count() == 100; }));
}

BOOST_FIXTURE_TEST_CASE(connections_are_opened_before_they_are_needed, rig) {
    config.pool.min_connections = 3;
    bool opened = false;
    run(context, [&]() -> asio::awaitable<void> { opened = co_await ready(client()); });
    BOOST_TEST(opened);
    BOOST_TEST(sim.open_connections() == 3u);
    BOOST_TEST(sim.requests() == 0u);

    sim.on_connect().certificate(oms::testing::bad_certificate::expired);
    own.emplace(context, config);
    run(context, [&]() -> asio::awaitable<void> { opened = co_await ready(client()); });
    BOOST_TEST(!opened);
}

BOOST_FIXTURE_TEST_CASE(a_project_with_one_call_waits_for_no_thousand, rig) {
    config.pool.max_connections = 1;
    ends got;
    for (std::size_t number = 0; number < 25; ++number)
        got.start(client(), task(0, number));
    got.start(client(), task(1));
    BOOST_REQUIRE(run_until(context, [&] { return got.count() == 26; }));
    auto const at = std::find(got.projects.begin(), got.projects.end(), sim.project_id(1)) - got.projects.begin();
    BOOST_TEST(at <= 2);
}

BOOST_FIXTURE_TEST_CASE(a_project_is_held_to_its_share, rig) {
    config = shared_fairly(config);
    BOOST_TEST(!stop(task(0)).code);  // until a token was accepted, one request tries it
    BOOST_TEST(!stop(task(1)).code);
    sim.on(match::any()).held();
    ends got;
    for (std::size_t number = 1; number < 25; ++number)
        got.start(client(), task(0, number));
    BOOST_REQUIRE(run_until(context, [&] { return sim.held() == 8; }));
    for (std::size_t number = 1; number < 4; ++number)
        got.start(client(), task(1, number));
    BOOST_REQUIRE(run_until(context, [&] { return sim.held() == 11; }));
    BOOST_TEST(client().metrics().in_flight == 11u);
    sim.clear_faults();
    sim.release();
    BOOST_REQUIRE(run_until(context, [&] { return got.count() == 27; }));
}

// 30 seconds of these take a moment.
struct paced {
    asio::io_context context{1};
    oms::testing::virtual_time time{context};
    oms::testing::simulator sim{time, running(1, 300)};

    // How long it takes to stop them all.
    std::chrono::nanoseconds stop_all(oms::client_config const& config) {
        oms::client client(context, config);
        auto const begin = time.now();
        ends got;
        for (auto const& each : sim.tasks())
            got.start(client, each);
        BOOST_REQUIRE(time.run_until([&] { return got.count() == 300; }));
        BOOST_TEST(got.by_code[{}] == 300u);
        return time.now() - begin;
    }
};

BOOST_FIXTURE_TEST_CASE(a_pace_that_is_known_is_kept, paced) {
    auto const took = stop_all(at_most(sim.client_config(), 10));
    BOOST_CHECK(took > 25s && took < 35s);
    BOOST_TEST(sim.count(429) == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_pace_that_is_not_known_is_learnt, paced) {
    sim.on(match::any()).throttle(10);
    auto const took = stop_all(sim.client_config());
    BOOST_CHECK(took < 60s);
    BOOST_TEST(sim.count(429) < 150u);
}

BOOST_AUTO_TEST_SUITE_END()
