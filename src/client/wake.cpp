// SPDX-License-Identifier: BSL-1.0
// The end of each step, the time that wakes the client, and what waits for memory.
#include "client/client_core.hpp"

#include "policy/durations.hpp"

#include <utility>

namespace oms::detail {

void client_core::arm(lock const&) noexcept {
    if (times_.empty()) {
        if (std::exchange(armed_, time_point::max()) != time_point::max()) time_->forget();
    } else if (times_.next() < armed_) {
        armed_ = times_.next();
        try {
            time_->wake_at(armed_, weak_from_this());
        } catch (...) {  // no memory: the next event tries again
            armed_ = time_point::max();
        }
    }
}

// What an executor did not take is sent again, soon.
void client_core::try_again(lock const& held, bool in) noexcept {
    if (!again_.waiting()) times_.set(again_, later(time_->now(), durations::tried_again_after));
    kept_alive_ = shared_from_this();
    if (in) arm(held);
}

// The end of whatever happened: completes what only waited for it, and sets the timer.
void client_core::settle(step& s) noexcept {
    if (again_.waiting()) {
        times_.end(again_);
        s.fx.keep(std::move(kept_alive_));
        s.fx.done(std::move(undelivered_));
        s.fx.give_up(std::move(untold_));
        s.fx.complete(std::move(unsaid_));
    }
    if (!book_.settled()) begin_queued(s);
    if (state_ != state::running) finish_shutdown(s);
    if (calls_.size() == free_.size()) {
        s.fx.keep(std::exchange(busy_, {}));  // until what has ended is on its way
        for (auto const& [region, e] : endpoints_)
            times_.end(*e);
    }
    if (!book_.settled()) {
        times_.set(book_timer_, book_.next_look());
        s.fx.ask(book_.take_begun());
        s.fx.give_up(book_.take_given_up());
    }
    arm(s.held());
}

// Where there is no memory for a question, those that wait for it end.
void client_core::begin_queued(step& s) noexcept {
    auto in_vain = book_.begin_queued(s.now);
    while (!in_vain.empty()) {
        auto& c = static_cast<call&>(in_vain.front());
        in_vain.pop_front();
        c.waits_in = call::wait_list::none;
        no_memory(s, c);
    }
}

void client_core::on_wake() {
    auth::begun_chain no_longer;  // goes without the lock
    effects fx(*this, completion::inside);
    step s(*this, fx);
    if (state_ == state::abandoned) return;
    armed_ = time_point::max();
    bool again = false;
    while (timed* const t = times_.pop(s.now)) {
        switch (t->what) {
            case timed::kind::call:
                expire(s, static_cast<call&>(*t));
                break;
            case timed::kind::connection:
                expire(s, static_cast<pooled&>(*t));
                break;
            case timed::kind::dial:
                expire(s, static_cast<dialing&>(*t));
                break;
            case timed::kind::endpoint:
                pump(s, static_cast<endpoint&>(*t));
                break;
            case timed::kind::bulk:
                if (auto bulk = static_cast<bulk_operation&>(*t).self()) {
                    fx.wake(std::move(bulk));
                }
                break;
            case timed::kind::questions:  // what follows begins them
                break;
            case timed::kind::again:
                no_longer.append(std::move(kept_));
                again = true;
                break;
            case timed::kind::drain:
                end_all(s, errc::shut_down);
                break;
            case timed::kind::lane:  // have queues of their own
            case timed::kind::task:
                break;
        }
    }
    if (again) times_.set(again_, s.now);  // the rest is what every event does
    s.end();
}

void client_core::tell_later(auth::question_ptr q) noexcept {
    {
        auto const in = enter();
        lock const held(mutex_);
        if (state_ != state::abandoned) {
            untold_.push(std::move(q));
            return try_again(held, static_cast<bool>(in));
        }
    }
    q->let_go();
}

void client_core::keep_a_while(auth::question_ptr q) noexcept {
    auto const in = enter();
    lock const held(mutex_);
    if (state_ == state::abandoned) return;
    kept_.push(std::move(q));
    try_again(held, static_cast<bool>(in));
}

}  // namespace oms::detail
