// SPDX-License-Identifier: BSL-1.0
#include "wire/operation.hpp"

#include "wire/percent.hpp"

#include <array>
#include <cstddef>

namespace oms::wire {

namespace {

// In the order of `task_kind`.
using by_kind = std::array<operation, 3>;

constexpr std::string_view sync_tasks = "/sync-tasks";
constexpr std::string_view tasks = "/tasks";
constexpr std::string_view task_groups = "/taskgroups";

constexpr by_kind stop{{
    {"stop", method::post, sync_tasks, true, "/stop"},
    {"stop", method::post, tasks, true, "/stop"},
    {"stop", method::put, task_groups, true, "/stop"},
}};
constexpr by_kind show{{
    {"show", method::get, sync_tasks, true, ""},
    {"show", method::get, tasks, true, ""},
    {"show", method::get, task_groups, true, ""},
}};
constexpr by_kind list{{
    {"list", method::get, sync_tasks, false, ""},
    {"list", method::get, tasks, false, ""},
    {"list", method::get, task_groups, false, ""},
}};

constexpr operation find_project{"find_project", method::get, "/v3/projects", false, "", true};

}  // namespace

std::string_view line_start(method verb) noexcept {
    constexpr std::array<std::string_view, 3> starts{"GET ", "POST ", "PUT "};
    return starts[static_cast<std::size_t>(verb)];
}

std::string_view to_string(method verb) noexcept {
    return line_start(verb).substr(0, line_start(verb).size() - 1);
}

operation const& stop_operation(task_kind kind) noexcept {
    return stop[static_cast<std::size_t>(kind)];
}

operation const& show_operation(task_kind kind) noexcept {
    return show[static_cast<std::size_t>(kind)];
}

operation const& list_operation(task_kind kind) noexcept {
    return list[static_cast<std::size_t>(kind)];
}

operation const& find_project_operation() noexcept {
    return find_project;
}

void append_target(std::string& out, operation const& what, task_ref const& task, bool plain) {
    if (what.of_iam) {
        out += what.collection;
        return;
    }
    auto const append_id = [&out, plain](std::string const& id) {
        if (plain) {
            out += id;
        } else {
            append_encoded(out, id);
        }
    };
    out += "/v2/";
    append_id(task.project_id);
    out += what.collection;
    if (what.of_one_task) {
        out += '/';
        append_id(task.task_id);
    }
    out += what.action;
}

}  // namespace oms::wire
