// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_WIRE_CHARS_HPP
#define OMS_WIRE_CHARS_HPP

/// @file
/// Classes of bytes, and comparisons that no locale changes.

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace oms::wire {

constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}
constexpr bool is_lower(char c) noexcept {
    return c >= 'a' && c <= 'z';
}
constexpr bool is_upper(char c) noexcept {
    return c >= 'A' && c <= 'Z';
}
constexpr char to_lower(char c) noexcept {
    return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
}

namespace detail {

enum byte_class : unsigned char { token_byte = 1, text_byte = 2, unreserved_byte = 4, control_byte = 8 };

constexpr std::array<unsigned char, 256> make_byte_classes() noexcept {
    constexpr std::string_view token_marks = "!#$%&'*+-.^_`|~";
    constexpr std::string_view unreserved_marks = "-._~";
    std::array<unsigned char, 256> classes{};
    for (std::size_t i = 0; i < classes.size(); ++i) {
        char const c = static_cast<char>(i);
        bool const alphanumeric = is_digit(c) || is_lower(c) || is_upper(c);
        bool const control = i < 0x20 || i == 0x7F;
        unsigned bits = 0;
        if (alphanumeric || token_marks.find(c) != std::string_view::npos) bits |= token_byte;
        if (alphanumeric || unreserved_marks.find(c) != std::string_view::npos) bits |= unreserved_byte;
        if (control) bits |= control_byte;
        if (!control || c == '\t') bits |= text_byte;
        classes[i] = static_cast<unsigned char>(bits);
    }
    return classes;
}

inline constexpr std::array<unsigned char, 256> byte_classes = make_byte_classes();

constexpr bool has_class(char c, byte_class wanted) noexcept {
    return (byte_classes[static_cast<unsigned char>(c)] & wanted) != 0;
}

}  // namespace detail

/// A character of a header's name (RFC 9110, `tchar`).
constexpr bool is_token(char c) noexcept {
    return detail::has_class(c, detail::token_byte);
}
/// What a header's value or a reason phrase may hold: all but controls; tabs are let in.
constexpr bool is_text(char c) noexcept {
    return detail::has_class(c, detail::text_byte);
}
/// What a URL's segment holds as it is (RFC 3986).
constexpr bool is_unreserved(char c) noexcept {
    return detail::has_class(c, detail::unreserved_byte);
}
/// A control character of ASCII, DEL included.
constexpr bool is_control(char c) noexcept {
    return detail::has_class(c, detail::control_byte);
}

/// Whether the first is the second but for the case of its letters; the second is in lower case.
constexpr bool iequals(std::string_view text, std::string_view lower) noexcept {
    return text.size() == lower.size() &&
           std::equal(text.begin(), text.end(), lower.begin(), [](char a, char b) { return to_lower(a) == b; });
}

/// Without blanks and tabs at both ends.
constexpr std::string_view trim(std::string_view text) noexcept {
    auto const blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && blank(text.back()))
        text.remove_suffix(1);
    return text;
}

}  // namespace oms::wire

#endif
