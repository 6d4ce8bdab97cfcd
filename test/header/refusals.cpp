// SPDX-License-Identifier: BSL-1.0
//
// What does not compile, one case at a time: `refusals.cmake` looks at what the compiler says of each.
#include <oms/oms.hpp>

#include <boost/asio.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace asio = boost::asio;

void refused(oms::client const& client) {
#if OMS_CASE == 1
    oms::async_stop_all(client, std::vector<int>(3), asio::detached);
#elif OMS_CASE == 2
    struct source {
        asio::awaitable<std::string> async_next() { co_return "p/t"; }
    };
    oms::async_stop_all(client, source(), asio::detached);
#elif OMS_CASE == 3
    asio::experimental::channel<void(oms::error_code, oms::task_ref)> channel(client.get_executor());
    oms::async_stop_all(client, channel, asio::detached);
#elif OMS_CASE == 4
    client.async_shutdown(oms::with_details(asio::use_future));
#elif OMS_CASE == 5
    oms::bulk_options options;
    options.max_failures = 0.05;
#elif OMS_CASE == 6
    oms::bulk_options options;
    options.max_failures = true;
#elif OMS_CASE == 7
    oms::bulk_options options;
    options.already_stopped_is_success = oms::unlimited;
#elif OMS_CASE == 8
    unsigned char const little = oms::unlimited;
    static_cast<void>(little);
#else
    client.async_wait_idle(asio::detached);  // compiles
#endif
}
