// SPDX-License-Identifier: BSL-1.0
//
// So many stops, all connections closed for being idle, and as many stops again: how many handshakes were resumed.

#include "client_config.hpp"
#include "work.hpp"

#include <oms/client.hpp>

#include <boost/asio/io_context.hpp>

#include <functional>

int main(int argc, char** argv) {
    bench::options const options(argc, argv);
    auto config = bench::client_config(options);
    config.pool.max_connections = options.in_flight;
    config.pool.max_idle = options.in_flight;
    config.pool.idle_timeout = std::chrono::milliseconds(200);
    boost::asio::io_context context(1);
    oms::client client(context, config);

    std::size_t begun = 0, failed = 0;
    std::function<void()> const next = [&] {
        if (begun == options.stops) return;
        client.async_stop(oms::sync_task(options.project, std::to_string(bench::first_task + begun++)),
                          [&](oms::error_code ec, oms::stop_result const&) {
                              if (ec) ++failed;
                              next();
                          });
    };
    auto const round = [&] {
        begun = 0;
        for (std::size_t i = 0; i < options.in_flight; ++i)
            next();
        context.restart();
        context.run();  // until the idle connections are closed, too
        return client.metrics();
    };
    auto const first = round();
    auto const second = round();
    auto const again = second.handshakes - first.handshakes;
    std::printf("program=reconnects stops=%zu failed=%zu handshakes=%llu again=%llu resumed=%.4f\n", options.stops,
                failed, static_cast<unsigned long long>(first.handshakes), static_cast<unsigned long long>(again),
                static_cast<double>(second.resumed - first.resumed) / static_cast<double>(again));
    return failed == 0 && again > 0 ? 0 : 1;
}
