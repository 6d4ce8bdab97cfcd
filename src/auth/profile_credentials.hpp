// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_AUTH_PROFILE_CREDENTIALS_HPP
#define OMS_AUTH_PROFILE_CREDENTIALS_HPP

#include <oms/credentials.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace oms::auth {

using steady_now = std::function<std::chrono::steady_clock::time_point()>;

/// `profile_credentials` by another clock, which says when the file may be looked at again.
std::shared_ptr<credentials_provider> make_profile(std::string path, steady_now now);

}  // namespace oms::auth

#endif
