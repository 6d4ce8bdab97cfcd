// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_SYSTEM_STOP_ONCE_HPP
#define OMS_TEST_SYSTEM_STOP_ONCE_HPP

#include <oms/client.hpp>
#include <oms/config.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <utility>

namespace oms::test {

/// What a stop came to.
struct stopped_once {
    error_code code;
    stop_result result;
};

/// Stops one task with a client of its own, which is gone when this returns.
/// @throws config_error        the configuration is wrong.
/// @throws std::runtime_error  it has not ended within half a minute.
inline stopped_once stop_once(client_config config, task_ref task) {
    boost::asio::io_context context(1);
    std::optional<client> c(std::in_place, context, std::move(config));
    std::optional<stopped_once> got;
    c->async_stop(std::move(task), [&](error_code code, stop_result result) {
        got.emplace(code, std::move(result));
        c.reset();
    });
    context.run_for(std::chrono::seconds(30));
    if (!got) throw std::runtime_error("the stop does not end");
    return std::move(*got);
}

/// Lets no failure be repeated.
inline void never_repeat(client_config& config) {
    config.retry.classify = [](failed_try const&) { return retry_verdict::give_up; };
}

}  // namespace oms::test

#endif
