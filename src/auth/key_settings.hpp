// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_AUTH_KEY_SETTINGS_HPP
#define OMS_AUTH_KEY_SETTINGS_HPP

// What the environment and a profile file both say, in other words.

#include <oms/credentials.hpp>

#include <string>

namespace oms::auth {

struct key_settings {
    std::string access_key;
    secret secret_key;
    secret security_token;
    std::string project_id;

    /// The key pair, bound to the project where one is named.
    credential value() const;
};

/// Names what a key pair lacks, for people: `"A and B are not set"`; empty: nothing.
std::string lacking(key_settings const& settings, std::string const& access_key_name,
                    std::string const& secret_key_name);

}  // namespace oms::auth

#endif
