// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_TASK_TEXT_HPP
#define OMS_STOP_TASK_TEXT_HPP

// Tasks as people write them.

#include <oms/task.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace oms_stop {

/// `sync`, `task` or `group`.
std::string_view kind_word(oms::task_kind kind) noexcept;
std::optional<oms::task_kind> kind_of_word(std::string_view word) noexcept;

/// Several or one: `sync tasks`.
std::string kind_phrase(oms::task_kind kind, std::size_t count);

/// So many of something: `1 task`, `2 tasks`.
std::string counted(std::size_t count, std::string_view what);

/// A sentence about what is wrong with a task; empty where nothing is.
std::string fault_of(oms::task_ref const& task);

/// Reads `[region/]project/task`.
/// @param fault  Receives a sentence where there is no result.
std::optional<oms::task_ref> parse_task(std::string_view text, oms::task_kind kind, std::string& fault);

/// Reads `[region/]project`: a task without an id.
/// @param fault  Receives a sentence where there is no result.
std::optional<oms::task_ref> parse_project(std::string_view text, oms::task_kind kind, std::string& fault);

/// The opposite.
std::string task_path(oms::task_ref const& task);

}  // namespace oms_stop

#endif
