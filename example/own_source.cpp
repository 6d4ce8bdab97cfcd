// SPDX-License-Identifier: BSL-1.0
//
// A source of one's own for a bulk: tasks that come when they come, here the lines of a file that another thread reads.
// A bulk asks for the next one only when there is room for it, so the source need not hold what it cannot give away.

#include <oms/oms.hpp>
#include <oms/testing/simulator.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <iostream>
#include <istream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>

namespace asio = boost::asio;

class line_source {
public:
    line_source(std::istream& lines, asio::thread_pool& reader) : lines_(lines), reader_(reader) {}

    // Nothing: that was all. What is thrown ends the run, whose report accounts for the tasks until then.
    asio::awaitable<std::optional<oms::task_ref>> async_next() {
        return asio::co_spawn(reader_, next(), asio::use_awaitable);
    }

private:
    asio::awaitable<std::optional<oms::task_ref>> next() {
        std::string line;
        if (!std::getline(lines_, line)) co_return std::nullopt;
        auto const task = oms::task_ref::parse(line);
        if (!task) throw std::runtime_error("no task: " + line);
        co_return task;
    }

    std::istream& lines_;
    asio::thread_pool& reader_;
};

asio::awaitable<void> stop_all(oms::client& client, std::istream& lines, asio::thread_pool& reader, bool& all) {
    auto answer = co_await oms::async_stop_all(client, line_source(lines, reader), oms::bulk_options(),
                                               asio::as_tuple(asio::use_awaitable));
    auto& [code, report] = answer;
    if (code) std::cerr << "the run ended early: " << code.message() << '\n';
    std::cout << report.stopped << " of " << report.pulled << " tasks stopped\n";
    all = !code && report.stopped == 10;
    co_await client.async_shutdown(std::chrono::seconds(1), asio::use_awaitable);
}

int main() {
    oms::testing::simulator_options made;
    made.projects = 2;
    made.tasks_per_project = 5;
    oms::testing::simulator service(made);  // in the place of a region's endpoint
    std::stringstream lines;
    for (auto const& task : service.tasks())
        lines << task << '\n';

    asio::io_context context;
    asio::thread_pool reader(1);
    oms::client client(context, service.client_config());
    bool all = false;
    asio::co_spawn(context, stop_all(client, lines, reader, all), asio::detached);
    context.run();
    return all ? 0 : 1;
}
