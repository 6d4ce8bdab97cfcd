// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_WIRE_HIDE_HPP
#define OMS_WIRE_HIDE_HPP

/// @file
/// Secrets that somebody else's words repeat.

#include <cstddef>
#include <string>
#include <string_view>

namespace oms::wire {

/// A shorter secret is left alone: it would be found in any word.
inline constexpr std::size_t least_hidden = 8;

/// Puts `***` in the place of a secret wherever a text repeats it: as it is, with the escapes of JSON, or
/// at the text's end cut short. A secret of less than `least_hidden` characters is left alone.
/// Never allocates: a text only becomes shorter.
void hide(std::string& text, std::string_view secret);

}  // namespace oms::wire

#endif
