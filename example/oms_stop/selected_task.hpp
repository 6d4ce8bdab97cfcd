// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_SELECTED_TASK_HPP
#define OMS_STOP_SELECTED_TASK_HPP

#include "utc.hpp"

#include <oms/task.hpp>

#include <optional>
#include <string>
#include <utility>

namespace oms_stop {

/// What is known of a task that is the same for many: how it was read, and between what it copies.
struct task_knowledge {
    std::string status;  ///< As in `oms::task_info`; empty: not known.
    std::string source_region, source_bucket, destination_region, destination_bucket;

    bool operator==(task_knowledge const&) const = default;

    /// `region:bucket`; - where neither is known.
    std::string source() const { return place(source_region, source_bucket); }
    std::string destination() const { return place(destination_region, destination_bucket); }

private:
    static std::string place(std::string const& region, std::string const& bucket) {
        return region.empty() && bucket.empty() ? "-" : region + ":" + bucket;
    }
};

/// A task, and what is known of it before it is stopped.
struct selected_task : task_knowledge {
    oms::task_ref task;
    std::optional<utc_time> started_at;

    selected_task() = default;
    explicit selected_task(oms::task_ref which) : task(std::move(which)) {}
};

}  // namespace oms_stop

#endif
