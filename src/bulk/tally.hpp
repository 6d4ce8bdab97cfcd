// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_BULK_TALLY_HPP
#define OMS_BULK_TALLY_HPP

/// @file
/// The books of a run: every task that was pulled, in exactly one place.

#include "bulk/latency_histogram.hpp"

#include <oms/bulk.hpp>

#include <cstddef>
#include <vector>

namespace oms::bulk {

class tally {
public:
    void pulled() noexcept { ++counts_.pulled; }
    void duplicate() noexcept { ++counts_.duplicates; }
    void not_attempted() noexcept { ++counts_.not_attempted; }
    tally() { failures_.reserve(16); }
    void ended(error_code const& code, stop_result const& result) noexcept;

    std::size_t failed() const noexcept { return failed_; }
    std::size_t ended() const noexcept { return ended_; }

    bulk_progress progress(std::size_t in_flight, std::size_t waiting, duration elapsed) const;
    /// At the end: gives the failures away.
    bulk_report report(duration elapsed) noexcept;

private:
    static constexpr std::size_t max_codes = 256;

    bulk_counts counts_;
    std::size_t failed_ = 0;
    std::size_t ended_ = 0;
    std::vector<failure_count> failures_;
    latency_histogram latency_;
};

}  // namespace oms::bulk

#endif
