// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_AUTH_IAM_REFUSAL_HPP
#define OMS_AUTH_IAM_REFUSAL_HPP

#include "auth/http_fetch.hpp"

#include <oms/error.hpp>

#include <span>
#include <string>
#include <string_view>

namespace oms::auth {

/// Why IAM did not give what it was asked for.
struct iam_refusal {
    error_code code;
    std::string reason;  ///< For people: holds no secret.
};

/// @param sent  The secrets of the request, as far as it had them; the others are empty. IAM's words may repeat them.
/// @pre   The result is a failure, or a reply that gives nothing.
iam_refusal refusal_of(fetch_result& got, std::span<std::string_view const> sent);

}  // namespace oms::auth

#endif
