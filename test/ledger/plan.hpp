// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_LEDGER_PLAN_HPP
#define OMS_TEST_LEDGER_PLAN_HPP

// What is to be stopped, and what its caller does meanwhile: made from a seed before anything runs.

#include "ledger/audit.hpp"

#include <oms/task.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace oms::ledger_test {

/// One stop, as small as it can be kept.
struct planned_stop {
    task_kind kind = task_kind::sync_task;
    std::uint8_t state = 0;  ///< As `planned_state` says.
    interference by = interference::none;
    std::uint32_t microseconds = 0;  ///< When, or how much time there is.
    bool already_stopped_is_success = false;
    bool tried_once = false;  ///< What is left open then stays so.
};

/// The state before, in the simulator's notation: empty where it runs; "?" where the service does not know it.
std::string_view planned_state(planned_stop const& stop) noexcept;

struct run_options {
    std::size_t stops = 50'000;
    std::size_t projects = 1'000;
    std::size_t connections = 200;
    std::uint64_t seed = 1;
};

std::vector<planned_stop> make_plan(run_options const& options);

/// Which task the stop of this number is for.
task_ref task_of(run_options const& options, planned_stop const& stop, std::size_t number);

}  // namespace oms::ledger_test

#endif
