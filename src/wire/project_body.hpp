// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_WIRE_PROJECT_BODY_HPP
#define OMS_WIRE_PROJECT_BODY_HPP

#include <oms/detail/codes.hpp>
#include <oms/task_info.hpp>

#include <string>
#include <string_view>

namespace oms::wire {

/// Reads IAM's list of the projects of one name: `{"projects":[{"id":…,"name":…,"domain_id":…}]}`.
///
/// @param said  Where it is not one project: what was found, for people.
/// @return `errc::unexpected_body`, or `errc::project_not_found`.
error_code parse_projects(std::string_view body, std::string_view name, project_info& out, std::string& said);

}  // namespace oms::wire

#endif
