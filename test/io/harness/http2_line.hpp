// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_IO_HARNESS_HTTP2_LINE_HPP
#define OMS_TEST_IO_HARNESS_HTTP2_LINE_HPP

// One connection of the network in memory over which HTTP/2 is spoken. The network's script is as it is for HTTP/1.1:
// requests are told, and answers given, as HTTP/1.1 writes them.

#include "io/harness/network.hpp"
#include "testing/http2_session.hpp"

#include <array>
#include <deque>
#include <string>
#include <string_view>

namespace oms::scripted {

class http2_line final : public std::enable_shared_from_this<http2_line> {
public:
    explicit http2_line(network& n);

    // The client's end.
    std::size_t read(std::span<char> into, error_code& ec);
    void write(std::string_view bytes, error_code& ec);
    void flush(error_code& ec);
    bool handed_over() const noexcept { return taken_ > 0; }
    bool has_unread() const noexcept { return !current_.bytes.empty(); }
    void wait(transport::readiness what, std::shared_ptr<transport::stream_user> user);
    void close() noexcept;
    void forget_waits() noexcept;

    // The peer's end.
    testing::http2_session& peer() noexcept { return peer_; }
    /// What the peer has to say can be read from now on; then the connection ends.
    void send(ending end = ending::none);
    /// Streams that the client has reset.
    std::vector<http2::stream_id> resets;
    bool closed() const noexcept { return closed_; }
    /// From now on it takes what comes, and says nothing more.
    void goes_deaf() noexcept { deaf_ = true; }

private:
    // Of an answer, with what of its text these bytes are.
    struct piece {
        std::string bytes;
        std::string text;
        std::size_t record = all;
        http2::stream_id stream = 0;
    };
    struct asked {
        http2::stream_id stream = 0;
        answer plan;
        std::size_t record = all;
    };

    void look_at(std::string_view bytes);
    void hand_over(std::size_t count);
    void hand_over_as_planned(error_code& ec);
    void answer_them();
    void answer_it(asked const& to);
    std::size_t say(asked const& to, std::string_view text, std::size_t told, bool last);
    void look_for_resets(std::string_view bytes);
    void forget(http2::stream_id given_up);
    void surface();
    void signal(transport::readiness what, error_code ec = {});
    bool readable() const noexcept { return !current_.bytes.empty() || !pieces_.empty() || end_ != ending::none; }

    network& net_;
    std::array<std::shared_ptr<transport::stream_user>, 2> waits_;
    bool closed_ = false;
    bool deaf_ = false;
    bool writable_ = true;
    testing::http2_session peer_;

    // Of what is being sent.
    answer plan_;
    std::size_t size_ = 0;
    std::size_t taken_ = 0;
    std::vector<asked> asked_;
    std::size_t requests_ = 0;
    error_code broken_;

    // Of what is there to read.
    piece current_;
    std::deque<piece> pieces_;
    ending end_ = ending::none;
    bool at_end_ = false;
};

class http2_stream final : public transport::stream {
public:
    http2_stream(network& n, std::shared_ptr<http2_line> line);
    ~http2_stream() override;

    std::size_t read_some(std::span<char> into, error_code& ec) noexcept override { return line_->read(into, ec); }
    void write(std::string_view bytes, error_code& ec) noexcept override { line_->write(bytes, ec); }
    void flush(error_code& ec) noexcept override { line_->flush(ec); }
    bool handed_over() const noexcept override { return line_->handed_over(); }
    bool has_unread() const noexcept override { return line_->has_unread(); }
    void async_wait(transport::readiness what, std::shared_ptr<transport::stream_user> user) override {
        line_->wait(what, std::move(user));
    }
    void trim() noexcept override { ++net_.trims; }
    void close(bool) noexcept override { line_->close(); }

private:
    network& net_;
    std::shared_ptr<http2_line> const line_;
};

}  // namespace oms::scripted

#endif
