// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_WIRE_IP_ADDRESS_HPP
#define OMS_WIRE_IP_ADDRESS_HPP

/// @file
/// IP addresses as texts. Strict: no leading zeros, which some read as octal, and no zone.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oms::wire {

/// An address; of IPv4 the one of IPv6 that it maps to.
using ip_address = std::array<std::uint8_t, 16>;

/// `192.0.2.1` or `2001:db8::192.0.2.1`, without brackets; empty where it is none.
std::optional<ip_address> parse_ip_address(std::string_view text) noexcept;

/// `host:port`, with brackets around an address of IPv6.
std::string host_and_port(std::string_view host, std::uint16_t port);

}  // namespace oms::wire

#endif
