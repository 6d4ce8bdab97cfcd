// SPDX-License-Identifier: BSL-1.0
// What the service tells of tasks, pages and projects. The first byte says which.
#include "fuzz/fuzz.hpp"
#include "wire/project_body.hpp"
#include "wire/task_body.hpp"

#include <oms/error.hpp>

#include <array>

namespace oms::fuzz {

void run(input in) {
    std::uint8_t const bits = in.byte();
    auto const kind = static_cast<task_kind>(bits % 3);
    std::string const body(in.rest());
    task_info task;
    task.task = task_ref("p", "t", kind, "cn-north-4");
    error_code const code = wire::parse_task(body, task);
    require(!code || code == errc::unexpected_body, "a body is one of a task, or unexpected");
    require(task.task == task_ref("p", "t", kind, "cn-north-4"), "what was asked for stays");

    list_query query;
    query.project_id = "p";
    query.kind = kind;
    task_page page;
    error_code const listed = wire::parse_page(body, query, page);
    require(!listed || listed == errc::unexpected_body, "a body is a page, or unexpected");
    for (task_info const& each : page.tasks) {
        require(each.task.project_id == "p" && each.task.kind == kind, "a row is of what was asked for");
        require(!each.task.task_id.empty(), "a row names a task");
    }

    project_info project;
    std::string said;
    error_code const found = wire::parse_projects(body, "cn-north-4", project, said);
    require(!found || found == errc::unexpected_body || found == errc::project_not_found,
            "a body is of one project, or none");
    require(found.failed() || !project.id.empty(), "a project has an id");
    require(shown(said), "what is said may be shown");
}

}  // namespace oms::fuzz
