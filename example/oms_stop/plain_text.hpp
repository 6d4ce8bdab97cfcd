// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_PLAIN_TEXT_HPP
#define OMS_STOP_PLAIN_TEXT_HPP

// What comes from the service, a file or a name must steer neither a terminal nor a page: no control character, none
// that turns or hides text, none that ends a line.

#include <boost/json/object.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace oms_stop {

/// The character that a text begins with.
struct character {
    std::size_t size = 1;
    char32_t code = 0;
    bool valid = false;  ///< `false`: a byte that is no UTF-8.

    /// Whether it may be shown as it is.
    bool plain() const noexcept;
};
/// @param text  Not empty.
character front_character(std::string_view text) noexcept;

bool is_utf8(std::string_view text) noexcept;
/// Whether it is UTF-8 of which every character may be shown.
bool is_plain(std::string_view text) noexcept;

/// The text with `\x1b` or `\u202e` for what may not be shown.
/// @param keep_lines  Whether `\n` stays.
std::string plain(std::string_view text, bool keep_lines = false);

/// JSON on one line in which every such character is escaped, and bytes that are no UTF-8 are U+FFFD: any JSON parser
/// reads it.
std::string json_text(boost::json::object const& line);

}  // namespace oms_stop

#endif
