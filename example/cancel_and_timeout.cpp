// SPDX-License-Identifier: BSL-1.0
//
// A caller that waits no longer: by a time limit, and by cancelling. In both cases it learns what may have become of
// the task.

#include <oms/oms.hpp>
#include <oms/testing/simulator.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <iostream>

namespace asio = boost::asio;
using namespace std::chrono_literals;

// What is known of the task: nothing was sent, the service refused, or nobody can say.
void tell(char const* what, oms::error_code const& code, oms::stop_result const& result) {
    std::cout << what << ": " << code.message() << "; the stop is " << result.outcome << '\n';
}

asio::awaitable<void> give_up(oms::client& client, oms::task_ref task, bool& as_expected) {
    // A limit of this call's own, for all of its tries and waits.
    oms::call_options options;
    options.timeouts.total = 100ms;
    auto late = co_await client.async_stop(task, options, asio::as_tuple(asio::use_awaitable));
    tell("a time limit", std::get<0>(late), std::get<1>(late));
    as_expected = std::get<0>(late) == oms::condition::timed_out && std::get<1>(late).outcome == oms::outcome::unknown;

    // Whoever loses the race is cancelled, and completes before the race is over.
    using namespace asio::experimental::awaitable_operators;
    asio::steady_timer patience(co_await asio::this_coro::executor, 100ms);
    auto first = co_await (client.async_stop(task, asio::as_tuple(asio::use_awaitable)) ||
                           patience.async_wait(asio::use_awaitable));
    as_expected = as_expected && first.index() == 1;
    std::cout << "cancelled: the operators keep no answer of who lost; where it counts, use cancel(tag)\n";

    // By a name: those that carry it end, and each tells its caller.
    oms::call_options named;
    named.tag = "night run";
    asio::co_spawn(
        co_await asio::this_coro::executor,
        [&client,
         patience = asio::steady_timer(co_await asio::this_coro::executor, 100ms)]() mutable -> asio::awaitable<void> {
            co_await patience.async_wait(asio::use_awaitable);
            std::cout << client.cancel("night run") << " call cancelled\n";
        },
        asio::detached);
    auto cancelled = co_await client.async_stop(task, named, asio::as_tuple(asio::use_awaitable));
    tell("cancelled by its tag", std::get<0>(cancelled), std::get<1>(cancelled));
    as_expected = as_expected && std::get<0>(cancelled) == oms::condition::cancelled;
    co_await client.async_shutdown(1s, asio::use_awaitable);
}

int main() {
    oms::testing::simulator_options made;
    made.projects = 1;
    made.tasks_per_project = 3;
    oms::testing::simulator service(made);  // in the place of a region's endpoint
    service.on(oms::testing::match::any()).delay(10s);
    asio::io_context context;
    oms::client client(context, service.client_config());
    bool as_expected = false;
    asio::co_spawn(context, give_up(client, service.tasks().front(), as_expected), asio::detached);
    context.run();
    return as_expected ? 0 : 1;
}
