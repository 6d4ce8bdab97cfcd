// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_POLICY_RETRY_BUDGET_HPP
#define OMS_POLICY_RETRY_BUDGET_HPP

/// @file
/// What keeps repeats from multiplying an outage.

#include <algorithm>

namespace oms::policy {

/// A bucket of repeats: each takes one out, each success puts a little back.
class retry_budget {
public:
    /// Starts full. Both may be infinite; neither is negative.
    retry_budget(double capacity, double per_success) noexcept
        : capacity_(capacity), per_success_(per_success), level_(capacity) {}

    /// Whether a repeat may be taken.
    bool available() const noexcept { return level_ >= 1 - rounding; }
    void take() noexcept { level_ = std::max(level_ - 1, 0.0); }
    void success() noexcept { level_ = std::min(level_ + per_success_, capacity_); }

    /// Full, as a new one is.
    bool at_rest() const noexcept { return level_ == capacity_; }
    double level() const noexcept { return level_; }

private:
    // Ten times a tenth is one repeat, whatever the sum of the fractions is.
    static constexpr double rounding = 1e-9;

    double capacity_;
    double per_success_;
    double level_;
};

}  // namespace oms::policy

#endif
