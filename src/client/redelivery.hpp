// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_REDELIVERY_HPP
#define OMS_CLIENT_REDELIVERY_HPP

// What an executor had no memory to take: handed over again at the next event, at the latest when its time has come.

#include "auth/credential_book.hpp"
#include "client/call.hpp"
#include "client/completion.hpp"
#include "client/deferred_actions.hpp"
#include "policy/durations.hpp"
#include "policy/time_queue.hpp"

#include <memory>
#include <utility>

namespace oms::detail {

class client_core;

class redelivery {
public:
    /// All that belongs to what is handed over.
    struct contents {
        call_chain calls;
        completion_chain completions;
        auth::given_up_chain unwanted;
        auth::begun_chain answered;
        std::shared_ptr<client_core> owner;
    };

    explicit redelivery(policy::time_queue& times) : times_(times) { times_.admit(again_); }

    void add(std::unique_ptr<call> c) noexcept { kept_.calls.push(std::move(c)); }
    void add(std::unique_ptr<any_pending_completion> c) noexcept { kept_.completions.push(std::move(c)); }
    /// Its provider is to hear that nobody waits.
    void add_unwanted(auth::question_ptr q) noexcept { kept_.unwanted.push(std::move(q)); }
    /// Its provider's operation may still need its signal for a moment.
    void add_answered(auth::question_ptr q) noexcept { kept_.answered.push(std::move(q)); }
    /// After something was added.
    /// @param owner  Lives until it was handed over.
    void wait(time_point now, std::shared_ptr<client_core> owner) noexcept {
        if (!again_.waiting()) times_.set(again_, later(now, durations::tried_again_after));
        kept_.owner = std::move(owner);
    }

    bool any() const noexcept { return again_.waiting(); }
    /// An event: all goes again, but for what only waits for a moment to pass.
    void settle(deferred_actions& to) noexcept {
        to.done(std::move(kept_.calls));
        to.give_up(std::move(kept_.unwanted));
        to.complete(std::move(kept_.completions));
        if (!kept_.answered.empty()) return;  // their time comes yet
        times_.end(again_);
        to.keep(std::move(kept_.owner));
    }
    /// The time has come; the rest is what every event does.
    /// @return  What has had its moment, to be let go of without the lock.
    auth::begun_chain on_time() noexcept { return std::move(kept_.answered); }
    void wait_for_next_event(time_point now) noexcept { times_.set(again_, now); }

    /// The context goes.
    contents release() noexcept { return std::move(kept_); }

private:
    policy::time_queue& times_;
    timed again_{timed::kind::again};
    contents kept_;
};

}  // namespace oms::detail

#endif
