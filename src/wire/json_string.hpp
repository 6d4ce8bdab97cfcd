// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_WIRE_JSON_STRING_HPP
#define OMS_WIRE_JSON_STRING_HPP

#include <string>
#include <string_view>

namespace oms::wire {

/// Appends a string of JSON, quoted, without a copy of it elsewhere: it may be a secret.
/// It takes up to six times the text's size, and two.
void append_json_string(std::string& out, std::string_view text);

}  // namespace oms::wire

#endif
