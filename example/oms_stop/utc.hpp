// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_UTC_HPP
#define OMS_STOP_UTC_HPP

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oms_stop {

using utc_time = std::chrono::system_clock::time_point;

/// For example `2026-03-01T08:30:00.250Z`.
std::string utc_text(utc_time time);

/// Reads what `utc_text` writes, of the years 1970 to 2199, and nothing else.
std::optional<utc_time> utc_of_text(std::string_view text) noexcept;

/// From milliseconds since 1970, of the same years.
std::optional<utc_time> utc_of_milliseconds(std::int64_t ms) noexcept;

}  // namespace oms_stop

#endif
