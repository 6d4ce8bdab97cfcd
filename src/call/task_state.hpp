// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CALL_TASK_STATE_HPP
#define OMS_CALL_TASK_STATE_HPP

/// @file
/// What the states that the service shows mean for a stop.

#include <oms/task.hpp>

#include <cstdint>
#include <string_view>

namespace oms::call {

/// Named by what a stop has to do with it.
enum class task_state : std::uint8_t {
    unknown,   ///< None that the documents list, or one of a task that goes: nothing follows from it.
    running,   ///< It works, or will.
    stopping,  ///< It pauses, and will be stopped.
    stopped,
    ended,  ///< It failed or completed: there is nothing left to stop.
};

/// @param status  As `task_info::status` has it.
task_state state_of(task_kind kind, std::string_view status) noexcept;

/// Whether a stop has come to what it is for.
constexpr bool is_stop(task_state state) noexcept {
    return state == task_state::stopping || state == task_state::stopped;
}

/// Whether it stays as it is.
constexpr bool is_final(task_state state) noexcept {
    return state == task_state::stopped || state == task_state::ended;
}

}  // namespace oms::call

#endif
