// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_WIRE_VALIDATE_HPP
#define OMS_WIRE_VALIDATE_HPP

/// @file
/// What may go into a request. Everything that a caller or a provider hands
/// in passes here first, so that no input can change what a request means.

#include <oms/task.hpp>

#include <cstdint>
#include <string_view>

namespace oms::wire {

/// What an id is like, as a segment of a path.
enum class id_form : std::uint8_t {
    invalid,
    escaped,  ///< Holds characters that are percent-encoded.
    plain,    ///< Goes as it is.
};

/// 1–1024 bytes without `/`, `\` and controls; not `.` or `..`.
id_form project_id_form(std::string_view id) noexcept;

/// The same for a task's id; 1–255 bytes for a sync task, 1–1024 for the others.
id_form task_id_form(task_kind kind, std::string_view id) noexcept;

/// How long a token may be.
inline constexpr std::size_t max_token = 16384;

/// 1–16384 visible characters of ASCII.
bool valid_token(std::string_view token) noexcept;

/// A header's name.
bool valid_header_name(std::string_view name) noexcept;

/// A header's value: no control characters, tabs included.
bool valid_header_value(std::string_view value) noexcept;

/// Whether the library writes this header itself, or it frames a message or steers a connection.
bool reserved_header(std::string_view name) noexcept;

}  // namespace oms::wire

#endif
