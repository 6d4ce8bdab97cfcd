// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_BULK_REGISTRY_HPP
#define OMS_CLIENT_BULK_REGISTRY_HPP

// The bulk operations of a client, in the order in which they began.

#include "client/bulk_operation.hpp"
#include "policy/time_queue.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace oms::detail {

class bulk_registry {
public:
    struct entry {
        std::uint64_t number;
        std::weak_ptr<bulk_operation> bulk;
    };

    explicit bulk_registry(policy::time_queue& times) noexcept : times_(times) {}

    /// @param number  Greater than that of any other.
    /// @throws std::bad_alloc
    void add(std::shared_ptr<bulk_operation> const& bulk, std::uint64_t number) {
        std::erase_if(all_, [](entry const& each) { return each.bulk.expired(); });
        times_.reserve();
        all_.push_back({number, bulk});
        times_.admit(*bulk);
    }
    /// Before it is destroyed.
    void remove(bulk_operation& bulk) noexcept { times_.remove(bulk); }
    /// In place of an earlier order; `time_point::max()`: not at all.
    void wake(bulk_operation& bulk, time_point when) noexcept {
        if (bulk.at != timed::nowhere) times_.set(bulk, when);
    }

    /// The first one behind `number`, which becomes its own. To be let go of without the lock.
    std::shared_ptr<bulk_operation> after(std::uint64_t& number) const noexcept {
        for (entry const& each : all_) {
            if (each.number <= number) continue;
            number = each.number;
            if (auto bulk = each.bulk.lock()) return bulk;
        }
        return nullptr;
    }

    /// Some of them is under way.
    bool any() const noexcept {
        return std::any_of(all_.begin(), all_.end(), [](entry const& each) { return !each.bulk.expired(); });
    }

    std::vector<entry> release() noexcept { return std::exchange(all_, {}); }

private:
    policy::time_queue& times_;
    std::vector<entry> all_;
};

}  // namespace oms::detail

#endif
