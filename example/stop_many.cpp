// SPDX-License-Identifier: BSL-1.0
//
// Stops many tasks: so many at a time, with a word on each and an account of all.

#include <oms/oms.hpp>
#include <oms/testing/simulator.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <iostream>
#include <utility>
#include <vector>

namespace asio = boost::asio;

asio::awaitable<void> stop_many(oms::client& client, std::vector<oms::task_ref> tasks, bool& all_stopped) {
    oms::bulk_options options;
    options.max_in_flight = 32;
    options.on_result = [](oms::task_ref const& task, oms::error_code code, oms::stop_result const& result) {
        if (code) std::cerr << task << ": " << oms::describe_failure(code, result) << '\n';
    };
    auto answer = co_await oms::async_stop_all(client, std::move(tasks), options, asio::as_tuple(asio::use_awaitable));
    auto& [code, report] = answer;
    if (code) std::cerr << "the run ended early: " << code.message() << '\n';  // the report is complete all the same
    for (auto const& each : report.failures)
        std::cerr << each.count << " x " << each.code.message() << '\n';
    std::cout << report.stopped << " of " << report.pulled << " tasks stopped, " << report.already_stopped
              << " had stopped before, " << report.unknown << " may have stopped\n";
    all_stopped = !code && report.stopped + report.already_stopped == report.pulled;
    co_await client.async_shutdown(std::chrono::seconds(1), asio::use_awaitable);
}

int main() {
    oms::testing::simulator_options made;
    made.projects = 20;
    made.tasks_per_project = 50;
    oms::testing::simulator service(made);  // in the place of a region's endpoint
    asio::io_context context;
    oms::client client(context, service.client_config());
    bool all_stopped = false;
    asio::co_spawn(context, stop_many(client, service.tasks(), all_stopped), asio::detached);
    context.run();
    return all_stopped ? 0 : 1;
}
