// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_CLIENT_END_HPP
#define OMS_CLIENT_CLIENT_END_HPP

// How far a client is with its end: who waits for it, until when what is under way may go on, and whether what has
// sent nothing may.

#include "client/completion.hpp"
#include "policy/time_queue.hpp"

#include <oms/client.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

namespace oms::detail {

using policy::later;
using policy::time_point;
using policy::timed;

class client_end {
public:
    explicit client_end(policy::time_queue& times) : times_(times) { times_.admit(timer_); }

    /// It takes calls.
    bool running() const noexcept { return state_ == state::running; }
    /// It was destroyed.
    bool closed() const noexcept { return state_ == state::closed; }
    /// Its context is gone.
    bool abandoned() const noexcept { return state_ == state::abandoned; }
    bool finishes_unsent() const noexcept { return finish_unsent_; }

    /// Somebody asks for the end, and waits for it. The strictest of those who ask counts.
    /// @return  Whether it is the first.
    bool drain(std::unique_ptr<any_pending_completion> wait, shutdown_options const& how, time_point now) noexcept {
        waits_.push(std::move(wait));
        time_point const until = later(now, std::max(how.drain_for, duration::zero()));
        bool const first = running();
        if (first) state_ = state::draining;
        finish_unsent_ = (first || finish_unsent_) && how.finish_unsent;
        drains_until_ = first ? until : std::min(drains_until_, until);
        return first;
    }
    bool drained(time_point now) const noexcept { return drains_until_ <= now; }
    void wait_until_drained() noexcept { times_.set(timer_, drains_until_); }
    void stop_waiting() noexcept { times_.end(timer_); }

    void close() noexcept { state_ = state::closed; }
    void abandon() noexcept { state_ = state::abandoned; }

    /// All that wait for the end.
    completion_chain take_waits() noexcept { return std::move(waits_); }
    /// One waits no more.
    std::unique_ptr<any_pending_completion> take_wait(std::uint64_t id) noexcept {
        return waits_.extract([id](auto const& w) { return w.id == id; });
    }

private:
    enum class state : std::uint8_t { running, draining, closed, abandoned };

    policy::time_queue& times_;
    timed timer_{timed::kind::drain};
    state state_ = state::running;
    bool finish_unsent_ = false;  // while draining
    time_point drains_until_{};
    completion_chain waits_;
};

}  // namespace oms::detail

#endif
