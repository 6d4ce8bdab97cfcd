// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_COMPLETION_HPP
#define OMS_STOP_COMPLETION_HPP

#include <string>

namespace oms_stop {

/// A script that completes the command line.
/// @param shell  `bash` or `zsh`.
/// @throws usage_error  for another shell.
std::string completion_script(std::string const& shell);

}  // namespace oms_stop

#endif
