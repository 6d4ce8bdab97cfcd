// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_UNIT_CANONICAL_REQUEST_HPP
#define OMS_TEST_UNIT_CANONICAL_REQUEST_HPP

// The one spelling of any request that client and service both sign. The client spells those that it sends by itself;
// this one is held against it.

#include "wire/signature.hpp"

#include <span>
#include <string>
#include <string_view>

namespace oms::testing {

/// A name with its value: a header, or a pair of a query.
struct name_value {
    std::string_view name;
    std::string_view value;
};

/// Any request, before it is signed.
struct request_to_sign {
    std::string_view verb;                       ///< In upper case.
    std::span<std::string_view const> segments;  ///< Of the path, decoded; an empty last one: a slash at the end.
    std::span<name_value const> query;           ///< Decoded, in any order.
    std::span<name_value const> headers;         ///< Those to sign. Names with `_` are left out, as gateways drop them.
    std::string_view body;
};

/// What is hashed, and the list of names that goes into the header.
struct canonical_request {
    std::string text;
    std::string signed_headers;
};

/// Appends `name=value` pairs, encoded, in canonical order, joined by `&`.
/// The same text may be a request's query.
void append_query(std::string& out, std::span<name_value const> query);

/// Spells a request.
/// @param payload_hash  Of the body, in hex, or what is sent in its place.
canonical_request canonicalize(request_to_sign const& request, std::string_view payload_hash);

/// Signs any request by what signs those of the client, and returns the value of `Authorization`.
/// @pre  Among the headers is `X-Sdk-Date`, and `X-Security-Token` where the keys have one.
std::string authorization(wire::signer& keys, wire::sign_algorithm algorithm, request_to_sign const& request);

}  // namespace oms::testing

#endif
