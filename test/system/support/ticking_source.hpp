// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_SYSTEM_SUPPORT_TICKING_SOURCE_HPP
#define OMS_TEST_SYSTEM_SUPPORT_TICKING_SOURCE_HPP

// An asynchronous source of tasks: each comes when a timer has fired.

#include <oms/task.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace oms::test {

class ticking_source {
public:
    ticking_source(boost::asio::any_io_executor executor, std::vector<task_ref> tasks)
        : timer_(std::move(executor)), tasks_(std::move(tasks)) {}

    /// From the n-th pull on nothing comes any more.
    ticking_source& stall_at(std::size_t n) {
        stall_at_ = n;
        return *this;
    }
    /// The n-th pull fails.
    ticking_source& fail_at(std::size_t n, error_code code) {
        fail_at_ = n;
        failure_ = code;
        return *this;
    }
    std::size_t pulls() const noexcept { return pulls_; }

    template <boost::asio::completion_token_for<void(error_code, std::optional<task_ref>)> Token>
    auto async_next(Token&& token) {
        return boost::asio::async_initiate<Token, void(error_code, std::optional<task_ref>)>(
            [this](auto handler) { wait(std::move(handler)); }, token);
    }

private:
    template <class Handler>
    void wait(Handler handler) {
        if (pulls_ >= stall_at_) {
            timer_.expires_at(std::chrono::steady_clock::time_point::max());
        } else {
            timer_.expires_after(std::chrono::microseconds(pulls_ % 3 == 0 ? 100 : 0));
        }
        auto const executor = boost::asio::get_associated_executor(handler, timer_.get_executor());
        auto const slot = boost::asio::get_associated_cancellation_slot(handler);
        timer_.async_wait(boost::asio::bind_executor(
            executor, boost::asio::bind_cancellation_slot(slot, [this, h = std::move(handler)](error_code ec) mutable {
                std::optional<task_ref> next;
                std::size_t const at = pulls_;
                if (!ec) {
                    ++pulls_;
                    if (at == fail_at_) {
                        ec = failure_;
                    } else if (at < tasks_.size()) {
                        next = tasks_[at];
                    }
                }
                std::move(h)(ec, std::move(next));
            })));
    }

    static constexpr auto never = static_cast<std::size_t>(-1);

    boost::asio::steady_timer timer_;
    std::vector<task_ref> tasks_;
    std::size_t pulls_ = 0, stall_at_ = never, fail_at_ = never;
    error_code failure_;
};

}  // namespace oms::test

#endif
