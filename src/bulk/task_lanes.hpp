// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_BULK_TASK_LANES_HPP
#define OMS_BULK_TASK_LANES_HPP

/// @file
/// The tasks that a run has pulled and not started: projects take turns, each
/// with a limit of its own.

#include "policy/fair_queue.hpp"

#include <oms/task.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>

namespace oms::bulk {

class task_lanes {
public:
    /// @param per_project  Started and not ended at a time, of one project.
    explicit task_lanes(std::size_t per_project) noexcept : per_project_(per_project) {}
    ~task_lanes();
    task_lanes(task_lanes const&) = delete;
    task_lanes& operator=(task_lanes const&) = delete;

    std::size_t waiting() const noexcept { return queue_.size(); }
    /// Whether a task may start.
    bool ready() const noexcept { return queue_.ready(); }

    void push(task_ref task);
    /// The task whose turn it is; it counts as started. Only while `ready`.
    task_ref start();
    /// A started one has ended.
    void ended(task_ref const& task) noexcept;
    /// Takes one out that will not start, whatever the limits; only while some wait.
    task_ref abandon();

private:
    struct item : policy::fair_item {
        explicit item(task_ref t) noexcept : task(std::move(t)) {}
        task_ref task;
    };
    struct lane : policy::fair_lane<item> {
        std::size_t in_flight = 0;
    };

    static std::string name_of(task_ref const& task);

    std::size_t const per_project_;
    std::unordered_map<std::string, lane> lanes_;
    policy::fair_queue<lane, item> queue_;
};

}  // namespace oms::bulk

#endif
