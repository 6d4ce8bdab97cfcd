// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_WIRE_CHARS_HPP
#define OMS_WIRE_CHARS_HPP

/// @file
/// Classes of bytes, and comparisons that no locale changes.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

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

namespace detail {

// Eight bytes at a time, told apart without a branch for each. Where `wanted` fails for a word, the answer is no; the
// last word overlaps the one before.
template <class Wanted>
bool all_words(std::string_view text, Wanted wanted) noexcept {
    auto const word = [&text](std::size_t at) {
        std::uint64_t w = 0;
        std::memcpy(&w, text.data() + at, sizeof w);
        return w;
    };
    std::size_t at = 0;
    for (; at + 8 < text.size(); at += 8) {
        if (!wanted(word(at), at)) return false;
    }
    return wanted(word(text.size() - 8), text.size() - 8);
}

inline constexpr std::uint64_t each_byte = 0x0101010101010101;
inline constexpr std::uint64_t high_bits = each_byte << 7U;

// The high bit of each byte of `word` that is at least `low`, where no byte has it set.
constexpr std::uint64_t at_least(std::uint64_t word, unsigned low) noexcept {
    return word + each_byte * (0x80 - low);
}

}  // namespace detail

/// Whether all are `is_text`.
inline bool all_text(std::string_view text) noexcept {
    if (text.size() >= 8) {
        bool const plain = detail::all_words(text, [](std::uint64_t word, std::size_t) {
            std::uint64_t const del = word ^ (detail::each_byte * 0x7F);
            std::uint64_t const below_space = (word - detail::each_byte * 0x20) & ~word;
            return ((below_space | ((del - detail::each_byte) & ~del)) & detail::high_bits) == 0;
        });
        if (plain) return true;  // else there may be a tab
    }
    return std::all_of(text.begin(), text.end(), is_text);
}

/// Whether all are `is_unreserved`.
inline bool all_unreserved(std::string_view text) noexcept {
    if (text.size() >= 8) {
        bool const plain = detail::all_words(text, [](std::uint64_t word, std::size_t) {
            std::uint64_t const lower = word | (detail::each_byte * 0x20);
            std::uint64_t const letter = detail::at_least(lower, 'a') & ~detail::at_least(lower, 'z' + 1);
            std::uint64_t const digit = detail::at_least(word, '0') & ~detail::at_least(word, '9' + 1);
            std::uint64_t const hyphen = detail::at_least(word, '-') & ~detail::at_least(word, '-' + 1);
            // A high bit would upset its neighbours.
            bool const ascii = (word & detail::high_bits) == 0;
            return ascii && ((letter | digit | hyphen) & detail::high_bits) == detail::high_bits;
        });
        if (plain) return true;  // else there may be one of the other marks
    }
    return std::all_of(text.begin(), text.end(), is_unreserved);
}

/// Whether the first is the second but for the case of its letters; the second has letters in lower case, digits, and
/// none of the marks behind them but `_`.
constexpr bool iequals(std::string_view text, std::string_view lower) noexcept {
    if (text.size() != lower.size()) return false;
    if (!std::is_constant_evaluated() && text.size() >= 8) {
        return detail::all_words(text, [lower](std::uint64_t word, std::size_t at) {
            std::uint64_t wanted = 0;
            std::memcpy(&wanted, lower.data() + at, sizeof wanted);
            std::uint64_t const may_differ = (wanted >> 1U) & wanted & (detail::each_byte * 0x20);  // in letters
            return ((word ^ wanted) & ~may_differ) == 0;
        });
    }
    return std::equal(text.begin(), text.end(), lower.begin(), [](char a, char b) { return to_lower(a) == b; });
}

/// Without blanks and tabs at both ends.
constexpr std::string_view trim(std::string_view text) noexcept {
    auto const blank = [](char c) { return c == ' ' || c == '\t'; };
    char const* first = text.data();
    char const* last = first + text.size();
    while (first != last && blank(*first))
        ++first;
    while (last != first && blank(last[-1]))
        --last;
    return {first, static_cast<std::size_t>(last - first)};
}

/// The same, and without ends of lines: what a file of one line holds, or a body of text.
constexpr std::string_view without_space(std::string_view text) noexcept {
    constexpr std::string_view space = " \t\r\n\v\f";
    auto const first = text.find_first_not_of(space);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(space) + 1 - first);
}

}  // namespace oms::wire

#endif
