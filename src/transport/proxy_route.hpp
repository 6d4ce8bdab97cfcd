// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_PROXY_ROUTE_HPP
#define OMS_TRANSPORT_PROXY_ROUTE_HPP

#include "transport/tls_reloader.hpp"
#include "wire/no_proxy.hpp"
#include "wire/proxy_url.hpp"

#include <string>

namespace oms::transport {

/// Through which proxy a client's connections go, and which do not.
struct proxy_route {
    wire::proxy_url proxy;
    wire::no_proxy except;
    std::string user_agent;
    tls_source tls;  ///< By which an `https` proxy itself is trusted; empty until somebody dials.
};

}  // namespace oms::transport

#endif
