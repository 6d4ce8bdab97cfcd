// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_POLICY_BACKOFF_HPP
#define OMS_POLICY_BACKOFF_HPP

/// @file
/// How long to wait before a repeat.

#include <oms/duration.hpp>

#include <algorithm>
#include <cstdint>

namespace oms::policy {

/// Exponential delay with full jitter: uniform in [0, min(cap, base × 2^failures)].
///
/// Callers that failed together come back spread over the whole interval,
/// which loads a service that recovers the least.
///
/// @param random  64 random bits.
constexpr duration full_jitter(duration base, duration cap, unsigned failures, std::uint64_t random) noexcept {
    base = std::clamp(base, duration::zero(), std::max(cap, duration::zero()));
    duration limit = base;
    for (; failures > 0 && limit > duration::zero() && limit < cap; --failures) {
        limit = limit > cap / 2 ? cap : limit * 2;
    }
    // The upper half of a 64 × 64 bit product, piece by piece: scales without the bias of a remainder.
    std::uint64_t const range = static_cast<std::uint64_t>(limit.count()) + 1;
    std::uint64_t const low_mask = 0xFFFFFFFF;
    std::uint64_t const high_low = (random >> 32U) * (range & low_mask);
    std::uint64_t const low_high = (random & low_mask) * (range >> 32U);
    std::uint64_t const low_low = (random & low_mask) * (range & low_mask);
    std::uint64_t const carry = ((high_low & low_mask) + (low_high & low_mask) + (low_low >> 32U)) >> 32U;
    std::uint64_t const scaled = (random >> 32U) * (range >> 32U) + (high_low >> 32U) + (low_high >> 32U) + carry;
    return duration(static_cast<duration::rep>(scaled));
}

}  // namespace oms::policy

#endif
