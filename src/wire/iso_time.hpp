// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_WIRE_ISO_TIME_HPP
#define OMS_WIRE_ISO_TIME_HPP

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace oms::wire {

/// Parses a time such as `2020-01-04T09:08:49.965000Z`: up to nine digits of
/// a fraction, `Z` or an offset such as `+08:00`. The fraction is dropped.
std::optional<std::chrono::sys_seconds> parse_iso_time(std::string_view text) noexcept;

/// `2020-01-04T09:08:49Z`.
std::string iso_time(std::chrono::sys_seconds time);

}  // namespace oms::wire

#endif
