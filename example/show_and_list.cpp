// SPDX-License-Identifier: BSL-1.0
//
// Reads: one task, one page, and all tasks of a project, which it stops as they come.

#include <oms/oms.hpp>
#include <oms/testing/simulator.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <iostream>
#include <string>

namespace asio = boost::asio;

asio::awaitable<void> read(oms::client& client, std::string project, std::size_t& stopped) {
    oms::list_query query(project);
    query.limit = 2;
    oms::task_page const page = co_await client.async_list(query, asio::use_awaitable);
    std::cout << page.tasks.size() << " of " << page.total << " tasks on the first page\n";

    oms::task_info const one = co_await client.async_show(page.tasks.front().task, asio::use_awaitable);
    std::cout << one.task << " is " << one.status << '\n';

    // Every page, one after the other; `info()` is what the list told of the task that came last.
    oms::task_list all = client.list_all(oms::list_query(project));
    while (auto const task = co_await all.async_next(asio::use_awaitable)) {
        if (!all.info().running()) continue;
        oms::stop_result const result = co_await client.async_stop(*task, asio::use_awaitable);
        stopped += result.outcome == oms::outcome::stopped ? 1U : 0U;
    }
    if (!all.complete()) std::cout << "tasks came and went while they were listed\n";
    co_await client.async_shutdown(std::chrono::seconds(1), asio::use_awaitable);
}

int main() {
    oms::testing::simulator_options made;
    made.projects = 1;
    made.tasks_per_project = 5;
    oms::testing::simulator service(made);  // in the place of a region's endpoint
    asio::io_context context;
    oms::client client(context, service.client_config());
    std::size_t stopped = 0;
    int status = 0;
    asio::co_spawn(context, read(client, service.tasks().front().project_id, stopped), [&](std::exception_ptr thrown) {
        if (!thrown) return;
        status = 1;
        try {
            std::rethrow_exception(thrown);
        } catch (std::exception const& e) {
            std::cerr << e.what() << '\n';
        }
        client.cancel();
    });
    context.run();
    std::cout << stopped << " tasks stopped\n";
    return status == 0 && stopped == 5 ? 0 : 1;
}
