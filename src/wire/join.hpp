// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_WIRE_JOIN_HPP
#define OMS_WIRE_JOIN_HPP

#include <initializer_list>
#include <string>
#include <string_view>

namespace oms::wire {

/// The parts one after another, by one allocation. Out of line: where g++ 12 folds the name of a variable and
/// `operator+` into one expression, it takes the move of the result for an overrun (GCC bug 105651).
/// @throws std::bad_alloc
std::string join(std::initializer_list<std::string_view> parts);

}  // namespace oms::wire

#endif
