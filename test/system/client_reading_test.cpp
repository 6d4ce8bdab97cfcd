// SPDX-License-Identifier: BSL-1.0
// The operations that read, and what the client tells of itself.
#include "system/support/rig.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

using namespace oms::test;
using oms::testing::any;

namespace {

struct reader : rig {
    explicit reader(std::size_t projects = 1, std::size_t tasks = 3) : rig(running(projects, tasks)) {}

    void finish() {
        own.reset();
        BOOST_TEST(run_out(context));
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(client_reading)

BOOST_AUTO_TEST_CASE(show_before_and_after_a_stop) {
    reader r;
    auto const task = r.sim.tasks().front();
    run(r.context, [&]() -> asio::awaitable<void> {
        oms::task_info info = co_await r.client().async_show(task, asio::use_awaitable);
        BOOST_TEST(info.status == "SYNCHRONIZING");
        BOOST_TEST(info.running());
        BOOST_TEST((info.task == task));
        BOOST_TEST(info.call.http_status == 200U);
        co_await r.client().async_stop(task, asio::use_awaitable);
        info = co_await r.client().async_show(task, asio::use_awaitable);
        BOOST_TEST(info.status == "STOPPED");
        BOOST_TEST(info.stopped());
    });
    r.finish();
}

BOOST_AUTO_TEST_CASE(show_of_what_is_not_there) {
    reader r;
    receipt<oms::task_info> got;
    r.client().async_show(oms::sync_task(r.sim.project_id(0), "nowhere"), got.handler());
    BOOST_REQUIRE(run_until(r.context, [&] { return got.calls == 1; }));
    BOOST_TEST((got.code == oms::condition::not_found));
    BOOST_TEST(got.result.call.service_code == "OMS.1009");
    r.finish();
}

BOOST_AUTO_TEST_CASE(a_reading_is_repeated_in_strict_mode_too) {
    reader r;
    r.config.retry.resend_open = false;
    r.config.retry.base_delay = 1ms;
    r.sim.on(any()).attempt(1).reset_before_reply();
    receipt<oms::task_info> got;
    r.client().async_show(r.sim.tasks().front(), got.handler());
    BOOST_REQUIRE(run_until(r.context, [&] { return got.calls == 1; }));
    BOOST_TEST(!got.code);
    BOOST_TEST(got.result.call.attempts == 2U);
    r.finish();
}

BOOST_AUTO_TEST_CASE(a_body_that_is_no_task_is_an_error) {
    reader r;
    r.sim.on(any()).reply(200, "<html>");
    receipt<oms::task_info> got;
    r.client().async_show(r.sim.tasks().front(), got.handler());
    BOOST_REQUIRE(run_until(r.context, [&] { return got.calls == 1; }));
    BOOST_TEST((got.code == oms::errc::unexpected_body));
    r.finish();
}

BOOST_AUTO_TEST_CASE(a_list_page_by_page) {
    reader r(1, 7);
    run(r.context, [&]() -> asio::awaitable<void> {
        oms::list_query query(r.sim.project_id(0));
        query.limit = 3;
        std::vector<std::string> ids;
        for (query.offset = 0; query.offset < 9; query.offset += 3) {
            oms::task_page page = co_await r.client().async_list(query, asio::use_awaitable);
            BOOST_TEST(page.total == 7U);
            BOOST_TEST(page.tasks.size() == (query.offset == 6 ? 1U : 3U));
            for (auto const& each : page.tasks)
                ids.push_back(each.task.task_id);
        }
        std::sort(ids.begin(), ids.end());
        BOOST_TEST(ids.size() == 7U);
        BOOST_TEST((std::adjacent_find(ids.begin(), ids.end()) == ids.end()));
        co_await r.client().async_stop(oms::sync_task(query.project_id, ids.front()), asio::use_awaitable);
        query.offset = 0;
        query.status = "STOPPED";
        oms::task_page const stopped = co_await r.client().async_list(query, asio::use_awaitable);
        BOOST_TEST(stopped.tasks.size() == 1U);
    });
    r.finish();
}

BOOST_AUTO_TEST_CASE(wrong_queries_name_the_field_and_send_nothing) {
    reader r;
    for (auto const& [limit, offset, field] :
         {std::tuple(0U, 0U, "limit"), std::tuple(101U, 0U, "limit"), std::tuple(10U, 10'001U, "offset")}) {
        oms::list_query query(r.sim.project_id(0));
        query.limit = limit;
        query.offset = offset;
        receipt<oms::task_page> got;
        r.client().async_list(query, got.handler());
        BOOST_REQUIRE(run_until(r.context, [&] { return got.calls == 1; }));
        BOOST_TEST((got.code == oms::errc::invalid_option));
        BOOST_TEST(got.result.call.service_message == field);
    }
    BOOST_TEST(r.sim.requests() == 0U);
    r.finish();
}

BOOST_AUTO_TEST_CASE(all_pages_of_a_list_one_task_at_a_time) {
    reader r(1, 250);
    run(r.context, [&]() -> asio::awaitable<void> {
        oms::task_list list = r.client().list_all(oms::list_query(r.sim.project_id(0)));
        std::vector<std::string> ids;
        while (auto const task = co_await list.async_next(asio::use_awaitable)) {
            BOOST_TEST((list.info().task == *task));
            BOOST_TEST(list.info().running());
            ids.push_back(task->task_id);
        }
        std::sort(ids.begin(), ids.end());
        BOOST_TEST(ids.size() == 250U);
        BOOST_TEST((std::adjacent_find(ids.begin(), ids.end()) == ids.end()));
        BOOST_TEST(list.complete());
        BOOST_TEST(list.call().http_status == 200U);
        BOOST_TEST(!(co_await list.async_next(asio::use_awaitable)).has_value());
    });
    r.finish();
}

// Each stop takes its row out of the list that is being read.
BOOST_AUTO_TEST_CASE(everything_that_runs_in_a_project_is_stopped) {
    reader r(2, 330);
    run(r.context, [&]() -> asio::awaitable<void> {
        oms::list_query query(r.sim.project_id(1));
        query.status = "SYNCHRONIZING";
        auto const report = co_await oms::async_stop_all(r.client(), r.client().list_all(query), oms::bulk_options(),
                                                         asio::use_awaitable);
        BOOST_TEST(report.stopped == 330U);
        BOOST_TEST(report.pulled == 330U);
        query.limit = 1;
        oms::task_page const left = co_await r.client().async_list(query, asio::use_awaitable);
        BOOST_TEST(left.total == 0U);
    });
    for (auto const& each : r.sim.tasks())
        BOOST_TEST(r.sim.stops(each) == (each.project_id == r.sim.project_id(1) ? 1U : 0U));
    r.finish();
}

BOOST_AUTO_TEST_CASE(a_list_goes_on_after_an_error_and_outlives_its_client) {
    reader r(1, 150);
    r.sim.on(any()).times(1).reply(403, "");
    auto list = r.client().list_all(oms::list_query(r.sim.project_id(0)));
    receipt<std::optional<oms::task_ref>> first;
    list.async_next(first.handler());
    BOOST_TEST(first.calls == 0U);
    BOOST_REQUIRE(run_until(r.context, [&] { return first.calls == 1; }));
    BOOST_TEST((first.code == oms::condition::permission_denied));
    BOOST_TEST(!first.result.has_value());
    BOOST_TEST(list.call().http_status == 403U);
    for (std::size_t i = 0; i < 100; ++i) {
        receipt<std::optional<oms::task_ref>> next;
        list.async_next(next.handler());
        BOOST_TEST(next.calls == 0U);
        BOOST_REQUIRE(run_until(r.context, [&] { return next.calls == 1; }));
        BOOST_TEST(!next.code);
        BOOST_TEST(next.result.has_value());
    }
    BOOST_TEST(r.sim.requests() == 2U);
    r.own.reset();
    receipt<std::optional<oms::task_ref>> last;
    list.async_next(last.handler());
    BOOST_REQUIRE(run_until(r.context, [&] { return last.calls == 1; }));
    BOOST_TEST((last.code == oms::condition::shut_down));
    r.finish();
}

BOOST_AUTO_TEST_CASE(wrong_queries_of_a_whole_list_end_it) {
    reader r;
    oms::list_query query(r.sim.project_id(0));
    query.limit = 0;
    auto list = r.client().list_all(query);
    receipt<std::optional<oms::task_ref>> got;
    list.async_next(got.handler());
    BOOST_REQUIRE(run_until(r.context, [&] { return got.calls == 1; }));
    BOOST_TEST((got.code == oms::errc::invalid_option));
    BOOST_TEST(list.call().service_message == "limit");
    BOOST_TEST(!list.complete());
    r.finish();
}

BOOST_AUTO_TEST_CASE(numbers_add_up) {
    reader r(4, 5);
    r.config.retry.base_delay = 1ms;
    r.sim.on(any()).times(3).reply(503, "");
    bulk_receipt got;
    oms::async_stop_all(r.client(), r.sim.tasks(), oms::bulk_options(), got.handler());
    BOOST_REQUIRE(run_until(r.context, [&] { return got.calls == 1; }));
    BOOST_TEST(got.result.stopped == 20U);
    auto const m = r.client().metrics();
    BOOST_TEST(m.calls == 20U);
    BOOST_TEST(m.exchanges == r.sim.requests());
    BOOST_TEST(m.exchanges == 23U);
    BOOST_TEST(m.in_flight == 0U);
    BOOST_TEST(m.waiting == 0U);
    BOOST_TEST(m.handshakes == m.dials - m.dial_failures - m.dialing);
    BOOST_TEST(m.reused >= m.exchanges - m.handshakes);
    BOOST_REQUIRE(m.retries.size() == 1U);
    BOOST_TEST(m.retries[0].reason == "failed");
    BOOST_TEST(m.retries[0].count == 3U);
    BOOST_REQUIRE(m.completions.size() == 1U);
    BOOST_TEST(m.completions[0].reason == "ok");
    BOOST_TEST(m.completions[0].count == 20U);
    auto const& replies = m.phases[static_cast<std::size_t>(oms::phase::first_byte)];
    BOOST_TEST(replies.count == 23U);
    std::uint64_t sum = 0;
    for (auto const n : replies.counts)
        sum += n;
    BOOST_TEST(sum == replies.count);
    r.finish();
}

BOOST_AUTO_TEST_CASE(the_page_for_people_holds_what_they_look_for_and_no_secret) {
    reader r;
    std::string const token = r.sim.token(r.sim.project_id(0));
    r.config.credentials = oms::token_credentials(token);
    stop_receipt got;
    r.client().async_stop(r.sim.tasks().front(), got.handler());
    std::string const before = r.client().describe();
    BOOST_TEST(before.find("1 waiting") != std::string::npos, before);
    BOOST_REQUIRE(run_until(r.context, [&] { return got.calls == 1; }));
    std::string const page = r.client().describe();
    BOOST_TEST(page.find("endpoint localhost:" + std::to_string(r.sim.port())) != std::string::npos, page);
    BOOST_TEST(page.find("1 connection (1 idle)") != std::string::npos, page);
    BOOST_TEST(page.find("credentials from token") != std::string::npos, page);
    BOOST_TEST(page.find(token) == std::string::npos);
    r.finish();
}

BOOST_AUTO_TEST_CASE(the_page_says_why_an_endpoint_is_not_reached) {
    reader r;
    r.config.tls.ca_pem.clear();
    r.config.tls.system_roots = true;
    stop_receipt got;
    r.client().async_stop(r.sim.tasks().front(), got.handler());
    BOOST_REQUIRE(run_until(r.context, [&] { return got.calls == 1; }));
    std::string const page = r.client().describe();
    BOOST_TEST(page.find("not reached for 1 dial") != std::string::npos, page);
    BOOST_TEST(page.find("the system's roots") != std::string::npos, page);
    r.finish();
}

BOOST_AUTO_TEST_SUITE_END()
