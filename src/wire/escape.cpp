// SPDX-License-Identifier: BSL-1.0
#include "wire/escape.hpp"

#include <algorithm>

namespace oms::wire {
namespace {

// Bytes of the character that `text` starts with; 0 where its first byte must be escaped.
std::size_t printable_size(std::string_view text) noexcept {
    auto const byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    unsigned char const lead = byte(0);
    if (lead < 0x80) return lead >= 0x20 && lead != 0x7f ? 1 : 0;
    if (lead < 0xc2 || lead > 0xf4) return 0;
    std::size_t const size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (text.size() < size) return 0;

    // The second byte rules out C1 controls, overlong forms, surrogates and what is above U+10FFFF.
    unsigned char low = 0x80;
    unsigned char high = 0xbf;
    switch (lead) {
        case 0xc2:
        case 0xe0:
            low = 0xa0;
            break;
        case 0xed:
            high = 0x9f;
            break;
        case 0xf0:
            low = 0x90;
            break;
        case 0xf4:
            high = 0x8f;
            break;
        default:
            break;
    }
    if (byte(1) < low || byte(1) > high) return 0;
    for (std::size_t i = 2; i < size; ++i) {
        if (byte(i) < 0x80 || byte(i) > 0xbf) return 0;
    }
    return size;
}

}  // namespace

void append_escaped(std::string& out, std::string_view text, std::size_t limit) {
    constexpr char digits[] = "0123456789abcdef";
    out.reserve(out.size() + std::min(text.size(), limit));
    std::size_t room = limit;
    while (!text.empty()) {
        std::size_t const size = printable_size(text);
        char escape[4] = {'\\', 'x', 0, 0};
        std::string_view piece = text.substr(0, size);
        if (size == 0) {
            auto const byte = static_cast<unsigned char>(text.front());
            switch (byte) {
                case '\n':
                    piece = "\\n";
                    break;
                case '\r':
                    piece = "\\r";
                    break;
                case '\t':
                    piece = "\\t";
                    break;
                default:
                    escape[2] = digits[byte >> 4];
                    escape[3] = digits[byte & 15];
                    piece = {escape, sizeof escape};
            }
        }
        if (piece.size() > room) return;
        out.append(piece);
        room -= piece.size();
        text.remove_prefix(size == 0 ? 1 : size);
    }
}

std::string escaped(std::string_view text, std::size_t limit) {
    std::string out;
    append_escaped(out, text, limit);
    return out;
}

}  // namespace oms::wire
