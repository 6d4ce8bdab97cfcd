// SPDX-License-Identifier: BSL-1.0
#include "selection.hpp"

#include "digest.hpp"
#include "failure.hpp"
#include "journal.hpp"
#include "task_text.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace oms_stop {

namespace {

constexpr std::size_t lines_named = 20;

void refuse_bad_lines(std::string const& file, std::vector<bad_line> const& lines, options const& o, selection& to) {
    if (lines.empty()) return;
    std::string text;
    for (std::size_t i = 0; i < std::min(lines.size(), lines_named); ++i) {
        text += (text.empty() ? "" : "\n") + file + ":" + std::to_string(lines[i].number) + ": " + lines[i].fault;
    }
    if (lines.size() > lines_named) text += "\nand " + std::to_string(lines.size() - lines_named) + " more";
    if (!o.skip_invalid) throw usage_error(text);
    to.notes.push_back("left out:\n" + text);
}

}  // namespace

selection select(options& o, std::vector<std::string> const& of_accounts) {
    selection result;
    for (std::string const& each : o.tasks) {
        std::string fault;
        auto task = parse_task(each, o.kind, fault);
        if (!task) throw usage_error("\"" + each + "\": " + fault);
        result.tasks.emplace_back(std::move(*task));
    }
    if (!o.from.empty()) {
        std::string const text = read_text(o.from);
        task_input input = read_tasks(text, o.kind);
        refuse_bad_lines(o.from, input.bad_lines, o, result);
        if (input.plan) result.plan = sha256(text);
        std::ranges::move(input.tasks, std::back_inserter(result.tasks));
    }
    std::vector<std::string> projects = o.projects;
    if (!o.projects_from.empty()) {
        std::vector<bad_line> bad;
        auto more = read_projects(read_text(o.projects_from), bad);
        refuse_bad_lines(o.projects_from, bad, o, result);
        std::ranges::move(more, std::back_inserter(projects));
    }
    if (o.all_running && projects.empty()) projects = of_accounts;
    for (std::string const& each : std::set<std::string>(projects.begin(), projects.end())) {
        std::string fault;
        auto place = parse_project(each, o.kind, fault);
        if (!place) throw usage_error("\"" + each + "\": " + fault);
        result.projects.push_back(std::move(*place));
    }
    std::vector<std::string> regions;
    for (selected_task const& t : result.tasks)
        regions.push_back(t.task.region);
    for (oms::task_ref const& place : result.projects) {
        if (o.all_running) regions.push_back(place.region);
    }
    settle_region(o, regions);
    for (selected_task& t : result.tasks) {
        if (t.task.region.empty()) t.task.region = o.region;
    }
    if (o.all_running) {
        for (oms::task_ref& place : result.projects) {
            if (place.region.empty()) place.region = o.region;
        }
    } else if (!result.projects.empty()) {
        std::size_t const left_out = std::erase_if(result.tasks, [&](selected_task const& t) {
            return std::ranges::none_of(result.projects, [&](oms::task_ref const& place) {
                return place.project_id == t.task.project_id && (place.region.empty() || place.region == t.task.region);
            });
        });
        if (left_out > 0) result.notes.push_back(std::to_string(left_out) + " tasks of other projects were left out");
    }
    return result;
}

}  // namespace oms_stop
