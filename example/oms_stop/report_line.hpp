// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_REPORT_LINE_HPP
#define OMS_STOP_REPORT_LINE_HPP

// A line of a report ends with a checksum of all before it, so that one that was damaged is known.

#include <boost/json/object.hpp>

#include <string>
#include <string_view>

namespace oms_stop {

/// The line with its checksum, `"sum"`: the CRC-32 of the object as it is without that member. No line end.
std::string sealed(boost::json::object const& line);

/// Whether the line's checksum is its own.
bool seal_fits(std::string_view line);

}  // namespace oms_stop

#endif
