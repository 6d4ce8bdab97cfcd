// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_LOCKING_HPP
#define OMS_CLIENT_LOCKING_HPP

#include <boost/asio/any_io_executor.hpp>

namespace oms::detail {

/// Refuses an execution context without locks: a client has threads of Asio's look names up, and may be used from any.
/// @throws config_error  names `executor`.
void require_locking(boost::asio::any_io_executor const& executor);

}  // namespace oms::detail

#endif
