// SPDX-License-Identifier: BSL-1.0
#include "auth/key_settings.hpp"

namespace oms::auth {

credential key_settings::value() const {
    credential result;
    result.type = credential::kind::key_pair;
    result.access_key = access_key;
    result.secret_key = secret_key;
    result.security_token = security_token;
    result.project_id = project_id;
    return result;
}

std::string lacking(key_settings const& settings, std::string const& access_key_name,
                    std::string const& secret_key_name) {
    if (settings.access_key.empty() && settings.secret_key.empty()) {
        return access_key_name + " and " + secret_key_name + " are not set";
    }
    if (settings.access_key.empty()) return access_key_name + " is not set";
    if (settings.secret_key.empty()) return secret_key_name + " is not set";
    return {};
}

}  // namespace oms::auth
