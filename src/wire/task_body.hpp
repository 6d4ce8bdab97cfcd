// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_WIRE_TASK_BODY_HPP
#define OMS_WIRE_TASK_BODY_HPP

/// @file
/// What the service tells of tasks: bodies -> values.

#include <oms/detail/codes.hpp>
#include <oms/task_info.hpp>

#include <string_view>

namespace oms::wire {

/// The body of a show. Unknown members and states are kept as text.
///
/// @param out  Its `task` says what was asked for; the rest is set.
/// @return  `errc::unexpected_body` where it is no object with a state.
error_code parse_task(std::string_view body, task_info& out);

/// The body of a list.
///
/// @param query  What was asked for: rows lack project and region.
/// @return  `errc::unexpected_body` where it is no list; rows that name no task are left out.
error_code parse_page(std::string_view body, list_query const& query, task_page& out);

}  // namespace oms::wire

#endif
