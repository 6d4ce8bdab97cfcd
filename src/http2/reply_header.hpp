// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_HTTP2_REPLY_HEADER_HPP
#define OMS_HTTP2_REPLY_HEADER_HPP

/// @file
/// The fields of a reply's header block -> what matters of them.

#include "http2/static_table.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace oms::http2 {

/// The views are those of the fields.
struct reply_header {
    unsigned status = 0;
    std::string_view request_id;  ///< `X-Request-Id`; of these fields the first one counts.
    std::string_view retry_after;
    std::string_view date;
    std::string_view subject_token;
    std::optional<std::uint64_t> content_length;
};

/// What is wrong with a header block.
enum class header_fault : std::uint8_t { none, malformed, bad_status };

/// Takes the fields of one block.
class reply_fields {
public:
    /// @param trailers  Those behind the body, of which nothing is kept.
    explicit reply_fields(bool trailers) noexcept : trailers_(trailers) {}

    void take(field_view const& field) noexcept;
    /// After the last one.
    header_fault fault() const noexcept;

    reply_header const& header() const noexcept { return header_; }

private:
    void take_status(field_view const& field) noexcept;

    reply_header header_;
    bool trailers_;
    bool malformed_ = false;
    bool bad_status_ = false;
    bool in_fields_ = false;  // behind the pseudo-header fields
};

}  // namespace oms::http2

#endif
