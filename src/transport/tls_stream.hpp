// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_TLS_STREAM_HPP
#define OMS_TRANSPORT_TLS_STREAM_HPP

#include "transport/basic_tls_stream.hpp"
#include "transport/process_socket.hpp"

namespace oms::transport {

extern template class basic_tls_stream<process_socket>;

/// TLS over a TCP socket.
using tls_stream = basic_tls_stream<process_socket>;

}  // namespace oms::transport

#endif
