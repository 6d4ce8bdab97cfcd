// SPDX-License-Identifier: BSL-1.0
#include "transport/tls_stream.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

#include <array>
#include <new>
#include <utility>

namespace oms::transport {

namespace {

// One TLS record and its header.
constexpr std::size_t record_size = 16 * 1024 + 256 + 5;

struct wait_handler {
    std::shared_ptr<stream_user> user;
    readiness what;

    void operator()(error_code ec) const { user->on_ready(what, ec); }
};

}  // namespace

tls_stream::tls_stream(boost::asio::ip::tcp::socket socket, std::unique_ptr<tls_engine> engine, error_code& ec)
    : socket_(std::move(socket)), engine_(std::move(engine)) {
    socket_.non_blocking(true, ec);
    error_code ignored;
    socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
}

void tls_stream::receive(std::span<char> buffer, error_code& ec) noexcept {
    std::size_t const n = socket_.read_some(boost::asio::buffer(buffer.data(), buffer.size()), ec);
    if (!ec) {
        engine_->feed({buffer.data(), n});
    } else if (ec == boost::asio::error::eof) {
        ec = errc::connection_closed;  // without a goodbye of TLS
    }
}

// What the engine has not read yet must outlive the buffer that it lies in.
bool tls_stream::keep_rest() noexcept {
    try {
        engine_->take_rest();
    } catch (std::bad_alloc const&) {
        return false;
    }
    return true;
}

void tls_stream::handshake(error_code& ec) noexcept {
    std::array<char, record_size> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): 16 KiB to fill for nothing
    for (;;) {
        flush(ec);
        if (ec) return;
        error_code step;
        engine_->handshake(step);
        flush(ec);
        if (!would_block(step)) {
            if (step) {
                ec = step;
            } else if (!keep_rest()) {
                ec = boost::asio::error::no_memory;
            }
            return;
        }
        if (ec) return;
        receive(buffer, ec);
        if (ec == errc::connection_closed) ec = errc::handshake_truncated;
        if (ec) return;
    }
}

std::size_t tls_stream::read_some(std::span<char> into, error_code& ec) noexcept {
    std::array<char, record_size> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init)
    std::size_t n = engine_->read(into, ec);
    // What came may have been tickets alone, with the end of the connection right behind them.
    while (would_block(ec)) {
        receive(buffer, ec);
        if (ec) return 0;
        n = engine_->read(into, ec);
    }
    if (!keep_rest()) {
        ec = boost::asio::error::no_memory;
        return 0;
    }
    // What OpenSSL answers by itself, a refused renegotiation, goes as far as it goes now.
    if (error_code unsent; !engine_->output().empty()) flush(unsent);
    return n;
}

void tls_stream::write(std::string_view bytes, error_code& ec) noexcept {
    handed_over_ = false;
    engine_->write(bytes, ec);
    if (!ec) flush(ec);
}

void tls_stream::flush(error_code& ec) noexcept {
    ec.clear();
    std::string& out = engine_->output();
    std::size_t sent = 0;
    while (sent < out.size() && !ec) {
        sent += socket_.write_some(boost::asio::buffer(out.data() + sent, out.size() - sent), ec);
    }
    if (sent > 0) {
        handed_over_ = true;
        out.erase(0, sent);
    }
}

void tls_stream::async_wait(readiness what, std::shared_ptr<stream_user> user) {
    socket_.async_wait(
        what == readiness::read ? boost::asio::socket_base::wait_read : boost::asio::socket_base::wait_write,
        wait_handler{std::move(user), what});
}

void tls_stream::trim() noexcept {
    engine_->trim();
}

void tls_stream::close(bool orderly) noexcept {
    if (!socket_.is_open()) return;
    if (orderly && engine_->output().empty()) {
        engine_->shutdown();
        error_code ignored;
        flush(ignored);  // as much as goes at once: a close never waits
    }
    error_code ignored;
    socket_.close(ignored);
}

}  // namespace oms::transport
