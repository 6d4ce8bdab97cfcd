// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_AUTH_IAM_ENDPOINT_HPP
#define OMS_AUTH_IAM_ENDPOINT_HPP

// Where a source finds IAM, and whom it trusts there.

#include "auth/http_fetch.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace oms::auth {

class iam_endpoint {
public:
    /// @param of        The options, for messages: `"iam_options"`.
    /// @param endpoint  Empty: `$HUAWEICLOUD_SDK_IAM_ENDPOINT`, else by the region.
    /// @throws config_error
    iam_endpoint(std::string const& of, std::string endpoint, std::string const& ca_file, std::string const& ca_pem,
                 duration timeout);

    /// A request to it that says nothing yet.
    fetch_request request(std::string const& region) const;

private:
    std::optional<wire::authority> to_;  // nothing: by the region
    tls_ptr trust_;                      // null: the client's
    duration const timeout_;
};

}  // namespace oms::auth

#endif
