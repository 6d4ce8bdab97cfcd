// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_CLOCK_HPP
#define OMS_TESTING_CLOCK_HPP

// The wall clock of the service, which may be set wrong.

#include <atomic>
#include <chrono>

namespace oms::testing {

class service_clock {
public:
    void set_skew(std::chrono::seconds ahead) noexcept { ahead_ = ahead; }
    std::chrono::sys_seconds now() const noexcept {
        return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) + ahead_.load();
    }

private:
    std::atomic<std::chrono::seconds> ahead_ = std::chrono::seconds(0);
};

}  // namespace oms::testing

#endif
