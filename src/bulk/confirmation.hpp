// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_BULK_CONFIRMATION_HPP
#define OMS_BULK_CONFIRMATION_HPP

/// @file
/// What the readings after a stop say about it. Pure.

#include <oms/bulk.hpp>

namespace oms::bulk {

/// Whether the outcome of a stop is to be read.
bool worth_reading(stop_result const& stop) noexcept;

/// Whether the state stays as it is.
bool at_end(task_info const& read) noexcept;

/// How long to wait after so many readings; at least a millisecond.
duration reading_delay(confirm_options const& options, unsigned readings) noexcept;

/// Puts what was read into the result.
void note(task_info const& read, stop_result& stop);

/// What the stop comes to, after the last reading.
void conclude(task_info const& last, error_code& code, stop_result& stop);

}  // namespace oms::bulk

#endif
