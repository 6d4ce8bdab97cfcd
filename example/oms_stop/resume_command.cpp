// SPDX-License-Identifier: BSL-1.0
#include "commands.hpp"

#include "failure.hpp"
#include "file_checks.hpp"
#include "journal.hpp"
#include "json_task.hpp"
#include "report_lines.hpp"
#include "report_reader.hpp"
#include "run_end.hpp"
#include "run_lines.hpp"
#include "task_text.hpp"

#include <boost/json/array.hpp>

#include <chrono>
#include <set>
#include <utility>

namespace oms_stop {

namespace json = boost::json;

namespace {

// What is to be looked at, and what to be stopped at once.
struct work {
    std::vector<record::number> look, stop;
};

work work_of(record const& r, bool recheck) {
    work result;
    for (record::number n = 0; n < r.size(); ++n) {
        if (r.unknown(n) || r.unconfirmed(n) || (recheck && r.done(n))) {
            result.look.push_back(n);
        } else if (!r.done(n) && r.word(n) != "changed") {
            result.stop.push_back(n);
        }
    }
    return result;
}

// What a look tells of a task that has no sure result.
class second_look {
public:
    second_look(record& r, console& say, stop_run& run, work& of) : record_(r), say_(say), run_(run), work_(of) {}

    void take(record::number n, service::shown const& shown) {
        bool const unknown = record_.unknown(n);
        if (shown.code && !unknown) {
            say_.say(task_path(record_.tasks.task(n)) + " cannot be looked at: " + shown.fault);
            looked_at_all = looked_at_all && !record_.done(n);
        } else if (!shown.code && shown.info.stopped()) {
            if (!record_.done(n)) settle(n, shown.info.status, unknown);
        } else {
            work_.stop.push_back(n);
        }
    }

    bool looked_at_all = true;

private:
    void settle(record::number n, std::string const& status, bool unknown) {
        json::object line =
            look_line(record_.report_number(n), run_.since_begin(), unknown ? "stopped" : record_.entry(n).outcome);
        line["read"] = status;
        line["read_stopped"] = true;
        if (unknown) line["unsure"] = true;
        run_.settle(n, std::move(line));
    }

    record& record_;
    console& say_;
    stop_run& run_;
    work& work_;
};

void tell_damage(record const& r, std::string const& file, console& say) {
    if (r.damage.count() == 0) return;
    say.say("lines of this report are broken:\n" + r.damage.text(file));
    if (r.missing > 0) {
        say.say("tasks that are not known because of that: " + std::to_string(r.missing) +
                "; find them with --all-running, and stop them in a run of their own; this run goes on with the "
                "others");
    }
}

}  // namespace

ending resume(options const& given, std::vector<std::string> const& arguments, console& say, output& out) {
    check_reportable(arguments);
    journal report = journal::resume(given.resume);
    text_source file(given.resume);
    record r = read_report(file);
    report.cut_torn_line(given.resume);
    tell_damage(r, given.resume, say);
    if (text_of(r.run(), "operation") == "start") {
        throw usage_error(given.resume +
                          " is a report of starts: give the command again, with a report of its own; what "
                          "was started already counts as such");
    }
    options o = options_of_report(r, arguments);
    check_files(o, say);
    std::set<std::string> regions;
    for (record::number n = 0; n < r.size(); ++n)
        regions.insert(r.tasks.task(n).region);
    if (!regions.empty()) settle_region(o, {regions.begin(), regions.end()});
    r.confirm = r.confirm || o.confirm;
    work of = work_of(r, o.recheck);
    if (of.look.empty() && of.stop.empty()) say.note("nothing is left of this run");

    service s(o, credential_sources(o), say);
    auto const rest = [&] {
        return [&, i = std::size_t{0}]() mutable -> std::optional<oms::task_ref> {
            std::size_t const at = i++;
            if (at < of.look.size()) return r.tasks.task(of.look[at]);
            if (at - of.look.size() < of.stop.size()) return r.tasks.task(of.stop[at - of.look.size()]);
            return {};
        };
    };
    s.preflight(rest());
    auto const begun = std::chrono::steady_clock::now();
    run_session& session = r.sessions.emplace_back();
    session.begun = resume_line(o, s, arguments, identities(s, rest()));
    session.begin = std::chrono::system_clock::now();
    report.write(session.begun);
    report.sync(false);

    stop_run run(o, s, report, r, out, begun);
    second_look look(r, say, run, of);
    std::vector<record::number> const to_look = of.look;
    s.show(
        to_look.size(), [&](std::size_t i) { return r.tasks.task(to_look[i]); },
        [&](std::size_t i, service::shown const& shown) { look.take(to_look[i], shown); });
    if (report.failed()) {
        throw failure(exit_code::not_written, "cannot write " + given.resume + ": " + report.reason());
    }
    run.stop(of.stop);
    run_verdict verdict = verdict_of(run, s, r);
    verdict.all_stopped = verdict.all_stopped && look.looked_at_all;
    return finish({o, say, out, report, given.resume}, r, {run.since_begin(), run.ended_early()}, verdict);
}

}  // namespace oms_stop
