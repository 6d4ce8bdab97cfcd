// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_CONTEXT_WATCH_HPP
#define OMS_CLIENT_CONTEXT_WATCH_HPP

// Tells a client that an execution context is being destroyed.

#include "transport/context_gate.hpp"

#include <boost/asio/execution_context.hpp>

#include <memory>

namespace oms::detail {

class client_core;

/// While the context shuts its services down, the gate is closed, and then `core->on_context_destroyed()` is called.
/// @param core  Null: nothing more than the gate.
void watch_context(boost::asio::execution_context& context, std::shared_ptr<transport::context_gate> gate,
                   std::shared_ptr<client_core> const& core);

}  // namespace oms::detail

#endif
