// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_SETTINGS_HPP
#define OMS_CLIENT_SETTINGS_HPP

// A client's configuration, checked and made ready.

#include "transport/local_end.hpp"
#include "transport/proxy_route.hpp"
#include "wire/url.hpp"

#include <oms/client.hpp>
#include <oms/config.hpp>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace oms::detail {

struct settings {
    /// @throws config_error  names the first field that is wrong
    explicit settings(client_config c);

    /// The endpoints of a region in the order of preference; none where it is no region.
    std::vector<wire::authority> endpoints_of(std::string const& region) const;
    /// IAM of a region, or of the part of one that has its own project.
    std::vector<wire::authority> iam_of(std::string const& project_name) const;
    /// Whether nothing says where this region is but its name.
    bool follows_pattern(std::string const& region) const;

    client_config config;  // the proxy's URL, which may hold a password, is moved out of it
    std::shared_ptr<transport::proxy_route const> proxy;  // null: none
    transport::local_end from;
    std::string user_agent;
    std::vector<wire::authority> default_endpoints;  // of `config.endpoint`
    std::map<std::string, std::vector<wire::authority>> region_endpoints;
    std::vector<wire::authority> iam_endpoints;  // of `config.iam_endpoint`
};

/// The first value that is out of range.
struct range_fault {
    std::string_view field;  ///< Empty: none is.
    std::string_view must;   ///< What it must be, for people.

    explicit operator bool() const noexcept { return !field.empty(); }
};

range_fault check(timeout_options const& t);
range_fault check(retry_options const& r);
/// Of a call's own headers one that cannot be sent, or is the library's; empty: none.
std::string check(std::vector<request_header> const& headers);
/// Whether a user may add it.
bool sendable(request_header const& header) noexcept;

timeout_options merge(timeout_options const& base, timeout_overrides const& own);
retry_options merge(retry_options const& base, retry_overrides const& own);

}  // namespace oms::detail

#endif
