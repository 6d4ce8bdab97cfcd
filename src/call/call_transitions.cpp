// SPDX-License-Identifier: BSL-1.0
// The ways of a call, as doc/call-states.dot draws them.
#include "call/call_fsm.hpp"

#include <array>

namespace oms::call {

namespace {

using enum state;
using ev = event::kind;

constexpr transition all[] = {
    {created, ev::begin, credential},
    {created, ev::give_up, done},

    {credential, ev::credential, queued},
    {credential, ev::no_credential, done},
    {credential, ev::rejected, credential},  // renewed, once
    {credential, ev::rejected, done},
    {credential, ev::verdict, credential},  // too late
    {credential, ev::time, done},
    {credential, ev::cancel, credential},  // total, and something was sent
    {credential, ev::cancel, done},
    {credential, ev::shut_down, done},
    {credential, ev::held_back, created},  // it waited for the proof of its credential
    {credential, ev::no_memory, done},

    {queued, ev::dial, queued},
    {queued, ev::turn, exchange},
    {queued, ev::expired, credential},
    {queued, ev::rejected, credential},
    {queued, ev::rejected, done},
    {queued, ev::refused, done},
    {queued, ev::held_back, created},
    {queued, ev::lost, queued},  // a dial for it failed
    {queued, ev::lost, credential},
    {queued, ev::lost, created},
    {queued, ev::lost, done},
    {queued, ev::verdict, queued},
    {queued, ev::verdict, credential},
    {queued, ev::verdict, created},
    {queued, ev::verdict, done},
    {queued, ev::time, done},
    {queued, ev::cancel, queued},
    {queued, ev::cancel, done},
    {queued, ev::shut_down, done},
    {queued, ev::no_memory, done},

    {exchange, ev::not_started, credential},
    {exchange, ev::reply, credential},
    {exchange, ev::reply, judging},
    {exchange, ev::reply, backoff},
    {exchange, ev::reply, created},
    {exchange, ev::reply, done},
    {exchange, ev::header, credential},
    {exchange, ev::header, judging},
    {exchange, ev::header, backoff},
    {exchange, ev::header, created},
    {exchange, ev::header, done},
    {exchange, ev::lost, credential},
    {exchange, ev::lost, judging},
    {exchange, ev::lost, backoff},
    {exchange, ev::lost, done},
    {exchange, ev::verdict, exchange},
    {exchange, ev::time, abandoning},
    {exchange, ev::cancel, exchange},
    {exchange, ev::cancel, abandoning},
    {exchange, ev::shut_down, abandoning},
    {exchange, ev::no_memory, done},

    {abandoning, ev::header, credential},
    {abandoning, ev::header, judging},
    {abandoning, ev::header, backoff},
    {abandoning, ev::header, created},
    {abandoning, ev::header, done},
    {abandoning, ev::lost, credential},
    {abandoning, ev::lost, judging},
    {abandoning, ev::lost, backoff},
    {abandoning, ev::lost, done},
    {abandoning, ev::no_memory, done},

    {judging, ev::verdict, credential},
    {judging, ev::verdict, backoff},
    {judging, ev::verdict, created},
    {judging, ev::verdict, done},
    {judging, ev::time, judging},  // the caller's rule does not wait
    {judging, ev::cancel, judging},
    {judging, ev::cancel, done},
    {judging, ev::shut_down, done},
    {judging, ev::no_memory, done},

    {backoff, ev::time, credential},
    {backoff, ev::time, done},
    {backoff, ev::verdict, backoff},
    {backoff, ev::cancel, backoff},
    {backoff, ev::cancel, done},
    {backoff, ev::shut_down, done},
};

}  // namespace

std::span<transition const> transitions() noexcept {
    return all;
}

std::string_view to_string(state value) noexcept {
    constexpr std::array<std::string_view, 8> names{"created",    "credential", "queued",  "exchange",
                                                    "abandoning", "judging",    "backoff", "done"};
    return names[static_cast<std::size_t>(value)];
}

std::string_view to_string(event::kind value) noexcept {
    constexpr std::array<std::string_view, 19> names{
        "begin",   "credential", "no_credential", "expired", "rejected", "dial", "turn",
        "refused", "held_back",  "not_started",   "reply",   "header",   "lost", "verdict",
        "time",    "cancel",     "shut_down",     "give_up", "no_memory"};
    return names[static_cast<std::size_t>(value)];
}

std::string_view to_string(action::kind value) noexcept {
    constexpr std::array<std::string_view, 13> names{
        "none",        "get_credential", "renew_credential", "show_task", "enqueue", "enqueue_fresh",
        "stay_queued", "send",           "abandon",          "judge",     "sleep",   "park",
        "complete"};
    return names[static_cast<std::size_t>(value)];
}

}  // namespace oms::call
