// SPDX-License-Identifier: BSL-1.0
#include "transport/tls_socket.hpp"

namespace oms::transport {

template class basic_tls_stream<tls_socket>;

}  // namespace oms::transport
