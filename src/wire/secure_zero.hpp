// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_WIRE_SECURE_ZERO_HPP
#define OMS_WIRE_SECURE_ZERO_HPP

/// @file
/// Wiping memory, where it is wiped once a request.

#include <cstddef>
#include <cstring>

#if !defined(__GNUC__)
#    include <openssl/crypto.h>
#endif

namespace oms::wire {

/// Overwrites memory that is not read any more, and is not optimised away.
inline void secure_zero(void* data, std::size_t size) noexcept {
#if defined(__GNUC__)
    // In pieces below the size from which memset lets the processor repeat
    // byte stores, which pays for pages, not for a request.
    constexpr std::size_t piece = 1024;
    auto* at = static_cast<unsigned char*>(data);
    for (; size > piece; size -= piece, at += piece) {
        std::memset(at, 0, piece);
    }
    std::memset(at, 0, size);
    __asm__ __volatile__("" : : "r"(data) : "memory");  // somebody may look at it, as far as the compiler knows
#else
    OPENSSL_cleanse(data, size);
#endif
}

}  // namespace oms::wire

#endif
