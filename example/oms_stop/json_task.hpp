// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_JSON_TASK_HPP
#define OMS_STOP_JSON_TASK_HPP

// Tasks as members of a JSON object: of plans and of reports.

#include "input.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace oms_stop {

/// Writes `region` (where there is one), `project`, `task` and `kind`.
void add_task(boost::json::object& to, oms::task_ref const& task);

/// Writes, where it is known, `status`, both buckets with their regions, and `last_start`.
void add_knowledge(boost::json::object& to, selected_task const& about);

/// Reads what both write; unknown members are left alone.
/// @param kind   Where there is no `kind`.
/// @param fault  Receives a sentence where there is no result.
std::optional<selected_task> task_of_json(boost::json::object const& from, oms::task_kind kind, std::string& fault);

/// A member's text; empty where there is none.
std::string_view text_of(boost::json::object const& from, std::string_view name) noexcept;
/// A member's number; 0 where there is none.
std::int64_t number_of(boost::json::object const& from, std::string_view name) noexcept;

}  // namespace oms_stop

#endif
