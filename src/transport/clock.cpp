// SPDX-License-Identifier: BSL-1.0
#include "transport/clock.hpp"

#include <boost/asio/steady_timer.hpp>

#include <optional>
#include <utility>

namespace oms::transport {

namespace {

class asio_clock final : public clock {
public:
    explicit asio_clock(boost::asio::any_io_executor executor) : timer_(std::in_place, std::move(executor)) {}

    std::chrono::steady_clock::time_point now() const noexcept override { return std::chrono::steady_clock::now(); }
    std::chrono::system_clock::time_point wall() const noexcept override { return std::chrono::system_clock::now(); }

    void wake_at(std::chrono::steady_clock::time_point when, std::weak_ptr<sleeper> who) override {
        if (!timer_) return;
        timer_->expires_at(when);
        timer_->async_wait([who = std::move(who)](boost::system::error_code ec) {
            if (ec) return;
            if (auto const woken = who.lock()) woken->on_wake();
        });
    }

    void forget() noexcept override {
        try {
            if (timer_) timer_->cancel();
        } catch (...) {  // then it wakes for nothing
        }
    }

    void leave_context() noexcept override { timer_.reset(); }

private:
    std::optional<boost::asio::steady_timer> timer_;
};

}  // namespace

std::unique_ptr<clock> make_system_clock(boost::asio::any_io_executor executor) {
    return std::make_unique<asio_clock>(std::move(executor));
}

}  // namespace oms::transport
