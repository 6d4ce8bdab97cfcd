// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_NAMES_HPP
#define OMS_TESTING_NAMES_HPP

// Identifiers that look like the service's and depend on a number alone.

#include <cstdint>
#include <string>

namespace oms::testing {

/// 32 hex digits, different for each number.
std::string hex_id(std::uint64_t number);
/// The same as a UUID.
std::string uuid(std::uint64_t high, std::uint64_t low);
/// The same, appended.
void append_hex_id(std::uint64_t number, std::string& out);

}  // namespace oms::testing

#endif
