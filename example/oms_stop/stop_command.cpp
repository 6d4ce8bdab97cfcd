// SPDX-License-Identifier: BSL-1.0
#include "commands.hpp"

#include "approval.hpp"
#include "failure.hpp"
#include "file_checks.hpp"
#include "look.hpp"
#include "plain_text.hpp"
#include "plan.hpp"
#include "report_lines.hpp"
#include "run_end.hpp"
#include "run_lines.hpp"
#include "selection.hpp"
#include "task_text.hpp"
#include "where.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <utility>

namespace oms_stop {

namespace json = boost::json;

namespace {

// A run, from what is selected to its end.
class stopping {
public:
    stopping(options o, std::vector<std::string> const& arguments, console& say, output& out)
        : options_(std::move(o)), arguments_(arguments), say_(say), out_(out) {}

    ending run() {
        take_environment(options_);
        check_files(options_, say_);
        for (std::string const& each : options_.where) {
            std::string fault;
            auto condition = where_condition::parse(each, std::chrono::system_clock::now(), fault);
            if (!condition) throw usage_error("--where: " + fault);
            where_.push_back(std::move(*condition));
        }
        credential_sources sources(options_);
        selection const chosen =
            select(options_, sources.projects(), [this](selected_task const& task) { record_.add(task); });
        for (std::string const& text : chosen.notes)
            say_.note(text);
        if (!options_.report.empty()) check_reportable(arguments_);
        service s(options_, std::move(sources), say_);
        find(s, chosen);
        return options_.dry_run ? plan(s) : apply(s, chosen);
    }

private:
    // What there is to be stopped, as far as it must be asked for.
    void find(service& s, selection const& chosen) {
        std::size_t at = 0;
        auto const& places = chosen.projects;
        if (!options_.all_running) return s.preflight(all_tasks());
        s.preflight([&]() -> std::optional<oms::task_ref> {
            return at < places.size() ? std::optional(places[at++]) : std::nullopt;
        });
        left_out_ = s.running(places, [this](selected_task&& task) {
            if (meets(where_, task)) record_.add(task);
        });
        if (record_.size() == 0)
            say_.note("nothing runs in " + counted(places.size(), "project") +
                      (where_.empty() ? "" : ", of what --where asks for"));
    }

    service::task_stream all_tasks() const {
        return [this, n = record::number{0}]() mutable -> std::optional<oms::task_ref> {
            return n < record_.size() ? std::optional(record_.tasks.task(n++)) : std::nullopt;
        };
    }

    // Leaves what does not meet --where out.
    void filter() {
        if (where_.empty() || options_.all_running) return;
        std::size_t const all = record_.size();
        record_.keep_only([this](selected_task const& task) { return meets(where_, task); });
        say_.note(counted(all - record_.size(), "task") + " left out by --where");
    }

    ending plan(service& s) {
        std::vector<bool> unknown(record_.size()), stopped(record_.size());
        if (!options_.all_running) {
            s.show(
                record_.size(), [&](std::size_t n) { return record_.tasks.task(static_cast<record::number>(n)); },
                [&](std::size_t i, service::shown const& shown) {
                    auto const n = static_cast<record::number>(i);
                    oms::task_ref const task = record_.tasks.task(n);
                    if (shown.code) {
                        unknown[n] = true;
                        ++left_out_;
                        return say_.say(task_path(task) + ": " + shown.fault);
                    }
                    record_.tasks.learn(n, knowledge_of(shown.info, task));
                    stopped[n] = shown.info.stopped();
                });
        }
        return print_plan(unknown, stopped);
    }

    ending print_plan(std::vector<bool> const& unknown, std::vector<bool> const& stopped) {
        json::object head = maker_line();
        if (!options_.region.empty()) head["region"] = options_.region;
        head["endpoints"] = json::array(options_.endpoints.begin(), options_.endpoints.end());
        head["arguments"] = json::array(arguments_.begin(), arguments_.end());
        std::optional<plan_writer> writer;
        if (!options_.table) writer.emplace(out_, std::move(head));
        std::size_t planned = 0, filtered = 0, read_stopped = 0;
        for (record::number n = 0; n < record_.size(); ++n) {
            if (unknown[n]) continue;
            selected_task const task = record_.tasks[n];
            if (!meets(where_, task)) {
                ++filtered;
                continue;
            }
            ++planned;
            read_stopped += stopped[n] ? 1 : 0;
            if (writer) {
                writer->write(task);
            } else {
                out_.write(table_row(task));
            }
        }
        if (writer) writer->end(left_out_);
        std::string text = "would stop " + counted(planned - read_stopped, "task");
        if (read_stopped > 0) text += "; " + std::to_string(read_stopped) + " already read stopped";
        if (filtered > 0) text += "; " + std::to_string(filtered) + " left out by --where";
        if (left_out_ > 0) text += "; " + std::to_string(left_out_) + " left out, which could not be read";
        say_.note(text + "; nothing was stopped");
        return left_out_ == 0 ? exit_code::all_stopped : exit_code::not_all_stopped;
    }

    ending apply(service& s, selection const& chosen) {
        if (where_.empty()) check_limits();  // before all are read
        look_counts look;
        if (chosen.from_plan || !where_.empty() || (must_ask() && !options_.all_running)) {
            look = look_at(s, options_, record_, chosen.from_plan);
            filter();
        }
        check_limits();
        auto const who = identities(s, all_tasks());
        if (must_ask())
            ask_for_number(options_, s.loop, say_, consent_text(options_, record_.tasks, look, who), record_.size());
        if (record_.size() == 0) say_.note("there is nothing to stop");

        journal report = options_.report.empty() ? journal() : journal::create(options_.report);
        auto const begun = std::chrono::steady_clock::now();
        begin_report(s, chosen, who, report);
        stop_run run(options_, s, report, record_, out_, begun);
        std::vector<record::number> tasks;
        for (record::number n = 0; n < record_.size(); ++n) {
            if (!record_.state(n).ended) tasks.push_back(n);
        }
        run.stop(tasks);
        run_verdict verdict = verdict_of(run, s, record_);
        verdict.all_stopped = verdict.all_stopped && left_out_ == 0;
        if (options_.all_running && !verdict.interrupted && !s.loop.ended()) look_again(s, chosen, verdict);
        return finish({options_, say_, out_, report, options_.report}, record_, {run.since_begin(), run.ended_early()},
                      verdict);
    }

    bool must_ask() const {
        return !options_.yes && record_.size() > 0 && (options_.all_running || record_.size() > stops_without_consent);
    }

    void check_limits() const {
        if (options_.max_stops && record_.size() > *options_.max_stops) {
            throw failure(exit_code::refused_to_start, "nothing was stopped: " + counted(record_.size(), "task") +
                                                           (record_.size() == 1 ? " is" : " are") +
                                                           " selected, more than --max-stops");
        }
        if (must_ask() && !can_ask()) throw not_asked(options_, record_.size());
        bool const waves_ask = options_.waves.size() > 1 && !options_.wave_pause && !options_.yes;
        if (waves_ask && !can_ask()) {
            throw failure(exit_code::refused_to_start,
                          "nothing was stopped: between waves somebody must be asked; where no terminal is there, "
                          "--wave-pause or --yes goes on without");
        }
    }

    void begin_report(service& s, selection const& chosen, std::map<std::size_t, std::string> const& who,
                      journal& report) {
        json::object line = run_line(options_, s, arguments_, who, record_.tasks);
        if (!chosen.plan.empty()) line["plan_sha256"] = chosen.plan;
        record_.confirm = options_.confirm;
        run_session& session = record_.sessions.emplace_back();
        session.begun = line;
        session.begin = std::chrono::system_clock::now();
        report.write(line);
        write_planned(report, record_.tasks);
        write_looked_at(report, record_);
        report.sync(false);
        if (!report.failed()) return;
        throw failure(exit_code::not_written,
                      "nothing was stopped: cannot write " + options_.report + ": " + report.reason());
    }

    // What a second look finds running, after all that was found running was stopped.
    void look_again(service& s, selection const& chosen, run_verdict& verdict) {
        try {
            s.running(chosen.projects, [&](selected_task&& task) {
                if (!meets(where_, task)) return;
                say_.say(task_path(task.task) + " still runs");
                verdict.all_stopped = false;
            });
        } catch (failure const& e) {
            say_.say(std::string("oms-stop: what runs now is not known: ") + e.what());
            verdict.all_stopped = false;
            if (!s.loop.ended()) return;
            verdict.interrupted = true;
            verdict.signal = s.loop.how().signal;
        }
    }

    static std::string table_row(selected_task const& t) {
        std::string path = plain(task_path(t.task)), status = plain(t.status);
        path.resize(std::max<std::size_t>(path.size(), 60), ' ');
        status.resize(std::max<std::size_t>(status.size(), 13), ' ');
        return path + "  " + status + "  " + plain(t.source()) + "  " + plain(t.destination()) + "\n";
    }

    options options_;
    std::vector<std::string> const& arguments_;
    console& say_;
    output& out_;
    record record_;
    std::vector<where_condition> where_;
    std::size_t left_out_ = 0;  // tasks that could not be listed or read
};

}  // namespace

ending stop_selected(options const& given, std::vector<std::string> const& arguments, console& say, output& out) {
    return stopping(given, arguments, say, out).run();
}

}  // namespace oms_stop
