// SPDX-License-Identifier: BSL-1.0
#include "http2/field_rules.hpp"

#include "wire/chars.hpp"

#include <array>

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

constexpr std::array<bool, 256> make_name_bytes() noexcept {
    std::array<bool, 256> made{};
    for (std::size_t i = 0; i < made.size(); ++i) {
        char const c = static_cast<char>(i);
        made[i] = wire::is_token(c) && !wire::is_upper(c);
    }
    return made;
}

constexpr std::array<bool, 256> name_bytes = make_name_bytes();

bool is_name(std::string_view name) noexcept {
    bool good = !name.empty();
    for (char c : name)
        good &= name_bytes[static_cast<unsigned char>(c)];
    return good;
}

constexpr bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t';
}

}  // namespace

bool is_value(std::string_view value) noexcept {
    return value.empty() || (!is_blank(value.front()) && !is_blank(value.back()) && wire::all_text(value));
}

bool is_well_formed(field_view const& field) noexcept {
    // Names of the static table are in order, but for one that is of a connection.
    bool const known = field.name_index != 0 && field.name_index != transfer_encoding_index;
    return (known || (is_name(field.name) && !is_of_connection(field.name))) && is_value(field.value);
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
