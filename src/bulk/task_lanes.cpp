// SPDX-License-Identifier: BSL-1.0
#include "bulk/task_lanes.hpp"

#include <utility>

namespace oms::bulk {

task_lanes::~task_lanes() {
    while (waiting() > 0)
        abandon();
}

std::string task_lanes::name_of(task_ref const& task) {
    return task.region + '/' + task.project_id;
}

void task_lanes::push(task_ref task) {
    lane& of = lanes_[name_of(task)];
    auto made = std::make_unique<item>(std::move(task));
    queue_.push_back(of, *made.release());
}

task_ref task_lanes::start() {
    lane& of = queue_.front();
    std::unique_ptr<item> const next(&queue_.pop());
    if (++of.in_flight >= per_project_) queue_.hold(of);
    return std::move(next->task);
}

void task_lanes::ended(task_ref const& task) noexcept {
    auto const found = lanes_.find(name_of(task));
    lane& of = found->second;
    --of.in_flight;
    if (of.held()) queue_.release(of);
    if (of.in_flight == 0 && of.empty()) lanes_.erase(found);
}

task_ref task_lanes::abandon() {
    if (!queue_.ready()) {  // all that wait are of projects at their limit
        for (auto& [name, of] : lanes_) {
            if (of.held()) queue_.release(of);
        }
    }
    lane& of = queue_.front();
    std::unique_ptr<item> const next(&queue_.pop());
    task_ref task = std::move(next->task);
    if (of.in_flight == 0 && of.empty()) lanes_.erase(lanes_.find(name_of(task)));
    return task;
}

}  // namespace oms::bulk
