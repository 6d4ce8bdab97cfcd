// SPDX-License-Identifier: BSL-1.0
#include "http2/header_coding.hpp"

#include <limits>

namespace oms::http2 {

namespace {

constexpr unsigned more_follows = 0x80;
constexpr representation plain_text{0x00, 7};

}  // namespace

void append_number(std::string& out, representation as, std::uint32_t value) {
    std::uint32_t const most = (1U << as.bits) - 1;
    if (value < most) {
        out += static_cast<char>(as.mark | value);
        return;
    }
    out += static_cast<char>(as.mark | most);
    for (value -= most; value >= more_follows; value >>= 7U)
        out += static_cast<char>(more_follows | (value & 0x7FU));
    out += static_cast<char>(value);
}

void append_text(std::string& out, std::string_view text) {
    append_number(out, plain_text, static_cast<std::uint32_t>(text.size()));
    out += text;
}

bool take_large_number(std::string_view& block, std::uint32_t& value) noexcept {
    std::uint64_t sum = value;
    for (unsigned shift = 0; shift <= 28 && !block.empty(); shift += 7) {
        unsigned const byte = static_cast<unsigned char>(block.front());
        block.remove_prefix(1);
        sum += std::uint64_t{byte & 0x7FU} << shift;
        if ((byte & more_follows) != 0) continue;
        value = static_cast<std::uint32_t>(sum);
        return sum <= std::numeric_limits<std::uint32_t>::max();
    }
    return false;
}

}  // namespace oms::http2
