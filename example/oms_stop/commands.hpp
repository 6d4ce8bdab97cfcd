// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_COMMANDS_HPP
#define OMS_STOP_COMMANDS_HPP

#include "exit_code.hpp"
#include "options.hpp"

#include <string>
#include <vector>

namespace oms_stop {

/// Stops what the options select, or plans it.
/// @param arguments  The command line, for the report.
/// @throws failure
exit_code stop_selected(options const& given, std::vector<std::string> const& arguments);

/// Goes on with a run.
/// @throws failure
exit_code resume(options const& given, std::vector<std::string> const& arguments);

/// Prints what a report says, or writes its page.
/// @throws failure
exit_code tell(options const& o);

}  // namespace oms_stop

#endif
