// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_CLOCK_HPP
#define OMS_TESTING_CLOCK_HPP

// The clocks of the service: of the machine, or of a test that moves them. The wall's may be set wrong.

#include "testing/timeline.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <utility>

namespace oms::testing {

class service_clock {
public:
    /// @param of  Null: the machine's.
    explicit service_clock(std::shared_ptr<timeline const> of = nullptr) noexcept : of_(std::move(of)) {}

    void set_skew(std::chrono::seconds ahead) noexcept { ahead_ = ahead; }
    std::chrono::sys_seconds now() const noexcept {
        auto const wall = of_ ? of_->wall() : std::chrono::system_clock::now();
        return std::chrono::floor<std::chrono::seconds>(wall) + ahead_.load();
    }
    std::chrono::steady_clock::time_point steady() const noexcept {
        return of_ ? of_->now() : std::chrono::steady_clock::now();
    }

private:
    std::shared_ptr<timeline const> const of_;
    std::atomic<std::chrono::seconds> ahead_ = std::chrono::seconds(0);
};

}  // namespace oms::testing

#endif
