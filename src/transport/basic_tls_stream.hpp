// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_BASIC_TLS_STREAM_HPP
#define OMS_TRANSPORT_BASIC_TLS_STREAM_HPP

// TLS over a socket, whichever it is: what can fail below it is made to fail
// in every way by a socket that is none.

#include "transport/stream.hpp"
#include "transport/tls_engine.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <array>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace oms::transport {

/// Of a socket that is a stream itself: who waits is told by what is below it.
template <class Socket>
inline constexpr bool is_layered = requires {
    requires Socket::layered;
};

/// Whether the socket is a fork's copy of another process's: only its goodbye would be noticed there.
template <class Socket>
bool is_inherited(Socket const& s) noexcept {
    if constexpr (requires { s.inherited(); }) {
        return s.inherited();
    } else {
        return false;
    }
}

/// Writes through the engine's output, and reads through a buffer on the stack
/// but for the first bytes of what was waited for: an idle one holds no buffer.
/// @tparam Socket  Connected; has what is used here of `tcp::socket`.
template <class Socket>
class basic_tls_stream final : public stream {
public:
    /// Takes a connected socket and makes it non-blocking.
    basic_tls_stream(Socket socket, std::unique_ptr<tls_engine> engine, error_code& ec);

    /// `would_block`: call it again after a wait for `wanted()`; then success.
    void handshake(error_code& ec) noexcept;
    readiness wanted() const noexcept { return engine_->output().empty() ? readiness::read : readiness::write; }
    tls_engine const& engine() const noexcept { return *engine_; }

    // As the socket has them.
    bool is_open() const noexcept { return socket_.is_open(); }
    bool inherited() const noexcept { return is_inherited(socket_); }
    auto get_executor() { return socket_.get_executor(); }

    std::size_t read_some(std::span<char> into, error_code& ec) noexcept override;
    void write(std::string_view bytes, error_code& ec) noexcept override;
    void flush(error_code& ec) noexcept override;
    bool handed_over() const noexcept override { return handed_over_; }
    bool has_unread() const noexcept override {
        if constexpr (is_layered<Socket>) {
            if (socket_.has_unread()) return true;
        }
        return cut_ || engine_->has_unread();
    }
    void async_wait(readiness what, std::shared_ptr<stream_user> user) override;
    void async_receive(std::shared_ptr<stream_user> user) override;
    void trim() noexcept override {
        first_.reset();
        engine_->trim();
        if constexpr (is_layered<Socket>) socket_.trim();
    }
    void close(bool orderly) noexcept override;

private:
    // One TLS record and its header.
    static constexpr std::size_t record_size = 16 * 1024 + 256 + 5;
    // Room for the small reply that a stop has.
    using first_bytes = std::array<char, 4096>;

    // Sends as much as goes at once.
    std::size_t send(std::string_view ciphertext, error_code& ec) noexcept;
    // Receives ciphertext into `buffer` and gives it to the engine.
    void receive(std::span<char> buffer, error_code& ec) noexcept;
    bool keep_rest() noexcept;

    Socket socket_;
    std::unique_ptr<tls_engine> engine_;
    std::unique_ptr<first_bytes> first_;
    std::size_t first_size_ = 0;
    bool cut_ = false;  // the last receive had room for no more
    bool handed_over_ = false;
};

template <class Socket>
basic_tls_stream<Socket>::basic_tls_stream(Socket socket, std::unique_ptr<tls_engine> engine, error_code& ec)
    : socket_(std::move(socket)), engine_(std::move(engine)) {
    socket_.non_blocking(true, ec);
    error_code ignored;
    socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
}

template <class Socket>
void basic_tls_stream<Socket>::receive(std::span<char> buffer, error_code& ec) noexcept {
    std::size_t const n = socket_.read_some(boost::asio::buffer(buffer.data(), buffer.size()), ec);
    cut_ = n == buffer.size();
    if (!ec) {
        engine_->feed({buffer.data(), n});
    } else if (ec == boost::asio::error::eof) {
        ec = errc::connection_closed;  // without a goodbye of TLS
    }
}

// What the engine has not read yet must outlive the buffer that it lies in.
template <class Socket>
bool basic_tls_stream<Socket>::keep_rest() noexcept {
    try {
        engine_->take_rest();
    } catch (std::bad_alloc const&) {
        return false;
    }
    return true;
}

template <class Socket>
void basic_tls_stream<Socket>::handshake(error_code& ec) noexcept {
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

template <class Socket>
std::size_t basic_tls_stream<Socket>::read_some(std::span<char> into, error_code& ec) noexcept {
    std::array<char, record_size> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init)
    if (first_size_ > 0) engine_->feed({first_->data(), std::exchange(first_size_, 0)});
    std::size_t n = engine_->read(into, ec);
    // What came may have been tickets alone, with the end of the connection right behind them.
    for (unsigned turns = 0; would_block(ec) && turns < reads_at_once; ++turns) {
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

template <class Socket>
void basic_tls_stream<Socket>::write(std::string_view bytes, error_code& ec) noexcept {
    struct sender final : tls_sink {
        basic_tls_stream& to;
        error_code ec;

        explicit sender(basic_tls_stream& s) noexcept : to(s) {}
        std::size_t take(std::string_view ciphertext) noexcept override { return to.send(ciphertext, ec); }
    };
    handed_over_ = false;
    sender at_once(*this);
    engine_->write(bytes, ec, &at_once);
    if (!ec) ec = at_once.ec;
    if (!ec && !engine_->output().empty()) flush(ec);
}

template <class Socket>
std::size_t basic_tls_stream<Socket>::send(std::string_view ciphertext, error_code& ec) noexcept {
    std::size_t sent = 0;
    while (sent < ciphertext.size() && !ec) {
        sent += socket_.write_some(boost::asio::buffer(ciphertext.data() + sent, ciphertext.size() - sent), ec);
    }
    handed_over_ |= sent > 0;
    if constexpr (is_layered<Socket>) handed_over_ |= socket_.part_sent();
    return sent;
}

template <class Socket>
void basic_tls_stream<Socket>::flush(error_code& ec) noexcept {
    ec.clear();
    std::string& out = engine_->output();
    out.erase(0, send(out, ec));
}

template <class Socket>
void basic_tls_stream<Socket>::async_wait(readiness what, std::shared_ptr<stream_user> user) {
    struct wait_handler {
        std::shared_ptr<stream_user> user;
        readiness what{};
        void operator()(error_code ec) const { user->on_ready(what, ec); }
    };
    // What the engine has taken from the socket already is no news of the socket's.
    if (what == readiness::read && engine_->has_unread() && socket_.is_open()) {
        boost::asio::post(socket_.get_executor(), [handler = wait_handler{std::move(user), what}] { handler({}); });
        return;
    }
    if constexpr (is_layered<Socket>) {
        socket_.async_wait(what, std::move(user));
    } else {
        socket_.async_wait(
            what == readiness::read ? boost::asio::socket_base::wait_read : boost::asio::socket_base::wait_write,
            wait_handler{std::move(user), what});
    }
}

// The socket is asked at once, and only then the event loop: one call of the system less than a wait takes. An end is
// left for `read_some`.
template <class Socket>
void basic_tls_stream<Socket>::async_receive(std::shared_ptr<stream_user> user) {
    struct receive_handler {
        basic_tls_stream& stream;
        std::shared_ptr<stream_user> user;
        void operator()(error_code ec, std::size_t n) const {
            stream.first_size_ = n;
            stream.cut_ = n == stream.first_->size();
            if (ec == boost::asio::error::eof) ec.clear();
            user->on_ready(readiness::read, ec);
        }
    };
    if (engine_->has_unread()) return async_wait(readiness::read, std::move(user));
    if constexpr (is_layered<Socket>) {
        socket_.async_receive(std::move(user));
    } else {
        if (!first_) first_ = std::make_unique<first_bytes>();
        socket_.async_read_some(boost::asio::buffer(*first_), receive_handler{*this, std::move(user)});
    }
}

template <class Socket>
void basic_tls_stream<Socket>::close(bool orderly) noexcept {
    if (!socket_.is_open()) return;
    if (orderly && engine_->output().empty() && !is_inherited(socket_)) {
        engine_->shutdown();
        error_code ignored;
        flush(ignored);  // as much as goes at once: a close never waits
    }
    error_code ignored;
    socket_.close(ignored);
}

}  // namespace oms::transport

#endif
