// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_TASK_FEED_HPP
#define OMS_STOP_TASK_FEED_HPP

#include "record.hpp"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

namespace oms_stop {

/// What a bulk takes its tasks from: it gives the next one when waves and pace allow it. Projects take turns.
class task_feed {
public:
    using handler = boost::asio::any_completion_handler<void(oms::error_code, std::optional<oms::task_ref>)>;

    /// @param waves  How many tasks each wave has; after the last one come all others. Empty: one wave of all.
    task_feed(boost::asio::any_io_executor executor, record const& of, std::vector<record::number> const& tasks,
              std::vector<std::size_t> waves);

    /// Called when all tasks of a wave have ended, and more are there: its number from 1. It goes on after `go_on`.
    std::function<void(std::size_t)> on_wave;

    /// One of those that were given has ended.
    void ended();
    /// Begins the next wave.
    void go_on();
    /// Gives no more.
    void close();

    /// How many were not given.
    std::size_t left() const noexcept { return tasks_.size() - given_; }

    /// At most so many are given and have not ended; not below 1.
    void set_window(std::size_t most);
    std::size_t window() const noexcept { return window_; }
    /// At most so many are given a second; above 0.
    void set_rate(double a_second);
    double rate() const noexcept { return rate_; }

    /// The next task, or none at the end, as a bulk's source gives it. One at a time.
    void async_next(handler f);

private:
    using clock = std::chrono::steady_clock;

    void pump();
    void give(std::optional<oms::task_ref> task);
    void wait_until(clock::time_point time);

    boost::asio::any_io_executor executor_;
    record const& record_;
    std::vector<record::number> const tasks_;
    std::vector<std::size_t> const waves_;
    std::optional<handler> waiting_;  // Boost 1.81 moves none by assignment
    boost::asio::steady_timer timer_;
    std::size_t given_ = 0, ended_ = 0;
    std::size_t wave_ = 0, wave_end_ = 0;
    bool between_waves_ = false, closed_ = false;
    std::size_t window_ = std::numeric_limits<std::size_t>::max();
    double rate_ = std::numeric_limits<double>::infinity();
    clock::time_point not_before_{};
    std::shared_ptr<int> alive_ = std::make_shared<int>();  // an expired timer's handler may come after the end
};

}  // namespace oms_stop

#endif
