// SPDX-License-Identifier: BSL-1.0
#include "commands.hpp"

#include "approval.hpp"
#include "failure.hpp"
#include "file_checks.hpp"
#include "json_task.hpp"
#include "report_lines.hpp"
#include "report_reader.hpp"
#include "report_text.hpp"
#include "run_end.hpp"
#include "run_lines.hpp"
#include "start_run.hpp"
#include "task_text.hpp"
#include "text_source.hpp"

#include <chrono>
#include <utility>

namespace oms_stop {

namespace {

// What a report says that it stopped.
record tasks_to_start(record const& stopped, options const& o, console& say) {
    record result;
    std::size_t unsure = 0;
    for (record::number n = 0; n < stopped.size(); ++n) {
        if (!to_start_again(stopped, n)) continue;
        if (stopped.state(n).unsure && !o.include_unsure) {
            ++unsure;
        } else {
            result.add(stopped.tasks[n]);
        }
    }
    if (unsure > 0) {
        say.note(counted(unsure, "task") +
                 " found stopped, perhaps by that run, left alone: --include-unsure starts these, too");
    }
    return result;
}

std::string question_text(options const& o, record const& r, std::map<std::size_t, std::string> const& who) {
    std::string text = consent_text(o, r.tasks, {}, who);
    text.replace(0, 4, "Start");
    return text.substr(0, text.rfind(" Starting one again"));
}

}  // namespace

ending start_again(options const& given, std::vector<std::string> const& arguments, console& say, output& out) {
    text_source file(given.from);
    record const stopped = read_report(file);
    if (stopped.damage.count() > 0) say.say("lines of this report are broken:\n" + stopped.damage.text(given.from));
    options o = options_of_report(stopped, arguments);
    o.from = given.from;
    check_files(o, say);
    if (!o.report.empty()) check_reportable(arguments);
    record r = tasks_to_start(stopped, o, say);
    start_keys_source const keys =
        o.keys.empty() ? start_keys_source::of_environment() : start_keys_source::of_file(read_text(o.keys), o.keys);
    for (record::number n = 0; n < r.size(); ++n) {
        std::string const project = r.tasks.task(n).project_id;
        if (keys.find(project) == nullptr) throw usage_error(o.keys + ": there are no keys for project " + project);
    }
    if (r.size() == 0) {
        say.note("the report stopped nothing: there is nothing to start");
        return exit_code::all_stopped;
    }
    service s(o, credential_sources(o), say);
    auto const all = [&] {
        return [&, n = record::number{0}]() mutable -> std::optional<oms::task_ref> {
            return n < r.size() ? std::optional(r.tasks.task(n++)) : std::nullopt;
        };
    };
    s.preflight(all());
    auto const who = identities(s, all());
    if (!o.yes) ask_for_number(o, s.loop, say, question_text(o, r, who), r.size());

    journal report = o.report.empty() ? journal() : journal::create(o.report);
    auto const begun = std::chrono::steady_clock::now();
    boost::json::object line = run_line(o, s, arguments, who, r.tasks);
    line["operation"] = "start";
    line["of_run"] = stopped.run().contains("run") ? stopped.run().at("run") : boost::json::value();
    run_session& session = r.sessions.emplace_back();
    session.begun = line;
    session.begin = std::chrono::system_clock::now();
    report.write(line);
    write_planned(report, r.tasks);
    report.sync(false);
    if (report.failed()) {
        throw failure(exit_code::not_written, "nothing was started: cannot write " + o.report + ": " + report.reason());
    }
    start_run run(o, s, keys, report, r, begun);
    run.run();
    run_verdict verdict;
    verdict.interrupted = run.interrupted();
    verdict.signal = s.loop.out_of_time() ? 0 : s.loop.signal();
    verdict.all_stopped = r.all_done();
    return finish({o, say, out, report, o.report}, r, {run.since_begin(), run.ended_early()}, verdict);
}

}  // namespace oms_stop
