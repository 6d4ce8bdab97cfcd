// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_WIRE_INI_HPP
#define OMS_WIRE_INI_HPP

/// @file
/// Profile files, by the rules that the cloud's SDKs share.

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace oms::wire {

/// The keys of one section, in lower case, with their values.
using ini_section = std::map<std::string, std::string_view, std::less<>>;

/// Reads one section of a file in UTF-8; nothing: there is no such section.
///
/// Lines that begin with `#` or `;` are comments. A key goes to the first `=`
/// or `:`, in any case; its value is the rest of the line without the blanks
/// at both ends, taken as it is: no quotes, no interpolation, no comments
/// behind it. Of a key that comes twice the last one counts; a section may be
/// continued further down. What is neither is passed over.
///
/// @return  Views into `text`.
std::optional<ini_section> read_ini_section(std::string_view text, std::string_view section);

}  // namespace oms::wire

#endif
