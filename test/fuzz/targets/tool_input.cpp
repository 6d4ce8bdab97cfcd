// SPDX-License-Identifier: BSL-1.0
// Lists of tasks as the tool reads them: lines, CSV, JSON, plans.
#include "csv.hpp"
#include "failure.hpp"
#include "fuzz/fuzz.hpp"
#include "input.hpp"
#include "task_text.hpp"

namespace oms::fuzz {

namespace {

void read_list(std::string const& text) {
    try {
        oms_stop::text_source from(oms_stop::text_source::in_memory{text});
        std::size_t taken = 0;
        auto const read = oms_stop::read_tasks(from, task_kind::sync_task, [&](oms_stop::selected_task&& each) {
            ++taken;
            require(oms_stop::fault_of(each.task).empty(), "a task that is taken may be called");
        });
        require(read.tasks == taken, "tasks are counted");
        require(shown(read.bad.first().empty() ? "" : read.bad.first().front().fault), "a fault may be shown");
    } catch (oms_stop::failure const& e) {
        require(*e.what() != '\0', "a refusal has a reason");
    }
}

}  // namespace

void run(input in) {
    std::string const text(in.rest());
    read_list(text);
    std::string_view const line = input(text).line();
    std::string fault;
    if (auto const task = oms_stop::parse_task(line, task_kind::sync_task, fault)) {
        auto const again = oms_stop::parse_task(oms_stop::task_path(*task), task_kind::sync_task, fault);
        require(again == task, "what is written of a task is read as the same");
    }
    auto const fields = oms_stop::split_csv(line);
    if (!fields) return;
    for (std::string const& each : *fields) {
        if (each.find('\n') != std::string::npos) continue;
        auto const again = oms_stop::split_csv(oms_stop::csv_field(each));
        require(again && again->size() == 1, "what is written as a field is one");
    }
}

}  // namespace oms::fuzz
