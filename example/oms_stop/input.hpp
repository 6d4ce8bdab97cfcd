// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_INPUT_HPP
#define OMS_STOP_INPUT_HPP

// Which tasks to stop, as a file says it: lines `[region/]project/task`, CSV
// with a header, or JSON lines.

#include <oms/task.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oms_stop {

/// A task, and what is known of it before it is stopped.
struct selected_task {
    oms::task_ref task;
    std::string status;  ///< As in `oms::task_info`; empty: not known.
    std::string source_region, source_bucket, destination_region, destination_bucket;
    std::optional<std::chrono::system_clock::time_point> started_at;

    selected_task() = default;
    explicit selected_task(oms::task_ref which) : task(std::move(which)) {}
};

/// A line that names no task.
struct bad_line {
    std::size_t number = 0;  ///< From 1.
    std::string fault;
};

/// What a file holds.
struct task_input {
    std::vector<selected_task> tasks;
    std::vector<bad_line> bad_lines;
    bool plan = false;  ///< Every line is one of a plan: the output of a dry run.
};

/// Reads the text of a file. Blank lines and those that begin with `#` are left out.
/// @param kind  Of the tasks that do not tell their own.
task_input read_tasks(std::string_view text, oms::task_kind kind);

/// Reads projects, one a line.
std::vector<std::string> read_projects(std::string_view text, std::vector<bad_line>& bad_lines);

/// Calls with each line that is neither blank nor a comment: its number, and its text without space at the ends.
template <class F>
void each_line(std::string_view text, F f) {
    constexpr std::string_view mark = "\xEF\xBB\xBF";  // which some editors put in front
    if (text.starts_with(mark)) text.remove_prefix(mark.size());
    for (std::size_t number = 1; !text.empty(); ++number) {
        std::size_t const end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        std::size_t const first = line.find_first_not_of(" \t\r");
        if (first == std::string_view::npos || line[first] == '#') continue;
        line = line.substr(first, line.find_last_not_of(" \t\r") + 1 - first);
        f(number, line);
    }
}

}  // namespace oms_stop

#endif
