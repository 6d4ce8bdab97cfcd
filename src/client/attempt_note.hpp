// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_ATTEMPT_NOTE_HPP
#define OMS_CLIENT_ATTEMPT_NOTE_HPP

// A try whose headers the user is to be asked for, as it is noted under the lock: the event, and what that points to.

#include <oms/attempt_headers.hpp>
#include <oms/task.hpp>

#include <memory>
#include <string>
#include <utility>

namespace oms::detail {

class attempt_note {
public:
    /// @param keep  What the tag of the call is of.
    attempt_note(attempt_event const& e, std::shared_ptr<void const> keep, task_ref task, std::string endpoint) noexcept
        : event_(e), keep_(std::move(keep)), task_(std::move(task)), endpoint_(std::move(endpoint)) {}

    void number(unsigned attempt) noexcept { event_.attempt = attempt; }
    /// What it points to is set now: a note may have moved since it was made.
    attempt_event const& event() noexcept {
        event_.task = &task_;
        event_.endpoint = endpoint_;
        return event_;
    }

private:
    attempt_event event_;
    std::shared_ptr<void const> keep_;
    task_ref task_;
    std::string endpoint_;
};

/// The user's headers as lines of a request.
struct header_lines {
    std::string text;
    bool left_out = false;  ///< Some could not be sent.
};

/// Asks for them.
/// @throws std::bad_alloc
header_lines ask_headers(attempt_headers const& user, attempt_note& of);

}  // namespace oms::detail

#endif
