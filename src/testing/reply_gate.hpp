// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_REPLY_GATE_HPP
#define OMS_TESTING_REPLY_GATE_HPP

// Where replies are held until a test says so.

#include "testing/patience.hpp"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <limits>
#include <mutex>
#include <utility>
#include <vector>

namespace oms::testing {

class reply_gate {
public:
    static constexpr std::size_t all = std::numeric_limits<std::size_t>::max();

    /// `go` is called by whoever releases it; at once where the gate is open.
    void pass(std::function<void()> go) {
        {
            std::lock_guard const lock(mutex_);
            if (!open_) {
                waiting_.push_back(std::move(go));
                changed_.notify_all();
                return;
            }
        }
        go();
    }

    std::size_t waiting() const {
        std::lock_guard const lock(mutex_);
        return waiting_.size();
    }

    /// Whether so many wait, before the time is over.
    bool wait(std::size_t count, std::chrono::nanoseconds at_most) const {
        std::unique_lock lock(mutex_);
        return changed_.wait_until(lock, end_of(at_most), [&] { return waiting_.size() >= count; });
    }

    /// Those that came first.
    std::size_t release(std::size_t count = all) {
        std::vector<std::function<void()>> going;
        {
            std::lock_guard const lock(mutex_);
            while (going.size() < count && !waiting_.empty()) {
                going.push_back(std::move(waiting_.front()));
                waiting_.pop_front();
            }
        }
        for (auto const& go : going)
            go();
        return going.size();
    }

    /// Those that wait, and from now on each that comes.
    std::size_t open() {
        {
            std::lock_guard const lock(mutex_);
            open_ = true;
        }
        return release();
    }

private:
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::deque<std::function<void()>> waiting_;
    bool open_ = false;
};

}  // namespace oms::testing

#endif
