// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_POLICY_OUTCOME_HPP
#define OMS_POLICY_OUTCOME_HPP

/// @file
/// What the caller of a failed call may believe about the task.

#include <oms/task.hpp>

namespace oms::policy {

/// Whether a reply of this status says that it was done.
constexpr bool is_success(unsigned status) noexcept {
    return status / 100 == 2;
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
