// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TRANSPORT_TLS_SOCKET_HPP
#define OMS_TRANSPORT_TLS_SOCKET_HPP

// TLS in a socket's place, so that TLS can be spoken through it: with an endpoint by way of a proxy that is spoken to
// by TLS itself.

#include "transport/process_socket.hpp"
#include "transport/tls_stream.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace oms::transport {

/// Of a stream that has shaken hands, what `basic_tls_stream` uses of a socket.
template <class Socket>
class basic_tls_socket {
public:
    static constexpr bool layered = true;

    explicit basic_tls_socket(std::unique_ptr<basic_tls_stream<Socket>> below) noexcept : below_(std::move(below)) {}

    void non_blocking(bool /*mode*/, error_code& ec) noexcept { ec.clear(); }  // it is so already
    template <class Option>
    void set_option(Option const& /*option*/, error_code& ec) noexcept {  // likewise
        ec.clear();
    }
    bool is_open() const noexcept { return below_ && below_->is_open(); }
    bool inherited() const noexcept { return below_->inherited(); }
    auto get_executor() { return below_->get_executor(); }

    /// `eof`: the peer has closed, in good order or not; whether something was cut off, the TLS above it knows.
    std::size_t read_some(boost::asio::mutable_buffer into, error_code& ec) noexcept {
        ec = ended_;
        if (ec) return 0;
        std::size_t const n = below_->read_some({static_cast<char*>(into.data()), into.size()}, ec);
        if (ec && !would_block(ec)) ec = ended_ = as_socket(ec);
        return n;
    }

    /// `would_block`: come again with the same bytes, more behind them or not. They are told as taken only when no byte
    /// of their record is left, for nobody else would send it.
    std::size_t write_some(boost::asio::const_buffer bytes, error_code& ec) noexcept {
        below_->flush(ec);  // of the last record, or what was answered by itself
        if (!ec && taken_ == 0) {
            taken_ = std::min(bytes.size(), most_at_once);
            below_->write({static_cast<char const*>(bytes.data()), taken_}, ec);
        }
        if (!ec) return std::exchange(taken_, 0);
        if (!would_block(ec)) ec = as_socket(ec);
        return 0;
    }

    /// Whether the kernel has a part of what was not told as taken.
    bool part_sent() const noexcept { return taken_ > 0 && below_->handed_over(); }
    /// Whether a read may find something without a wait.
    bool has_unread() const noexcept { return ended_ || below_->has_unread(); }

    void async_wait(readiness what, std::shared_ptr<stream_user> user) {
        // The end that was read is no news of the socket's.
        if (what == readiness::read && ended_ && is_open()) {
            return boost::asio::post(get_executor(), [user = std::move(user)] { user->on_ready(readiness::read, {}); });
        }
        below_->async_wait(what, std::move(user));
    }
    void async_receive(std::shared_ptr<stream_user> user) {
        ended_ ? async_wait(readiness::read, std::move(user)) : below_->async_receive(std::move(user));
    }
    void trim() noexcept { below_->trim(); }
    void close(error_code& ec) noexcept {
        ec.clear();
        below_->close(true);
    }

private:
    // One record, so that no more than that waits to be sent.
    static constexpr std::size_t most_at_once = 16 * 1024;

    static error_code as_socket(error_code const& ec) noexcept {
        if (ec == errc::connection_closed) return boost::asio::error::eof;
        // What the layer found wrong says nothing of the bytes above it.
        return ec.category() == client_category() ? error_code(errc::connection_lost) : ec;
    }

    std::unique_ptr<basic_tls_stream<Socket>> below_;
    std::size_t taken_ = 0;  // bytes in the record being sent, not told as taken yet
    error_code ended_;       // every read ends so from now on
};

/// TLS over a TCP socket, in a socket's place.
using tls_socket = basic_tls_socket<process_socket>;

extern template class basic_tls_stream<tls_socket>;

/// TLS inside TLS.
using nested_tls_stream = basic_tls_stream<tls_socket>;

}  // namespace oms::transport

#endif
