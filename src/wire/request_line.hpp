// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_WIRE_REQUEST_LINE_HPP
#define OMS_WIRE_REQUEST_LINE_HPP

/// @file
/// What a request line says, as data.

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

/// What a path names.
enum class path_of : std::uint8_t {
    itself,   ///< Nothing else: `/v3/projects`.
    project,  ///< A project's collection: `/v2/{project_id}/sync-tasks`.
    task,     ///< A task in it: `/v2/{project_id}/sync-tasks/{task_id}`, and what is done with it: `/stop`.
};

/// A method and the pattern of a path.
struct request_line {
    method verb{};
    path_of names{};
    std::string_view collection;  ///< For example `"/sync-tasks"`; of `path_of::itself` the whole path.
    std::string_view action;      ///< What ends the path, for example `"/stop"`; may be empty.
};

/// Appends the request's target, without a query: `/v2/{project_id}/sync-tasks/{id}/stop` for example.
/// @param plain  The ids are known to need no encoding.
/// @pre          They are valid.
void append_target(std::string& out, request_line const& line, task_ref const& task, bool plain = false);

}  // namespace oms::wire

#endif
