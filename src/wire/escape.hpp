// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_WIRE_ESCAPE_HPP
#define OMS_WIRE_ESCAPE_HPP

// Text from outside, made fit for a log line or a terminal.

#include <cstddef>
#include <string>
#include <string_view>

namespace oms::wire {

/// Appends `text` as valid UTF-8 without control characters: those, and bytes
/// that are no UTF-8, become `\n`, `\r`, `\t` or `\xNN`.
/// @param limit  Bytes appended at most; cut between characters.
void append_escaped(std::string& out, std::string_view text, std::size_t limit = std::string_view::npos);

std::string escaped(std::string_view text, std::size_t limit = std::string_view::npos);

}  // namespace oms::wire

#endif
