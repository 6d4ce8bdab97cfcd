// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_POLICY_RATE_HINT_HPP
#define OMS_POLICY_RATE_HINT_HPP

/// @file
/// What a throttling gateway says about its limit.

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace oms::policy {

/// What a limit is counted by.
enum class throttle_scope : std::uint8_t { unnamed, user, address };

/// A limit, as far as a reply names it.
struct rate_hint {
    double rate = std::numeric_limits<double>::infinity();  ///< Requests a second; infinite: not named.
    throttle_scope scope = throttle_scope::unnamed;
};

/// Reads texts like `policy user over ratelimit,limit:200,time:1 second`; empty where nothing is named.
///
/// Nobody promises this form, so it may only change the pace.
std::optional<rate_hint> parse_rate_hint(std::string_view text) noexcept;

}  // namespace oms::policy

#endif
