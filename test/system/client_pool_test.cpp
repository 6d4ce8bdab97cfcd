// SPDX-License-Identifier: BSL-1.0
// Connections: how many, which one, and what becomes of them.
#include "system/support/reserved_port.hpp"
#include "system/support/rig.hpp"

#include <algorithm>
#include <cstddef>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

using namespace oms::test;
using oms::testing::any;

namespace {

struct setup : rig {
    setup() : rig(running(50, 20)) {}

    // Starts one call for each of these tasks, all at once; none is answered until `count` are in flight.
    void stop_at_once(std::vector<oms::task_ref> const& tasks, std::size_t count = 0) {
        if (count > 0) sim.on(any()).times(count).held();
        std::size_t ended = 0;
        for (oms::task_ref const& each : tasks) {
            client().async_stop(each, [&](oms::error_code ec, oms::stop_result const&) {
                BOOST_TEST(!ec, ec.message());
                ++ended;
            });
        }
        BOOST_REQUIRE(run_until(context, [&] { return sim.held() == count; }));
        sim.release();
        BOOST_REQUIRE(run_until(context, [&] { return ended == tasks.size(); }));
    }
    std::vector<oms::task_ref> one_of_each(std::size_t projects, std::size_t number = 0) const {
        std::vector<oms::task_ref> tasks;
        for (std::size_t i = 0; i < projects; ++i)
            tasks.push_back(task(i, number));
        return tasks;
    }
    std::size_t last_connection() const { return sim.ledger().back().connection; }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(client_pool, setup)

BOOST_AUTO_TEST_CASE(a_thousand_stops_need_at_most_as_many_handshakes_as_are_in_flight) {
    oms::bulk_options options;
    options.max_in_flight = 64;
    auto const got = stop_all(sim.tasks(), options);
    BOOST_TEST(got.result.stopped == 1000u);
    BOOST_TEST(sim.requests() == 1000u);
    BOOST_TEST(sim.handshakes() <= 64u);
}

BOOST_AUTO_TEST_CASE(one_after_the_other_needs_one_connection) {
    for (std::size_t i = 0; i < 20; ++i)
        BOOST_TEST(!stop(task(i)).code);
    BOOST_TEST(sim.connections() == 1u);
    BOOST_TEST(sim.handshakes() == 1u);
}

BOOST_AUTO_TEST_CASE(the_last_used_is_used_next) {
    stop_at_once(one_of_each(8), 8);
    BOOST_TEST(sim.connections() == 8u);
    std::set<std::size_t> used;
    for (std::size_t i = 0; i < 20; ++i) {
        BOOST_TEST(!stop(task(i, 1)).code);
        used.insert(last_connection());
    }
    BOOST_TEST(used.size() == 1u);
    BOOST_TEST(sim.connections() == 8u);
}

BOOST_AUTO_TEST_CASE(no_more_than_allowed) {
    config.pool.max_connections = 3;
    stop_at_once(one_of_each(50), 3);
    BOOST_TEST(sim.connections() == 3u);
    BOOST_TEST(sim.requests() == 50u);
}

BOOST_AUTO_TEST_CASE(all_projects_share_them) {
    config.pool.max_connections = 1;
    stop_at_once(one_of_each(50));
    BOOST_TEST(sim.connections() == 1u);
    BOOST_TEST(sim.handshakes() == 1u);
}

BOOST_AUTO_TEST_CASE(idle_ones_are_kept_up_to_the_limit) {
    config.pool.max_idle = 2;
    stop_at_once(one_of_each(8), 8);
    BOOST_TEST(sim.connections() == 8u);
    BOOST_TEST(run_until(context, [&] { return sim.open_connections() == 2; }));
    BOOST_TEST(!stop(task(0, 1)).code);
    BOOST_TEST(sim.connections() == 8u);
}

BOOST_AUTO_TEST_CASE(none_is_used_beyond_its_lifetime) {
    config.pool.max_lifetime = 1ns;
    for (std::size_t i = 0; i < 5; ++i)
        BOOST_TEST(!stop(task(i)).code);
    BOOST_TEST(sim.connections() == 5u);
}

BOOST_AUTO_TEST_CASE(too_many_that_wait_are_refused) {
    config.pool.max_connections = 1;
    config.pool.max_pending = 5;
    sim.on(any()).no_reply();
    std::map<std::string, unsigned> codes;
    for (std::size_t i = 0; i < 10; ++i) {
        client().async_stop(task(i), [&](oms::error_code ec, oms::stop_result const& r) {
            if (ec == oms::errc::overloaded) BOOST_TEST(r.outcome == oms::outcome::not_sent);
            ++codes[ec == oms::condition::overloaded ? "overloaded" : ec.message()];
        });
    }
    BOOST_TEST(run_until(context, [&] { return codes["overloaded"] == 5; }));
}

BOOST_AUTO_TEST_CASE(sessions_are_resumed_after_the_server_cut_an_idle_connection) {
    sim.on(any()).close_idle_after(1);
    for (std::size_t i = 0; i < 20; ++i) {
        BOOST_TEST(!stop(task(i)).code);
        BOOST_REQUIRE(run_until(context, [&] { return sim.open_connections() == 0; }));
    }
    BOOST_TEST(sim.handshakes() == 20u);
    BOOST_TEST(sim.resumed() == 19u);
}

BOOST_AUTO_TEST_CASE(sessions_are_resumed_after_the_client_closed_an_idle_connection) {
    config.pool.idle_timeout = 1ms;
    for (std::size_t i = 0; i < 10; ++i) {
        BOOST_TEST(!stop(task(i)).code);
        BOOST_REQUIRE(run_until(context, [&] { return sim.open_connections() == 0; }));
    }
    BOOST_TEST(sim.handshakes() == 10u);
    BOOST_TEST(sim.resumed() == 9u);
}

// Measured by the server, with several connections at a time.
BOOST_AUTO_TEST_CASE(nearly_all_reconnects_resume_a_session) {
    config.pool.idle_timeout = 1ms;
    BOOST_TEST(!stop(task(0)).code);
    BOOST_REQUIRE(run_until(context, [&] { return sim.open_connections() == 0; }));
    for (std::size_t round = 1; round <= 10; ++round) {
        stop_at_once(one_of_each(16, round), 16);
        BOOST_REQUIRE(run_until(context, [&] { return sim.open_connections() == 0; }));
    }
    std::size_t const reconnects = sim.handshakes() - 1;
    BOOST_TEST_MESSAGE(sim.resumed() << " of " << reconnects);
    BOOST_TEST(reconnects >= 100u);
    BOOST_TEST(sim.resumed() * 100 >= reconnects * 95);
    BOOST_TEST(client().metrics().resumed == sim.resumed());
}

BOOST_AUTO_TEST_CASE(no_session_is_resumed_across_trust) {
    config.pool.idle_timeout = 1ms;
    std::vector<oms::client_config> trusts(4, config);
    trusts[1].tls.dangerously_disable_verification();
    trusts[2].tls.system_roots = true;
    std::list<oms::client> clients;
    for (auto const& each : trusts)
        clients.emplace_back(context, each);
    std::size_t number = 0;
    for (std::size_t round = 0; round < 2; ++round) {
        for (oms::client& each : clients) {
            stop_receipt got;
            each.async_stop(task(0, number++), got.handler());
            BOOST_REQUIRE(run_until(context, [&] { return got.calls > 0 && sim.open_connections() == 0; }));
            BOOST_TEST(!got.code, got.code.message());
        }
        BOOST_TEST(sim.resumed() == round * clients.size());  // each its own only
    }
}

BOOST_AUTO_TEST_CASE(sessions_are_not_resumed_where_that_is_not_wanted) {
    config.tls.resume_sessions = false;
    config.pool.idle_timeout = 1ms;
    for (std::size_t i = 0; i < 5; ++i) {
        BOOST_TEST(!stop(task(i)).code);
        BOOST_REQUIRE(run_until(context, [&] { return sim.open_connections() == 0; }));
    }
    BOOST_TEST(sim.handshakes() == 5u);
    BOOST_TEST(sim.resumed() == 0u);
}

BOOST_AUTO_TEST_CASE(an_exchange_that_failed_ends_its_connection) {
    sim.on(any()).times(1).close_after_bytes(20);
    auto const got = stop(task(0));
    BOOST_TEST(!got.code, got.code.message());
    BOOST_TEST(got.result.attempts == 2u);
    BOOST_TEST(sim.connections() == 2u);
}

BOOST_AUTO_TEST_CASE(regions_have_pools_of_their_own) {
    oms::testing::simulator_options options = running(4, 2);
    options.regions = {"cn-north-4", "cn-south-1"};
    oms::testing::simulator two(options);
    config = config_for(two);
    config.endpoint.clear();
    config.region = "cn-north-4";
    for (auto const& region : options.regions)
        config.endpoints[region] = two.endpoint(region);
    stop_at_once(two.tasks());
    for (oms::task_ref const& each : two.tasks())
        BOOST_TEST(two.stops(each) == 1u);
    BOOST_TEST(two.handshakes() >= 2u);
    for (auto const& entry : two.ledger())
        BOOST_TEST(entry.status == 200u);
}

BOOST_AUTO_TEST_SUITE_END()

// The server goes and comes back on the same port, with another certificate: verification is off for that.
BOOST_AUTO_TEST_SUITE(client_pool_restart)

BOOST_AUTO_TEST_CASE(the_next_call_works_after_each_restart) {
    auto options = running(4, 25);
    reserved_port const port;
    options.port = port.number();
    std::optional<oms::testing::simulator> sim(std::in_place, options);
    oms::client_config config = config_for(*sim);  // refers to the place, where the next ones will be, too
    config.tls.dangerously_disable_verification();
    config.retry.base_delay = 1ms;
    asio::io_context context{1};
    oms::client client(context, config);
    for (int restarts = 0; restarts < 6; ++restarts) {
        unsigned calls = 0;
        for (oms::task_ref const& each : sim->tasks()) {
            client.async_stop(each, [&](oms::error_code ec, oms::stop_result const& r) {
                BOOST_TEST(!ec, ec.message());
                BOOST_TEST(r.outcome == oms::outcome::stopped);
                ++calls;
            });
        }
        BOOST_REQUIRE(run_until(context, [&] { return calls == 100; }));
        for (oms::task_ref const& each : sim->tasks())
            BOOST_TEST(sim->stops(each) == 1u);
        sim.emplace(options);
    }
}

BOOST_AUTO_TEST_CASE(a_call_waits_for_a_server_that_is_away) {
    auto options = running(1, 2);
    reserved_port const port;
    options.port = port.number();
    std::optional<oms::testing::simulator> sim(std::in_place, options);
    oms::client_config config = config_for(*sim);
    config.tls.dangerously_disable_verification();
    config.retry.base_delay = 5ms;
    config.retry.max_delay = 10ms;
    auto const tasks = sim->tasks();
    sim.reset();

    struct dials final : oms::observer {
        void on_connection(oms::connection_event const& e) noexcept override {
            failed += e.what == oms::connection_event::kind::dial_failed ? 1 : 0;
        }
        unsigned failed = 0;
    };
    auto const seen = std::make_shared<dials>();
    config.observer = seen;
    // The provider needs a simulator; while it is away the token is had from one elsewhere.
    oms::testing::simulator const mint(running(1, 1));
    config.credentials = oms::token_credentials(mint.token(tasks[0].project_id));
    asio::io_context context{1};
    oms::client client(context, config);
    stop_receipt got;
    client.async_stop(tasks[0], got.handler());
    BOOST_REQUIRE(run_until(context, [&] { return seen->failed >= 3; }));
    BOOST_TEST(got.calls == 0u);
    sim.emplace(options);
    BOOST_REQUIRE(run_until(context, [&] { return got.calls > 0; }));
    BOOST_TEST(!got.code, got.code.message());
    BOOST_TEST(got.result.outcome == oms::outcome::stopped);
    BOOST_TEST(sim->stops(tasks[0]) == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
