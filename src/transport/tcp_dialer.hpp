// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_TCP_DIALER_HPP
#define OMS_TRANSPORT_TCP_DIALER_HPP

#include "transport/dialer.hpp"
#include "transport/local_end.hpp"
#include "transport/name_cache.hpp"
#include "transport/proxy_route.hpp"
#include "transport/tls_reloader.hpp"

#include <oms/config.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <memory>

namespace oms::transport {

/// How its sockets are.
struct socket_rules {
    /// For so long the system waits for a sign that bytes have arrived, where it can be told so; then the connection
    /// breaks. `unlimited`: as long as it likes.
    duration unanswered = unlimited;
    local_end from;
};

/// Opens real connections: looks up, connects, asks the proxy for a tunnel where there is one, shakes hands.
/// Where a connection goes through the proxy, only the proxy's name is looked up here.
class tcp_dialer final : public dialer {
public:
    tcp_dialer(boost::asio::any_io_executor executor, tls_source tls, std::shared_ptr<host_resolver> resolver,
               std::shared_ptr<proxy_route const> proxy = nullptr, socket_rules rules = {});
    ~tcp_dialer() override;

    std::shared_ptr<dial> start(std::uint64_t id, dial_target const& target, std::shared_ptr<dial_user> user) override;

private:
    boost::asio::any_io_executor executor_;
    tls_source tls_;
    std::shared_ptr<name_cache> names_;
    std::shared_ptr<proxy_route const> proxy_;
    socket_rules const rules_;
};

}  // namespace oms::transport

#endif
