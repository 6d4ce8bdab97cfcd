// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_WIRE_URL_HPP
#define OMS_WIRE_URL_HPP

/// @file
/// Endpoints, as users write them.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oms::wire {

/// Where an endpoint is.
struct authority {
    std::string host;  ///< In lower case; an IPv6 address without brackets; a dot at its end is for resolvers alone.
    std::uint16_t port = 443;
    std::string host_header;  ///< With brackets, and the port where it is not the scheme's own.
    bool literal = false;     ///< The host is an address, so nothing is to look up.
};

/// Whether the text says by which scheme: programs have to, where other tools' settings need not.
inline bool has_scheme(std::string_view url) noexcept {
    return url.find("://") != std::string_view::npos;
}

/// Parses `[https://]host[:port][/]`, and nothing more.
///
/// @param reason  Set where it fails: what is wrong and what to do.
std::optional<authority> parse_endpoint(std::string_view url, std::string& reason);

/// Parses `http://host[:port][/]`: plain HTTP, by default at port 80.
std::optional<authority> parse_plain_endpoint(std::string_view url, std::string& reason);

}  // namespace oms::wire

#endif
