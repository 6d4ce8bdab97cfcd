// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_FILE_CHECKS_HPP
#define OMS_STOP_FILE_CHECKS_HPP

#include "console.hpp"
#include "options.hpp"

namespace oms_stop {

/// Warns of files whose secrets others may read, or which others may write, and of a report's directory in which others
/// may rename it.
void check_files(options const& o, console& say);

}  // namespace oms_stop

#endif
