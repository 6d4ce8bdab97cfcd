// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CALL_REPLY_MEANING_HPP
#define OMS_CALL_REPLY_MEANING_HPP

/// @file
/// What a reply means for the operation that was asked for. Pure and total.

#include "call/operation.hpp"

#include <oms/detail/codes.hpp>
#include <oms/task.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace oms::call {

/// What the service's answer says, as far as its outcome goes.
enum class meaning : std::uint8_t {
    done,         ///< It did what was asked for.
    already,      ///< The task is already what the operation would make it, it says.
    about_task,   ///< It did not, and there is no such task: earlier attempts did nothing either.
    failed,       ///< It did not.
    shown_so,     ///< A show: the task is what the operation would make it.
    shown_ended,  ///< A show: the task has ended in another way.
    shown_other,  ///< A show, and neither; or no show at all.
};

/// What a reply says, and the error that it stands for.
struct reply_says {
    meaning what = meaning::failed;
    error_code code;  ///< Of a stop it is `condition::not_running` only where that is what it says.
};

/// Whether a failed reply of this status may speak of the task. The others speak of the credential, the pace or the
/// service, whatever code comes with them.
constexpr bool speaks_of_task(unsigned status) noexcept {
    return status / 100 == 4 && status != 401 && status != 403 && status != 408 && status != 429;
}

/// What a reply to an operation means.
///
/// @param code        What it is as an error; unset for a 2xx.
/// @param word        The service's own code, as it was sent.
/// @param configured  `retry_options::not_running_codes`.
reply_says meaning_of(operation const& what, unsigned status, error_code const& code, std::string_view word,
                      std::span<std::string const> configured) noexcept;

/// What a show that confirms `what` means.
/// @param status  The state that was read; empty: none was.
meaning meaning_of_show(operation const& what, task_kind kind, std::string_view status) noexcept;

}  // namespace oms::call

#endif
