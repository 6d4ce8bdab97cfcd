// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_COMMANDS_HPP
#define OMS_STOP_COMMANDS_HPP

#include "console.hpp"
#include "exit_code.hpp"
#include "options.hpp"
#include "output.hpp"

#include <string>
#include <vector>

namespace oms_stop {

/// Stops what the options select, or plans it.
/// @param arguments  The command line, for the report.
/// @throws failure
ending stop_selected(options const& given, std::vector<std::string> const& arguments, console& say, output& out);

/// Goes on with a run.
/// @throws failure
ending resume(options const& given, std::vector<std::string> const& arguments, console& say, output& out);

/// Starts again what a report says it stopped.
/// @throws failure
ending start_again(options const& given, std::vector<std::string> const& arguments, console& say, output& out);

/// Prints what a report says, or writes its page.
/// @throws failure
ending tell(options const& o, console& say, output& out);

}  // namespace oms_stop

#endif
