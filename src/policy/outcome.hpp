// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_POLICY_OUTCOME_HPP
#define OMS_POLICY_OUTCOME_HPP

/// @file
/// What the caller of a failed call may believe about the task.

#include <oms/error.hpp>
#include <oms/task.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace oms::policy {

/// Whether a reply of this status says that it was done.
constexpr bool is_success(unsigned status) noexcept {
    return status / 100 == 2;
}

/// Whether a failed reply of this status may speak of the task. The others speak of the credential, the pace or the
/// service, whatever code comes with them.
constexpr bool speaks_of_task(unsigned status) noexcept {
    return status / 100 == 4 && status != 401 && status != 403 && status != 408 && status != 429;
}

/// Whether a stop's failed reply says that the task does not run. Of a sync task that is the end of it; a task of
/// another kind may wait for its turn.
///
/// @param codes  `retry_options::not_running_codes`
inline bool says_not_running(task_kind kind, unsigned status, std::string_view code,
                             std::vector<std::string> const& codes) noexcept {
    if (!speaks_of_task(status)) return false;
    return std::find(codes.begin(), codes.end(), code) != codes.end() ||
           (kind != task_kind::sync_task && code == "OMS.1038");
}

/// Whether it settles what became of earlier tries that had no answer: there is no such task.
inline bool settles(unsigned status, error_code const& code) noexcept {
    constexpr int invalid_task_id = 54;
    return speaks_of_task(status) &&
           (code == condition::not_found || code == error_code(invalid_task_id, service_category()));
}

/// The code of a stop's failed reply that is not taken for "not running": it must not look like it where the task may
/// run yet.
inline error_code refusal_code(task_kind kind, unsigned status, error_code const& code) noexcept {
    if (code != condition::not_running) return code;
    if (!speaks_of_task(status)) return {static_cast<int>(status), http_category()};
    return kind == task_kind::sync_task ? code : errc::not_confirmed_stopped;
}

/// Whether a task or group in this state has ended other than by a stop: failed, or done.
inline bool ended_by_itself(task_kind kind, std::string_view state) noexcept {
    if (kind == task_kind::sync_task) return false;
    return state == "4" || state == "5" || (kind == task_kind::task_group && state == "6");
}

/// Follows the tries of one call. A try is *open* when a byte of its request
/// left and no answer says what became of it.
class outcome_tracker {
public:
    /// A byte of a request left.
    void sent() noexcept { sent_ = true; }
    /// A try that had sent something ended without an answer, or with one behind which the service may have acted.
    void open() noexcept { open_ = true; }
    /// A later answer speaks of this very task.
    void settle() noexcept { open_ = false; }

    bool any_sent() const noexcept { return sent_; }
    bool is_open() const noexcept { return open_; }

    /// The outcome of the call where it ends now without having stopped the task.
    outcome unfinished() const noexcept {
        if (open_) return outcome::unknown;
        return sent_ ? outcome::refused : outcome::not_sent;
    }

private:
    bool sent_ = false;
    bool open_ = false;
};

}  // namespace oms::policy

#endif
