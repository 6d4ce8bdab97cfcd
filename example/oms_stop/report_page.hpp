// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_REPORT_PAGE_HPP
#define OMS_STOP_REPORT_PAGE_HPP

#include "record.hpp"

#include <string>

namespace oms_stop {

/// A page of HTML that loads nothing and runs nothing: counts, latencies, what was under way when, and failures by code
/// and by project. However many tasks there are, it stays below 200 KiB.
std::string report_page(record const& r);

}  // namespace oms_stop

#endif
