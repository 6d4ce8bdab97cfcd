// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_HTTP2_STATIC_TABLE_HPP
#define OMS_HTTP2_STATIC_TABLE_HPP

/// @file
/// The fields that both sides know from the start (RFC 7541, appendix A).

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace oms::http2 {

inline constexpr std::size_t static_table_size = 61;
inline constexpr std::uint8_t transfer_encoding_index = 57;
/// What the size of a field is, beyond its name and value, in a table or a list.
inline constexpr std::size_t field_overhead = 32;

struct field_view {
    std::string_view name;
    std::string_view value;
    std::uint8_t name_index = 0;  ///< Of the static table's first field with this name; 0: it was not told by it.

    std::size_t size() const noexcept { return name.size() + value.size() + field_overhead; }
};

/// @param index  1–61.
field_view static_field(std::size_t index) noexcept;

struct static_match {
    std::size_t index = 0;  ///< 0: there is none.
    bool with_value = false;
};

/// The field, or else the first one with its name.
static_match find_static(std::string_view name, std::string_view value) noexcept;

}  // namespace oms::http2

#endif
