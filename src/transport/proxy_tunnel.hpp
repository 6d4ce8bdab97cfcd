// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_PROXY_TUNNEL_HPP
#define OMS_TRANSPORT_PROXY_TUNNEL_HPP

// Asks a proxy for a tunnel (HTTP `CONNECT`) on a connection to it: one
// request, one reply. Nothing of the reply is shown but its status, for a
// proxy may repeat the credential that it was sent.

#include "transport/process_socket.hpp"
#include "transport/proxy_route.hpp"
#include "transport/strand.hpp"
#include "wire/header_lines.hpp"

#include <oms/error.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace oms::transport {

/// What came of it: a tunnel, or why there is none.
struct tunnel_result {
    std::optional<process_socket> tunnel;
    error_code code;
    error_code cause;
    std::string what;  ///< For people: what the proxy did.
};

class proxy_tunnel : public std::enable_shared_from_this<proxy_tunnel> {
public:
    using handler = std::function<void(tunnel_result)>;

    static constexpr std::size_t header_limit = 16 * 1024;

    /// All functions and the handler run on it.
    /// @param target  `host:port`, an IPv6 address in brackets.
    proxy_tunnel(strand s, process_socket socket, proxy_route const& route, std::string_view target);

    void start(handler done);
    void abandon() noexcept;

private:
    template <class Work>
    void step(Work&& work);
    void read_some();
    void read_reply();
    void on_reply(unsigned status);
    void broken(error_code cause);
    void finish(tunnel_result result);

    strand strand_;
    process_socket socket_;
    secret request_;
    wire::header_lines reply_{wire::dialect::lenient};
    std::array<char, 2048> piece_{};
    std::string unread_;
    std::size_t read_ = 0;  // of the header
    handler done_;
};

}  // namespace oms::transport

#endif
