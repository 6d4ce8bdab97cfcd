// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_PROXY_ROUTE_HPP
#define OMS_TRANSPORT_PROXY_ROUTE_HPP

#include "wire/no_proxy.hpp"
#include "wire/proxy_url.hpp"

#include <memory>
#include <string>

namespace oms::transport {

class tls_context;

/// Through which proxy a client's connections go, and which do not.
struct proxy_route {
    wire::proxy_url proxy;
    wire::no_proxy except;
    std::string user_agent;
    std::shared_ptr<tls_context> tls;  ///< By which the proxy itself is trusted; null: it is not spoken to by TLS.
};

}  // namespace oms::transport

#endif
