// SPDX-License-Identifier: BSL-1.0
//
// With stackful coroutines: `boost::asio::spawn` and its `yield_context`.

#include <oms/oms.hpp>
#include <oms/testing/simulator.hpp>

#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/spawn.hpp>

#include <chrono>
#include <cstddef>
#include <iostream>

namespace asio = boost::asio;

int main() {
    oms::testing::simulator_options made;
    made.projects = 1;
    made.tasks_per_project = 3;
    oms::testing::simulator service(made);  // in the place of a region's endpoint
    asio::io_context context;
    oms::client client(context, service.client_config());
    auto const tasks = service.tasks();
    std::size_t stopped = 0;
    asio::spawn(
        context,
        [&](asio::yield_context yield) {
            for (auto const& task : tasks) {
                oms::error_code code;
                auto const result = client.async_stop(task, yield[code]);
                if (code) {
                    std::cerr << oms::describe_failure(code, result) << '\n';
                    break;
                }
                ++stopped;
            }
            client.async_shutdown(std::chrono::seconds(1), yield);
        },
        asio::detached);
    context.run();
    std::cout << stopped << " of " << tasks.size() << " tasks stopped\n";
    return stopped == tasks.size() ? 0 : 1;
}
