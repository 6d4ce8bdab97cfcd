// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_PATIENCE_HPP
#define OMS_TESTING_PATIENCE_HPP

// How long a test waits for what the simulator sees.

#include <algorithm>
#include <chrono>

namespace oms::testing {

/// When a wait that begins now ends. Bounded, so that no clock overflows.
inline std::chrono::steady_clock::time_point end_of(std::chrono::nanoseconds at_most) {
    return std::chrono::steady_clock::now() + std::min<std::chrono::nanoseconds>(at_most, std::chrono::hours(24));
}

}  // namespace oms::testing

#endif
