// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_SYSTEM_SUPPORT_TCP_PEER_HPP
#define OMS_TEST_SYSTEM_SUPPORT_TCP_PEER_HPP

// Peers that are no OMS: what they do with each connection is a coroutine.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace oms::test {

using tcp = boost::asio::ip::tcp;

/// Listens on loopback as long as it lives; its work is the context's.
class tcp_peer {
public:
    using behaviour = boost::asio::awaitable<void> (*)(tcp::socket, std::uint16_t argument);

    tcp_peer(boost::asio::io_context& context, behaviour act, std::uint16_t argument = 0,
             char const* address = "127.0.0.1", std::uint16_t port = 0)
        : acceptor_(
              std::make_shared<tcp::acceptor>(context, tcp::endpoint(boost::asio::ip::make_address(address), port))) {
        boost::asio::co_spawn(context, serve(acceptor_, act, argument, connections_), boost::asio::detached);
    }
    tcp_peer(tcp_peer const&) = delete;
    tcp_peer& operator=(tcp_peer const&) = delete;
    ~tcp_peer() { acceptor_->close(); }

    std::uint16_t port() const { return acceptor_->local_endpoint().port(); }
    std::size_t connections() const noexcept { return *connections_; }

private:
    using counter = std::shared_ptr<std::size_t>;

    // Holds what it uses: the peer may go before it has begun.
    static boost::asio::awaitable<void> serve(std::shared_ptr<tcp::acceptor> acceptor, behaviour act,
                                              std::uint16_t argument, counter connections) {
        for (;;) {
            tcp::socket socket = co_await acceptor->async_accept(boost::asio::use_awaitable);
            ++*connections;
            boost::asio::co_spawn(socket.get_executor(), act(std::move(socket), argument), boost::asio::detached);
        }
    }

    counter connections_ = std::make_shared<std::size_t>(0);
    std::shared_ptr<tcp::acceptor> const acceptor_;
};

namespace behaves {

inline boost::asio::awaitable<void> as_plain_http(tcp::socket socket, std::uint16_t) {
    std::array<char, 4096> buffer;
    co_await socket.async_read_some(boost::asio::buffer(buffer), boost::asio::use_awaitable);
    std::string const reply = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
    co_await boost::asio::async_write(socket, boost::asio::buffer(reply), boost::asio::use_awaitable);
    co_await socket.async_read_some(boost::asio::buffer(buffer), boost::asio::use_awaitable);
}

inline boost::asio::awaitable<void> by_hanging_up(tcp::socket socket, std::uint16_t) {
    std::array<char, 4096> buffer;
    co_await socket.async_read_some(boost::asio::buffer(buffer), boost::asio::use_awaitable);
}

inline boost::asio::awaitable<void> by_resetting(tcp::socket socket, std::uint16_t) {
    std::array<char, 1> buffer;
    co_await socket.async_read_some(boost::asio::buffer(buffer), boost::asio::use_awaitable);
    socket.set_option(tcp::socket::linger(true, 0));
}

inline boost::asio::awaitable<void> by_saying_nothing(tcp::socket socket, std::uint16_t) {
    std::array<char, 4096> buffer;
    for (;;)
        co_await socket.async_read_some(boost::asio::buffer(buffer), boost::asio::use_awaitable);
}

inline boost::asio::awaitable<void> copy(tcp::socket& from, tcp::socket& to) {
    std::array<char, 4096> buffer;
    for (;;) {
        auto const n = co_await from.async_read_some(boost::asio::buffer(buffer), boost::asio::use_awaitable);
        co_await boost::asio::async_write(to, boost::asio::buffer(buffer, n), boost::asio::use_awaitable);
    }
}

/// With an alert of TLS, `argument`.
inline boost::asio::awaitable<void> by_an_alert(tcp::socket socket, std::uint16_t argument) {
    std::array<char, 4096> buffer;
    co_await socket.async_read_some(boost::asio::buffer(buffer), boost::asio::use_awaitable);
    std::string const alert{0x15, 3, 3, 0, 2, 2, static_cast<char>(argument)};
    co_await boost::asio::async_write(socket, boost::asio::buffer(alert), boost::asio::use_awaitable);
    co_await socket.async_read_some(boost::asio::buffer(buffer), boost::asio::use_awaitable);
}

/// Passes on to another port of loopback.
inline boost::asio::awaitable<void> as_relay(tcp::socket socket, std::uint16_t port) {
    using namespace boost::asio::experimental::awaitable_operators;
    tcp::socket other(socket.get_executor());
    tcp::endpoint const target(boost::asio::ip::address_v4::loopback(), port);
    co_await other.async_connect(target, boost::asio::use_awaitable);
    co_await (copy(socket, other) && copy(other, socket));
}

}  // namespace behaves
}  // namespace oms::test

#endif
