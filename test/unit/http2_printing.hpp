// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_UNIT_HTTP2_PRINTING_HPP
#define OMS_TEST_UNIT_HTTP2_PRINTING_HPP

// What Boost.Test says of the room's enumerations.

#include <cstdint>
#include <ostream>
#include <type_traits>

namespace oms::http2 {

template <class Enum>
requires std::is_enum_v<Enum> std::ostream& operator<<(std::ostream& out, Enum value) {
    return out << static_cast<std::uint64_t>(value);
}

}  // namespace oms::http2

#endif
