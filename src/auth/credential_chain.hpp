// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_AUTH_CREDENTIAL_CHAIN_HPP
#define OMS_AUTH_CREDENTIAL_CHAIN_HPP

#include <oms/credentials.hpp>

#include <memory>
#include <vector>

namespace oms::auth {

/// Asks one source after the other, and keeps to the first that has a credential.
/// Where none has, the reason lists what each lacked, by its label.
std::shared_ptr<credentials_provider> make_chain(std::vector<std::shared_ptr<credentials_provider>> links);

}  // namespace oms::auth

#endif
