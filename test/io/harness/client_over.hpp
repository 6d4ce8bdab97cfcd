// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_IO_HARNESS_CLIENT_OVER_HPP
#define OMS_TEST_IO_HARNESS_CLIENT_OVER_HPP

// A client as users have it, over a core that a world has made with a network of its own.

#include <oms/client.hpp>

#include <memory>

namespace oms::scripted {

/// The client owns the core as every client does: its destructor closes it.
client client_over(std::shared_ptr<detail::client_core> core);

}  // namespace oms::scripted

#endif
