// SPDX-License-Identifier: BSL-1.0
#include "testing/tcp_line.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>

#include <utility>

namespace oms::testing {

namespace {

namespace asio = boost::asio;
using boost::asio::ip::tcp;

}  // namespace

tcp_line::tcp_line(tcp::socket socket) : socket_(std::move(socket)), timer_(socket_.get_executor()) {}

void tcp_line::begin(error_code& ec) {
    socket_.set_option(tcp::no_delay(true), ec);
    socket_.non_blocking(true, ec);
}

std::size_t tcp_line::read_some(std::span<char> into, error_code& ec) {
    return socket_.read_some(asio::buffer(into.data(), into.size()), ec);
}

std::size_t tcp_line::write_some(std::string_view bytes, error_code& ec) {
    return socket_.write_some(asio::buffer(bytes.data(), bytes.size()), ec);
}

void tcp_line::wait_readable(std::shared_ptr<line_user> user) {
    socket_.async_wait(tcp::socket::wait_read, [user = std::move(user)](error_code ec) {
        if (!ec) user->on_readable();
    });
}

void tcp_line::wait_writable(std::shared_ptr<line_user> user) {
    socket_.async_wait(tcp::socket::wait_write, [user = std::move(user)](error_code ec) { user->on_writable(ec); });
}

void tcp_line::finish() {
    error_code ec;
    socket_.shutdown(tcp::socket::shutdown_send, ec);
}

void tcp_line::close(bool reset) {
    error_code ec;
    if (reset) socket_.set_option(tcp::socket::linger(true, 0), ec);
    socket_.close(ec);
}

void tcp_line::wake_after(std::chrono::nanoseconds delay, std::shared_ptr<line_user> user, std::uint64_t order) {
    timer_.expires_after(delay);
    timer_.async_wait([user = std::move(user), order](error_code ec) {
        if (!ec) user->on_time(order);
    });
}

void tcp_line::forget_wake() {
    timer_.cancel();
}

void tcp_line::call(std::shared_ptr<line_user> user) {
    asio::post(socket_.get_executor(), [user = std::move(user)] { user->on_called(); });
}

}  // namespace oms::testing
