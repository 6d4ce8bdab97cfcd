// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_DURATION_HPP
#define OMS_DURATION_HPP

/// @file
/// How long things take, and may take.

#include <chrono>

namespace oms {

/// The type of all durations; takes any `std::chrono` one that is no finer. An option: up to 50 years, or `unlimited`.
using duration = std::chrono::steady_clock::duration;

}  // namespace oms

#endif
