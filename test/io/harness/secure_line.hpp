// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_IO_HARNESS_SECURE_LINE_HPP
#define OMS_TEST_IO_HARNESS_SECURE_LINE_HPP

// A connection of the network in memory as a socket has it: what goes through
// is ciphertext, and at its other end is OpenSSL's own server.

#include "io/harness/network.hpp"
#include "testing/session.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/socket_base.hpp>

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace oms::scripted {

/// How what the server sends arrives.
struct line_manner {
    std::size_t piece = all;    ///< So many bytes of ciphertext at a time.
    std::size_t most = all;     ///< So many bytes of all; nothing comes behind them,
    ending end = ending::none;  ///< but this.
};

class secure_line final : public std::enable_shared_from_this<secure_line> {
public:
    using wait_handler = std::function<void(error_code)>;
    using receive_handler = std::function<void(error_code, std::size_t)>;

    secure_line(network& n, std::unique_ptr<testing::session> server, line_manner manner)
        : net_(n), session_(std::move(server)), manner_(manner), room_(manner.most) {}
    secure_line(secure_line const&) = delete;
    secure_line& operator=(secure_line const&) = delete;

    // The client's end.
    std::size_t read(std::span<char> into, error_code& ec);
    std::size_t write(std::string_view ciphertext, error_code& ec);
    void wait(transport::readiness what, wait_handler handler);
    void receive(std::span<char> into, receive_handler handler);
    void close() noexcept;
    bool is_open() const noexcept { return !closed_; }
    boost::asio::io_context::executor_type get_executor() const noexcept { return net_.io.get_executor(); }

    // What the client says and hears, above TLS.
    void begin_request(std::string_view text);
    void delivered(std::string_view text);

    void forget_waits() noexcept {
        closed_ = true;
        auto const dropped = std::exchange(waits_, {});
    }

private:
    std::size_t window();
    void take(std::string_view ciphertext);
    void answer_it();
    void say(std::string_view text);
    void pass_on();
    void surface();
    void signal(transport::readiness what, error_code ec = {});
    bool readable() const noexcept { return broken_ || !current_.empty() || !pieces_.empty() || end_ != ending::none; }

    network& net_;
    std::unique_ptr<testing::session> const session_;
    testing::session::state heard_ = testing::session::state::handshaking;
    line_manner const manner_;
    std::size_t room_;  // for so many bytes of the server's
    bool cut_ = false;  // there were more
    std::array<wait_handler, 2> waits_;
    std::array<bool, 2> stalled_{};
    bool closed_ = false;
    error_code broken_;      // every operation fails with it
    error_code next_write_;  // as the rest of a short one

    // Of the request being sent.
    answer plan_;
    std::string request_;
    std::string arrived_;  // of it, decrypted
    bool asked_ = false;
    std::size_t taken_ = 0;
    std::size_t record_ = all;  // in the ledger
    std::size_t requests_ = 0;

    // Of what is there to read: a piece at a time, the next with the next wait.
    std::string current_;
    std::deque<std::string> pieces_;
    ending end_ = ending::none;
    bool at_end_ = false;
};

/// What a stream needs of a socket.
class secure_socket {
public:
    explicit secure_socket(std::shared_ptr<secure_line> line) noexcept : line_(std::move(line)) {}
    secure_socket(secure_socket&&) noexcept = default;
    secure_socket& operator=(secure_socket&&) = delete;
    ~secure_socket() {
        if (line_) line_->close();
    }

    void non_blocking(bool, error_code& ec) noexcept { ec.clear(); }
    template <class Option>
    void set_option(Option const&, error_code& ec) noexcept {
        ec.clear();
    }
    bool is_open() const noexcept { return line_->is_open(); }
    boost::asio::io_context::executor_type get_executor() const noexcept { return line_->get_executor(); }
    void close(error_code& ec) noexcept {
        ec.clear();
        line_->close();
    }
    std::size_t read_some(boost::asio::mutable_buffer into, error_code& ec) {
        return line_->read({static_cast<char*>(into.data()), into.size()}, ec);
    }
    std::size_t write_some(boost::asio::const_buffer bytes, error_code& ec) {
        return line_->write({static_cast<char const*>(bytes.data()), bytes.size()}, ec);
    }
    void async_read_some(boost::asio::mutable_buffer into, secure_line::receive_handler handler) {
        line_->receive({static_cast<char*>(into.data()), into.size()}, std::move(handler));
    }
    void async_wait(boost::asio::socket_base::wait_type what, secure_line::wait_handler handler) {
        bool const reads = what == boost::asio::socket_base::wait_read;
        line_->wait(reads ? transport::readiness::read : transport::readiness::write, std::move(handler));
    }

private:
    std::shared_ptr<secure_line> line_;
};

}  // namespace oms::scripted

#endif
