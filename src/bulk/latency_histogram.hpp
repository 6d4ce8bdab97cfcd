// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_BULK_LATENCY_HISTOGRAM_HPP
#define OMS_BULK_LATENCY_HISTOGRAM_HPP

/// @file
/// Percentiles of any number of durations, in constant memory.

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace oms::bulk {

/// Buckets that grow with what they hold: 32 to each power of two of
/// microseconds, so that what is told is at most 3 % off.
class latency_histogram {
public:
    using duration = std::chrono::steady_clock::duration;

    void add(duration d) noexcept {
        auto const us = std::chrono::duration_cast<std::chrono::microseconds>(d).count();
        ++buckets_[bucket_of(us < 0 ? 0 : static_cast<std::uint64_t>(us))];
        ++count_;
        max_ = std::max(max_, d);
    }

    std::uint64_t count() const noexcept { return count_; }
    duration max() const noexcept { return max_; }

    /// The least duration that `part` of all do not exceed; zero where there are none.
    duration quantile(double part) const noexcept {
        auto const rank = static_cast<std::uint64_t>(std::ceil(part * static_cast<double>(count_)));
        std::uint64_t seen = 0;
        for (std::size_t i = 0; i < buckets_.size(); ++i) {
            seen += buckets_[i];
            if (seen > 0 && seen >= rank) return std::min<duration>(std::chrono::microseconds(upper_of(i)), max_);
        }
        return {};
    }

private:
    static constexpr unsigned step_bits = 5;
    static constexpr std::uint64_t steps = 1U << step_bits;
    static constexpr unsigned powers = 36;  // 2^41 µs are 25 days

    static std::size_t bucket_of(std::uint64_t us) noexcept {
        if (us < steps) return static_cast<std::size_t>(us);
        auto const power = static_cast<unsigned>(std::bit_width(us)) - 1 - step_bits;
        if (power >= powers) return powers * steps + steps - 1;
        return static_cast<std::size_t>((power + 1) * steps + (us >> power) - steps);
    }

    static std::uint64_t upper_of(std::size_t bucket) noexcept {
        if (bucket < steps) return bucket;
        auto const power = static_cast<unsigned>(bucket / steps) - 1;
        return ((steps + bucket % steps + 1) << power) - 1;
    }

    std::array<std::uint64_t, (powers + 1) * steps> buckets_{};
    std::uint64_t count_ = 0;
    duration max_{};
};

}  // namespace oms::bulk

#endif
