// SPDX-License-Identifier: BSL-1.0
#include "auth/credential_chain.hpp"

namespace oms {

std::shared_ptr<credentials_provider> default_credentials() {
    return auth::make_chain({idp_credentials(), environment_credentials(), profile_credentials(),
                             metadata_credentials(), pod_identity_credentials()});
}

}  // namespace oms
