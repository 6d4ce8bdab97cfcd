// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_ARRIVALS_HPP
#define OMS_TESTING_ARRIVALS_HPP

// Where tests wait for what has been written down.

#include "testing/patience.hpp"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace oms::testing {

class arrivals {
public:
    /// Once something was written down. Costs next to nothing where nobody waits.
    void notify() {
        if (waiting_ == 0) return;
        // Who looked before it was written down waits by now.
        { std::lock_guard const lock(mutex_); }
        changed_.notify_all();
    }

    /// Whether it is so, or comes to be so before the time is over. `so` reads what is written down.
    template <class Condition>
    bool wait(std::chrono::nanoseconds at_most, Condition so) {
        auto const end = end_of(at_most);
        std::unique_lock lock(mutex_);
        ++waiting_;
        bool const good = changed_.wait_until(lock, end, so);
        --waiting_;
        return good;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::atomic<std::size_t> waiting_ = 0;
};

}  // namespace oms::testing

#endif
