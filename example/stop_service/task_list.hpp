// SPDX-License-Identifier: BSL-1.0
#ifndef STOP_SERVICE_TASK_LIST_HPP
#define STOP_SERVICE_TASK_LIST_HPP

// What a caller wants stopped. Pure.

#include <oms/task.hpp>

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace stop_service {

/// A kind's name in JSON and in the database: `sync_task`, `migration_task`, `task_group`.
std::string_view kind_name(oms::task_kind kind) noexcept;
std::optional<oms::task_kind> kind_of(std::string_view name) noexcept;

/// The tasks that a list of JSON names, each once, in an order of their own:
///
///     [{"project_id": "…", "task_id": "…"}, {"project_id": "…", "task_id": "…", "region": "…", "kind": "task_group"}]
///
/// Whether an id could be one, the library says: it ends such a task without a request.
/// @throws request_error  400: it is none, or empty; 413: it names more than `most`.
std::vector<oms::task_ref> parse_task_list(std::string_view text, std::size_t most);

}  // namespace stop_service

#endif
