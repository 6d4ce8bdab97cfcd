// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_EVENT_LOOP_HPP
#define OMS_STOP_EVENT_LOOP_HPP

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <cstddef>
#include <functional>
#include <utility>

namespace oms_stop {

/// The one thread in which all happens, and the signals that interrupt it.
class event_loop {
public:
    event_loop() : signals_(context_, SIGINT, SIGTERM, SIGHUP) {
        std::signal(SIGPIPE, SIG_IGN);
        std::signal(SIGXFSZ, SIG_IGN);  // a report that is too large for its limit is an error like others
        wait();
    }

    boost::asio::io_context& context() noexcept { return context_; }
    bool interrupted() const noexcept { return count_ > 0; }

    /// Called with how often the program has been interrupted.
    std::function<void(unsigned)> on_interrupt;

    /// Runs until something is so.
    template <class Condition>
    void run_until(Condition so) {
        while (!so())
            context_.run_one();
    }

    /// Starts `count` operations, `width` at a time, and waits for all of them; an interrupt starts no more.
    /// @param start  Gets the number of the operation, and what to call at its end.
    template <class Start>
    void each(std::size_t count, std::size_t width, Start start) {
        std::size_t next = 0, running = 0;
        while (true) {
            while (running < width && next < count && !interrupted()) {
                ++running;
                start(next++, [&running] { --running; });
            }
            if (running == 0) return;
            context_.run_one();
        }
    }

private:
    void wait() {
        signals_.async_wait([this](boost::system::error_code code, int) {
            if (code) return;
            ++count_;
            if (on_interrupt) on_interrupt(count_);
            wait();
        });
    }

    boost::asio::io_context context_{1};
    boost::asio::signal_set signals_;
    unsigned count_ = 0;
};

}  // namespace oms_stop

#endif
