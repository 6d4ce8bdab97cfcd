// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_WIRE_OPERATION_HPP
#define OMS_WIRE_OPERATION_HPP

/// @file
/// The operations of the service, as data.

#include <oms/task.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace oms::wire {

/// A method of HTTP.
enum class method : std::uint8_t { get, post, put };

/// The method as a request line has it.
std::string_view to_string(method verb) noexcept;
/// The same with the blank that follows it in a request.
std::string_view line_start(method verb) noexcept;

/// What tells one operation from another on the wire.
struct operation {
    std::string_view name;  ///< For observers: `"stop"`, `"show"`, `"list"` or `"find_project"`.
    method verb;
    std::string_view collection;  ///< The path's part after the project, for example `"/sync-tasks"`.
    bool of_one_task;             ///< Whether the task's id follows.
    std::string_view action;      ///< What ends the path: `"/stop"`, or nothing.
    bool of_iam = false;          ///< Asked of IAM, of no project; the collection is the whole path.
};

operation const& stop_operation(task_kind kind) noexcept;
operation const& show_operation(task_kind kind) noexcept;
operation const& list_operation(task_kind kind) noexcept;
operation const& find_project_operation() noexcept;

/// Appends the request's target, without a query: `/v2/{project_id}/sync-tasks/{id}/stop` for example.
/// @param plain  The ids are known to need no encoding.
/// @pre          They are valid.
void append_target(std::string& out, operation const& what, task_ref const& task, bool plain = false);

}  // namespace oms::wire

#endif
