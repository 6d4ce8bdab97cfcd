// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_ACCOUNT_HPP
#define OMS_TESTING_ACCOUNT_HPP

// What a client of the simulator logs in with.

#include "testing/tokens.hpp"

#include <oms/credentials.hpp>

#include <memory>

namespace oms::testing {

/// Gives each project a token that is good now, and the account one where none is named.
std::shared_ptr<credentials_provider> account_of(std::shared_ptr<token_office> tokens);

}  // namespace oms::testing

#endif
