// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_BENCH_OPEN_CONNECTIONS_HPP
#define OMS_BENCH_OPEN_CONNECTIONS_HPP

// A client whose connections are open before the work begins.

#include "client_config.hpp"
#include "work.hpp"

#include <oms/client.hpp>

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>

namespace bench {

/// For as many connections as the options say, and no time limit that the work could reach.
inline oms::client_config long_running(options const& o) {
    auto config = client_config(o);
    config.user_agent = "oms-bench/1.0";
    config.pool.max_connections = std::max(o.connections, o.opened);
    config.pool.max_idle = config.pool.max_connections;
    config.pool.max_handshakes = 512;  // so that opening them does not take long
    config.pool.idle_timeout = config.pool.max_lifetime = std::chrono::hours(1);  // Valgrind takes its time
    config.timeouts.total = std::chrono::hours(1);
    config.timeouts.attempt = std::chrono::hours(1);
    return config;
}

/// Makes stops until so many more connections are open: the client opens some at a time, and serves others' calls
/// meanwhile.
inline bool open_connections(oms::client& client, options const& o, std::size_t count, boost::asio::io_context& context,
                             std::string const& region = {}) {
    if (o.http_2) count = 1;  // the others are opened by those that do not fit on it
    auto const before = client.metrics().idle;
    std::string const task = o.task.empty() ? std::to_string(first_task) : o.task;
    std::size_t failed = 0;
    while (failed == 0 && client.metrics().idle < before + count) {
        std::size_t pending = count;
        for (std::size_t i = 0; i < count; ++i) {
            client.async_stop(oms::sync_task(o.project, task, region),
                              [&](oms::error_code ec, oms::stop_result const&) {
                                  --pending;
                                  if (ec) ++failed;
                              });
        }
        while (pending != 0 || client.metrics().dialing != 0)
            context.run_one();
    }
    return failed == 0;
}

}  // namespace bench

#endif
