// SPDX-License-Identifier: BSL-1.0
#ifndef STOP_SERVICE_WAITERS_HPP
#define STOP_SERVICE_WAITERS_HPP

// Coroutines that wait for something to happen: a condition variable of one thread.

#include "coroutine.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <list>

namespace stop_service {

/// All of it belongs to the thread that runs the context. Between a look at what is waited for and `wait` there must be
/// no `co_await`, so that no `notify` is missed.
class waiters {
public:
    using timer = boost::asio::steady_timer;

    /// Waits until somebody notifies, at most so long.
    boost::asio::awaitable<void> wait(std::chrono::steady_clock::duration at_most) {
        timer own(co_await boost::asio::this_coro::executor, at_most);
        membership const member(timers_, own);
        co_await own.async_wait(use_tuple);
    }

    void notify() {
        for (timer* const each : timers_)
            each->cancel();
    }

private:
    class membership {
    public:
        membership(std::list<timer*>& all, timer& one) : all_(all), place_(all.insert(all.end(), &one)) {}
        membership(membership const&) = delete;
        membership& operator=(membership const&) = delete;
        ~membership() { all_.erase(place_); }

    private:
        std::list<timer*>& all_;
        std::list<timer*>::iterator place_;
    };

    std::list<timer*> timers_;
};

}  // namespace stop_service

#endif
