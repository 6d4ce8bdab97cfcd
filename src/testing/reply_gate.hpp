// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_REPLY_GATE_HPP
#define OMS_TESTING_REPLY_GATE_HPP

// Where replies are held until a test says so.

#include <cstddef>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace oms::testing {

class reply_gate {
public:
    /// `go` is called by whoever opens next.
    void wait(std::function<void()> go) {
        std::lock_guard const lock(mutex_);
        waiting_.push_back(std::move(go));
    }

    std::size_t waiting() const {
        std::lock_guard const lock(mutex_);
        return waiting_.size();
    }

    void open() {
        std::vector<std::function<void()>> all;
        {
            std::lock_guard const lock(mutex_);
            all.swap(waiting_);
        }
        for (auto const& go : all)
            go();
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::function<void()>> waiting_;
};

}  // namespace oms::testing

#endif
