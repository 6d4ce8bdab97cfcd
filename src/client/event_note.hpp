// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_EVENT_NOTE_HPP
#define OMS_CLIENT_EVENT_NOTE_HPP

// What the observer is to hear, as it is noted under the lock: the event, and what is kept until it was told.

#include <oms/observer.hpp>
#include <oms/task.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace oms::detail {

class event_note {
public:
    /// @param keep  What the tag of the call is of.
    event_note(phase_event const& e, std::shared_ptr<void const> keep) noexcept : event_(e), keep_(std::move(keep)) {}
    event_note(throttle_event const& e, std::shared_ptr<void const> keep) noexcept
        : event_(e), keep_(std::move(keep)) {}
    event_note(call_begin_event const& e, std::shared_ptr<void const> keep, task_ref task) noexcept
        : event_(e), keep_(std::move(keep)), task_(std::move(task)) {}
    event_note(retry_event const& e, std::shared_ptr<void const> keep, std::string request_id) noexcept
        : event_(e), keep_(std::move(keep)), text_(std::move(request_id)) {}
    event_note(connection_event const& e, std::string endpoint, std::shared_ptr<void const> keep = nullptr) noexcept
        : event_(e), keep_(std::move(keep)), text_(std::move(endpoint)) {}
    event_note(warning_event const& e, std::string text) noexcept : event_(e), text_(std::move(text)) {}

    /// What the event points to is set now: a note may have moved since it was made.
    void tell(observer& o) noexcept;

private:
    std::variant<call_begin_event, phase_event, retry_event, throttle_event, connection_event, warning_event> event_;
    std::shared_ptr<void const> keep_;  // has the call's tag
    std::string text_;                  // of the endpoint, the request's id or the warning
    std::optional<task_ref> task_;
};

}  // namespace oms::detail

#endif
