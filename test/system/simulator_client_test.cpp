// SPDX-License-Identifier: BSL-1.0
// What the simulator hands to the client that a test makes.

#include "support/rig.hpp"

#include <oms/oms.hpp>
#include <oms/testing/simulator.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <stdexcept>
#include <string>

using namespace oms::test;
namespace match = oms::testing::match;

namespace {

oms::stop_result stop(oms::client& client, asio::io_context& context, oms::task_ref const& task) {
    stop_receipt got;
    client.async_stop(task, got.handler());
    BOOST_REQUIRE(run_until(context, [&] { return got.calls > 0; }));
    return got.result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(simulator_client)

BOOST_AUTO_TEST_CASE(its_configuration_serves_all_regions_and_projects) {
    auto options = running(4, 1);
    options.regions = {"cn-north-4", "eu-west-101"};
    oms::testing::simulator const sim(options);
    asio::io_context context;
    oms::client client(context, sim.client_config());
    for (auto const& task : sim.tasks()) {
        BOOST_TEST(stop(client, context, task).outcome == oms::outcome::stopped);
        BOOST_TEST(sim.stops(task) == 1u);
    }
    // Without a region: the first.
    auto const task = oms::sync_task(sim.tasks()[0].project_id, sim.tasks()[0].task_id);
    BOOST_TEST(stop(client, context, task).outcome == oms::outcome::already_stopped);
    BOOST_TEST(sim.mismatches().total() == 0u);
}

BOOST_AUTO_TEST_CASE(its_configuration_finds_projects) {
    oms::testing::simulator sim(running(1, 1));
    sim.add_project(sim.project_id(0), "cn-north-4");
    asio::io_context context;
    oms::client client(context, sim.client_config());
    receipt<oms::project_info> got;
    client.async_find_project("cn-north-4", got.handler());
    BOOST_REQUIRE(run_until(context, [&] { return got.calls > 0; }));
    BOOST_TEST(!got.code);
    BOOST_TEST(got.result.id == sim.project_id(0));
}

BOOST_AUTO_TEST_CASE(a_revoked_token_is_replaced) {
    oms::testing::simulator sim(running(1, 4));
    asio::io_context context;
    oms::client client(context, sim.client_config());
    BOOST_TEST(stop(client, context, sim.tasks()[0]).outcome == oms::outcome::stopped);
    auto const in_use = [&] {
        std::string token;
        sim.credentials()->async_get(
            [&] {
                oms::credential_request asked;
                asked.project_id = sim.project_id(0);
                return asked;
            }(),
            oms::credential_handler(
                [&](oms::error_code, oms::credential const& value) { token = std::string(value.token.reveal()); }));
        return token;
    };
    BOOST_TEST(in_use() == sim.token(sim.project_id(0)));
    for (std::size_t i = 1; i < 4; ++i) {
        sim.revoke(in_use());  // the second time, what took the place of the first
        BOOST_TEST(stop(client, context, sim.tasks()[i]).outcome == oms::outcome::stopped);
    }
    BOOST_TEST(sim.count(401) == 3u);
}

BOOST_AUTO_TEST_CASE(its_credentials_outlive_it) {
    std::shared_ptr<oms::credentials_provider> kept;
    {
        oms::testing::simulator const sim(running(1, 1));
        kept = sim.credentials();
    }
    std::string token;
    kept->async_get({}, oms::credential_handler([&](oms::error_code, oms::credential const& value) {
                        token = std::string(value.token.reveal());
                    }));
    BOOST_TEST(!token.empty());
}

BOOST_AUTO_TEST_CASE(a_test_waits_for_requests) {
    oms::testing::simulator sim(running(2, 2));
    auto const tasks = sim.tasks();
    BOOST_TEST(!sim.wait_for_requests(1, match::any(), 0ns));
    BOOST_TEST(sim.wait_for_requests(0, match::any(), 0ns));
    oms::testing::reply_hold hold;
    sim.on(match::task(tasks[0])).held(hold);
    asio::io_context context;
    oms::client client(context, sim.client_config());
    stop_receipt first, second;
    client.async_stop(tasks[0], first.handler());
    client.async_stop(tasks[2], second.handler());
    {
        background const running_client(context);
        BOOST_TEST(sim.wait_for_requests(1, match::task(tasks[0])));
        BOOST_TEST(sim.wait_for_requests(2));
        BOOST_TEST(!sim.wait_for_requests(1, match::task(tasks[1]), 0ns));
        BOOST_TEST(hold.wait());
        BOOST_TEST(hold.release() == 1u);
        BOOST_TEST(becomes_true([&] { return sim.stops(tasks[2]) == 1; }));
    }
    BOOST_REQUIRE(run_until(context, [&] { return first.calls == 1 && second.calls == 1; }));
    BOOST_TEST(first.result.outcome == oms::outcome::stopped);
}

BOOST_AUTO_TEST_CASE(waiting_for_some_needs_a_ledger) {
    auto options = running(1, 1);
    options.keep_ledger = false;
    oms::testing::simulator const sim(options);
    BOOST_CHECK_THROW((void)sim.wait_for_requests(1, match::project("p"), 0ns), std::invalid_argument);
    BOOST_TEST(!sim.wait_for_requests(1, match::any(), 0ns));
}

BOOST_AUTO_TEST_SUITE_END()
