// SPDX-License-Identifier: BSL-1.0
// The way back from a stop, against the simulator.
#include "system/support/rig.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <string>

using namespace oms::test;
using oms::outcome;

namespace {

oms::start_keys keys() {
    return {"source-access-key", "source-secret-key", "destination-access-key", "destination-secret-key"};
}

struct starter : rig {
    starter() : rig(running(1, 1)) {
        project = sim.project_id(0);
        sim.add_task(oms::migration_task(project, "7"));
        sim.add_task(oms::task_group(project, "g"));
        tasks = {sim.tasks().front(), oms::migration_task(project, "7"), oms::task_group(project, "g")};
    }

    stop_receipt start(oms::task_ref const& task, oms::start_keys with = keys()) {
        stop_receipt got;
        client().async_start(task, std::move(with), got.handler());
        BOOST_REQUIRE(run_until(context, [&] { return got.calls == 1; }));
        return got;
    }

    void finish() {
        own.reset();
        BOOST_TEST(run_out(context));
    }

    std::string project;
    std::vector<oms::task_ref> tasks;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(client_start)

BOOST_AUTO_TEST_CASE(a_stopped_task_runs_again) {
    starter s;
    for (oms::task_ref const& task : s.tasks) {
        bool const sync = task.kind == oms::task_kind::sync_task;
        s.sim.add_task(task, sync ? "STOPPED" : "3");
        run(s.context, [&]() -> asio::awaitable<void> {
            oms::start_keys const with = keys();
            oms::stop_result const r = co_await s.client().async_start(task, with, asio::use_awaitable);
            BOOST_TEST((r.outcome == outcome::started));
            oms::task_info const info = co_await s.client().async_show(task, asio::use_awaitable);
            BOOST_TEST(info.running());
        });
        BOOST_TEST(s.sim.state(task) == (sync ? "SYNCHRONIZING" : "2"));
        BOOST_TEST(s.sim.starts(task) == 1U);
    }
    s.finish();
}

BOOST_AUTO_TEST_CASE(one_that_runs_is_left_alone) {
    starter s;
    for (oms::task_ref const& task : s.tasks) {
        auto const got = s.start(task);
        BOOST_TEST(got.result.service_code == "OMS.0065");
        BOOST_TEST((got.result.outcome == outcome::already_started));
        BOOST_TEST(got.code.message().find("started already") != std::string::npos);
        BOOST_TEST(s.sim.starts(task) == 0U);
    }
    s.finish();
}

BOOST_AUTO_TEST_CASE(a_lost_answer_is_made_up_for) {
    starter s;
    s.config.retry.base_delay = 1ms;
    for (oms::task_ref const& task : s.tasks) {
        bool const sync = task.kind == oms::task_kind::sync_task;
        s.sim.add_task(task, sync ? "STOPPED" : "3");
        s.sim.on(oms::testing::task(task)).times(1).reset_before_reply();
        auto const got = s.start(task);
        BOOST_TEST(got.code == oms::error_code());
        BOOST_TEST((got.result.outcome == outcome::already_started));
        BOOST_TEST(got.result.attempts == 2U);
        BOOST_TEST(s.sim.starts(task) == 1U);
    }
    s.finish();
}

BOOST_AUTO_TEST_CASE(what_cannot_be_sent_is_named_before_any_network) {
    starter s;
    auto const got = s.start(s.tasks.front(), {"source-access-key", "", "a", "b"});
    BOOST_TEST(got.code == oms::error_code(oms::errc::invalid_option));
    BOOST_TEST(got.result.service_message == "keys.source_secret_key");
    BOOST_TEST((got.result.outcome == outcome::not_sent));
    auto const nowhere = s.start(oms::sync_task(s.project, "a/b"));
    BOOST_TEST(nowhere.code == oms::error_code(oms::errc::invalid_task_id));
    BOOST_TEST(s.sim.ledger().empty());
    s.finish();
}

BOOST_AUTO_TEST_CASE(without_a_source_and_signed) {
    starter s;
    s.sim.add_key({"AK", "SK"});
    s.config.credentials = oms::key_credentials("AK", "SK");
    oms::task_ref const task = oms::migration_task(s.project, "7");
    s.sim.add_task(task, "4");
    auto const got = s.start(task, {"", "", "destination-access-key", "destination-secret-key"});
    BOOST_TEST(got.code == oms::error_code());
    BOOST_TEST((got.result.outcome == outcome::started));
    BOOST_TEST(s.sim.mismatches().total() == 0U);
    s.finish();
}

BOOST_AUTO_TEST_CASE(a_task_that_is_not_there) {
    starter s;
    auto const got = s.start(oms::sync_task(s.project, "nowhere"));
    BOOST_TEST((got.code == oms::condition::not_found));
    BOOST_TEST((got.result.outcome == outcome::refused));
    s.finish();
}

BOOST_AUTO_TEST_SUITE_END()
