// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_MEMORY_PIPE_HPP
#define OMS_TESTING_MEMORY_PIPE_HPP

// A connection in memory: what one end writes the other one reads, a turn of
// the event loop later. It takes whatever is written.

#include "testing/line.hpp"
#include "testing/timeline.hpp"
#include "transport/stream.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace oms::testing {

class memory_world;

class memory_pipe : public std::enable_shared_from_this<memory_pipe> {
public:
    /// @param secure  TLS would say goodbye, where the end is a good one.
    memory_pipe(std::shared_ptr<memory_world> world, bool secure);
    ~memory_pipe();

    // The client's end.
    std::size_t read(std::span<char> into, error_code& ec);
    void write(std::string_view bytes, error_code& ec);
    bool has_unread() const noexcept { return !to_client_.empty(); }
    void wait(transport::readiness what, std::shared_ptr<transport::stream_user> user);
    void leave() noexcept;
    /// `f` is called once it is known what the server makes of the connection: serves it, or ends it.
    void when_greeted(std::function<void(error_code)> f);

    // The server's end.
    /// Keeps who serves it until the server closes.
    void serve(std::shared_ptr<line_user> by) { server_ = std::move(by); }
    void greet();
    std::size_t take(std::span<char> into, error_code& ec);
    void give(std::string_view bytes, error_code& ec);
    void say_goodbye() noexcept { goodbye_ = true; }
    void wait_for_client();
    void call_writable();
    void finish();
    void close(bool reset);
    void wake_after(std::chrono::nanoseconds delay, std::uint64_t order);
    void forget_wake() noexcept;
    void call_server();

    /// The context goes: nobody waits any more.
    void drop_waits() noexcept;

private:
    void tell_client();
    void tell_greeted();
    void on_server(std::function<void(line_user&)> what);
    std::optional<error_code> end_for_client() const noexcept;

    std::shared_ptr<memory_world> const world_;
    bool const secure_;

    std::string to_client_, to_server_;
    std::shared_ptr<transport::stream_user> reads_;  // who waits
    std::function<void(error_code)> greeted_to_;
    std::shared_ptr<line_user> server_;
    std::optional<timeline::event> wake_;
    bool server_waits_ = false;
    bool greeted_ = false;
    bool left_ = false;      // the client
    bool finished_ = false;  // the server writes no more
    bool closed_ = false;    // nor reads
    bool reset_ = false;
    bool goodbye_ = false;
};

class memory_stream final : public transport::stream {
public:
    explicit memory_stream(std::shared_ptr<memory_pipe> by) : pipe_(std::move(by)) {}
    ~memory_stream() override { pipe_->leave(); }

    std::size_t read_some(std::span<char> into, error_code& ec) noexcept override { return pipe_->read(into, ec); }
    void write(std::string_view bytes, error_code& ec) noexcept override;
    void flush(error_code& ec) noexcept override { ec.clear(); }
    bool handed_over() const noexcept override { return handed_over_; }
    bool has_unread() const noexcept override { return pipe_->has_unread(); }
    void async_wait(transport::readiness what, std::shared_ptr<transport::stream_user> user) override {
        pipe_->wait(what, std::move(user));
    }
    void trim() noexcept override {}
    void close(bool) noexcept override { pipe_->leave(); }

private:
    std::shared_ptr<memory_pipe> const pipe_;
    bool handed_over_ = false;
};

class memory_line final : public line {
public:
    explicit memory_line(std::shared_ptr<memory_pipe> by) : pipe_(std::move(by)) {}
    ~memory_line() override { pipe_->close(false); }

    void begin(error_code& ec) override { ec.clear(); }
    void greet() override { pipe_->greet(); }
    std::size_t read_some(std::span<char> into, error_code& ec) override { return pipe_->take(into, ec); }
    std::size_t write_some(std::string_view bytes, error_code& ec) override {
        pipe_->give(bytes, ec);
        return ec ? 0 : bytes.size();
    }
    // Its user is the one that serves the pipe.
    void wait_readable(std::shared_ptr<line_user>) override { pipe_->wait_for_client(); }
    void wait_writable(std::shared_ptr<line_user>) override { pipe_->call_writable(); }
    void finish() override { pipe_->finish(); }
    void close(bool reset) override { pipe_->close(reset); }
    void wake_after(std::chrono::nanoseconds delay, std::shared_ptr<line_user>, std::uint64_t order) override {
        pipe_->wake_after(delay, order);
    }
    void forget_wake() override { pipe_->forget_wake(); }
    void call(std::shared_ptr<line_user>) override { pipe_->call_server(); }

private:
    std::shared_ptr<memory_pipe> const pipe_;
};

}  // namespace oms::testing

#endif
