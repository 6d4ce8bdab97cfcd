// SPDX-License-Identifier: BSL-1.0
#include "ledger/plan.hpp"

#include "io/harness/dice.hpp"

#include <oms/testing/simulator.hpp>

#include <array>

namespace oms::ledger_test {

namespace {

using scripted::dice;

struct prepared {
    task_kind kind;
    std::string_view state;
};

// Most run. The others are what a stop may meet: no such task, stopped, waiting, failed, pausing.
constexpr std::array<prepared, 10> states{{{task_kind::sync_task, ""},
                                           {task_kind::sync_task, "STOPPED"},
                                           {task_kind::sync_task, "?"},
                                           {task_kind::migration_task, ""},
                                           {task_kind::migration_task, "1"},
                                           {task_kind::migration_task, "4"},
                                           {task_kind::migration_task, "3"},
                                           {task_kind::task_group, ""},
                                           {task_kind::task_group, "4"},
                                           {task_kind::task_group, "?"}}};

std::uint8_t draw_state(dice& chance) {
    if (!chance.one_in(10)) return 0;
    if (chance.one_in(4)) return static_cast<std::uint8_t>(chance.between(1, 2));
    static constexpr std::array<std::uint8_t, 2> running{3, 7};
    if (!chance.one_in(4)) return running[chance.below(2)];
    return static_cast<std::uint8_t>(chance.between(3, states.size() - 1));
}

// So that some come before the first byte, some amid the exchange, and some too late.
void draw_interference(dice& chance, planned_stop& stop) {
    if (!chance.one_in(20)) return;
    stop.by =
        chance.any_of({interference::total, interference::partial, interference::terminal, interference::deadline});
    stop.microseconds = chance.one_in(8) ? 0 : static_cast<std::uint32_t>(chance.any_size(15));
}

}  // namespace

std::string_view planned_state(planned_stop const& stop) noexcept {
    return states[stop.state].state;
}

std::vector<planned_stop> make_plan(run_options const& options) {
    dice chance(options.seed);
    std::vector<planned_stop> plan(options.stops);
    for (planned_stop& each : plan) {
        if (&each == &plan.front()) continue;  // the wire learns from it
        each.state = draw_state(chance);
        each.kind = states[each.state].kind;
        each.already_stopped_is_success = chance.one_in(2);
        each.tried_once = chance.one_in(8);
        draw_interference(chance, each);
    }
    return plan;
}

task_ref task_of(run_options const& options, planned_stop const& stop, std::size_t number) {
    using testing::simulator;
    std::size_t const project = number % options.projects;
    return {simulator::project_id(project), simulator::task_id(project, number / options.projects), stop.kind};
}

}  // namespace oms::ledger_test
