// SPDX-License-Identifier: BSL-1.0
#include "system/connect_proxy.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <tuple>
#include <utility>

namespace oms::test {

namespace {

namespace asio = boost::asio;
using asio::use_awaitable;
using asio::ip::tcp;

// Of `CONNECT host:port HTTP/1.1`.
std::uint16_t port_of(std::string const& request) {
    auto const end = request.find(" HTTP/1.1\r\n");
    auto const colon = request.rfind(':', end);
    return static_cast<std::uint16_t>(std::stoul(request.substr(colon + 1, end - colon - 1)));
}

asio::awaitable<void> relay(tcp::socket& from, tcp::socket& to) {
    std::array<char, 4096> buffer;
    for (;;) {
        auto const [code, size] = co_await from.async_read_some(asio::buffer(buffer), asio::as_tuple(use_awaitable));
        if (code) co_return;
        co_await asio::async_write(to, asio::buffer(buffer, size), use_awaitable);
    }
}

}  // namespace

connect_proxy::connect_proxy(proxy_manner manner)
    : manner_(std::move(manner)),
      acceptor_(context_, {asio::ip::address_v4::loopback(), 0}),
      port_(acceptor_.local_endpoint().port()) {
    asio::co_spawn(context_, listen(), asio::detached);
    thread_ = std::jthread([this] { context_.run(); });
}

connect_proxy::~connect_proxy() {
    context_.stop();
    thread_.join();
}

std::vector<std::string> connect_proxy::requests() const {
    std::lock_guard const lock(mutex_);
    return requests_;
}

bool connect_proxy::wait_for_requests(std::size_t count, std::chrono::milliseconds time) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, time, [&] { return requests_.size() >= count; });
}

bool connect_proxy::wait_for_hang_ups(std::size_t count, std::chrono::seconds time) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, time, [&] { return hang_ups_ >= count; });
}

asio::awaitable<void> connect_proxy::listen() {
    for (;;) {
        tcp::socket client = co_await acceptor_.async_accept(use_awaitable);
        client.set_option(tcp::no_delay(true));
        asio::co_spawn(context_, serve(std::move(client)), asio::detached);
    }
}

asio::awaitable<void> connect_proxy::serve(tcp::socket client) {
    std::string request(1, '\0');
    co_await asio::async_read(client, asio::buffer(request), use_awaitable);
    if (request == "\5") co_return co_await serve_socks(client);
    co_await asio::async_read_until(client, asio::dynamic_buffer(request), "\r\n\r\n", use_awaitable);
    note(request);
    std::string const wanted = "\r\nProxy-Authorization: " + manner_.authorization + "\r\n";
    if (!manner_.authorization.empty() && request.find(wanted) == std::string::npos) {
        co_await answer(client,
                        "HTTP/1.1 407 Proxy Authentication Required\r\n"
                        "Proxy-Authenticate: Basic realm=\"test\"\r\nContent-Length: 0\r\n\r\n");
        co_return;
    }
    if (manner_.after == proxy_manner::then::tunnel) co_return co_await tunnel(client, port_of(request), manner_.reply);
    co_await answer(client, manner_.reply);
    if (manner_.after == proxy_manner::then::close) co_return;
    char byte = 0;
    co_await client.async_read_some(asio::buffer(&byte, 1), asio::as_tuple(use_awaitable));
    std::lock_guard const lock(mutex_);
    ++hang_ups_;
    changed_.notify_all();
}

void connect_proxy::note(std::string request) {
    std::lock_guard const lock(mutex_);
    requests_.push_back(std::move(request));
    changed_.notify_all();
}

// Its version has been read.
asio::awaitable<void> connect_proxy::serve_socks(tcp::socket& client) {
    auto const read = [&client](std::size_t size) -> asio::awaitable<std::string> {
        std::string bytes(size, '\0');
        co_await asio::async_read(client, asio::buffer(bytes), use_awaitable);
        co_return bytes;
    };
    auto const size_of = [](std::string const& byte) {
        return static_cast<std::size_t>(static_cast<unsigned char>(byte[0]));
    };
    std::string length = co_await read(1);
    std::string const methods = co_await read(size_of(length));
    if (!manner_.socks_greeting.empty()) co_return co_await answer(client, manner_.socks_greeting);
    bool const wants_login = !manner_.socks_login.empty();
    bool const offered = methods.find(wants_login ? '\2' : '\0') != std::string::npos;
    co_await answer(client, !offered      ? std::string_view("\5\377", 2)
                            : wants_login ? std::string_view("\5\2", 2)
                                          : std::string_view("\5\0", 2));
    if (!offered) co_return;
    if (wants_login) {
        co_await read(1);
        length = co_await read(1);
        std::string login = co_await read(size_of(length));
        length = co_await read(1);
        login += ':';
        login += co_await read(size_of(length));
        bool const good = login == manner_.socks_login;
        co_await answer(client, good ? std::string_view("\1\0", 2) : std::string_view("\1\1", 2));
        if (!good) co_return;
    }
    std::string const head = co_await read(4);
    std::string host;
    if (head[3] == 3) {
        length = co_await read(1);
        host = co_await read(size_of(length));
    } else {
        host = co_await read(head[3] == 1 ? 4 : 16);
        host = head[3] == 1 ? "an IPv4 address" : "an IPv6 address";
    }
    std::string const port = co_await read(2);
    auto const to = static_cast<std::uint16_t>((size_of(port) << 8U) + size_of(port.substr(1)));
    note(host + ':' + std::to_string(to));
    std::string reply("\5\0\0\1\177\0\0\1\4\70", 10);
    reply[1] = static_cast<char>(manner_.socks_code);
    if (manner_.socks_code == 0) co_return co_await tunnel(client, to, reply);
    co_await answer(client, reply);
}

asio::awaitable<void> connect_proxy::tunnel(tcp::socket& client, std::uint16_t port, std::string_view reply) {
    using namespace asio::experimental::awaitable_operators;
    tcp::socket target(context_);
    co_await target.async_connect({asio::ip::address_v4::loopback(), port}, use_awaitable);
    co_await answer(client, reply);
    co_await (relay(client, target) || relay(target, client));
}

asio::awaitable<void> connect_proxy::answer(tcp::socket& client, std::string_view reply) {
    std::size_t const piece = manner_.byte_by_byte ? 1 : reply.size();
    for (std::size_t at = 0; at < reply.size(); at += piece) {
        co_await asio::async_write(client, asio::buffer(reply.data() + at, piece), use_awaitable);
    }
}

}  // namespace oms::test
