// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_PROXY_TUNNEL_HPP
#define OMS_TRANSPORT_PROXY_TUNNEL_HPP

// Asks a proxy for a tunnel on a connection to it, in whatever protocol.

#include "transport/dialer.hpp"
#include "transport/process_socket.hpp"
#include "transport/proxy_route.hpp"
#include "transport/strand.hpp"

#include <oms/error.hpp>

#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace oms::transport {

/// What came of it: a tunnel, or why there is none.
struct tunnel_result {
    std::optional<process_socket> tunnel;
    error_code code;
    error_code cause;
    std::string what;  ///< For people: what the proxy did.
};

/// All functions and the handler run on its strand.
class proxy_tunnel : public std::enable_shared_from_this<proxy_tunnel> {
public:
    using handler = std::function<void(tunnel_result)>;

    virtual ~proxy_tunnel() = default;

    void start(handler done);
    void abandon() noexcept;

protected:
    proxy_tunnel(strand s, process_socket socket) : strand_(std::move(s)), socket_(std::move(socket)) {}

    strand const& executor() const noexcept { return strand_; }
    process_socket& socket() noexcept { return socket_; }

    /// What a handler does. Without memory for it there is no tunnel; what is thrown behind its end is not its own.
    template <class Work>
    void step(Work&& work) {
        if (!done_) return;  // abandoned
        try {
            work();
        } catch (std::bad_alloc const&) {
            if (!done_) throw;
            fail(errc::out_of_memory, {}, {});
        }
    }

    // Its end.
    void succeed();
    void fail(errc code, error_code cause, std::string what);
    /// It could not be read.
    void broken(error_code cause);

private:
    virtual void begin() = 0;

    strand strand_;
    process_socket socket_;
    handler done_;
};

/// By HTTP `CONNECT`.
/// @param target  `host:port`, an IPv6 address in brackets.
std::shared_ptr<proxy_tunnel> make_http_tunnel(strand s, process_socket socket, proxy_route const& route,
                                               std::string_view target);
/// By SOCKS 5; the proxy looks the target's name up.
std::shared_ptr<proxy_tunnel> make_socks_tunnel(strand s, process_socket socket, proxy_route const& route,
                                                dial_target const& target);

}  // namespace oms::transport

#endif
