// SPDX-License-Identifier: BSL-1.0
#include "task_feed.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace oms_stop {

namespace asio = boost::asio;

namespace {

constexpr double longest_pause = 24 * 3600;  // seconds: what a clock can count has an end

// One of each project, then the next of each.
std::vector<record::number> in_turns(task_table const& table, std::vector<record::number> const& tasks) {
    std::vector<std::vector<record::number>> groups;
    for (record::number const n : tasks) {
        if (table.group(n) >= groups.size()) groups.resize(table.group(n) + 1);
        groups[table.group(n)].push_back(n);
    }
    std::vector<record::number> result;
    result.reserve(tasks.size());
    for (std::size_t turn = 0; result.size() < tasks.size(); ++turn) {
        std::erase_if(groups, [&](auto const& group) { return group.size() <= turn; });
        for (auto const& group : groups)
            result.push_back(group[turn]);
    }
    return result;
}

}  // namespace

task_feed::task_feed(asio::any_io_executor executor, record const& of, std::vector<record::number> const& tasks,
                     std::vector<std::size_t> waves)
    : executor_(std::move(executor)),
      record_(of),
      tasks_(in_turns(of.tasks, tasks)),
      waves_(std::move(waves)),
      timer_(executor_),
      wave_end_(waves_.empty() ? tasks_.size() : std::min(waves_.front(), tasks_.size())) {}

void task_feed::async_next(handler f) {
    waiting_.emplace(std::move(f));
    auto slot = asio::get_associated_cancellation_slot(*waiting_);
    if (slot.is_connected()) {
        slot.assign([this](asio::cancellation_type) { close(); });
    }
    pump();
}

void task_feed::give(std::optional<oms::task_ref> task) {
    auto slot = asio::get_associated_cancellation_slot(*waiting_);
    if (slot.is_connected()) slot.clear();
    // Never inside `async_next`.
    asio::post(executor_, [f = std::move(*waiting_), next = std::move(task)]() mutable {
        std::move(f)(oms::error_code(), std::move(next));
    });
    waiting_.reset();
}

void task_feed::wait_until(clock::time_point time) {
    timer_.expires_at(time);
    timer_.async_wait([this, alive = std::weak_ptr(alive_)](boost::system::error_code code) {
        if (!code && !alive.expired()) pump();
    });
}

void task_feed::pump() {
    if (!waiting_) return;
    if (closed_ || given_ == tasks_.size()) return give({});
    if (given_ == wave_end_) {
        if (ended_ == given_ && !std::exchange(between_waves_, true)) on_wave(wave_ + 1);
        return;
    }
    if (given_ - ended_ >= window_) return;
    auto const now = clock::now();
    if (now < not_before_) return wait_until(not_before_);
    if (std::isfinite(rate_)) {
        std::chrono::duration<double> const pause(std::min(1 / rate_, longest_pause));
        not_before_ = now + std::chrono::duration_cast<clock::duration>(pause);
    }
    give(record_.tasks.task(tasks_[given_++]));
}

void task_feed::ended() {
    ++ended_;
    pump();
}

void task_feed::go_on() {
    between_waves_ = false;
    ++wave_;
    std::size_t const rest = tasks_.size() - wave_end_;
    wave_end_ += wave_ < waves_.size() ? std::min(waves_[wave_], rest) : rest;
    pump();
}

void task_feed::close() {
    closed_ = true;
    pump();
}

void task_feed::set_window(std::size_t most) {
    window_ = std::max<std::size_t>(most, 1);
    pump();
}

void task_feed::set_rate(double a_second) {
    rate_ = a_second;
    not_before_ = {};
    timer_.cancel();
    pump();
}

}  // namespace oms_stop
