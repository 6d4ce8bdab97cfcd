// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_CSV_HPP
#define OMS_STOP_CSV_HPP

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oms_stop {

/// Splits a line at commas, or at another separator. A field may be quoted; a quote in it is doubled then (RFC 4180).
/// Nothing where a quote has no end or something follows it: a field does not go over several lines here.
std::optional<std::vector<std::string>> split_csv(std::string_view line, char separator = ',');

/// A field as a line of CSV holds it: quoted where it must be. What a spreadsheet would take for a formula gets an
/// apostrophe in front.
std::string csv_field(std::string_view text);

}  // namespace oms_stop

#endif
