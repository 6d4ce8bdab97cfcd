// SPDX-License-Identifier: BSL-1.0
#include "wire/url.hpp"

#include "wire/chars.hpp"
#include "wire/ip_address.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <system_error>

namespace oms::wire {

namespace {

constexpr std::size_t max_host = 253;
constexpr std::size_t max_label = 63;
constexpr std::uint16_t https_port = 443;
constexpr std::uint16_t http_port = 80;

// The next part before a separator; both are taken off the front.
// `more` says whether a separator was there, so that an empty last part counts.
std::string_view next_part(std::string_view& rest, char separator, bool& more) noexcept {
    auto const at = rest.find(separator);
    more = at != std::string_view::npos;
    std::string_view const part = rest.substr(0, at);
    rest.remove_prefix(more ? at + 1 : rest.size());
    return part;
}

// Underscores are no part of host names, but private zones have them.
bool is_label(std::string_view label) noexcept {
    if (label.empty() || label.size() > max_label || label.front() == '-' || label.back() == '-') return false;
    return std::all_of(label.begin(), label.end(),
                       [](char c) { return is_lower(c) || is_digit(c) || c == '-' || c == '_'; });
}

// The dot at the end, which keeps a resolver from trying its own domains first, is no part of the name.
std::string_view without_dot(std::string_view host) noexcept {
    if (host.ends_with('.')) host.remove_suffix(1);
    return host;
}

bool is_host_name(std::string_view host) noexcept {
    host = without_dot(host);
    if (host.size() > max_host) return false;
    std::string_view label;
    for (bool more = true; more;) {
        label = next_part(host, '.', more);
        if (!is_label(label)) return false;
    }
    // A last label of digits is a misspelt address, and resolvers would guess at it.
    return !std::all_of(label.begin(), label.end(), is_digit);
}

bool parse_port(std::string_view text, std::uint16_t& port) noexcept {
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc() && end == text.data() + text.size() && port != 0;
}

// What is wrong with the text as a whole; empty: nothing yet.
std::string_view bad_text(std::string_view url) noexcept {
    auto const blank = [](char c) { return c == ' ' || is_control(c); };
    auto const not_ascii = [](char c) { return static_cast<unsigned char>(c) > 0x7F; };
    if (std::any_of(url.begin(), url.end(), blank)) return "holds blanks or control characters";
    if (std::any_of(url.begin(), url.end(), not_ascii)) {
        return "holds characters beyond ASCII: write an internationalized host name in its ASCII form (xn--...)";
    }
    return {};
}

// Takes the slash at the end off.
std::string_view bad_frame(std::string_view& url) noexcept {
    if (url.ends_with('/')) url.remove_suffix(1);
    if (url.find('@') != std::string_view::npos) return "must not hold a user name or password";
    if (url.find_first_of("/?#\\") != std::string_view::npos) {
        return "must be a host and a port only, without path, query or fragment";
    }
    return {};
}

// Takes the host apart from the port.
std::string_view bad_authority(std::string_view text, authority& out) {
    bool const brackets = text.starts_with('[');
    auto const host_end = brackets ? text.find(']') : text.find(':');
    if (brackets && host_end == std::string_view::npos) return "lacks the closing bracket of an IPv6 address";
    if (!brackets && std::count(text.begin(), text.end(), ':') > 1) return "must have an IPv6 address in brackets";
    std::string_view const host = brackets ? text.substr(1, host_end - 1) : text.substr(0, host_end);
    std::string_view const rest =
        host_end == std::string_view::npos ? std::string_view() : text.substr(host_end + (brackets ? 1 : 0));

    if (host.empty()) return "lacks a host";
    out.host = host;
    std::transform(host.begin(), host.end(), out.host.begin(), to_lower);
    bool const ipv6 = out.host.find(':') != std::string::npos;
    out.literal = brackets || parse_ip_address(out.host);
    if (brackets && (!ipv6 || !parse_ip_address(out.host))) return "holds a malformed IPv6 address";
    if (!out.literal && !is_host_name(out.host)) return "holds a malformed host name or address";

    if (rest.empty()) return {};
    if (!rest.starts_with(':') || !parse_port(rest.substr(1), out.port)) {
        return "holds a malformed port: write :1 to :65535 after the host";
    }
    return {};
}

// What follows the scheme.
std::optional<authority> parse_rest(std::string_view text, std::uint16_t usual_port, std::string& reason) {
    authority out;
    out.port = usual_port;
    std::string_view wrong = bad_text(text);
    if (wrong.empty()) wrong = bad_frame(text);
    if (wrong.empty()) wrong = bad_authority(text, out);
    if (!wrong.empty()) {
        reason = wrong;
        return std::nullopt;
    }
    bool const ipv6 = out.host.find(':') != std::string::npos;
    out.host_header = ipv6 ? '[' + out.host + ']' : std::string(without_dot(out.host));
    if (out.port != usual_port) out.host_header += ':' + std::to_string(out.port);
    return out;
}

}  // namespace

std::optional<authority> parse_endpoint(std::string_view url, std::string& reason) {
    if (url.empty()) {
        reason = "is empty";
        return std::nullopt;
    }
    if (auto const at = url.find("://"); at != std::string_view::npos && bad_text(url).empty()) {
        if (!iequals(url.substr(0, at), "https")) {
            reason = "must begin with https://";
            return std::nullopt;
        }
        url.remove_prefix(at + 3);
    }
    return parse_rest(url, https_port, reason);
}

std::optional<authority> parse_plain_endpoint(std::string_view url, std::string& reason) {
    constexpr std::string_view scheme = "http://";
    if (!iequals(url.substr(0, scheme.size()), scheme)) {
        reason = "must begin with http://";
        return std::nullopt;
    }
    return parse_rest(url.substr(scheme.size()), http_port, reason);
}

}  // namespace oms::wire
