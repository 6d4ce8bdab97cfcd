// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_WIRE_ERROR_SURVEY_HPP
#define OMS_WIRE_ERROR_SURVEY_HPP

// The first of the two passes over the body of a failed reply: which of its texts are wanted.

#include "wire/error_body.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace oms::wire {

/// A text is known by its place among the strings and numbers, from 1; 0 is none.
using ordinal = std::uint32_t;

struct error_survey {
    struct pick {
        ordinal code = 0;
        ordinal message = 0;

        bool complete() const noexcept { return code != 0 && message != 0; }
    };

    bool is_object = false;  ///< Else the body is no JSON object, and nothing is found.
    pick main;
    ordinal error_detail = 0;
    ordinal authorization = 0;
    ordinal request_id = 0;
    std::array<pick, error_body_limits::sub_errors> sub_errors;
    std::size_t sub_error_count = 0;
};

/// Allocates nothing.
error_survey survey_error_body(std::string_view body) noexcept;

/// What the parser demands of a handler, less what the two passes do.
struct error_body_handler {
    static constexpr std::size_t max_array_size = error_body_limits::size;
    static constexpr std::size_t max_object_size = error_body_limits::size;
    static constexpr std::size_t max_string_size = error_body_limits::size;
    static constexpr std::size_t max_key_size = error_body_limits::size;

    using error = boost::system::error_code;
    using text = boost::json::string_view;

    bool on_document_begin(error&) noexcept { return true; }
    bool on_document_end(error&) noexcept { return true; }
    bool on_comment_part(text, error&) noexcept { return true; }
    bool on_comment(text, error&) noexcept { return true; }
};

/// Whether `body` is one JSON document.
template <class Handler>
bool walk_error_body(boost::json::basic_parser<Handler>& parser, std::string_view body) {
    boost::system::error_code code;
    std::size_t const used = parser.write_some(false, body.data(), body.size(), code);
    return !code && used == body.size();
}

inline boost::json::parse_options error_body_options() noexcept {
    boost::json::parse_options options;
    options.max_depth = error_body_limits::depth;
    return options;
}

}  // namespace oms::wire

#endif
