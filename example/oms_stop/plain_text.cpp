// SPDX-License-Identifier: BSL-1.0
#include "plain_text.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cstdio>

namespace oms_stop {

namespace {

struct range {
    char32_t first, last;
};

constexpr range steering[] = {
    {0x00, 0x1F},       {0x7F, 0x9F},      // controls
    {0x061C, 0x061C},   {0x200B, 0x200F},  // marks of direction, and what has no width
    {0x2028, 0x202E},   {0x2060, 0x206F},  // separators of lines, embeddings, isolates
    {0xFEFF, 0xFEFF},   {0xFFF9, 0xFFFB},  // byte order, annotations
    {0xE0000, 0xE007F},                    // tags
};

std::string four_digits(unsigned unit) {
    char text[8];
    std::snprintf(text, sizeof text, "\\u%04x", unit);
    return text;
}

// As JSON writes it, above U+FFFF in two halves.
std::string json_escape(char32_t code) {
    if (code < 0x10000) return four_digits(static_cast<unsigned>(code));
    auto const rest = static_cast<unsigned>(code - 0x10000);
    return four_digits(0xD800 + (rest >> 10)) + four_digits(0xDC00 + (rest & 0x3FF));
}

std::string shown_escape(character const& c, char byte) {
    char text[16];
    if (c.valid && c.code > 0x7F) {
        std::snprintf(text, sizeof text, "\\u%04x", static_cast<unsigned>(c.code));
    } else {
        std::snprintf(text, sizeof text, "\\x%02x", static_cast<unsigned char>(byte));
    }
    return text;
}

bool all_ascii(std::string_view text) noexcept {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x7F; });
}

}  // namespace

bool character::plain() const noexcept {
    return valid && std::ranges::none_of(steering, [&](range r) { return code >= r.first && code <= r.last; });
}

character front_character(std::string_view text) noexcept {
    auto const byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    unsigned char const lead = byte(0);
    if (lead < 0x80) return {1, lead, true};
    if (lead < 0xC2 || lead > 0xF4) return {};
    std::size_t const size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (text.size() < size) return {};
    char32_t code = lead & (0x7FU >> size);
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return {};
        code = code << 6 | (byte(i) & 0x3F);
    }
    constexpr char32_t least[] = {0x80, 0x800, 0x10000};
    bool const surrogate = code >= 0xD800 && code <= 0xDFFF;
    if (code < least[size - 2] || code > 0x10FFFF || surrogate) return {};
    return {size, code, true};
}

bool is_utf8(std::string_view text) noexcept {
    while (!text.empty()) {
        character const c = front_character(text);
        if (!c.valid) return false;
        text.remove_prefix(c.size);
    }
    return true;
}

bool is_plain(std::string_view text) noexcept {
    while (!text.empty()) {
        character const c = front_character(text);
        if (!c.plain()) return false;
        text.remove_prefix(c.size);
    }
    return true;
}

std::string plain(std::string_view text, bool keep_lines) {
    std::string result;
    while (!text.empty()) {
        character const c = front_character(text);
        if (c.plain() || (keep_lines && c.code == '\n' && c.valid)) {
            result.append(text.substr(0, c.size));
        } else {
            result += shown_escape(c, text.front());
        }
        text.remove_prefix(c.size);
    }
    return result;
}

std::string json_text(boost::json::object const& line) {
    std::string const text = boost::json::serialize(line);
    if (all_ascii(text)) return text;  // controls are escaped already
    std::string result;
    for (std::string_view rest = text; !rest.empty();) {
        character const c = front_character(rest);
        if (!c.valid) {
            result += "\xEF\xBF\xBD";
        } else if (c.plain()) {
            result.append(rest.substr(0, c.size));
        } else {
            result += json_escape(c.code);
        }
        rest.remove_prefix(c.size);
    }
    return result;
}

}  // namespace oms_stop
