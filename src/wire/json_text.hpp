// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_WIRE_JSON_TEXT_HPP
#define OMS_WIRE_JSON_TEXT_HPP

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <string_view>

namespace oms::wire {

/// A member that is text; empty where it is missing, or something else.
inline std::string json_text(boost::json::object const& of, std::string_view name) {
    auto const* const found = of.if_contains(boost::json::string_view(name.data(), name.size()));
    auto const* const text = found == nullptr ? nullptr : found->if_string();
    return text == nullptr ? std::string() : std::string(text->data(), text->size());
}

}  // namespace oms::wire

#endif
