// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_SHUTDOWN_WAIT_HPP
#define OMS_CLIENT_SHUTDOWN_WAIT_HPP

#include <oms/error.hpp>

#include <boost/asio/any_completion_executor.hpp>
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <cstdint>
#include <memory>
#include <utility>

namespace oms::detail {

/// An `async_shutdown` that waits for the end.
struct shutdown_wait {
    using handler_type = boost::asio::any_completion_handler<void(error_code)>;

    explicit shutdown_wait(handler_type h) : handler(std::move(h)) {}

    std::uint64_t id = 0;
    handler_type handler;
    boost::asio::any_completion_executor executor;
    boost::asio::cancellation_slot slot;
    error_code code;
    std::unique_ptr<shutdown_wait> next;  // while it is on its way to its handler
};

}  // namespace oms::detail

#endif
