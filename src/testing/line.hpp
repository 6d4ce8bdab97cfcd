// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_LINE_HPP
#define OMS_TESTING_LINE_HPP

// What carries a connection's bytes, and tells it the time: a socket, or memory.

#include <oms/error.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace oms::testing {

/// Who waits for a line. Kept alive by its waits.
class line_user {
public:
    virtual ~line_user() = default;
    virtual void on_readable() = 0;
    virtual void on_writable(error_code ec) = 0;
    virtual void on_time(std::uint64_t order) = 0;
    virtual void on_called() = 0;
};

/// In one thread, `call` aside.
class line {
public:
    line() = default;
    line(line const&) = delete;
    line& operator=(line const&) = delete;
    virtual ~line() = default;

    virtual void begin(error_code& ec) = 0;
    /// The other end is served from now on, as usual.
    virtual void greet() = 0;
    /// `would_block`: nothing is there.
    virtual std::size_t read_some(std::span<char> into, error_code& ec) = 0;
    virtual std::size_t write_some(std::string_view bytes, error_code& ec) = 0;
    virtual void wait_readable(std::shared_ptr<line_user> user) = 0;
    virtual void wait_writable(std::shared_ptr<line_user> user) = 0;
    /// Nothing more is written.
    virtual void finish() = 0;
    virtual void close(bool reset) = 0;

    /// Tells the time with this number, and forgets an earlier order.
    virtual void wake_after(std::chrono::nanoseconds delay, std::shared_ptr<line_user> user, std::uint64_t order) = 0;
    virtual void forget_wake() = 0;
    /// Calls it in its thread. From any thread.
    virtual void call(std::shared_ptr<line_user> user) = 0;
};

}  // namespace oms::testing

#endif
