// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_REQUEST_HPP
#define OMS_TESTING_REQUEST_HPP

// The head of a request. Strict: what a lenient server would guess at is
// refused here, so that a client which writes it is found out.

#include <boost/container/static_vector.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace oms::testing {

struct header_view {
    std::string_view name, value;
};

// Views into the bytes that were parsed.
struct request_head {
    static constexpr std::size_t max_size = 64 * 1024;

    std::string_view method, target;
    boost::container::static_vector<header_view, 64> headers;
    std::uint64_t content_length = 0;
    bool keep_alive = true;
    std::size_t size = 0;  // with the empty line

    /// The value of a header; a null view where there is none.
    std::string_view find(std::string_view name) const noexcept;
};

enum class head_status { complete, incomplete, malformed, too_large };

head_status parse_head(std::string_view bytes, request_head& head);

/// The head of a request of HTTP/2: its fields but for the pseudo-header ones, and its authority as `host`.
head_status make_head(std::string_view method, std::string_view target, std::span<header_view const> headers,
                      request_head& head);

}  // namespace oms::testing

#endif
