// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_WIRE_SECURE_ZERO_HPP
#define OMS_WIRE_SECURE_ZERO_HPP

/// @file
/// Wiping memory, where it is wiped once a request.

#include <cstddef>
#include <cstring>

namespace oms::wire {

/// Overwrites memory that is not read any more, and is not optimised away.
inline void secure_zero(void* data, std::size_t size) noexcept {
    // The compiler cannot know what this is, so it can neither drop the call nor repeat single stores in its place.
    static void* (*const volatile fill)(void*, int, std::size_t) = std::memset;
    // Below the size from which the library lets the processor repeat byte
    // stores, which pays for pages, not for a request.
    constexpr std::size_t piece = 1024;
    auto* at = static_cast<unsigned char*>(data);
    for (; size > piece; size -= piece, at += piece) {
        fill(at, 0, piece);
    }
    if (size > 0) fill(at, 0, size);
}

}  // namespace oms::wire

#endif
