// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_INPUT_HPP
#define OMS_STOP_INPUT_HPP

// Which tasks to stop, as a file says it: lines `[region/]project/task`, CSV with a header, JSON (lines, or an array),
// or a plan.

#include "selected_task.hpp"
#include "text_source.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace oms_stop {

/// A line that names no task.
struct bad_line {
    std::size_t number = 0;  ///< From 1.
    std::string fault;
};

/// Lines of a file that are wrong: the first of them, and how many.
class bad_lines {
public:
    void add(std::size_t number, std::string fault);
    std::size_t count() const noexcept { return count_; }
    std::vector<bad_line> const& first() const noexcept { return first_; }
    /// A line for each, as far as they are kept.
    std::string text(std::string const& file) const;

private:
    std::vector<bad_line> first_;
    std::size_t count_ = 0;
};

/// What became of reading a file.
struct task_input {
    bad_lines bad;
    std::size_t tasks = 0;  ///< Lines that name one.
    bool plan = false;      ///< It is one, whole and as it was made.
};

/// Reads a file. Blank lines and those that begin with `#` are left out.
/// @param kind  Of the tasks that do not tell their own.
/// @param take  Called with each task.
/// @throws usage_error  the file is something else, or a plan that was cut or changed; says what to do.
task_input read_tasks(text_source& from, oms::task_kind kind, std::function<void(selected_task&&)> const& take);

/// Reads projects, one a line.
std::vector<std::string> read_projects(text_source& from, bad_lines& bad);

}  // namespace oms_stop

#endif
