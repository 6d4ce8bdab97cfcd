// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_IO_HARNESS_VIRTUAL_TIME_HPP
#define OMS_TEST_IO_HARNESS_VIRTUAL_TIME_HPP

// Time that stands still while anything is ready to run, and then jumps to
// whatever is next. Nothing ever sleeps.

#include "transport/clock.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>

namespace oms::scripted {

class virtual_time {
public:
    using time_point = std::chrono::steady_clock::time_point;
    using duration = std::chrono::steady_clock::duration;

    virtual_time() noexcept : now_(start) {}
    virtual_time(virtual_time const&) = delete;
    virtual_time& operator=(virtual_time const&) = delete;

    time_point now() const noexcept { return now_; }
    duration elapsed() const noexcept { return now_ - start; }
    /// 2026-01-01 00:00:00 UTC at the start.
    std::chrono::system_clock::time_point wall() const noexcept;
    /// Sets the wall clock on, or back: the steady one knows nothing of it, as after a suspend.
    void shift_wall(std::chrono::system_clock::duration by) noexcept { wall_shift_ += by; }

    /// A clock for one client. This object must outlive it.
    std::unique_ptr<transport::clock> make_clock();

    /// Runs `f` on the context when the time has come.
    void after(duration d, std::function<void()> f) { events_.emplace(key{now_ + d, next_++}, std::move(f)); }
    /// Lets time pass while something runs.
    void pass(duration d) noexcept { now_ += d; }
    /// Called each time a client looks at the clock, before it does.
    std::function<void()> on_look = [] {};
    /// Called each time a client asks to be woken, with the time. It holds its lock.
    std::function<void(time_point)> on_order = [](time_point) {};
    /// Drops all that is planned.
    void clear() noexcept { events_.clear(); }

    /// Whether a client waits for a time.
    bool armed() const noexcept { return armed_ > 0; }

    /// One handler that is ready, or the next time that something is planned for, if not after `until`.
    bool step(boost::asio::io_context& io, time_point until = time_point::max());
    /// Steps while there is anything to do; then it is `until`, where that is a time that comes.
    void run(boost::asio::io_context& io, time_point until = time_point::max());

private:
    friend class virtual_clock;
    using key = std::pair<time_point, std::uint64_t>;

    static constexpr time_point start{std::chrono::hours(1000)};

    time_point now_;
    std::chrono::system_clock::duration wall_shift_{};
    std::uint64_t next_ = 0;
    unsigned armed_ = 0;
    std::map<key, std::function<void()>> events_;
};

}  // namespace oms::scripted

#endif
