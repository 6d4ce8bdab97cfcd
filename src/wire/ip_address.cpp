// SPDX-License-Identifier: BSL-1.0
#include "wire/ip_address.hpp"

#include "wire/number.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

namespace oms::wire {

namespace {

bool parse_ipv4(std::string_view text, std::span<std::uint8_t, 4> out) noexcept {
    for (std::size_t i = 0; i < out.size(); ++i) {
        auto const dot = text.find('.');
        if ((dot == std::string_view::npos) != (i + 1 == out.size())) return false;
        std::string_view const part = text.substr(0, dot);
        if (part.size() > 1 && part.front() == '0') return false;
        if (!parse_number(part, out[i], 10)) return false;
        text.remove_prefix(dot == std::string_view::npos ? text.size() : dot + 1);
    }
    return true;
}

// Groups of 16 bits between colons: their bytes, appended. At the very end of an address one of IPv4 may stand for two.
bool parse_groups(std::string_view text, bool at_the_end, std::span<std::uint8_t, 16> out, std::size_t& size) noexcept {
    for (bool more = !text.empty(); more;) {
        auto const colon = text.find(':');
        more = colon != std::string_view::npos;
        std::string_view const group = text.substr(0, colon);
        text.remove_prefix(more ? colon + 1 : text.size());
        if (!more && at_the_end && group.find('.') != std::string_view::npos) {
            if (size + 4 > out.size()) return false;
            auto const at = out.subspan(size).first<4>();
            size += 4;
            return parse_ipv4(group, at);
        }
        std::uint16_t number = 0;
        if (size + 2 > out.size() || group.size() > 4 || !parse_number(group, number, 16)) return false;
        out[size++] = static_cast<std::uint8_t>(number >> 8U);
        out[size++] = static_cast<std::uint8_t>(number & 0xFFU);
    }
    return true;
}

}  // namespace

std::optional<ip_address> parse_ip_address(std::string_view text) noexcept {
    ip_address out{};
    if (text.find(':') == std::string_view::npos) {
        out[10] = out[11] = 0xFF;
        if (!parse_ipv4(text, std::span(out).last<4>())) return std::nullopt;
        return out;
    }
    auto const gap = text.find("::");
    std::size_t size = 0;
    if (gap == std::string_view::npos) {
        if (!parse_groups(text, true, out, size) || size != out.size()) return std::nullopt;
        return out;
    }
    ip_address tail{};
    std::size_t tail_size = 0;
    if (!parse_groups(text.substr(0, gap), false, out, size) ||
        !parse_groups(text.substr(gap + 2), true, tail, tail_size)) {
        return std::nullopt;
    }
    if (size + tail_size > out.size() - 2) return std::nullopt;
    std::copy_n(tail.begin(), tail_size, out.end() - static_cast<std::ptrdiff_t>(tail_size));
    return out;
}

std::string host_and_port(std::string_view host, std::uint16_t port) {
    bool const ipv6 = host.find(':') != std::string_view::npos;
    std::string text;
    if (ipv6) text += '[';
    text += host;
    if (ipv6) text += ']';
    text += ':';
    text += std::to_string(port);
    return text;
}

}  // namespace oms::wire
