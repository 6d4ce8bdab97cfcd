// SPDX-License-Identifier: BSL-1.0
#include "transport/tls_stream.hpp"

namespace oms::transport {

template class basic_tls_stream<boost::asio::ip::tcp::socket>;

}  // namespace oms::transport
