// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_REGION_FILE_HPP
#define OMS_CLIENT_REGION_FILE_HPP

// The file that the service's SDKs take endpoints from (YAML):
//
//     OMS:
//       - id: my-region-1
//         endpoint: https://oms.example
//       - id: my-region-2
//         endpoints: [https://a.example, https://b.example]

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oms::detail {

/// Region -> its endpoints, in their order.
using region_table = std::map<std::string, std::vector<std::string>>;

/// What a region file says of one service; what it says of others does not matter. An entry without an id is skipped,
/// a single `endpoint` comes behind a list, and the last entry of a region counts.
///
/// @param service  In lower case; in the file the case of letters does not matter.
/// @param reason   Set where it fails: what is wrong, and in which line.
std::optional<region_table> parse_region_file(std::string const& text, std::string_view service, std::string& reason);

}  // namespace oms::detail

#endif
