// SPDX-License-Identifier: BSL-1.0
//
// A bulk stop of so many tasks from a source that makes them one by one, and the memory that it took.

#include "client_config.hpp"
#include "work.hpp"

#include <oms/bulk.hpp>
#include <oms/client.hpp>

#include <boost/asio/io_context.hpp>

#include <ranges>

int main(int argc, char** argv) {
    bench::options const options(argc, argv);
    auto const config = bench::client_config(options);
    boost::asio::io_context context(1);
    oms::client client(context, config);

    auto tasks = std::views::iota(std::size_t{0}, options.stops) | std::views::transform([](std::size_t i) {
                     return oms::sync_task(std::to_string(i % 1'000) + "f", std::to_string(bench::first_task + i));
                 });
    std::size_t stopped = 0;
    oms::error_code code;
    oms::async_stop_all(client, std::move(tasks), oms::bulk_options(),
                        [&](oms::error_code ec, oms::bulk_report const& r) {
                            code = ec;
                            stopped = r.stopped;
                            context.stop();  // not when the idle connections have been closed, too
                        });
    context.run();
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    std::printf("program=bulk stops=%zu stopped=%zu peak_kib=%ld\n", options.stops, stopped, usage.ru_maxrss);
    return !code && stopped == options.stops ? 0 : 1;
}
