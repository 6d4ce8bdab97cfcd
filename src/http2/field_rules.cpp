// SPDX-License-Identifier: BSL-1.0
#include "http2/field_rules.hpp"

#include "wire/chars.hpp"

#include <algorithm>

namespace oms::http2 {

namespace {

constexpr std::size_t most_digits = 18;

// What HTTP/1.1 says of a connection has no place in a stream.
bool is_of_connection(std::string_view name) noexcept {
    switch (name.size()) {
        case 7:
            return name == "upgrade";
        case 10:
            return name == "connection" || name == "keep-alive";
        case 16:
            return name == "proxy-connection";
        case 17:
            return name == "transfer-encoding";
        default:
            return false;
    }
}

bool is_name(std::string_view name) noexcept {
    return !name.empty() &&
           std::all_of(name.begin(), name.end(), [](char c) { return wire::is_token(c) && !wire::is_upper(c); });
}

}  // namespace

bool is_value(std::string_view value) noexcept {
    return wire::all_text(value) && wire::trim(value).size() == value.size();
}

bool is_well_formed(field_view const& field) noexcept {
    return is_name(field.name) && is_value(field.value) && !is_of_connection(field.name);
}

bool take_content_length(std::string_view value, std::optional<std::uint64_t>& length) noexcept {
    if (length || value.empty() || value.size() > most_digits) return false;
    std::uint64_t sum = 0;
    for (char c : value) {
        if (!wire::is_digit(c)) return false;
        sum = sum * 10 + static_cast<std::uint64_t>(c - '0');
    }
    length = sum;
    return true;
}

}  // namespace oms::http2
