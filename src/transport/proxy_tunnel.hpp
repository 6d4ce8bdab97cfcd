// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_PROXY_TUNNEL_HPP
#define OMS_TRANSPORT_PROXY_TUNNEL_HPP

// Asks a proxy for a tunnel on a connection to it, in whatever protocol.

#include "policy/dial_fault.hpp"
#include "transport/dialer.hpp"
#include "transport/process_socket.hpp"
#include "transport/proxy_route.hpp"
#include "transport/strand.hpp"

#include <oms/error.hpp>

#include <boost/asio/error.hpp>

#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace oms::transport {

/// What came of it: a tunnel, or why there is none.
template <class Tunnel>
struct tunnel_result {
    std::optional<Tunnel> tunnel;
    error_code code;
    error_code cause;
    std::string what;              ///< For people: what the proxy did.
    int alert = policy::no_alert;  ///< With which the proxy ended its TLS.
};

/// A tunnel that is asked for, of whatever kind.
class tunnel_request {
public:
    virtual ~tunnel_request() = default;
    virtual void abandon() noexcept = 0;
};

/// All functions and the handler run on its strand.
/// @tparam Tunnel  The socket that it hands over.
template <class Tunnel>
class proxy_tunnel : public tunnel_request, public std::enable_shared_from_this<proxy_tunnel<Tunnel>> {
public:
    using result = tunnel_result<Tunnel>;
    using handler = std::function<void(result)>;

    void start(handler done) {
        done_ = std::move(done);
        begin();
    }
    void abandon() noexcept final {
        done_ = nullptr;
        close();
    }

protected:
    explicit proxy_tunnel(strand s) : strand_(std::move(s)) {}

    strand const& executor() const noexcept { return strand_; }

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
    void succeed(Tunnel tunnel) {
        result r;
        r.tunnel.emplace(std::move(tunnel));
        std::exchange(done_, nullptr)(std::move(r));
    }
    void fail(errc code, error_code cause, std::string const& what, int alert = policy::no_alert) {
        result r;
        r.code = code;
        r.cause = cause;
        r.what = what;
        r.alert = alert;
        std::exchange(done_, nullptr)(std::move(r));
    }
    /// It could not be read.
    void broken(error_code cause) {
        if (cause == boost::asio::error::eof) cause = errc::connection_closed;
        fail(errc::proxy_failed, cause, cause.message());
    }

private:
    virtual void begin() = 0;
    virtual void close() noexcept = 0;

    strand strand_;
    handler done_;
};

using plain_tunnel = proxy_tunnel<process_socket>;

/// By HTTP `CONNECT`.
/// @param target  `host:port`, an IPv6 address in brackets.
std::shared_ptr<plain_tunnel> make_http_tunnel(strand s, process_socket socket, proxy_route const& route,
                                               std::string_view target);
/// By SOCKS 5; the proxy looks the target's name up.
std::shared_ptr<plain_tunnel> make_socks_tunnel(strand s, process_socket socket, proxy_route const& route,
                                                dial_target const& target);

}  // namespace oms::transport

#endif
