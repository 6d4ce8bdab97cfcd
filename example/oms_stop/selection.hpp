// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_SELECTION_HPP
#define OMS_STOP_SELECTION_HPP

#include "input.hpp"
#include "options.hpp"

#include <string>
#include <vector>

namespace oms_stop {

/// What the command line and its files select.
struct selection {
    std::vector<selected_task> tasks;
    std::vector<oms::task_ref> projects;  ///< Those named, each as a task without an id.
    std::string plan;                     ///< The SHA-256 of the plan, where the tasks are one's.
    std::vector<std::string> notes;       ///< What a person should know of it.
};

/// Reads them; gives each task its region.
/// @param o            Its region is settled.
/// @param of_accounts  The projects that accounts name: those of `--all-running` where the options name none.
/// @throws usage_error  a file cannot be read, or a line of it is wrong.
selection select(options& o, std::vector<std::string> const& of_accounts);

}  // namespace oms_stop

#endif
