// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_SIGNATURE_CHECK_HPP
#define OMS_TESTING_SIGNATURE_CHECK_HPP

// Signatures, judged as a gateway does: from the bytes that came. It shares no
// code with what makes them, so that the two cannot be wrong together.

#include "testing/request.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace oms::testing {

// A request as it came.
struct signed_request {
    std::string_view method, target;
    std::span<header_view const> headers;
    std::string_view body;
};

// What `Authorization` claims; views into it.
struct signature_claim {
    enum class algorithm : std::uint8_t { hmac_sha256, derived_hmac_sha256, hmac_sm3 };

    signature_claim::algorithm how = algorithm::hmac_sha256;
    std::string_view access_key;
    std::string_view scope;           // day, region and service of a derived key
    std::string_view signed_headers;  // names, joined by `;`
    std::string_view signature;
};

/// Nothing where the value is malformed.
std::optional<signature_claim> parse_claim(std::string_view authorization);

/// A moment of `X-Sdk-Date`; nothing where the text is malformed.
std::optional<std::chrono::sys_seconds> parse_sdk_date(std::string_view text);

/// Whether this very request was signed with this secret key. Strict: escapes
/// are in upper case, the list of names is what was signed, and a header that
/// says who asks, or when, is signed wherever there is one.
bool is_signed_with(std::string_view secret_key, signature_claim const& claim, signed_request const& request);

}  // namespace oms::testing

#endif
