// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_CSV_HPP
#define OMS_STOP_CSV_HPP

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oms_stop {

/// Splits a line at commas. A field may be quoted; a quote in it is doubled then (RFC 4180).
/// Nothing where a quote has no end or something follows it: a field does not go over several lines here.
std::optional<std::vector<std::string>> split_csv(std::string_view line);

}  // namespace oms_stop

#endif
