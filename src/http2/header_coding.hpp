// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_HTTP2_HEADER_CODING_HPP
#define OMS_HTTP2_HEADER_CODING_HPP

/// @file
/// Numbers and texts of header coding (RFC 7541, section 5), and the tables that coder and decoder keep alike.

#include "http2/static_table.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace oms::http2 {

/// What a peer allows for its table before it says another size.
inline constexpr std::uint32_t default_table_size = 4096;

/// How a field is written: the bits in front of its number, and how many bits of the first byte the number has.
struct representation {
    std::uint8_t mark;
    std::uint8_t bits;
};
inline constexpr representation indexed{0x80, 7};
inline constexpr representation literal_into_table{0x40, 6};
inline constexpr representation literal_without_table{0x00, 4};
inline constexpr representation literal_never_indexed{0x10, 4};
inline constexpr representation table_size_update{0x20, 5};

/// So many bytes does a number take at most.
inline constexpr std::size_t number_bound = 6;

// These allocate nothing where `out` has the capacity.
void append_number(std::string& out, representation as, std::uint32_t value);
/// As it is, not by the Huffman code.
void append_text(std::string& out, std::string_view text);

/// The rest of a number that its first byte does not hold.
bool take_large_number(std::string_view& block, std::uint32_t& value) noexcept;

/// Takes a number from the front of a block that is not empty.
/// @return whether it is whole, and no larger than 32 bits hold.
inline bool take_number(std::string_view& block, unsigned bits, std::uint32_t& value) noexcept {
    std::uint32_t const most = (1U << bits) - 1;
    value = static_cast<unsigned char>(block.front()) & most;
    block.remove_prefix(1);
    return value < most || take_large_number(block, value);
}

}  // namespace oms::http2

#endif
