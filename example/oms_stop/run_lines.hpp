// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_RUN_LINES_HPP
#define OMS_STOP_RUN_LINES_HPP

// Who does what, when, where and why: for the head of a report and of a plan, and for the question before a run.

#include "options.hpp"
#include "record.hpp"
#include "service.hpp"
#include "task_table.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace oms_stop {

/// The accounts that serve these tasks, each with who that is.
std::map<std::size_t, std::string> identities(service& s, service::task_stream const& tasks);

/// What a look at the tasks before their stop has found.
struct look_counts {
    bool looked = false;
    std::size_t stopped = 0;     ///< Read as stopped already.
    std::size_t changed = 0;     ///< Not as their plan says.
    std::size_t unreadable = 0;  ///< Could not be read.
};

/// The question that is answered by the number of tasks.
std::string consent_text(options const& o, task_table const& tasks, look_counts const& look,
                         std::map<std::size_t, std::string> const& who);

/// Who runs this program: `at`, `user`, `host`, `tool`.
boost::json::object maker_line();

/// The line `run`.
/// @param arguments  The command line.
boost::json::object run_line(options const& o, service const& s, std::vector<std::string> const& arguments,
                             std::map<std::size_t, std::string> const& who, task_table const& tasks);

/// The line `resume`.
boost::json::object resume_line(options const& o, service const& s, std::vector<std::string> const& arguments,
                                std::map<std::size_t, std::string> const& who);

/// The options of a report's run, but for what it selected; then those given now.
/// @throws usage_error
options options_of_report(record const& r, std::vector<std::string> const& arguments);

/// @throws usage_error  an argument, or the directory, is no UTF-8: a report could not hold it.
void check_reportable(std::vector<std::string> const& arguments);

}  // namespace oms_stop

#endif
