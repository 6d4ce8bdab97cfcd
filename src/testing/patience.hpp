// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_PATIENCE_HPP
#define OMS_TESTING_PATIENCE_HPP

// How long a test waits for what the simulator sees.

#include <algorithm>
#include <chrono>

namespace oms::testing {

/// So that no clock overflows.
inline std::chrono::nanoseconds bounded(std::chrono::nanoseconds duration) {
    return std::clamp<std::chrono::nanoseconds>(duration, std::chrono::nanoseconds::zero(), std::chrono::hours(87'600));
}

/// When a wait that begins now ends.
inline std::chrono::steady_clock::time_point end_of(std::chrono::nanoseconds at_most) {
    return std::chrono::steady_clock::now() + bounded(at_most);
}

}  // namespace oms::testing

#endif
