// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_CONTEXT_WATCH_HPP
#define OMS_CLIENT_CONTEXT_WATCH_HPP

// Tells a client that its execution context is being destroyed.

#include <boost/asio/any_io_executor.hpp>

#include <memory>

namespace oms::detail {

class client_core;

/// `core->abandon()` is called while the context shuts its services down.
void watch_context(boost::asio::any_io_executor const& executor, std::shared_ptr<client_core> const& core);

}  // namespace oms::detail

#endif
