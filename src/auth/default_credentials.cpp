// SPDX-License-Identifier: BSL-1.0
#include "auth/credential_chain.hpp"

namespace oms {

std::shared_ptr<credentials_provider> default_credentials() {
    return auth::make_chain({environment_credentials(), profile_credentials()});
}

}  // namespace oms
