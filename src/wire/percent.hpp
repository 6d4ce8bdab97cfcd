// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_WIRE_PERCENT_HPP
#define OMS_WIRE_PERCENT_HPP

/// @file
/// Percent-encoding (RFC 3986).

#include <string>
#include <string_view>

namespace oms::wire {

/// Appends one segment of a path, or one name or value of a query.
/// Unreserved characters stay; every other byte becomes `%XX` in upper case, as the signature wants it.
void append_encoded(std::string& out, std::string_view segment);

}  // namespace oms::wire

#endif
