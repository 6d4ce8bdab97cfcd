// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CALL_CALL_FSM_HPP
#define OMS_CALL_CALL_FSM_HPP

/// @file
/// One call, decided: what happened goes in, what to do comes out. No lock, clock,
/// random source or allocation; doc/call-states.svg draws it.

#include "call/operation.hpp"
#include "call/reply_meaning.hpp"
#include "policy/outcome.hpp"
#include "policy/retry.hpp"

#include <oms/detail/codes.hpp>
#include <oms/task.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace oms::call {

/// Where a call is.
enum class state : std::uint8_t {
    created,     ///< Not begun, or back at its owner's, who may begin it again.
    credential,  ///< Waits for a credential, or for the one request that proves it.
    queued,      ///< Waits for its turn and a connection.
    exchange,    ///< Its request is on a connection.
    abandoning,  ///< The same, and it is given up: what had come of a reply is being looked at.
    judging,     ///< The caller's own rule looks at a failed attempt.
    backoff,     ///< Waits before it goes on.
    done,
};

/// How much of a request the service may have seen.
enum class progress : std::uint8_t {
    unsent,       ///< No byte of it was handed to the kernel.
    handed_over,  ///< One was, at least.
    unprocessed,  ///< One was, and the service has proved that it ignored it.
};

/// What has happened to a call.
struct event {
    enum class kind : std::uint8_t {
        begin,          ///< It is started, or started again.
        credential,     ///< It has a credential that may be used.
        no_credential,  ///< There is none, for `code`.
        expired,        ///< The one that it has is of no use any more.
        rejected,       ///< The one that it has is closed: the service has rejected it, for `code`.
        dial,           ///< A connection is being opened for it.
        turn,           ///< Its turn has come, and a connection.
        refused,        ///< The endpoint takes nothing, for `code`.
        held_back,      ///< What it waits for is so far off that it waits better at its owner's.
        not_started,    ///< The connection had ended before it took the request.
        reply,          ///< A whole reply came.
        header,         ///< The header of one came, but not its body, for `code`.
        lost,           ///< No header came, or no connection, for `failure.code`.
        verdict,        ///< The caller's own rule has looked at `failure`.
        time,           ///< A time limit has come.
        cancel,         ///< The caller wants it to end.
        shut_down,      ///< The client ends.
        give_up,        ///< It is not begun, or not begun again, for `code`.
        no_memory,      ///< It cannot go on. Of an exchange: behind a reply, if `failure` has its status.
    };

    kind what;
    progress sent = progress::unsent;  ///< Of `lost` and `no_memory`.
    bool total = false;                ///< Of `cancel`: only where nothing was sent.
    meaning said = meaning::failed;    ///< Of `reply` and `header`.
    error_code code;
    policy::failure failure;  ///< Of `reply` and `header` that are no success, `lost`, and `verdict`.
    retry_verdict verdict = retry_verdict::standard;  ///< Of `verdict`.

    event(kind w) noexcept : what(w) {}  // NOLINT(google-explicit-constructor): an event often is its kind
    event(kind w, error_code c) noexcept : what(w), code(c) {}
    event(kind w, policy::failure const& f) noexcept : what(w), failure(f) {}
};

/// What a decision depends on besides. Only what ends an attempt reads it.
struct view {
    retry_options const* rules = nullptr;
    policy::retry_view retry;         ///< But for the verdict, which the event has.
    bool over = false;                ///< The deadline has passed.
    bool already_is_success = false;  ///< The caller wants it so.
    bool judges = false;              ///< The caller has a rule of its own.
    bool probes = false;              ///< It has the one pass for its credential, for which others wait.
    bool parks = false;               ///< Its owner waits for paces and endpoints in its place.
    duration parked_for{};            ///< Where it does: how long.
    bool shutting_down = false;
    bool finish_unsent = false;           ///< Where it shuts down, what has sent nothing goes on.
    oms::phase waits_in = phase::queued;  ///< Of `time`, while queued: what its connection is at.
    bool by_proxy = false;                ///< And whether it goes by way of one.
};

/// Whether what follows depends on more than the event. Nothing of a call that goes well does.
constexpr bool needs_view(event const& e) noexcept {
    switch (e.what) {
        case event::kind::begin:
        case event::kind::credential:
        case event::kind::dial:
        case event::kind::turn:
            return false;
        default:
            return e.what != event::kind::reply || e.said != meaning::done;
    }
}

/// What the call's driver is to do.
struct action {
    enum class kind : std::uint8_t {
        none,
        get_credential,    ///< Ask for a credential; go on with it by `event::credential`.
        renew_credential,  ///< The same, for another than the one that was rejected.
        show_task,         ///< The same, for a show: `call_fsm::asks` says so.
        enqueue,           ///< Wait for a turn.
        enqueue_fresh,     ///< The same, for a connection that carried nothing yet; first in line.
        stay_queued,       ///< It keeps its place in the queue.
        send,              ///< Send the request.
        abandon,           ///< Take it off its connection, and say by `header` or `lost` what had come.
        judge,             ///< Ask the caller's rule about `failure`; go on with both by `event::verdict`.
        sleep,             ///< Wait for `retry.delay`; then `event::time`.
        park,              ///< Give it back to its owner, who may begin it again after `retry.delay`.
        complete,          ///< It has ended, with `code` and `result`.
    };

    kind what = kind::none;
    bool decided = false;  ///< `retry` tells whether an attempt that failed is repeated, and why.
    policy::decision retry;
    error_code code;
    outcome result = outcome::not_sent;
    std::optional<policy::failure> failure;  ///< Of `judge`.

    action(kind w = kind::none) noexcept : what(w) {}  // NOLINT(google-explicit-constructor): as an event
};

/// One way from a state to the next.
struct transition {
    state from;
    event::kind on;
    state to;

    friend bool operator==(transition const&, transition const&) = default;
};

/// All ways there are, in the order of the states.
std::span<transition const> transitions() noexcept;

std::string_view to_string(state value) noexcept;
std::string_view to_string(event::kind value) noexcept;
std::string_view to_string(action::kind value) noexcept;

/// The machine of one call. `noexcept` throughout.
class call_fsm {
public:
    explicit call_fsm(operation const& asked, task_kind kind) noexcept : asked_(&asked), kind_(kind) {}

    /// Takes what happened to it, and says what to do.
    /// @pre  The event may come in this state: `transitions`.
    action resume(event const& e, view const& v) noexcept;

    call::state now() const noexcept { return state_; }
    operation const& asked() const noexcept { return *asked_; }
    /// All that were begun.
    unsigned attempts() const noexcept { return attempts_; }
    /// A show is asked for, whether the task is what the operation would make it.
    bool confirms() const noexcept { return confirms_; }
    /// What the next request asks.
    operation const& asks() const noexcept { return confirms_ ? show_operation(kind_) : *asked_; }
    /// Its exchange ends for a reason of the caller's or the client's, whatever becomes of it.
    bool gives_up() const noexcept { return static_cast<bool>(ended_by()); }
    policy::outcome_tracker const& tracker() const noexcept { return tracker_; }
    policy::retry_state const& tries() const noexcept { return tries_; }

private:
    enum class end : std::uint8_t { none, cancelled, shut_down, timed_out };

    action step(event const& e, view const& v) noexcept;
    action to(call::state next, action a) noexcept;
    action complete(error_code code, outcome result) noexcept;
    action finish(error_code code) noexcept;
    action unconfirmed() noexcept;
    action seek(action::kind how = action::kind::get_credential) noexcept;
    void begin_attempt() noexcept;

    action rejected(event const& e, view const& v) noexcept;
    action replied(event const& e, view const& v) noexcept;
    action refused(event const& e, policy::failure const& f, view const& v) noexcept;
    action cut(event const& e, view const& v) noexcept;
    action shown(meaning said, view const& v) noexcept;
    action already(view const& v) noexcept;
    action lost(event const& e, view const& v) noexcept;
    action no_memory(event const& e) noexcept;
    action failed(policy::failure const& f, view const& v) noexcept;
    action decide(policy::failure const& f, retry_verdict verdict, view const& v) noexcept;
    action time(view const& v) noexcept;
    action give_up(end why) noexcept;
    error_code ended_by() const noexcept;

    operation const* asked_;
    policy::retry_state tries_;
    unsigned attempts_ = 0;
    error_code not_running_;  // what the operation was answered, while it confirms
    call::state state_ = call::state::created;
    task_kind kind_;
    end ending_ = end::none;  // why it is being abandoned
    policy::outcome_tracker tracker_;
    bool trying_ = false;  // the current attempt is counted
    bool confirms_ = false;
    bool wants_fresh_ = false;
};

}  // namespace oms::call

#endif
