// SPDX-License-Identifier: BSL-1.0
#include "commands.hpp"

#include "approval.hpp"
#include "digest.hpp"
#include "failure.hpp"
#include "json_task.hpp"
#include "report_page.hpp"
#include "selection.hpp"
#include "stop_run.hpp"
#include "task_text.hpp"
#include "utc.hpp"

#include <oms/version.hpp>

#include <boost/json/serialize.hpp>

#include <pwd.h>
#include <unistd.h>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <utility>

namespace oms_stop {

namespace json = boost::json;

namespace {

void note(options const& o, std::string const& text) {
    if (!o.quiet) std::fprintf(stderr, "%s\n", text.c_str());
}

std::vector<oms::task_ref> refs_of(std::vector<selected_task> const& tasks) {
    std::vector<oms::task_ref> result;
    for (selected_task const& t : tasks)
        result.push_back(t.task);
    return result;
}

// The accounts that serve these tasks, each with who that is.
std::map<std::size_t, std::string> identities(service& s, std::vector<oms::task_ref> const& tasks) {
    std::map<std::size_t, std::string> result;
    for (oms::task_ref const& task : tasks) {
        std::size_t const account = s.sources.account_of(task.project_id);
        if (!result.contains(account)) result[account] = s.identity(account, task.project_id);
    }
    return result;
}

std::string question(std::vector<oms::task_ref> const& tasks, std::map<std::size_t, std::string> const& who) {
    std::set<std::string> projects, regions;
    bool const one_kind =
        std::ranges::all_of(tasks, [&](oms::task_ref const& t) { return t.kind == tasks.front().kind; });
    for (oms::task_ref const& t : tasks) {
        projects.insert(t.project_id);
        regions.insert(t.region);
    }
    auto const counted = [](std::size_t n, char const* what) {
        return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
    };
    std::string text = "Stop " + std::to_string(tasks.size()) + " " +
                       (one_kind ? kind_phrase(tasks.front().kind, tasks.size()) : "tasks") + " in " +
                       counted(projects.size(), "project") + ", " + counted(regions.size(), "region") + ", as ";
    bool first = true;
    for (auto const& [account, label] : who)
        text += (std::exchange(first, false) ? "" : ", ") + label;
    return text + ". Starting one again needs its source and destination keys.";
}

std::string user_name() {
    passwd const* const entry = ::getpwuid(::getuid());
    return entry != nullptr ? entry->pw_name : std::to_string(::getuid());
}

std::string host_name() {
    char name[256] = "";
    ::gethostname(name, sizeof name - 1);
    return name;
}

json::object who_line(service const& s, std::map<std::size_t, std::string> const& who) {
    json::array list;
    for (auto const& [account, label] : who) {
        list.push_back(json::object{{"account", s.sources.accounts()[account].name},
                                    {"source", s.sources.accounts()[account].source},
                                    {"label", label}});
    }
    json::object line;
    line["at"] = utc_text(std::chrono::system_clock::now());
    line["user"] = user_name();
    line["host"] = host_name();
    line["tool"] = std::string(oms::version());
    line["credentials"] = std::move(list);
    return line;
}

json::object run_line(options const& o, selection const& chosen, std::vector<std::string> const& arguments,
                      json::object line, std::size_t tasks) {
    line["type"] = "run";
    line["schema"] = 1;
    line["run"] = random_hex(16);
    line["arguments"] = json::array(arguments.begin(), arguments.end());
    if (!o.region.empty()) line["region"] = o.region;
    line["endpoints"] = json::array(o.endpoints.begin(), o.endpoints.end());
    line["directory"] = std::filesystem::current_path().string();
    if (!o.reason.empty()) line["reason"] = o.reason;
    if (!chosen.plan.empty()) line["plan_sha256"] = chosen.plan;
    line["tasks"] = static_cast<std::int64_t>(tasks);
    return line;
}

// Prints what would be stopped.
exit_code plan(options const& o, service& s, std::vector<selected_task> tasks) {
    bool whole = true;
    if (!o.all_running) {
        auto const shown = s.show(refs_of(tasks));
        for (std::size_t i = 0; i < tasks.size(); ++i) {
            if (shown[i].code) {
                whole = false;
                std::fprintf(stderr, "%s: %s\n", task_path(tasks[i].task).c_str(),
                             oms::describe_failure(shown[i].code, shown[i].info.call).c_str());
                tasks[i].task.project_id.clear();  // not in the plan
            } else {
                tasks[i] = knowledge_of(shown[i].info, tasks[i].task);
            }
        }
    }
    std::size_t planned = 0;
    for (selected_task const& t : tasks) {
        if (t.task.project_id.empty()) continue;
        ++planned;
        if (o.table) {
            std::printf("%-60s  %-13s  %s:%s  %s:%s\n", task_path(t.task).c_str(), t.status.c_str(),
                        t.source_region.c_str(), t.source_bucket.c_str(), t.destination_region.c_str(),
                        t.destination_bucket.c_str());
            continue;
        }
        json::object line{{"plan", 1}};
        add_task(line, t.task);
        add_knowledge(line, t);
        std::puts(json::serialize(line).c_str());
    }
    note(o, "would stop " + std::to_string(planned) + " tasks; nothing was stopped");
    return whole ? exit_code::all_stopped : exit_code::not_all_stopped;
}

exit_code finish(options const& o, journal& report, record const& r, run_verdict verdict) {
    json::object end{{"type", "end"}};
    end["at"] = utc_text(std::chrono::system_clock::now());
    end["status"] = static_cast<int>(verdict.status());
    report.write(end);
    report.sync(false);
    verdict.report_lost = verdict.report_lost || report.failed();
    // The sheet may be long; who has a report has it there.
    std::string const& file = o.report.empty() ? o.resume : o.report;
    if (o.table || !(o.json || o.quiet)) std::fputs(report_text(r, file.empty()).c_str(), stdout);
    if (!(verdict.report_lost || file.empty())) {
        if (!r.all_succeeded()) note(o, "to go on: oms-stop --resume " + file);
        note(o, "to see more of it, and what starting the tasks again takes: oms-stop report " + file);
    }
    if (verdict.report_lost) std::fputs("oms-stop: the report could not be written\n", stderr);
    return verdict.status();
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

// What a second look finds running, after all that was found running was stopped.
bool look_again(service& s, selection const& chosen) {
    auto const left = s.running(chosen.projects);
    for (selected_task const& t : left)
        std::fprintf(stderr, "%s still runs\n", task_path(t.task).c_str());
    return left.empty();
}

}  // namespace

exit_code stop_selected(options const& given, std::vector<std::string> const& arguments) {
    options o = given;
    take_environment(o);
    credential_sources sources(o);
    selection chosen = select(o, sources.projects());
    for (std::string const& text : chosen.notes)
        note(o, text);
    service s(o, std::move(sources));
    s.events->on_note = [&o](std::string const& text) { note(o, text); };
    s.preflight(o.all_running ? chosen.projects : refs_of(chosen.tasks));
    if (o.all_running) chosen.tasks = s.running(chosen.projects);
    record r;
    for (selected_task& t : chosen.tasks)
        r.add(std::move(t));
    std::vector<selected_task> once;
    for (record_entry const& e : r.entries)
        once.push_back(e.about);
    if (o.dry_run) return plan(o, s, std::move(once));

    auto const tasks = refs_of(once);
    if (o.max_stops && tasks.size() > *o.max_stops) {
        throw failure(exit_code::refused_to_start, "nothing was stopped: " + std::to_string(tasks.size()) +
                                                       " tasks are selected, more than --max-stops");
    }
    auto const who = identities(s, tasks);
    if (!o.yes && !tasks.empty() && (o.all_running || tasks.size() > stops_without_consent)) {
        ask(s.loop, question(tasks, who), tasks.size());
    }

    journal report = o.report.empty() ? journal() : journal::create(o.report);
    report.write(run_line(o, chosen, arguments, who_line(s, who), tasks.size()));
    for (record_entry const& e : r.entries) {
        json::object line{{"type", "planned"}};
        add_task(line, e.about.task);
        add_knowledge(line, e.about);
        report.write(line);
    }
    report.sync(false);
    if (report.failed()) throw failure(exit_code::report_not_written, "nothing was stopped: cannot write " + o.report);

    stop_run run(o, s, report, r);
    run.stop(tasks);
    run_verdict verdict;
    verdict.interrupted = run.interrupted();
    verdict.credentials_refused = run.credentials_refused();
    verdict.all_stopped = r.all_succeeded() && !run.any_seen_running();
    if (o.all_running && !verdict.interrupted) {
        try {
            verdict.all_stopped = look_again(s, chosen) && verdict.all_stopped;
        } catch (failure const& e) {
            std::fprintf(stderr, "oms-stop: what runs now is not known: %s\n", e.what());
            verdict.all_stopped = false;
        }
    }
    return finish(o, report, r, verdict);
}

exit_code resume(options const& given, std::vector<std::string> const& arguments) {
    journal report = journal::resume(given.resume);
    record r = record::read(read_text(given.resume), given.resume);

    // The first run's options, but for what it selected; then those given now.
    options base = parse_options(texts_of(r.run, "arguments"));
    // It goes on where it was, whatever the environment says of places by now.
    base.region = text_of(r.run, "region");
    base.endpoints = texts_of(r.run, "endpoints");
    base.tasks.clear();
    base.projects.clear();
    for (std::string* const each : {&base.from, &base.projects_from, &base.report})
        each->clear();
    base.all_running = base.dry_run = false;
    base.max_stops.reset();
    resolve_files(base, std::string(text_of(r.run, "directory")));
    options o = parse_options(arguments, std::move(base));
    std::vector<std::string> regions;
    for (record_entry const& e : r.entries)
        regions.push_back(e.about.task.region);
    if (!regions.empty()) settle_region(o, regions);

    std::vector<oms::task_ref> to_show, to_stop, all;
    for (record_entry const& e : r.entries) {
        bool const look = e.unknown() || (o.recheck && e.succeeded);
        if (look) to_show.push_back(e.about.task);
        if (!look && !e.succeeded) to_stop.push_back(e.about.task);
        if (look || !e.succeeded) all.push_back(e.about.task);
    }
    service s(o, credential_sources(o));
    s.events->on_note = [&o](std::string const& text) { note(o, text); };
    s.preflight(all);
    json::object line = who_line(s, identities(s, all));
    line["type"] = "resume";
    line["arguments"] = json::array(arguments.begin(), arguments.end());
    report.write(line);
    report.sync(false);

    stop_run run(o, s, report, r);
    run_verdict verdict;
    auto const shown = s.show(to_show);
    bool looked_at_all = true;
    for (std::size_t i = 0; i < to_show.size(); ++i) {
        record_entry const& e = *r.find(to_show[i]);
        bool const was_stopped = e.succeeded && !e.sent;
        if (shown[i].code && was_stopped) {
            std::fprintf(stderr, "%s cannot be looked at: %s\n", task_path(to_show[i]).c_str(),
                         oms::describe_failure(shown[i].code, shown[i].info.call).c_str());
            looked_at_all = false;
        } else if (!shown[i].code && shown[i].info.stopped()) {
            if (!was_stopped) run.settle_by_show(to_show[i], shown[i].info.status);
        } else {
            to_stop.push_back(to_show[i]);
        }
    }
    if (report.failed()) throw failure(exit_code::report_not_written, "cannot write " + given.resume);
    run.stop(std::move(to_stop));
    verdict.interrupted = run.interrupted();
    verdict.credentials_refused = run.credentials_refused();
    verdict.all_stopped = r.all_succeeded() && looked_at_all && !run.any_seen_running();
    return finish(o, report, r, verdict);
}

exit_code tell(options const& o) {
    record const r = record::read(read_text(o.show_report), o.show_report);
    if (o.html.empty() || o.html == "-") {
        std::string const text = o.html.empty() ? report_text(r) : report_page(r);
        std::fputs(text.c_str(), stdout);
        return exit_code::all_stopped;
    }
    std::error_code ignored;
    if (std::filesystem::equivalent(o.show_report, o.html, ignored)) {
        throw usage_error("--html would overwrite the report " + o.html);
    }
    std::ofstream file(o.html, std::ios::binary | std::ios::trunc);
    file << report_page(r) << std::flush;
    if (!file) throw failure(exit_code::report_not_written, "cannot write " + o.html);
    return exit_code::all_stopped;
}

}  // namespace oms_stop
