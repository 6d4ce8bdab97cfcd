// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_IO_HARNESS_CHANNEL_HPP
#define OMS_TEST_IO_HARNESS_CHANNEL_HPP

// One connection of the network in memory, and the client's end of it.

#include "io/harness/network.hpp"

#include <array>
#include <deque>

namespace oms::scripted {

class channel final : public std::enable_shared_from_this<channel> {
public:
    explicit channel(network& n);
    ~channel();
    channel(channel const&) = delete;
    channel& operator=(channel const&) = delete;

    // The client's end.
    std::size_t read(std::span<char> into, error_code& ec);
    void write(std::string_view bytes, error_code& ec);
    void flush(error_code& ec);
    bool handed_over() const noexcept { return taken_ > 0; }
    bool has_unread() const noexcept { return !current_.empty(); }
    void wait(transport::readiness what, std::shared_ptr<transport::stream_user> user);
    void close() noexcept;

    // The peer's end.
    void arrive(std::string bytes, ending end);
    void surface();  ///< The next piece can be read from now on.

    void forget_waits() noexcept;

private:
    void hand_over(std::size_t count);
    void hand_over_as_planned(error_code& ec);
    void answer_it();
    void signal(transport::readiness what, error_code ec = {});
    bool readable() const noexcept { return !current_.empty() || !pieces_.empty() || end_ != ending::none; }

    network& net_;
    std::array<std::shared_ptr<transport::stream_user>, 2> waits_;
    bool closed_ = false;
    bool writable_ = true;

    // Of the request being sent.
    answer plan_;
    std::string request_;
    std::size_t taken_ = 0;
    std::size_t record_ = all;  // in the ledger
    std::size_t requests_ = 0;
    error_code broken_;  // writing failed, and fails again

    // Of what is there to read: a piece at a time, the next with the next wait.
    std::string current_;
    std::deque<std::string> pieces_;
    ending end_ = ending::none;
    bool at_end_ = false;
};

class scripted_stream final : public transport::stream {
public:
    scripted_stream(network& n, std::shared_ptr<channel> c);
    ~scripted_stream() override;

    std::size_t read_some(std::span<char> into, error_code& ec) noexcept override { return channel_->read(into, ec); }
    void write(std::string_view bytes, error_code& ec) noexcept override { channel_->write(bytes, ec); }
    void flush(error_code& ec) noexcept override { channel_->flush(ec); }
    bool handed_over() const noexcept override { return channel_->handed_over(); }
    bool has_unread() const noexcept override { return channel_->has_unread(); }
    void async_wait(transport::readiness what, std::shared_ptr<transport::stream_user> user) override {
        channel_->wait(what, std::move(user));
    }
    void trim() noexcept override { ++net_.trims; }
    void close(bool) noexcept override { channel_->close(); }

private:
    network& net_;
    std::shared_ptr<channel> const channel_;
};

}  // namespace oms::scripted

#endif
