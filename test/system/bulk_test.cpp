// SPDX-License-Identifier: BSL-1.0
// Many stops: every task is accounted for, and no project waits for another.
#include "system/support/bulk_rig.hpp"

#include <algorithm>
#include <ranges>
#include <string>
#include <vector>

using namespace oms::test;
using oms::testing::any;
using oms::testing::simulator;

BOOST_FIXTURE_TEST_SUITE(bulk, bulk_rig)

BOOST_AUTO_TEST_CASE(every_task_is_stopped_once_and_reported_once) {
    auto const& r = stop_each(sim.tasks());
    BOOST_TEST(!got.code, got.code.message());
    BOOST_TEST(r.pulled == 200u);
    BOOST_TEST(r.stopped == 200u);
    BOOST_TEST(r.failures.empty());
    BOOST_CHECK(r.elapsed > 0ns);
    BOOST_CHECK(r.latency.p50 > 0ns);
    BOOST_CHECK(r.latency.p50 <= r.latency.p90);
    BOOST_CHECK(r.latency.p90 <= r.latency.p99);
    BOOST_CHECK(r.latency.p99 <= r.latency.max);
    BOOST_TEST(sim.requests() == 200u);
    check_effects();
}

BOOST_AUTO_TEST_CASE(nothing_to_do_is_success) {
    auto const& r = stop_each(std::vector<oms::task_ref>());
    BOOST_TEST(!got.code);
    BOOST_TEST(r.pulled == 0u);
    BOOST_TEST(sim.connections() == 0u);
}

BOOST_AUTO_TEST_CASE(the_callbacks_are_optional) {
    auto const result = stop_all(sim.tasks());
    BOOST_TEST(!result.code);
    BOOST_TEST(result.result.stopped == 200u);
}

BOOST_AUTO_TEST_CASE(no_more_in_flight_than_asked_for) {
    options.max_in_flight = 7;
    stop_each(sim.tasks());
    for (auto const& p : progress)
        BOOST_TEST(p.in_flight <= 7u);
    BOOST_TEST(sim.connections() <= 7u);
}

BOOST_AUTO_TEST_CASE(no_more_of_a_project_in_flight_than_asked_for) {
    std::vector<oms::task_ref> of_one;
    for (std::size_t i = 0; i < 20; ++i)
        of_one.push_back(task(0, i));
    options.max_in_flight_per_project = 2;
    sim.on(any()).delay(1ms);
    stop_each(of_one);
    BOOST_TEST(sim.connections() <= 2u);
}

BOOST_AUTO_TEST_CASE(duplicates_are_counted_and_not_stopped_again) {
    auto tasks = sim.tasks();
    std::size_t const distinct = tasks.size();
    for (std::size_t i = 0; i < 50; ++i)
        tasks.push_back(tasks[i]);
    tasks.push_back(tasks[0]);
    auto const& r = stop_each(tasks);
    BOOST_TEST(r.pulled == distinct + 51);
    BOOST_TEST(r.duplicates == 51u);
    BOOST_TEST(r.stopped == distinct);
    BOOST_TEST(sim.requests() == distinct);
}

BOOST_AUTO_TEST_CASE(the_same_id_in_another_kind_or_project_is_no_duplicate) {
    std::vector<oms::task_ref> tasks{oms::sync_task("p", "1"), oms::migration_task("p", "1"), oms::task_group("p", "1"),
                                     oms::sync_task("q", "1")};
    for (auto const& each : tasks)
        sim.add_task(each);
    auto const& r = stop_each(tasks);
    BOOST_TEST(r.duplicates == 0u);
    BOOST_TEST(r.stopped == 4u);
}

BOOST_AUTO_TEST_CASE(without_deduplication_each_is_tried) {
    options.deduplicate = false;
    options.max_in_flight = 1;
    std::vector<oms::task_ref> const twice{task(0), task(0)};
    auto const& r = stop_each(twice);
    BOOST_TEST(r.pulled == 2u);
    BOOST_TEST(r.duplicates == 0u);
    BOOST_TEST(r.stopped == 1u);
    BOOST_TEST(r.already_stopped == 1u);
    BOOST_TEST(sim.requests() == 2u);
}

BOOST_AUTO_TEST_CASE(tasks_that_are_wrong_or_unknown_do_not_end_the_run) {
    std::vector<oms::task_ref> tasks = sim.tasks();
    tasks.insert(tasks.begin(), oms::sync_task("", "task"));
    tasks.insert(tasks.begin() + 50, oms::sync_task("project", "a/b"));
    tasks.push_back(oms::sync_task(task(0).project_id, "no-such-task"));
    tasks.push_back(oms::sync_task("project", "task", "nowhere"));
    auto const& r = stop_each(tasks);
    BOOST_TEST(!got.code, got.code.message());
    BOOST_TEST(r.stopped == 200u);
    BOOST_TEST(r.not_sent == 3u);
    BOOST_TEST(r.refused == 1u);
    BOOST_TEST((results.at(tasks[0]).code == oms::errc::invalid_project_id));
    BOOST_TEST((results.at(oms::sync_task("project", "a/b")).code == oms::errc::invalid_task_id));
    BOOST_TEST((results.at(tasks.back()).code == oms::errc::unknown_region));
    std::size_t failed = 0;
    for (auto const& each : r.failures) {
        failed += each.count;
        BOOST_TEST(!each.example.empty());
    }
    BOOST_TEST(failed == 4u);
    for (auto const& each : sim.tasks())
        BOOST_TEST(sim.stops(each) == 1u);
}

BOOST_AUTO_TEST_CASE(failures_are_grouped_by_code_the_most_frequent_first) {
    std::vector<oms::task_ref> tasks{oms::sync_task("", "x")};
    for (int i = 0; i < 5; ++i)
        tasks.push_back(oms::sync_task(task(0).project_id, "unknown-" + std::to_string(i)));
    auto const& r = stop_each(tasks);
    BOOST_REQUIRE(r.failures.size() == 2u);
    BOOST_TEST(r.failures[0].count == 5u);
    BOOST_TEST(r.failures[0].service_code == "OMS.1009");
    BOOST_TEST((r.failures[0].code == oms::condition::not_found));
    BOOST_TEST(r.failures[1].count == 1u);
    BOOST_TEST(r.failures[1].service_code.empty());
    BOOST_TEST((r.failures[1].code == oms::errc::invalid_project_id));
}

BOOST_AUTO_TEST_CASE(already_stopped_is_success_by_default) {
    for (std::size_t i = 0; i < 10; ++i)
        sim.add_task(task(i), "STOPPED");
    auto const& r = stop_each(sim.tasks());
    BOOST_TEST(!got.code);
    BOOST_TEST(r.already_stopped == 10u);
    BOOST_TEST(r.stopped == 190u);
    BOOST_TEST(r.failures.empty());
    BOOST_TEST(!results.at(task(0)).code);
}

BOOST_AUTO_TEST_CASE(already_stopped_may_count_as_failure) {
    options.already_stopped_is_success = false;
    for (std::size_t i = 0; i < 10; ++i)
        sim.add_task(task(i), "STOPPED");
    auto const& r = stop_each(sim.tasks());
    BOOST_TEST(!got.code);
    BOOST_TEST(r.already_stopped == 10u);
    BOOST_REQUIRE(r.failures.size() == 1u);
    BOOST_TEST(r.failures[0].count == 10u);
    BOOST_TEST(r.failures[0].service_code == "OMS.0066");
    BOOST_TEST((results.at(task(0)).code == oms::condition::not_running));
}

BOOST_AUTO_TEST_CASE(a_number_of_failures_ends_the_run) {
    std::vector<oms::task_ref> tasks;
    for (int i = 0; i < 100; ++i)
        tasks.push_back(oms::sync_task(task(0).project_id, "unknown-" + std::to_string(i)));
    options.max_failures = 3;
    options.max_in_flight = 2;
    auto const& r = stop_each(tasks);
    BOOST_TEST((got.code == oms::errc::too_many_failures));
    BOOST_TEST(r.refused >= 4u);
    BOOST_TEST(r.refused <= 6u);
    BOOST_TEST(r.not_attempted == r.pulled - r.refused);
    BOOST_TEST(sim.requests() == r.refused);
    BOOST_TEST((results.at(tasks.back()).code == oms::errc::too_many_failures));
}

BOOST_AUTO_TEST_CASE(as_many_failures_as_allowed_do_not) {
    std::vector<oms::task_ref> tasks = sim.tasks();
    for (int i = 0; i < 3; ++i)
        tasks.push_back(oms::sync_task(task(0).project_id, "unknown-" + std::to_string(i)));
    options.max_failures = 3;
    auto const& r = stop_each(tasks);
    BOOST_TEST(!got.code, got.code.message());
    BOOST_TEST(r.refused == 3u);
}

BOOST_AUTO_TEST_CASE(a_share_of_failures_ends_the_run_once_enough_have_ended) {
    std::vector<oms::task_ref> tasks;
    for (oms::task_ref const& each : sim.tasks()) {
        tasks.push_back(each);
        tasks.push_back(oms::sync_task(each.project_id, "not-" + each.task_id));
    }
    options.max_failures = oms::failure_limit::share(0.25);
    options.max_in_flight = 4;
    auto const& r = stop_each(tasks);
    BOOST_TEST((got.code == oms::errc::too_many_failures));
    BOOST_TEST(r.stopped + r.refused >= 100u);
    BOOST_TEST(r.stopped + r.refused <= 104u);
    BOOST_TEST(r.not_attempted > 0u);
    check_effects();
}

BOOST_AUTO_TEST_CASE(a_wrong_option_pulls_nothing) {
    std::vector<void (*)(oms::bulk_options&)> const spoilers{
        [](oms::bulk_options& o) { o.max_in_flight = 0; },
        [](oms::bulk_options& o) { o.max_in_flight_per_project = 0; },
        [](oms::bulk_options& o) { o.look_ahead = 0; },
        [](oms::bulk_options& o) { o.max_failures = oms::failure_limit::share(0); },
        [](oms::bulk_options& o) { o.max_failures = oms::failure_limit::share(1.5); },
    };
    for (auto const spoil : spoilers) {
        oms::bulk_options wrong;
        spoil(wrong);
        auto const result = stop_all(sim.tasks(), wrong);
        BOOST_TEST((result.code == oms::errc::invalid_option), result.code.message());
        BOOST_TEST(result.result.pulled == 0u);
    }
    BOOST_TEST(sim.connections() == 0u);
}

BOOST_AUTO_TEST_CASE(the_options_of_its_calls_are_used) {
    options.call.timeouts.attempt = 50ms;  // from the first byte on, however long the connection takes
    options.call.retry.max_attempts = 1;
    sim.on(any()).no_reply();
    auto const& r = stop_each(std::vector<oms::task_ref>{task(0)});
    BOOST_TEST(r.unknown == 1u);
    BOOST_TEST((results.at(task(0)).code == oms::condition::timed_out));
}

BOOST_AUTO_TEST_CASE(two_runs_at_a_time) {
    auto const all = sim.tasks();
    auto const half = all.begin() + 100;
    bulk_receipt first, second;
    oms::async_stop_all(client(), std::vector(all.begin(), half), oms::bulk_options(), first.handler());
    oms::async_stop_all(client(), std::vector(half, all.end()), oms::bulk_options(), second.handler());
    BOOST_TEST(run_until(context, [&] { return first.calls + second.calls == 2; }));
    BOOST_TEST(first.result.stopped == 100u);
    BOOST_TEST(second.result.stopped == 100u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(bulk_large)

BOOST_AUTO_TEST_CASE(a_project_with_many_tasks_holds_up_none_with_one) {
    bulk_rig rig(running(1, 500));
    auto tasks = rig.sim.tasks();
    auto const single = oms::sync_task("single", "task");
    rig.sim.add_task(single);
    tasks.push_back(single);
    rig.options.max_in_flight = 8;
    rig.stop_each(tasks);
    BOOST_TEST(rig.got.result.stopped == 501u);
    auto const place = std::find(rig.order.begin(), rig.order.end(), single) - rig.order.begin();
    BOOST_TEST(place < 20);
}

BOOST_AUTO_TEST_CASE(twenty_thousand_from_a_lazy_view) {
    auto sim_options = running(1000, 20);
    sim_options.token_length = 64;
    bulk_rig rig(sim_options);
    rig.options.on_result = nullptr;
    std::size_t made = 0, furthest = 0;
    rig.options.look_ahead = 500;
    rig.options.on_progress = [&](oms::bulk_progress const& p) { furthest = std::max(furthest, p.waiting); };
    auto tasks = std::views::iota(std::size_t{0}, std::size_t{20'000}) | std::views::transform([&](std::size_t i) {
                     ++made;
                     return oms::sync_task(simulator::project_id(i % 1000), simulator::task_id(i % 1000, i / 1000));
                 });
    rig.begin(tasks);
    rig.finish();
    auto const& r = rig.got.result;
    BOOST_TEST(!rig.got.code, rig.got.code.message());
    BOOST_TEST(r.pulled == 20'000u);
    BOOST_TEST(r.stopped == 20'000u);
    BOOST_TEST(made == 20'000u);
    BOOST_TEST(furthest <= 500u);
    BOOST_TEST(rig.sim.requests() == 20'000u);
    BOOST_TEST(rig.sim.count(200) == 20'000u);
    BOOST_TEST(rig.sim.handshakes() <= 64u);
}

BOOST_AUTO_TEST_SUITE_END()
