// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_HTTP2_REQUEST_FIELDS_HPP
#define OMS_HTTP2_REQUEST_FIELDS_HPP

/// @file
/// A request as HTTP/1.1 writes it -> the fields and the body of one of HTTP/2 (RFC 9113, section 8.3.1).

#include "http2/header_encoder.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace oms::http2 {

/// Reads what this library has written, so that a request is made in one way whatever its connection speaks. Keeps its
/// memory from one request to the next.
class request_fields {
public:
    /// @param request  Whole and well formed. The fields and the body are views into it.
    /// @throws std::bad_alloc
    explicit request_fields(std::string_view request) { read(request); }
    request_fields() = default;

    /// The same for the next one.
    /// @throws std::bad_alloc
    void read(std::string_view request);

    std::span<header_field const> fields() const noexcept { return fields_; }
    std::string_view body() const noexcept { return body_; }

private:
    void add(std::string_view name, std::string_view value);

    std::vector<header_field> fields_;
    std::string names_;           // of the user's own headers, in lower case
    std::size_t names_size_ = 0;  // none are longer
    std::string_view body_;
};

}  // namespace oms::http2

#endif
