// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_LOOK_HPP
#define OMS_STOP_LOOK_HPP

#include "journal.hpp"
#include "options.hpp"
#include "record.hpp"
#include "run_lines.hpp"
#include "service.hpp"

namespace oms_stop {

/// Reads each task before it is stopped. What reads stopped has its result by that. Of a plan, what is not as it says
/// has one, too, and is not to be stopped; so has what cannot be read, unless the options take changes.
/// @param from_plan  Whether what is known of the tasks is a plan's.
/// @throws failure  interrupted
look_counts look_at(service& s, options const& o, record& of, bool from_plan);

/// Writes the results that this gave.
void write_looked_at(journal& to, record const& of);

}  // namespace oms_stop

#endif
