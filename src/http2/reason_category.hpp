// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_HTTP2_REASON_CATEGORY_HPP
#define OMS_HTTP2_REASON_CATEGORY_HPP

/// @file
/// The "error code" of a frame as a code of ours, for `stop_result::cause`.

#include "http2/frame.hpp"

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>

namespace oms::http2 {

/// Named `oms.http2`. Its messages are the names of RFC 9113, section 7.
boost::system::error_category const& reason_category() noexcept;

/// As the value 0 would be no error, `no_error` is one of its own.
boost::system::error_code code_of(reason why) noexcept;

}  // namespace oms::http2

#endif
