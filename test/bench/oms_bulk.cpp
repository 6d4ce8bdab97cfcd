// SPDX-License-Identifier: BSL-1.0
//
// The work as one bulk stop, from its middle; `--mode whole`: all of it, over connections that are open.

#include "client_config.hpp"
#include "open_connections.hpp"
#include "work.hpp"

#include <oms/bulk.hpp>
#include <oms/client.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <ranges>

int main(int argc, char** argv) {
    bench::options options(argc, argv);
    auto const config = bench::long_running(options);
    boost::asio::io_context context(1);
    oms::client client(context, config);
    if (!bench::open_connections(client, options, config.pool.max_connections, context)) return 1;

    bool const whole = options.mode == "whole";
    oms::bulk_options bulk;
    bulk.max_in_flight = bulk.max_in_flight_per_project = options.in_flight;
    if (whole) {
        options.warm_up = 0;
        context.run_for(std::chrono::milliseconds(200));  // what TLS says behind the last handshake is read then
    }
    bench::window window(options, "oms_bulk");
    bulk.on_result = [&](oms::task_ref const&, oms::error_code ec, oms::stop_result const& result) {
        window.end(bench::steady::now(), ec ? 0 : static_cast<int>(result.http_status));
        if (window.complete()) context.stop();
    };
    // More than are measured, so that as many as ever are in flight until the last of those has ended.
    std::size_t const tasks = options.warm_up + options.stops + (whole ? 0 : bulk.look_ahead);
    auto source = std::views::iota(std::size_t{0}, tasks) | std::views::transform([&](std::size_t) {
                      window.begin();
                      return oms::sync_task(options.project, window.task());
                  });
    oms::async_stop_all(client, std::move(source), bulk, [](oms::error_code, oms::bulk_report const&) {});
    context.run();
    window.print(client.metrics().handshakes);
    std::fflush(stdout);
    std::_Exit(window.failed() == 0 && window.complete() ? 0 : 1);  // what is still queued is nobody's
}
