// SPDX-License-Identifier: BSL-1.0
#include "run_lines.hpp"

#include "digest.hpp"
#include "failure.hpp"
#include "json_task.hpp"
#include "plain_text.hpp"
#include "report_lines.hpp"
#include "task_text.hpp"
#include "utc.hpp"

#include <oms/version.hpp>

#include <boost/json/array.hpp>

#include <pwd.h>
#include <unistd.h>
#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

namespace oms_stop {

namespace json = boost::json;

namespace {

std::string user_name() {
    passwd const* const entry = ::getpwuid(::getuid());
    return entry != nullptr ? entry->pw_name : std::to_string(::getuid());
}

std::string host_name() {
    char name[256] = "";
    ::gethostname(name, sizeof name - 1);
    return name;
}

// All of them, or the first few.
std::string listed(std::set<std::string> const& names) {
    constexpr std::size_t most = 5;
    std::string text;
    std::size_t left = names.size();
    for (std::string const& each : names) {
        if (names.size() - left == most) return text + " and " + std::to_string(left) + " more";
        text += (text.empty() ? "" : ", ") + each;
        --left;
    }
    return text;
}

std::string kinds_text(std::set<oms::task_kind> const& kinds, std::size_t count) {
    if (kinds.size() == 1) return kind_phrase(*kinds.begin(), count);
    return count == 1 ? "task" : "tasks";
}

std::vector<std::string> texts_of(json::object const& from, std::string_view name) {
    std::vector<std::string> result;
    auto const* const list = from.if_contains(json::string_view(name.data(), name.size()));
    if (list == nullptr || !list->is_array()) return result;
    for (json::value const& each : list->get_array()) {
        if (each.is_string()) result.emplace_back(each.get_string().c_str());
    }
    return result;
}

json::array credentials_of(service const& s, std::map<std::size_t, std::string> const& who) {
    json::array list;
    for (auto const& [account, label] : who) {
        list.push_back(json::object{{"account", s.sources.accounts()[account].name},
                                    {"source", s.sources.accounts()[account].source},
                                    {"label", label}});
    }
    return list;
}

json::object session_line(options const& o, service const& s, std::vector<std::string> const& arguments,
                          std::map<std::size_t, std::string> const& who, char const* type) {
    json::object line{{"type", type}};
    for (auto& [name, value] : maker_line())
        line[name] = std::move(value);
    line["credentials"] = credentials_of(s, who);
    line["arguments"] = json::array(arguments.begin(), arguments.end());
    if (o.confirm) line["confirm"] = true;
    return line;
}

}  // namespace

std::map<std::size_t, std::string> identities(service& s, service::task_stream const& tasks) {
    std::map<std::size_t, std::string> result;
    while (auto const task = tasks()) {
        std::size_t const account = s.sources.account_of(task->project_id);
        if (!result.contains(account)) result[account] = s.identity(account, task->project_id);
    }
    return result;
}

std::string consent_text(options const& o, task_table const& tasks, look_counts const& look,
                         std::map<std::size_t, std::string> const& who) {
    std::set<std::string> projects, regions, endpoints;
    std::set<oms::task_kind> kinds;
    for (task_table::number n = 0; n < tasks.size(); ++n) {
        oms::task_ref const task = tasks.task(n);
        projects.insert(task.project_id);
        if (!task.region.empty()) regions.insert(task.region);
        endpoints.insert(endpoint_url(o, task.region));
        kinds.insert(task.kind);
    }
    std::string text = "Stop " + std::to_string(tasks.size()) + " " + kinds_text(kinds, tasks.size()) + " in " +
                       counted(projects.size(), "project");
    if (!regions.empty()) text += ", " + counted(regions.size(), "region") + " (" + listed(regions) + ")";
    text += ", at " + listed(endpoints) + ", as ";
    bool first = true;
    for (auto const& [account, label] : who)
        text += (std::exchange(first, false) ? "" : ", ") + label;
    text += ".";
    if (look.looked) text += " " + std::to_string(look.stopped) + " of them already read stopped.";
    if (look.changed > 0)
        text += " " + std::to_string(look.changed) + " changed since the plan and will be left alone.";
    if (look.unreadable > 0) text += " " + std::to_string(look.unreadable) + " could not be read.";
    return text + " Starting one again needs its source and destination keys.";
}

json::object maker_line() {
    return {{"at", utc_text(std::chrono::system_clock::now())},
            {"user", user_name()},
            {"host", host_name()},
            {"tool", std::string(oms::version())}};
}

json::object run_line(options const& o, service const& s, std::vector<std::string> const& arguments,
                      std::map<std::size_t, std::string> const& who, task_table const& tasks) {
    json::object line = session_line(o, s, arguments, who, "run");
    line["schema"] = report_schema;
    line["run"] = random_hex(16);
    if (!o.region.empty()) line["region"] = o.region;
    line["endpoints"] = json::array(o.endpoints.begin(), o.endpoints.end());
    line["directory"] = std::filesystem::current_path().string();
    if (!o.reason.empty()) line["reason"] = o.reason;
    std::set<std::string> at;
    for (task_table::number n = 0; n < tasks.size(); ++n)
        at.insert(endpoint_url(o, tasks.task(n).region));
    line["where"] = json::array(at.begin(), at.end());
    line["tasks"] = static_cast<std::int64_t>(tasks.size());
    return line;
}

json::object resume_line(options const& o, service const& s, std::vector<std::string> const& arguments,
                         std::map<std::size_t, std::string> const& who) {
    return session_line(o, s, arguments, who, "resume");
}

options options_of_report(record const& r, std::vector<std::string> const& arguments) {
    options base = parse_options(texts_of(r.run(), "arguments"));
    // It goes on where it was, whatever the environment says of places by now.
    base.region = text_of(r.run(), "region");
    base.endpoints = texts_of(r.run(), "endpoints");
    base.tasks.clear();
    base.projects.clear();
    base.where.clear();
    base.waves.clear();
    base.wave_pause.reset();
    for (std::string* const each : {&base.from, &base.projects_from, &base.report})
        each->clear();
    base.all_running = base.dry_run = base.yes = false;
    base.max_stops.reset();
    base.deadline.reset();  // it was of that day
    resolve_files(base, std::string(text_of(r.run(), "directory")));
    return parse_options(arguments, std::move(base));
}

void check_reportable(std::vector<std::string> const& arguments) {
    for (std::string const& each : arguments) {
        if (!is_utf8(each))
            throw usage_error("a report cannot hold this argument, which is not UTF-8: \"" + each + "\"");
    }
    if (!is_utf8(std::filesystem::current_path().string())) {
        throw usage_error("a report cannot hold the name of this directory, which is not UTF-8");
    }
}

}  // namespace oms_stop
