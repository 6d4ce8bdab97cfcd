// SPDX-License-Identifier: BSL-1.0
#include "call/task_state.hpp"

#include <array>
#include <cstddef>

namespace oms::call {

namespace {

using enum task_state;

// By the number that the service gives.
constexpr std::array<task_state, 8> of_task{unknown, running, running, stopped, ended, ended, running, stopping};
constexpr std::array<task_state, 8> of_group{running, running, running, stopped, ended, ended, ended, stopping};

task_state numbered(std::array<task_state, 8> const& states, std::string_view status) noexcept {
    if (status.size() != 1 || status[0] < '0' || status[0] > '7') return unknown;
    return states[static_cast<std::size_t>(status[0] - '0')];
}

}  // namespace

task_state state_of(task_kind kind, std::string_view status) noexcept {
    switch (kind) {
        case task_kind::migration_task:
            return numbered(of_task, status);
        case task_kind::task_group:
            return numbered(of_group, status);
        case task_kind::sync_task:
            break;
    }
    if (status == "SYNCHRONIZING") return running;
    return status == "STOPPED" ? stopped : unknown;
}

}  // namespace oms::call
