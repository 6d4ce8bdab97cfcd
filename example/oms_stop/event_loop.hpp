// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_EVENT_LOOP_HPP
#define OMS_STOP_EVENT_LOOP_HPP

#include "exit_code.hpp"

#include <oms/config.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <optional>

namespace oms_stop {

/// The one thread in which all happens, and what ends it early: a signal, or the end of its time.
class event_loop {
public:
    /// @param time  Of `--deadline`, from now on.
    explicit event_loop(std::optional<oms::duration> time);
    event_loop(event_loop const&) = delete;
    event_loop& operator=(event_loop const&) = delete;
    /// Signals stay without effect afterwards.
    ~event_loop();

    boost::asio::io_context& context() noexcept { return context_; }

    /// The first signal that interrupted it; 0: none.
    int signal() const noexcept { return signal_; }
    bool out_of_time() const noexcept { return out_of_time_; }
    /// Whether nothing more is to be begun.
    bool ended() const noexcept { return signal_ != 0 || out_of_time_; }
    /// What the program ends with for that.
    ending how() const noexcept { return {exit_code::interrupted, out_of_time_ ? 0 : signal_}; }
    /// For people: `interrupted`, or what else it was.
    char const* why() const noexcept { return out_of_time_ ? "the time of --deadline is over" : "interrupted"; }

    /// Called with how often it has been interrupted.
    std::function<void(unsigned)> on_interrupt;
    /// Called when its time is over.
    std::function<void()> on_deadline;
    /// Called with 1 for faster (SIGUSR1), -1 for slower (SIGUSR2).
    std::function<void(int)> on_pace;

    /// Runs until something is so.
    template <class Condition>
    void run_until(Condition so) {
        while (!so())
            context_.run_one();
    }

private:
    void wait();
    void take(int signal);

    boost::asio::io_context context_{1};
    boost::asio::signal_set signals_;
    boost::asio::steady_timer deadline_;
    unsigned count_ = 0;
    int signal_ = 0;
    bool out_of_time_ = false;
};

/// Ends the program by the signal that interrupted it, so that whoever started it knows.
[[noreturn]] void leave_by(int signal);

}  // namespace oms_stop

#endif
