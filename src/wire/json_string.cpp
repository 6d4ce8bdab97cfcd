// SPDX-License-Identifier: BSL-1.0
#include "wire/json_string.hpp"

namespace oms::wire {

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    for (char const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20) {
            out += "\\u00";
            out += "0123456789abcdef"[byte >> 4U];
            out += "0123456789abcdef"[byte & 15U];
        } else {
            out += c;
        }
    }
    out += '"';
}

}  // namespace oms::wire
