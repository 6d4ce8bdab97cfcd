// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_RUN_TIMES_HPP
#define OMS_STOP_RUN_TIMES_HPP

// How long the tasks of a run took, and how many were under way when.

#include "record.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace oms_stop {

/// When a task was under way: since the run's begin, without the time between the end of a session and its resume, by
/// a clock that nobody sets.
struct task_time {
    milliseconds begin{}, end{};

    milliseconds length() const { return end - begin; }
};

/// Of the tasks that were sent and whose result tells both ends, in their order.
std::vector<task_time> task_times(record const& r);

/// How many tasks took at least `from` and less than `to`.
struct latency_bin {
    milliseconds from{}, to{};
    std::size_t count = 0;
};

/// From the shortest to the longest, in steps of 1, 2 and 5; no more than 40.
std::vector<latency_bin> latency_bins(std::vector<task_time> const& times);

/// The time that a share of them did not exceed.
/// @param share  Above 0, at most 1. Without tasks: 0.
milliseconds percentile(std::vector<task_time> const& times, double share);

/// A run, in steps of equal length.
struct timeline {
    milliseconds begin{};  ///< That of the first task.
    milliseconds step{};
    std::vector<double> in_flight;  ///< The mean of each step.
    std::vector<double> rate;       ///< Tasks that ended, a second.
};

/// No more than 121 steps, however long it took.
timeline timeline_of(std::vector<task_time> const& times);

/// For people: `250 ms`, `1.5 s`, `3 min`, `2 h`.
std::string time_text(milliseconds time);

}  // namespace oms_stop

#endif
