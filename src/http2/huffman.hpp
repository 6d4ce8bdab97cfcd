// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_HTTP2_HUFFMAN_HPP
#define OMS_HTTP2_HUFFMAN_HPP

/// @file
/// The Huffman code of header coding (RFC 7541, section 5.2 and appendix B). It is only read: what we send is short, or
/// random, and goes out as it is.

#include <cstddef>
#include <string_view>

namespace oms::http2 {

/// The most bytes that a coded text decodes to: the shortest code is of five bits.
constexpr std::size_t huffman_decoded_bound(std::size_t coded) noexcept {
    return coded / 5 * 8 + 8;
}

/// @param out  Has room for `huffman_decoded_bound`.
/// @return  Behind the last byte that was written; null: it is no such code.
char* huffman_decode(std::string_view coded, char* out) noexcept;

}  // namespace oms::http2

#endif
