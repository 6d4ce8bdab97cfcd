// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_HTTP2_FIELD_RULES_HPP
#define OMS_HTTP2_FIELD_RULES_HPP

/// @file
/// What a field of a message may be (RFC 9113, section 8.2).

#include "http2/static_table.hpp"

#include <oms/detail/export.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace oms::http2 {

constexpr bool is_pseudo(std::string_view name) noexcept {
    return !name.empty() && name.front() == ':';
}

/// Whether name and value are well formed, and the field is none of a connection. Not for pseudo-header fields.
OMS_DECL bool is_well_formed(field_view const& field) noexcept;
/// Whether it may be a value: no controls but tabs, and no blanks at its ends.
OMS_DECL bool is_value(std::string_view value) noexcept;

/// `Content-Length`, which there may be once.
/// @return whether it is a number, and the first.
bool take_content_length(std::string_view value, std::optional<std::uint64_t>& length) noexcept;

}  // namespace oms::http2

#endif
