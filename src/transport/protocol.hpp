// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_PROTOCOL_HPP
#define OMS_TRANSPORT_PROTOCOL_HPP

#include <cstdint>

namespace oms::transport {

/// What a connection speaks.
enum class protocol : std::uint8_t { http_1_1, http_2 };

/// What is offered to the peer of a TLS handshake by ALPN (RFC 7301).
enum class alpn : std::uint8_t {
    none,    ///< Nothing, so HTTP/1.1.
    either,  ///< HTTP/2, or else HTTP/1.1.
    http_2,  ///< HTTP/2 alone: without it the handshake fails.
};

}  // namespace oms::transport

#endif
