// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_ENVIRONMENT_HPP
#define OMS_CLIENT_ENVIRONMENT_HPP

// A configuration from what the process was started with.

#include <oms/config.hpp>

#include <functional>
#include <map>
#include <string>

namespace oms::detail {

/// Variable -> value.
using environment = std::map<std::string, std::string, std::less<>>;

/// That of this process.
environment process_environment();

/// @throws config_error  names the variable at fault
client_config config_from(environment const& variables);

}  // namespace oms::detail

#endif
