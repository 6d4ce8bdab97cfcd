// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_WIRE_HTTP_DATE_HPP
#define OMS_WIRE_HTTP_DATE_HPP

/// @file
/// Times in headers.

#include <chrono>
#include <optional>
#include <string_view>

namespace oms::wire {

/// Parses a date in any of HTTP's three forms (RFC 9110, section 5.6.7).
///
/// @param now  Settles the century of two-digit years: a date more than 50
///             years ahead is meant as one in the past.
std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view value,
                                                        std::chrono::system_clock::time_point now) noexcept;

/// Parses `Retry-After`: seconds, of which a fraction counts as a whole one, or a date. A date in the past is 0; more
/// than 68 years are 68 years, so that adding the result to a time is safe.
///
/// @param date  The same reply's `Date`, which a date is measured against: the server's clock need not be ours.
/// @param now   Our own clock, in its place where it is none.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view value, std::string_view date,
                                                      std::chrono::system_clock::time_point now) noexcept;

}  // namespace oms::wire

#endif
