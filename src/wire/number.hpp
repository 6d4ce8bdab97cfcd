// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_WIRE_NUMBER_HPP
#define OMS_WIRE_NUMBER_HPP

/// @file
/// Numbers in text.

#include <charconv>
#include <string_view>
#include <system_error>

namespace oms::wire {

/// Reads a text that is a number and nothing else.
template <class Number>
bool parse_number(std::string_view text, Number& out, int base = 10) noexcept {
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, base);
    return error == std::errc() && end == text.data() + text.size();
}

}  // namespace oms::wire

#endif
