// SPDX-License-Identifier: BSL-1.0
// A tunnel by SOCKS 5: bytes go and come as `wire::socks_handshake` says.
#include "transport/proxy_tunnel.hpp"
#include "wire/socks.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <memory>
#include <string>
#include <utility>

namespace oms::transport {

namespace {

class socks_tunnel final : public plain_tunnel {
public:
    socks_tunnel(strand s, process_socket socket, proxy_route const& route, dial_target const& target)
        : plain_tunnel(std::move(s)),
          socket_(std::move(socket)),
          handshake_(target.host, target.port, route.proxy.user, route.proxy.password) {}

private:
    using state = wire::socks_handshake::step;

    std::shared_ptr<socks_tunnel> self() { return std::static_pointer_cast<socks_tunnel>(shared_from_this()); }

    void begin() override {
        switch (handshake_.next()) {
            case state::send:
                return send();
            case state::receive:
                return receive();
            case state::done:
                return succeed(std::move(socket_));
            case state::denied:
                return fail(errc::proxy_auth_required, {}, "it wants another user name or password");
            case state::failed:
                return fail(errc::proxy_failed,
                            handshake_.malformed() ? error_code(errc::malformed_reply) : error_code(),
                            std::string(handshake_.reason()));
        }
    }

    void send() {
        std::string_view const bytes = handshake_.output();
        boost::asio::async_write(socket_, boost::asio::buffer(bytes.data(), bytes.size()),
                                 boost::asio::bind_executor(executor(), [self = self()](error_code ec, std::size_t) {
                                     self->step([&] {
                                         if (ec) return self->fail(errc::proxy_failed, ec, ec.message());
                                         self->handshake_.sent();
                                         self->begin();
                                     });
                                 }));
    }

    // No byte more than is wanted: what follows is the tunnel's.
    void receive() {
        boost::asio::async_read(socket_, boost::asio::buffer(piece_.data(), handshake_.wanted()),
                                boost::asio::bind_executor(executor(), [self = self()](error_code ec, std::size_t n) {
                                    self->step([&] {
                                        if (ec) return self->broken(ec);
                                        self->handshake_.received({self->piece_.data(), n});
                                        self->begin();
                                    });
                                }));
    }

    void close() noexcept override {
        error_code ignored;
        socket_.close(ignored);
    }

    process_socket socket_;
    wire::socks_handshake handshake_;
    std::array<char, 257> piece_{};  // a name of 255 bytes, and a port
};

}  // namespace

std::shared_ptr<plain_tunnel> make_socks_tunnel(strand s, process_socket socket, proxy_route const& route,
                                                dial_target const& target) {
    return std::make_shared<socks_tunnel>(std::move(s), std::move(socket), route, target);
}

}  // namespace oms::transport
