// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_ERROR_HPP
#define OMS_ERROR_HPP

/// @file
/// What can go wrong, as codes (what happened) and conditions (what to do),
/// and the token adaptor that makes exceptions say all of it.
///
/// What was cancelled completes with `errc::cancelled`: test for `condition::cancelled`, or for
/// `std::errc::operation_canceled`, which it equals, too. `boost::asio::error::operation_aborted`, by which Asio's own
/// operations say it, is another code and equals neither.

#include <oms/detail/codes.hpp>
#include <oms/detail/with_details.hpp>

#endif
