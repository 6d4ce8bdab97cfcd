// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_AUTH_TEMPORARY_KEY_HPP
#define OMS_AUTH_TEMPORARY_KEY_HPP

#include <oms/credentials.hpp>

#include <optional>
#include <string_view>

namespace oms::auth {

/// Reads `{"credential":{"access":…,"secret":…,"securitytoken":…,"expires_at":…}}`,
/// or the same as `credentials`, or with the names of pod identity (`accessKeyId`, `secretAccessKey`,
/// `securityToken`, `expiration`); further members are ignored. Nothing: it is not that. What it needs meanwhile is
/// wiped.
std::optional<credential> parse_temporary_key(std::string_view body);

/// The time of `token.expires_at` in the body of a log-in; nothing: it has none.
std::optional<std::chrono::system_clock::time_point> parse_token_expiry(std::string_view body);

}  // namespace oms::auth

#endif
