// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_SELECTION_HPP
#define OMS_STOP_SELECTION_HPP

#include "options.hpp"
#include "selected_task.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace oms_stop {

/// What the command line and its files select.
struct selection {
    std::vector<oms::task_ref> projects;  ///< Those named, each as a task without an id.
    std::size_t tasks = 0;                ///< So many were given to `take`, some perhaps twice.
    bool from_plan = false;               ///< They are a plan's.
    std::string plan;                     ///< The SHA-256 of the plan, where the tasks are one's.
    std::vector<std::string> notes;       ///< What a person should know of it.
};

/// Reads them; gives each task its region.
/// @param o            Its region is settled.
/// @param of_accounts  The projects that accounts name: those of `--all-running` where the options name none.
/// @param take         Called with each task.
/// @throws usage_error  a file cannot be read, or a line of it is wrong, or nothing is named where something must be.
selection select(options& o, std::vector<std::string> const& of_accounts,
                 std::function<void(selected_task const&)> const& take);

}  // namespace oms_stop

#endif
