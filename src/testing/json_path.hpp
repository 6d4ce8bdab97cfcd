// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_JSON_PATH_HPP
#define OMS_TESTING_JSON_PATH_HPP

// Members of members of a JSON value.

#include <boost/json/value.hpp>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace oms::testing {

/// Null: there is none.
inline boost::json::value const* find(boost::json::value const& in, std::initializer_list<std::string_view> names) {
    boost::json::value const* at = &in;
    for (auto const name : names) {
        auto const* const object = at->if_object();
        at = object ? object->if_contains(name) : nullptr;
        if (!at) return nullptr;
    }
    return at;
}

/// Nothing: there is none, or it is no string.
inline std::optional<std::string> text_at(boost::json::value const& in, std::initializer_list<std::string_view> names) {
    auto const* const found = find(in, names);
    auto const* const text = found ? found->if_string() : nullptr;
    return text ? std::optional<std::string>(*text) : std::nullopt;
}

}  // namespace oms::testing

#endif
