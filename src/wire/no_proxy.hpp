// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_WIRE_NO_PROXY_HPP
#define OMS_WIRE_NO_PROXY_HPP

/// @file
/// Which hosts are reached directly although there is a proxy.

#include "wire/ip_address.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oms::wire {

/// Rules, separated by commas or blanks; the case of letters does not matter:
///
/// | rule                        | hosts that it covers                       |
/// | --------------------------- | ------------------------------------------ |
/// | `example.com`               | that name, and all names below it          |
/// | `.example.com`, `*.example.com` | the names below it only                |
/// | `192.0.2.1`, `2001:db8::1`  | that address, where the host is one        |
/// | `192.0.2.0/24`, `2001:db8::/32` | the addresses with that prefix         |
/// | `*`                         | all                                        |
///
/// Each may end with a `:port`, and counts for that port only; an IPv6 address
/// is in brackets then. Names are compared as they are written: nothing is
/// looked up, so that a rule of addresses covers no names.
class no_proxy {
public:
    no_proxy() noexcept = default;

    /// @param reason  Set where it fails: what is wrong and what to do.
    static std::optional<no_proxy> parse(std::string_view rules, std::string& reason);

    /// The rules that are well formed, by commas; the others are appended to `skipped`. Variables of the environment
    /// are shared with tools that have rules of other kinds.
    static std::string well_formed(std::string_view rules, std::vector<std::string>& skipped);

    /// Whether the host is reached directly. Link-local addresses always are:
    /// to a proxy they mean other machines.
    ///
    /// @param host  In lower case; an IPv6 address without brackets.
    bool covers(std::string_view host, std::uint16_t port) const noexcept;

private:
    struct rule {
        enum class kind : std::uint8_t { everything, name, below, prefix };

        kind what = kind::everything;
        std::uint16_t port = 0;  // 0: every
        std::size_t bits = 0;    // of `base`
        ip_address base{};
        std::string name;  // in lower case
    };

    static bool has_prefix(ip_address const& a, ip_address const& base, std::size_t bits) noexcept;
    static bool parse_rule(std::string_view text, rule& out);
    static bool parse_prefix(std::string_view text, std::size_t slash, rule& out) noexcept;

    std::vector<rule> rules_;
};

}  // namespace oms::wire

#endif
