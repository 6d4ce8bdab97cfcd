// SPDX-License-Identifier: BSL-1.0
// A tunnel by HTTP `CONNECT`: one request, one reply, as `wire::http_connect` says.
#include "transport/proxy_tunnel.hpp"
#include "wire/http_connect.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <memory>
#include <utility>

namespace oms::transport {

namespace {

class http_tunnel final : public plain_tunnel {
public:
    http_tunnel(strand s, process_socket socket, proxy_route const& route, std::string_view target)
        : plain_tunnel(std::move(s)),
          socket_(std::move(socket)),
          connect_(target, route.user_agent, route.proxy.authorization) {}

private:
    std::shared_ptr<http_tunnel> self() { return std::static_pointer_cast<http_tunnel>(shared_from_this()); }

    void begin() override {
        std::string_view const request = connect_.request();
        boost::asio::async_write(
            socket_, boost::asio::buffer(request.data(), request.size()),
            boost::asio::bind_executor(executor(), [self = self()](error_code ec, std::size_t) {
                self->connect_.sent();
                self->step([&] { ec ? self->fail(errc::proxy_failed, ec, ec.message()) : self->receive(); });
            }));
    }

    void receive() {
        socket_.async_read_some(boost::asio::buffer(piece_),
                                boost::asio::bind_executor(executor(), [self = self()](error_code ec, std::size_t n) {
                                    self->step([&] { ec ? self->broken(ec) : self->received(n); });
                                }));
    }

    void received(std::size_t size) {
        using state = wire::http_connect::step;
        switch (connect_.received({piece_.data(), size})) {
            case state::receive:
                return receive();
            case state::done:
                return succeed(std::move(socket_));
            case state::failed:
                return fail(connect_.code(), connect_.cause(), connect_.reason());
        }
    }

    void close() noexcept override {
        error_code ignored;
        socket_.close(ignored);
    }

    process_socket socket_;
    wire::http_connect connect_;
    std::array<char, 2048> piece_{};
};

}  // namespace

std::shared_ptr<plain_tunnel> make_http_tunnel(strand s, process_socket socket, proxy_route const& route,
                                               std::string_view target) {
    return std::make_shared<http_tunnel>(std::move(s), std::move(socket), route, target);
}

}  // namespace oms::transport
