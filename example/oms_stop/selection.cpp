// SPDX-License-Identifier: BSL-1.0
#include "selection.hpp"

#include "failure.hpp"
#include "input.hpp"
#include "task_text.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace oms_stop {

namespace {

// Reads what the options name, piece by piece.
class selector {
public:
    selector(options& o, std::function<void(selected_task const&)> const& take) : options_(o), take_(take) {}

    void read_projects_of(std::vector<std::string> const& of_accounts) {
        std::vector<std::string> names = options_.projects;
        if (!options_.projects_from.empty()) {
            text_source file(options_.projects_from);
            bad_lines bad;
            std::ranges::move(read_projects(file, bad), std::back_inserter(names));
            refuse(file, bad);
        }
        // A file that names none is not taken for all.
        bool const named = !options_.projects.empty() || !options_.projects_from.empty();
        if (options_.all_running && !named) names = of_accounts;
        for (std::string const& each : std::set<std::string>(names.begin(), names.end())) {
            std::string fault;
            auto place = parse_project(each, options_.kind, fault);
            if (!place) throw usage_error("\"" + each + "\": " + fault);
            if (options_.all_running) place->region = settled(place->region);
            result_.projects.push_back(std::move(*place));
        }
        if (options_.all_running && result_.projects.empty() && !options_.allow_empty) {
            throw usage_error(
                "--all-running knows no project: " +
                (options_.projects_from.empty() ? "no account names one" : options_.projects_from + " names none") +
                "; --allow-empty if that is meant");
        }
    }

    void read_tasks_of() {
        for (std::string const& each : options_.tasks) {
            std::string fault;
            auto task = parse_task(each, options_.kind, fault);
            if (!task) throw usage_error("\"" + each + "\": " + fault);
            add(selected_task(std::move(*task)));
        }
        if (!options_.from.empty()) read_file();
        if (left_out_ > 0) result_.notes.push_back(counted(left_out_, "task") + " of other projects left out");
        bool const nothing = result_.tasks == 0 && !(options_.all_running || result_.from_plan);
        if (nothing && !options_.allow_empty) throw usage_error(emptiness() + "; --allow-empty if that is meant");
    }

    selection take() {
        settle_region(options_, {regions_.begin(), regions_.end()});
        return std::move(result_);
    }

private:
    std::string emptiness() const {
        if (left_out_ > 0)
            return "no task is selected: all are of other projects than --project and --projects-from name";
        return (options_.from == "-" ? "standard input" : options_.from) + " names no task";
    }

    void read_file() {
        text_source file(options_.from);
        task_input const input =
            read_tasks(file, options_.kind, [this](selected_task&& task) { add(std::move(task)); });
        refuse(file, input.bad);
        result_.from_plan = input.plan;
        if (input.plan) result_.plan = file.digest();
    }

    void refuse(text_source const& file, bad_lines const& bad) {
        if (bad.count() == 0) return;
        if (!options_.skip_invalid) throw usage_error(bad.text(file.name()));
        result_.notes.push_back("left out:\n" + bad.text(file.name()));
    }

    void add(selected_task task) {
        if (!is_of_projects(task.task)) {
            ++left_out_;
            return;
        }
        task.task.region = settled(task.task.region);
        ++result_.tasks;
        take_(task);
    }

    bool is_of_projects(oms::task_ref const& task) const {
        return result_.projects.empty() || std::ranges::any_of(result_.projects, [&](oms::task_ref const& place) {
                   return place.project_id == task.project_id &&
                          (place.region.empty() ||
                           place.region == (task.region.empty() ? options_.region : task.region));
               });
    }

    std::string settled(std::string region) {
        if (region.empty()) region = options_.region;
        regions_.insert(region);
        return region;
    }

    options& options_;
    std::function<void(selected_task const&)> const& take_;
    selection result_;
    std::set<std::string> regions_;
    std::size_t left_out_ = 0;
};

}  // namespace

selection select(options& o, std::vector<std::string> const& of_accounts,
                 std::function<void(selected_task const&)> const& take) {
    settle_only_region(o);
    if (!o.region.empty() && !fault_of(oms::task_ref("p", "t", o.kind, o.region)).empty()) {
        throw usage_error("--region: \"" + o.region + "\" is no region's name");
    }
    selector reader(o, take);
    reader.read_projects_of(of_accounts);
    reader.read_tasks_of();
    return reader.take();
}

}  // namespace oms_stop
