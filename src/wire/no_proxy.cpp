// SPDX-License-Identifier: BSL-1.0
#include "wire/no_proxy.hpp"

#include "wire/chars.hpp"
#include "wire/number.hpp"

#include <algorithm>
#include <utility>

namespace oms::wire {

namespace {

constexpr std::string_view separators = ", \t\r\n";
constexpr std::size_t mapped_bits = 96;  // before the IPv4 address in an IPv6 address

bool is_name(std::string_view text) noexcept {
    bool const good = std::all_of(text.begin(), text.end(), [](char c) {
        return is_lower(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
    });
    if (!good || text.empty() || text.front() == '.' || text.find("..") != std::string_view::npos) return false;
    // A last label of digits is part of an address, and would never match.
    std::string_view const last = text.substr(text.rfind('.') + 1);
    return !std::all_of(last.begin(), last.end(), is_digit);
}

// Takes the next rule off the front; empty: there is none.
std::string_view next_rule(std::string_view& rest) noexcept {
    rest.remove_prefix(std::min(rest.find_first_not_of(separators), rest.size()));
    std::string_view const text = rest.substr(0, rest.find_first_of(separators));
    rest.remove_prefix(text.size());
    return text;
}

std::string in_lower_case(std::string_view text) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(), to_lower);
    return lower;
}

// Whether the host is below the name: ends with a dot and the name.
bool is_below(std::string_view host, std::string_view name) noexcept {
    return host.size() > name.size() && host.ends_with(name) && host[host.size() - name.size() - 1] == '.';
}

}  // namespace

bool no_proxy::has_prefix(ip_address const& a, ip_address const& base, std::size_t bits) noexcept {
    for (std::size_t i = 0; bits > 0; ++i) {
        std::size_t const here = std::min<std::size_t>(bits, 8);
        bits -= here;
        if (((a[i] ^ base[i]) >> (8 - here)) != 0) return false;
    }
    return true;
}

bool no_proxy::parse_prefix(std::string_view text, std::size_t slash, rule& out) noexcept {
    auto const base = parse_ip_address(text.substr(0, slash));
    if (!base) return false;
    out.what = rule::kind::prefix;
    out.base = *base;
    bool const ipv4 = text.find(':') == std::string_view::npos;
    std::size_t const most = ipv4 ? 32 : 128;
    out.bits = most;
    if (slash != std::string_view::npos && (!parse_number(text.substr(slash + 1), out.bits) || out.bits > most)) {
        return false;
    }
    if (ipv4) out.bits += mapped_bits;
    return true;
}

bool no_proxy::parse_rule(std::string_view text, rule& out) {
    bool const bracket = text.starts_with('[');
    auto const colon = text.rfind(':');
    bool const one_colon = colon != std::string_view::npos && text.find(':') == colon;
    if (bracket ? colon != std::string_view::npos && text.rfind(']', colon) == colon - 1 : one_colon) {
        if (!parse_number(text.substr(colon + 1), out.port) || out.port == 0) return false;
        text = text.substr(0, colon);
    }
    if (bracket) {
        if (!text.ends_with(']')) return false;
        text = text.substr(1, text.size() - 2);
        if (text.find(':') == std::string_view::npos) return false;
    }
    if (text == "*") return true;
    auto const slash = text.find('/');
    if (parse_prefix(text, slash, out)) return true;
    if (bracket) return false;

    out.what = rule::kind::name;
    if (text.starts_with("*.")) text.remove_prefix(1);
    if (text.starts_with('.')) {
        out.what = rule::kind::below;
        text.remove_prefix(1);
    }
    if (text.ends_with('.')) text.remove_suffix(1);  // the root's: a name written in full
    out.name = text;
    return is_name(text);
}

std::optional<no_proxy> no_proxy::parse(std::string_view rules, std::string& reason) {
    no_proxy out;
    std::string const lower = in_lower_case(rules);
    std::string_view rest = lower;
    for (std::string_view text = next_rule(rest); !text.empty(); text = next_rule(rest)) {
        rule next;
        if (!parse_rule(text, next)) {
            reason = "holds the malformed rule \"" + std::string(text) +
                     "\": write a name, .suffix, an address, address/bits or *, each with a :port if need be";
            return std::nullopt;
        }
        out.rules_.push_back(std::move(next));
    }
    return out;
}

std::string no_proxy::well_formed(std::string_view rules, std::vector<std::string>& skipped) {
    std::string good;
    for (std::string_view text = next_rule(rules); !text.empty(); text = next_rule(rules)) {
        rule ignored;
        if (parse_rule(in_lower_case(text), ignored)) {
            good.append(good.empty() ? "" : ",").append(text);
        } else {
            skipped.emplace_back(text);
        }
    }
    return good;
}

bool no_proxy::covers(std::string_view host, std::uint16_t port) const noexcept {
    constexpr ip_address mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    constexpr ip_address link_local_ipv4{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 169, 254};
    constexpr ip_address link_local_ipv6{0xFE, 0x80};
    if (host.ends_with('.')) host.remove_suffix(1);
    auto const literal = parse_ip_address(host);
    if (literal &&
        (has_prefix(*literal, link_local_ipv4, mapped_bits + 16) || has_prefix(*literal, link_local_ipv6, 10))) {
        return true;
    }
    return std::any_of(rules_.begin(), rules_.end(), [&](rule const& r) {
        if (r.port != 0 && r.port != port) return false;
        switch (r.what) {
            case rule::kind::everything:
                return true;
            case rule::kind::name:
                return host == r.name || (!literal && is_below(host, r.name));
            case rule::kind::below:
                return !literal && is_below(host, r.name);
            case rule::kind::prefix:  // `::/0` is about IPv6 only
                return literal && has_prefix(*literal, r.base, r.bits) &&
                       has_prefix(*literal, mapped, mapped_bits) == has_prefix(r.base, mapped, mapped_bits);
        }
        return false;
    });
}

}  // namespace oms::wire
