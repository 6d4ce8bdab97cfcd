// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_TLS_STREAM_HPP
#define OMS_TRANSPORT_TLS_STREAM_HPP

#include "transport/basic_tls_stream.hpp"

#include <boost/asio/ip/tcp.hpp>

namespace oms::transport {

extern template class basic_tls_stream<boost::asio::ip::tcp::socket>;

/// TLS over a TCP socket.
using tls_stream = basic_tls_stream<boost::asio::ip::tcp::socket>;

}  // namespace oms::transport

#endif
