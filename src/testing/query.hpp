// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_QUERY_HPP
#define OMS_TESTING_QUERY_HPP

// The parameters of a list or a show.

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace oms::testing {

// Names the parameter at fault.
struct bad_parameter : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A parameter's value, decoded.
/// @throws bad_parameter  it is malformed.
std::optional<std::string> find_parameter(std::string_view query, std::string_view name);

/// The same as a number.
/// @throws bad_parameter  it is none, or out of range.
std::optional<std::int64_t> find_number(std::string_view query, std::string_view name, std::int64_t least,
                                        std::int64_t most);

}  // namespace oms::testing

#endif
