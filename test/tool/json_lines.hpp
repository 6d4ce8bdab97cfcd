// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_TOOL_JSON_LINES_HPP
#define OMS_TEST_TOOL_JSON_LINES_HPP

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace oms::test {

/// A text of lines that are an object each.
/// @throws boost::system::system_error  one is none
inline std::vector<boost::json::object> lines_of(std::string const& text) {
    std::vector<boost::json::object> result;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t const end = text.find('\n', at);
        result.push_back(boost::json::parse(text.substr(at, end - at)).as_object());
        at = end + 1;
    }
    return result;
}

}  // namespace oms::test

#endif
