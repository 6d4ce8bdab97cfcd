// SPDX-License-Identifier: BSL-1.0
#include "testing/request.hpp"

#include <boost/beast/core/string.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace oms::testing {

namespace {

using boost::beast::iequals;

bool is_token_char(char c) noexcept {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
    return std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) noexcept {
    return !text.empty() && std::ranges::all_of(text, is_token_char);
}

bool is_value(std::string_view text) noexcept {
    return std::ranges::all_of(
        text, [](char c) { return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f); });
}

bool is_target(std::string_view text) noexcept {
    return text.starts_with('/') && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

std::string_view trimmed(std::string_view text) noexcept {
    auto const first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return text.substr(text.size());
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool parse_request_line(std::string_view line, request_head& head) {
    auto const first = line.find(' ');
    auto const last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) return false;
    head.method = line.substr(0, first);
    head.target = line.substr(first + 1, last - first - 1);
    auto const version = line.substr(last + 1);
    head.keep_alive = version == "HTTP/1.1";
    return is_token(head.method) && is_target(head.target) && (head.keep_alive || version == "HTTP/1.0");
}

// Those that frame the message or say who asks; one of each at most.
struct singletons {
    bool host = false, content_length = false, token = false, authorization = false;
};

bool once(bool& seen) noexcept {
    return !std::exchange(seen, true);
}

bool accept_header(header_view const& header, singletons& seen, request_head& head) {
    auto const [name, value] = header;
    if (iequals(name, "Host")) return once(seen.host) && !value.empty();
    if (iequals(name, "X-Auth-Token")) return once(seen.token);
    if (iequals(name, "Authorization")) return once(seen.authorization);
    if (iequals(name, "Transfer-Encoding")) return false;
    if (iequals(name, "Connection")) {
        if (iequals(value, "close")) head.keep_alive = false;
        if (iequals(value, "keep-alive")) head.keep_alive = true;
    }
    if (iequals(name, "Content-Length")) {
        auto const* const end = value.data() + value.size();
        auto const result = std::from_chars(value.data(), end, head.content_length);
        return once(seen.content_length) && result.ec == std::errc() && result.ptr == end;
    }
    return true;
}

bool add(header_view const& header, singletons& seen, request_head& head) {
    if (head.headers.size() == head.headers.capacity()) return false;
    if (!is_token(header.name) || !is_value(header.value) || !accept_header(header, seen, head)) return false;
    head.headers.push_back(header);
    return true;
}

bool parse_lines(std::string_view text, request_head& head) {
    auto end = text.find("\r\n");
    if (!parse_request_line(text.substr(0, end), head)) return false;
    singletons seen;
    while (end != std::string_view::npos) {
        text.remove_prefix(end + 2);
        end = text.find("\r\n");
        auto const line = text.substr(0, end);
        auto const colon = line.find(':');
        if (colon == std::string_view::npos) return false;
        if (!add({line.substr(0, colon), trimmed(line.substr(colon + 1))}, seen, head)) return false;
    }
    return seen.host;
}

}  // namespace

std::string_view request_head::find(std::string_view name) const noexcept {
    auto const found = std::ranges::find_if(headers, [&](header_view const& h) { return iequals(h.name, name); });
    return found == headers.end() ? std::string_view() : found->value;
}

head_status parse_head(std::string_view bytes, request_head& head) {
    head = request_head();
    auto const end = bytes.find("\r\n\r\n");
    if (end == std::string_view::npos) {
        return bytes.size() > request_head::max_size ? head_status::too_large : head_status::incomplete;
    }
    if (end > request_head::max_size) return head_status::too_large;
    head.size = end + 4;
    return parse_lines(bytes.substr(0, end), head) ? head_status::complete : head_status::malformed;
}

head_status make_head(std::string_view method, std::string_view target, std::span<header_view const> headers,
                      request_head& head) {
    head = request_head();
    head.method = method;
    head.target = target;
    singletons seen;
    bool good = is_token(method) && is_target(target);
    for (header_view const& each : headers)
        good = good && add(each, seen, head);
    return good && seen.host ? head_status::complete : head_status::malformed;
}

}  // namespace oms::testing
