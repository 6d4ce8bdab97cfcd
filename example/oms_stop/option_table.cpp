// SPDX-License-Identifier: BSL-1.0
#include "option_table.hpp"

#include "task_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <string_view>
#include <vector>

namespace oms_stop {

namespace {

bool read_count(std::string const& text, std::size_t& to) {
    auto const [end, code] = std::from_chars(text.data(), text.data() + text.size(), to);
    return code == std::errc() && end == text.data() + text.size() && to >= 1;
}

bool read_kind(options& o, std::string const& text) {
    auto const kind = kind_of_word(text);
    o.kind = kind.value_or(o.kind);
    return kind.has_value();
}

bool read_rate(options& o, std::string const& text) {
    auto const [end, code] = std::from_chars(text.data(), text.data() + text.size(), o.rate);
    return code == std::errc() && end == text.data() + text.size() && o.rate > 0 && std::isfinite(o.rate);
}

bool read_max_stops(options& o, std::string const& text) {
    return read_count(text, o.max_stops.emplace());
}

bool read_timeout(options& o, std::string const& text) {
    auto const time = parse_duration(text);
    o.timeout = time.value_or(o.timeout);
    return time.has_value();
}

bool read_deadline(options& o, std::string const& text) {
    o.deadline = parse_duration(text);
    return o.deadline.has_value();
}

bool read_confirm_for(options& o, std::string const& text) {
    auto const time = parse_duration(text);
    o.confirm = true;
    o.confirm_for = time.value_or(o.confirm_for);
    return time.has_value();
}

bool read_outage(options& o, std::string const& text) {
    auto const time = parse_duration(text);
    o.outage = time.value_or(o.outage);
    return time.has_value();
}

bool read_wave_pause(options& o, std::string const& text) {
    o.wave_pause = parse_duration(text);
    return o.wave_pause.has_value();
}

bool read_waves(options& o, std::string const& text) {
    auto const waves = parse_waves(text);
    o.waves = waves.value_or(o.waves);
    return waves.has_value();
}

bool read_halt(options& o, std::string const& text) {
    o.halt_now = text == "now";
    return o.halt_now || text == "soon";
}

bool read_format(options& o, std::string const& text) {
    o.format = text;
    return text == "table" || text == "json" || text == "csv" || text == "plan";
}

bool read_max_failures(options& o, std::string const& text) {
    auto const limit = parse_failure_limit(text);
    o.max_failures = limit.value_or(o.max_failures);
    return limit.has_value();
}

constexpr char which[] = "Which tasks";
constexpr char who[] = "As whom, and where";
constexpr char how[] = "How";
constexpr char what[] = "What is written";
constexpr char of_report[] = "Of oms-stop report";
constexpr char of_start[] = "Of oms-stop start";
constexpr char instead[] = "Instead of stopping";

option_row const stop_table[] = {
    {"--from", "FILE", which,
     "Read tasks from a file, or from standard input (-): lines [region/]project/task, CSV with a header, JSON lines "
     "or an array, or the plan that --dry-run prints.",
     &options::from, "", 'f'},
    {"--project", "[REGION/]PROJECT", which,
     "A project; may be given several times. With --all-running: whose tasks. Else: of the tasks named, only those of "
     "these projects.",
     &options::projects, "", 'p'},
    {"--projects-from", "FILE", which, "Read projects from a file, [region/]project in each line.",
     &options::projects_from},
    {"--all-running", "", which,
     "Stop all tasks that run in the projects; where none is named, in those that the accounts name.",
     &options::all_running},
    {"--kind", "KIND", which,
     "The kind of the tasks of which the input does not tell it: sync (the default), task or group.",
     value_reader(read_kind), "sync task group"},
    {"--where", "CONDITION", which,
     "Only tasks that meet this condition, and each other that is given: NAME=VALUE, NAME!=VALUE (* is any text), "
     "last_start<TIME or "
     ">TIME; "
     "see SELECTION in the manual page.",
     &options::where},
    {"--allow-empty", "", which, "A list that names nothing is no error.", &options::allow_empty},
    {"--skip-invalid", "", which,
     "Leave out lines that name no task. Without it such lines end the run before it begins.", &options::skip_invalid},

    {"--accounts", "FILE", who,
     "Whose credentials serve which projects: a section [account] each, with its \"source\" and \"projects\"; see "
     "CREDENTIALS in the manual page.",
     &options::accounts},
    {"--token-file", "FILE", who, "Tokens: lines \"project token\".", &options::token_file},
    {"--region", "REGION", who, "The region of the tasks that name none; else OMS_REGION of the environment.",
     &options::region},
    {"--endpoint", "[REGION=]URL", who,
     "The service's address, https://host[:port]; may be given for each region. Else OMS_ENDPOINT, else by the "
     "region's name.",
     &options::endpoints},
    {"--ca-file", "FILE", who, "Root certificates (PEM) in place of the system's; else OMS_CA_FILE.",
     &options::ca_file},
    {"--proxy", "URL", who,
     "A proxy, http://host:port; else https_proxy, which alone may hold a password. Hosts of no_proxy need none.",
     &options::proxy},

    {"--concurrency", "N", how, "Stops under way at a time; 64 by default.",
     value_reader([](options& o, std::string const& text) { return read_count(text, o.concurrency); }), "", 'j'},
    {"--per-project", "N", how, "The same of one project; 5 by default.",
     value_reader([](options& o, std::string const& text) { return read_count(text, o.per_project); })},
    {"--rate", "N", how, "Requests a second, at most.", value_reader(read_rate)},
    {"--timeout", "TIME", how, "For one task, repeats included; 90s by default. Units: ms, s, m, h.",
     value_reader(read_timeout)},
    {"--deadline", "TIME", how, "For the whole run, from the first look-up on.", value_reader(read_deadline)},
    {"--max-failures", "N|P%", how,
     "Start no more tasks once more than so many have failed, or more than this share of at least 100.",
     value_reader(read_max_failures)},
    {"--halt", "WHEN", how,
     "What becomes of those under way then: soon (the default) finishes them; now cancels them, and the status is 4.",
     value_reader(read_halt), "soon now"},
    {"--waves", "N,N,rest", how,
     "Stop so many first, then so many, then all others. Between waves it asks, and it goes on with no other where one "
     "had more failures than --max-failures; with --confirm, a task not read as stopped is one.",
     value_reader(read_waves)},
    {"--wave-pause", "TIME", how, "Between waves, wait instead of asking.", value_reader(read_wave_pause)},
    {"--accept-changes", "", how, "Stop tasks of a plan, too, that are not as it says, or that cannot be read.",
     &options::accept_changes},
    {"--max-stops", "N", how, "Refuse to start where more tasks than this are selected.", value_reader(read_max_stops)},
    {"--confirm", "", how,
     "Read each task after its stop, until it has stopped, for a minute at most. One that is not read as stopped "
     "counts "
     "as not stopped.",
     &options::confirm},
    {"--confirm-for", "TIME", how, "The same, for this long at most.", value_reader(read_confirm_for)},
    {"--outage", "TIME", how,
     "How long an endpoint may be out of reach before what is left for it is given up; 5m by default. It counts for "
     "all that is read, too.",
     value_reader(read_outage)},
    {"--already-stopped-fails", "", how, "A task that did not run counts as failed.", &options::already_stopped_fails},
    {"--dry-run", "", how, "Stop nothing: read each task, and print a plan that --from takes.", &options::dry_run, "",
     'n'},
    {"--yes", "", how, "Do not ask. Needed for --all-running and for more than 20 tasks where no terminal is there.",
     &options::yes, "", 'y'},
    {"--reason", "TEXT", how, "Why; for the report.", &options::reason},

    {"--report", "FILE", what,
     "Write a report, line by line as things happen. The file must not exist. With it a run that was cut short can be "
     "resumed.",
     &options::report},
    {"--resume", "FILE", what, "Go on with the run of this report; needs nothing else.", &options::resume},
    {"--recheck", "", what, "With --resume: look at the tasks that were stopped, too, and stop those that run again.",
     &options::recheck},
    {"--json", "", what, "Print a line of JSON for each task, as it ends.", &options::json},
    {"--table", "", what, "Print a table at the end: the default.", &options::table},
    {"--quiet", "", what, "Say nothing but what fails, a line each.", &options::quiet, "", 'q'},
    {"--verbose", "", what, "Say more: each failure as it happens, each repeat.", &options::verbose, "", 'v'},
    {"--log-file", "FILE", what, "Append all that is said, and more, to a file, with the time.", &options::log_file},

    {"--version", "", instead, "Print the version.", &options::version, "", 'V'},
    {"--manual", "", instead, "Print the manual page, for man(1).", &options::manual},
    {"--completion", "SHELL", instead, "Print the completion for a shell: bash or zsh.", &options::completion,
     "bash zsh"},
};

option_row const report_table[] = {
    {"--html", "FILE", of_report,
     "Write the report as a page for a browser, which loads nothing from elsewhere; - is standard output.",
     &options::html},
    {"--only", "WHAT", of_report,
     "List the tasks of an outcome (unknown, refused, not-attempted, unconfirmed, unsure, ...), a code or a project; "
     "may "
     "be given several times.",
     &options::only},
    {"--format", "FORMAT", of_report,
     "List tasks as a table, as lines of JSON, as CSV, or as a plan that --from takes.", value_reader(read_format),
     "table json csv plan"},
};

option_row const start_table[] = {
    {"--from", "FILE", of_start, "The report of the run that stopped them.", &options::from, "", 'f'},
    {"--keys", "FILE", of_start,
     "The keys of sources and destinations; see KEYS in the manual page. Else OMS_SOURCE_AK, OMS_SOURCE_SK, "
     "OMS_DESTINATION_AK and OMS_DESTINATION_SK of the environment.",
     &options::keys},
    {"--include-unsure", "", of_start, "Start those, too, that were found stopped, perhaps by that run.",
     &options::include_unsure},
};

// What a start has in common with a stop.
constexpr std::string_view shared_with_start[] = {"--accounts", "--token-file",  "--endpoint",     "--ca-file",
                                                  "--proxy",    "--concurrency", "--timeout",      "--deadline",
                                                  "--outage",   "--yes",         "--max-failures", "--reason",
                                                  "--report",   "--quiet",       "--verbose",      "--log-file"};

exit_row const exits[] = {
    {0, "Every selected task is stopped; also where it was so before, and where --all-running found none."},
    {1, "Some tasks are not stopped, or are not known to be."},
    {2, "The command line or its input is wrong."},
    {3, "Every credential was refused."},
    {4,
     "The time of --deadline was over, or --halt now cut the run. A run that a signal interrupts ends by that signal."},
    {5,
     "Nothing was stopped, or started: more tasks than --max-stops, no consent, or the service or a credential failed "
     "the test before that."},
    {6, "The report, or standard output, could not be written whole."},
};

signal_row const signals[] = {
    {"SIGINT (Ctrl-C), SIGTERM, SIGHUP",
     "Once: no more tasks are started, and those under way are finished. Twice: those are cancelled, too."},
    {"SIGUSR1", "Faster: twice as many stops at a time, up to --concurrency; with --rate, twice the rate, up to that."},
    {"SIGUSR2", "Slower: half as many stops at a time, at least one; with --rate, half the rate."},
};

}  // namespace

bool option_row::takes_file() const {
    return std::string_view(value) == "FILE";
}

bool option_row::takes_stream() const {
    constexpr std::string_view streams[] = {"--from", "--projects-from", "--html"};
    return std::ranges::find(streams, name) != std::end(streams);
}

std::string option_row::names() const {
    return letter == 0 ? name : std::string("-") + letter + "," + name;
}

std::span<option_row const> stop_options() {
    return stop_table;
}
std::span<option_row const> report_options() {
    return report_table;
}
std::span<option_row const> start_options() {
    static std::vector<option_row> const rows = [] {
        std::vector<option_row> all(std::begin(start_table), std::end(start_table));
        std::ranges::copy_if(stop_table, std::back_inserter(all), [](option_row const& row) {
            return std::ranges::find(shared_with_start, row.name) != std::end(shared_with_start);
        });
        return all;
    }();
    return rows;
}
std::span<signal_row const> signal_rows() {
    return signals;
}
std::span<exit_row const> exit_rows() {
    return exits;
}

}  // namespace oms_stop
