// SPDX-License-Identifier: BSL-1.0
#include "transport/https_tunnel.hpp"

namespace oms::transport {

template class https_tunnel<process_socket>;

}  // namespace oms::transport
