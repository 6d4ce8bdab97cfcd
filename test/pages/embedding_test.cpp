// SPDX-License-Identifier: BSL-1.0
// The functions of doc/guide/embedding.md.
#include "system/support/rig.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/spawn.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <sys/wait.h>
#include <unistd.h>
#include <exception>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace oms::test;
namespace match = oms::testing::match;

namespace {
#include "embedding.ipp"
}  // namespace

BOOST_FIXTURE_TEST_SUITE(embedding_page, rig)

BOOST_AUTO_TEST_CASE(a_callback_is_told) {
    std::vector<std::string> told;
    stop_and_tell(client(), task(0), [&](std::string text) { told.push_back(std::move(text)); });
    stop_and_tell(client(), oms::sync_task("", ""), [&](std::string text) { told.push_back(std::move(text)); });
    BOOST_TEST(told.empty());  // never inside the function that starts it
    BOOST_REQUIRE(run_until(context, [&] { return told.size() == 2; }));
    BOOST_TEST(told[1] == "stopped");
    BOOST_TEST(told[0] != "stopped");
}

BOOST_AUTO_TEST_CASE(a_thread_waits_for_a_future) {
    oms::client& c = client();
    background const runs(context);
    BOOST_TEST(stop_and_wait(c, task(0)) == oms::outcome::stopped);
    BOOST_CHECK_EXCEPTION(stop_and_wait(c, task(0)), oms::error_with_details, [](auto const& e) {
        return e.code() == oms::condition::not_running && e.result().outcome == oms::outcome::already_stopped;
    });
}

BOOST_AUTO_TEST_CASE(a_stackful_coroutine_stops_in_turn) {
    std::optional<std::size_t> stopped;
    asio::spawn(
        context, [&](asio::yield_context yield) { stopped = stop_in_turn(client(), sim.tasks(), yield); },
        [](std::exception_ptr e) {
            if (e) std::rethrow_exception(e);
        });
    BOOST_REQUIRE(run_until(context, [&] { return stopped.has_value(); }));
    BOOST_TEST(*stopped == 100u);
    BOOST_TEST(sim.connections() == 1u);
}

BOOST_AUTO_TEST_CASE(a_coroutine_needs_no_token) {
    std::string state;
    run(context, [&]() -> asio::awaitable<void> { state = co_await state_after_stop(client(), task(0)); });
    BOOST_TEST(state == "STOPPED");
    auto const again = [this]() -> asio::awaitable<void> { co_await state_after_stop(client(), task(0)); };
    BOOST_CHECK_EXCEPTION(run(context, again), boost::system::system_error,
                          [](auto const& e) { return e.code() == oms::condition::not_running; });
}

BOOST_AUTO_TEST_CASE(a_strand_needs_no_lock_among_threads) {
    counter counts(context.get_executor());
    oms::client& c = client();
    for (auto const& each : sim.tasks())
        counts.stop(c, each);
    c.async_wait_idle([&](oms::error_code) { c.async_shutdown(asio::detached); });
    run_by(context, 4);
    BOOST_TEST(counts.stopped == 100u);
}

BOOST_AUTO_TEST_CASE(a_client_for_each_thread) {
    std::vector<oms::bulk_report> reports(2);
    auto const tasks = sim.tasks();
    auto const half = tasks.begin() + 50;
    {
        std::jthread const one = worker(config, {tasks.begin(), half}, reports[0]);
        std::jthread const other = worker(config, {half, tasks.end()}, reports[1]);
    }
    BOOST_TEST(reports[0].stopped == 50u);
    BOOST_TEST(reports[1].stopped == 50u);
}

BOOST_AUTO_TEST_CASE(a_handler_runs_in_its_own_context) {
    asio::io_context here(1);
    oms::client& c = client();
    background const runs(context);
    std::thread::id there;
    stop_from(here, c, task(0), [&](oms::error_code code, oms::stop_result const&) {
        BOOST_TEST(!code);
        there = std::this_thread::get_id();
    });
    here.run_for(patience);  // the handler is work of its context
    BOOST_TEST((there == std::this_thread::get_id()));
}

BOOST_AUTO_TEST_CASE(a_client_that_goes_first_tells_the_other_context) {
    asio::io_context here(1);
    sim.on(match::any()).held();
    oms::error_code code;
    stop_from(here, client(), task(0), [&](oms::error_code ec, oms::stop_result const&) { code = ec; });
    BOOST_REQUIRE(run_until(context, [&] { return sim.held() == 1; }));
    own.reset();
    here.run_for(patience);
    BOOST_TEST((code == oms::errc::shut_down));
}

BOOST_AUTO_TEST_CASE(a_child_goes_on_by_connections_of_its_own) {
    BOOST_TEST(!stop(task(0)).code);
    pid_t const child = fork_with(context);
    if (child == 0) {
        ::alarm(60);  // whatever happens, it ends
        int status = 99;
        try {
            status = stop(task(1)).code ? 1 : 0;
        } catch (...) {
        }
        ::_exit(status);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    BOOST_TEST((WIFEXITED(status) && WEXITSTATUS(status) == 0));
    BOOST_TEST(sim.stops(task(1)) == 1u);
    BOOST_TEST(!stop(task(2)).code);
    BOOST_TEST(sim.connections() == 2u);  // one of the parent's, one of the child's
}

BOOST_AUTO_TEST_SUITE_END()
