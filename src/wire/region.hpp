// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_WIRE_REGION_HPP
#define OMS_WIRE_REGION_HPP

/// @file
/// Regions: where the services are in each, and what is known of them.

#include <string>
#include <string_view>

namespace oms::wire {

/// Shaped like `cn-north-4`: it becomes a label of a host's name.
bool valid_region(std::string_view region) noexcept;

/// One of those that the service's own SDKs know; others may have been opened since.
bool known_region(std::string_view region) noexcept;

/// Whether the documents give the region sync tasks; they disagree, so it is worth a hint at most.
bool has_sync_tasks(std::string_view region) noexcept;

/// The endpoint by the naming pattern.
/// @param region  A valid one.
std::string oms_endpoint(std::string_view region);

/// The region's own IAM; the global one where the region is empty or has none.
std::string iam_endpoint(std::string_view region);

/// `HUAWEICLOUD_SDK_REGION_OMS_CN_NORTH_4` -> `cn-north-4`; empty: not such a name.
/// @param service  In upper case.
std::string region_of_variable(std::string_view variable, std::string_view service);

}  // namespace oms::wire

#endif
