// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_HTTPS_TUNNEL_HPP
#define OMS_TRANSPORT_HTTPS_TUNNEL_HPP

// A tunnel by HTTP `CONNECT` inside TLS with the proxy.

#include "transport/proxy_tunnel.hpp"
#include "transport/stream.hpp"
#include "transport/tls_engine.hpp"
#include "transport/tls_socket.hpp"
#include "wire/http_connect.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

namespace oms::transport {

/// Shakes hands, asks, and hands over what goes through.
/// @tparam Socket  Connected with the proxy.
template <class Socket>
class https_tunnel final : public proxy_tunnel<basic_tls_socket<Socket>>, public stream_user {
public:
    /// @throws std::bad_alloc
    https_tunnel(strand s, Socket socket, proxy_route const& route, std::string_view target)
        : proxy_tunnel<basic_tls_socket<Socket>>(std::move(s)),
          connect_(target, route.user_agent, route.proxy.authorization) {
        wire::proxy_url const& to = route.proxy;
        stream_ = std::make_unique<basic_tls_stream<Socket>>(
            std::move(socket), std::make_unique<tls_engine>(route.tls(), to.host, to.literal, to.peer), broken_);
    }

private:
    enum class state : std::uint8_t { shaking, asking, answered };

    std::shared_ptr<https_tunnel> self() { return std::static_pointer_cast<https_tunnel>(this->shared_from_this()); }

    void begin() override { broken_ ? refuse(broken_) : shake(); }

    void shake() {
        error_code ec;
        stream_->handshake(ec);
        if (would_block(ec)) return wait(stream_->wanted());
        if (ec) return refuse(ec);
        state_ = state::asking;
        stream_->write(connect_.request(), ec);
        connect_.sent();
        asked(ec);
    }

    void asked(error_code ec) {
        if (would_block(ec)) return wait(readiness::write);
        if (ec) return refuse(ec);
        state_ = state::answered;
        receive();
    }

    void receive() {
        using step = wire::http_connect::step;
        error_code ec;
        std::size_t const n = stream_->read_some(piece_, ec);
        if (would_block(ec)) return wait(readiness::read);
        if (ec) return refuse(ec);
        switch (connect_.received({piece_.data(), n})) {
            case step::receive:
                return wait(readiness::read);
            case step::done:
                return this->succeed(basic_tls_socket<Socket>(std::move(stream_)));
            case step::failed:
                return this->fail(connect_.code(), connect_.cause(), connect_.reason());
        }
    }

    void wait(readiness what) { stream_->async_wait(what, self()); }

    void on_ready(readiness /*what*/, error_code ec) override {
        auto go_on = [self = self(), ec] { self->step([&] { self->ready(ec); }); };
        boost::asio::dispatch(this->executor(), std::move(go_on));
    }

    void ready(error_code ec) {
        if (ec) return refuse(ec);
        switch (state_) {
            case state::shaking:
                return shake();
            case state::asking:
                stream_->flush(ec);
                return asked(ec);
            case state::answered:
                return receive();
        }
    }

    // Names the proxy: by what is wrong alone it could be the endpoint's.
    void refuse(error_code ec) {
        if (ec == errc::out_of_memory) return this->fail(errc::out_of_memory, {}, {});
        if (ec == boost::asio::error::eof) ec = errc::connection_closed;
        tls_engine const& engine = stream_->engine();
        this->fail(errc::proxy_failed, ec, engine.failure_text(ec), engine.alert());
    }

    void close() noexcept override {
        if (stream_) stream_->close(false);
    }

    wire::http_connect connect_;
    std::unique_ptr<basic_tls_stream<Socket>> stream_;
    error_code broken_;
    state state_ = state::shaking;
    std::array<char, 2048> piece_{};
};

extern template class https_tunnel<process_socket>;

}  // namespace oms::transport

#endif
