// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_REPORT_LIST_HPP
#define OMS_STOP_REPORT_LIST_HPP

#include "output.hpp"
#include "record.hpp"

#include <string>
#include <vector>

namespace oms_stop {

/// Prints the tasks of a report one by one.
/// @param only    Outcomes, codes and projects: a task is printed that has one of them; empty: all.
/// @param format  `table`, `json`, `csv` or `plan`.
/// @return        Those of `only` that no task has.
std::vector<std::string> print_tasks(record const& r, std::vector<std::string> const& only, std::string const& format,
                                     output& out);

}  // namespace oms_stop

#endif
