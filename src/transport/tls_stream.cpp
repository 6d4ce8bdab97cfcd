// SPDX-License-Identifier: BSL-1.0
#include "transport/tls_stream.hpp"

namespace oms::transport {

template class basic_tls_stream<process_socket>;

}  // namespace oms::transport
