// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_JSON_TASK_HPP
#define OMS_STOP_JSON_TASK_HPP

// Tasks as members of a JSON object, or as fields of a line.

#include "selected_task.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace oms_stop {

/// A name that a member or a column may have.
struct spelling {
    std::string_view name;
    std::optional<oms::task_kind> kind{};  ///< What it says of the task's kind.
};
/// Our own first, then the API's.
inline constexpr spelling project_spellings[] = {{"project"}, {"project_id"}};
inline constexpr spelling task_spellings[] = {
    {"task"}, {"task_id"}, {"sync_task_id", oms::task_kind::sync_task}, {"group_id", oms::task_kind::task_group}};

/// Writes `region` (where there is one), `project`, `task` and `kind`.
void add_task(boost::json::object& to, oms::task_ref const& task);
/// Writes, where it is known, `status`, and both buckets with their regions.
void add_shared_knowledge(boost::json::object& to, task_knowledge const& about);
/// Writes that, and `last_start`.
void add_knowledge(boost::json::object& to, selected_task const& about);

/// Reads what both write from members; those without a text are empty.
/// @param kind   Where the members do not tell.
/// @param fault  Receives a sentence where there is no result.
std::optional<selected_task> task_of_members(std::function<std::string(std::string_view)> const& member,
                                             oms::task_kind kind, std::string& fault);
/// The same of an object; unknown members are left alone. Ids may be numbers.
std::optional<selected_task> task_of_json(boost::json::object const& from, oms::task_kind kind, std::string& fault);
/// What `add_shared_knowledge` writes.
task_knowledge knowledge_of_json(boost::json::object const& from);

/// A member's text; empty where there is none.
std::string_view text_of(boost::json::object const& from, std::string_view name) noexcept;
/// A member's number; 0 where there is none.
std::int64_t number_of(boost::json::object const& from, std::string_view name) noexcept;
/// Whether a member is `true`.
bool is_set(boost::json::object const& from, std::string_view name) noexcept;

}  // namespace oms_stop

#endif
