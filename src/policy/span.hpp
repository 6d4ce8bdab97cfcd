// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_POLICY_SPAN_HPP
#define OMS_POLICY_SPAN_HPP

/// @file
/// Which durations an option may have.

#include <oms/config.hpp>

#include <chrono>

namespace oms::policy {

/// Longer than any process runs. What is beyond, or negative, has most often overflowed where it was converted to
/// nanoseconds: hours(6'000'000) comes to a hundred years, and hours(3'000'000) to less than nothing.
inline constexpr duration longest_span = std::chrono::hours(24 * 365 * 50);

constexpr bool is_span(duration d) noexcept {
    return d >= duration::zero() && (d <= longest_span || d == unlimited);
}

/// The same where nothing is too short.
constexpr bool is_positive_span(duration d) noexcept {
    return is_span(d) && d > duration::zero();
}

}  // namespace oms::policy

#endif
