// SPDX-License-Identifier: BSL-1.0
//
// With futures: threads that wait, in a program that has no event loop of its own. One thread runs the client.

#include <oms/oms.hpp>
#include <oms/testing/simulator.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <chrono>
#include <cstddef>
#include <future>
#include <iostream>
#include <thread>
#include <vector>

namespace asio = boost::asio;

int main() {
    oms::testing::simulator_options made;
    made.projects = 1;
    made.tasks_per_project = 3;
    oms::testing::simulator service(made);  // in the place of a region's endpoint
    asio::io_context context;
    oms::client client(context, service.client_config());
    auto work = asio::make_work_guard(context);
    std::jthread const loop([&] { context.run(); });

    auto const tasks = service.tasks();
    std::vector<std::future<oms::stop_result>> answers;
    for (auto const& task : tasks)  // all at once
        answers.push_back(client.async_stop(task, oms::with_details(asio::use_future)));

    std::size_t stopped = 0;
    for (auto& answer : answers) {
        try {
            stopped += answer.get().outcome == oms::outcome::stopped ? 1U : 0U;
        } catch (oms::error_with_details const& e) {
            std::cerr << oms::describe_failure(e.code(), e.result()) << '\n';
        }
    }
    client.async_shutdown(std::chrono::seconds(1), asio::use_future).get();
    work.reset();  // the loop ends
    std::cout << stopped << " of " << tasks.size() << " tasks stopped\n";
    return stopped == tasks.size() ? 0 : 1;
}
