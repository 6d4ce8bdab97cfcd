// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_POLICY_RESET_GUARD_HPP
#define OMS_POLICY_RESET_GUARD_HPP

/// @file
/// How often requests may be given up on one connection of HTTP/2: a peer counts their resets, and may take many for
/// an attack.

#include "policy/durations.hpp"

#include <chrono>

namespace oms::policy {

class reset_guard {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// One more was given up.
    /// @return Whether the connection may go on.
    bool take(time_point now) noexcept {
        // Each is worth so much time, and a second of it may be in hand.
        constexpr auto each = std::chrono::steady_clock::duration(std::chrono::seconds(1)) / durations::resets_a_second;
        if (paid_until_ < now) paid_until_ = now;
        paid_until_ += each;
        return paid_until_ - now <= std::chrono::seconds(1);
    }

private:
    time_point paid_until_{};
};

}  // namespace oms::policy

#endif
