// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_REPORT_LINES_HPP
#define OMS_STOP_REPORT_LINES_HPP

// The lines of a report, as they are written.

#include "journal.hpp"
#include "record.hpp"
#include "watcher.hpp"

#include <oms/error.hpp>
#include <oms/task.hpp>

#include <boost/json/object.hpp>

#include <cstdint>

namespace oms_stop {

inline constexpr std::int64_t report_schema = 2;

/// Writes a line `planned` for every few tasks that have the same project and are known to be alike.
void write_planned(journal& to, task_table const& tasks);

/// The line `sent` of a task.
/// @param number  The task's, in the report: here and below.
boost::json::object sent_line(std::int64_t number, milliseconds at);

/// The line `result` of a task.
/// @param at   Since the session's begin.
/// @param tries  How each try ended.
boost::json::object result_line(std::int64_t number, milliseconds at, oms::error_code code,
                                oms::stop_result const& result, boost::json::array tries);

/// The line `result` of a task that no request was sent for: what a look at it told.
/// @param at   Since the session's begin.
boost::json::object look_line(std::int64_t number, milliseconds at, std::string_view outcome);

/// The name of the first condition that a code meets; empty where it meets none.
std::string_view condition_name(oms::error_code code) noexcept;

/// The state that was read last is that of a stopped task.
bool read_as_stopped(oms::task_ref const& task, oms::stop_result const& result);

}  // namespace oms_stop

#endif
