// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_WIRE_PROXY_URL_HPP
#define OMS_WIRE_PROXY_URL_HPP

/// @file
/// A proxy, as users write it.

#include <oms/detail/secret.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oms::wire {

/// Where a proxy is, what it speaks, and how it learns who asks.
struct proxy_url {
    enum class protocol : std::uint8_t { http, https, socks5 };  ///< `https`: HTTP inside TLS.

    protocol speaks = protocol::http;
    std::string host;  ///< In lower case; an IPv6 address without brackets.
    std::uint16_t port = 80;
    bool literal = false;  ///< The host is an address, so nothing is to look up.
    std::string peer;      ///< `host:port`: what may be shown of it.
    secret authorization;  ///< `http`, `https`: the value of `Proxy-Authorization`; empty: there is none.
    secret user;           ///< `socks5`: 1–255 bytes; empty: there is none.
    secret password;       ///< `socks5`: at most 255 bytes.
};

/// Parses `[http://|https://|socks5://|socks5h://][user[:password]@]host[:port][/]`,
/// and nothing more. The port is 80 by default, 443 inside TLS, and 1080 of SOCKS,
/// whose two schemes mean the same: the proxy looks names up. In user and password all but
/// letters, digits and `-._~!$&'()*+,;=:` must be percent-encoded; the first
/// colon ends the name.
///
/// @param reason  Set where it fails: what is wrong and what to do; never
///                anything of the text itself.
std::optional<proxy_url> parse_proxy_url(std::string_view url, std::string& reason);

}  // namespace oms::wire

#endif
