// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_REPORT_READER_HPP
#define OMS_STOP_REPORT_READER_HPP

#include "record.hpp"
#include "text_source.hpp"

namespace oms_stop {

/// Reads a report. A last line that was not written whole is left out; lines that are broken are in the record's
/// `damage`, and what they may have said is in doubt.
/// @throws usage_error  it is no report, or its first line is broken; says how to go on.
record read_report(text_source& from);

}  // namespace oms_stop

#endif
