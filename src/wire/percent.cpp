// SPDX-License-Identifier: BSL-1.0
#include "wire/percent.hpp"

#include "wire/chars.hpp"

#include <algorithm>
#include <array>

namespace oms::wire {

void append_encoded(std::string& out, std::string_view segment) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    auto at = segment.begin();
    for (;;) {
        // Ids hold unreserved characters only as a rule: they go in one piece.
        auto const stop = std::find_if_not(at, segment.end(), is_unreserved);
        out.append(at, stop);
        if (stop == segment.end()) return;
        auto const byte = static_cast<unsigned char>(*stop);
        std::array<char, 3> const escaped{'%', digits[byte >> 4U], digits[byte & 0xFU]};
        out.append(escaped.data(), escaped.size());
        at = stop + 1;
    }
}

}  // namespace oms::wire
