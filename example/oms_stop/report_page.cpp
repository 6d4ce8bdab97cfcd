// SPDX-License-Identifier: BSL-1.0
#include "report_page.hpp"

#include "column_chart.hpp"
#include "report_text.hpp"
#include "run_times.hpp"
#include "task_text.hpp"
#include "utc.hpp"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <map>
#include <sstream>
#include <utility>

namespace oms_stop {

namespace {

constexpr std::size_t rows_shown = 20;
constexpr std::size_t longest_text = 200;  // bytes

constexpr char head[] =
    R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>oms-stop: report of a run</title>
<style>
:root { --page: #fcfcfb; --text: #1b1b1a; --quiet: #5f5e5a; --line: #dddcd7; --column: #2a6fbb; --bad: #b3362f; }
@media (prefers-color-scheme: dark) {
  :root { --page: #191918; --text: #efeeea; --quiet: #a9a8a2; --line: #3b3b38; --column: #5f9fe3; --bad: #ea7d75; }
}
body { margin: 0 auto; padding: 1.5rem; max-width: 60rem; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .5rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .25rem; }
p { margin: .25rem 0; color: var(--quiet); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: 0; }
dt { color: var(--quiet); }
dd { margin: 0; }
dd, td { overflow-wrap: anywhere; unicode-bidi: isolate; }
ul { display: flex; flex-wrap: wrap; gap: .5rem; list-style: none; margin: 1.25rem 0 0; padding: 0; }
li { flex: 1 1 6.25rem; padding: .5rem .6rem; border: 1px solid var(--line); border-radius: .4rem; color: var(--quiet); }
li b { display: block; font-size: 1.5rem; font-weight: 600; color: var(--text); }
table { width: 100%; border-collapse: collapse; }
th { text-align: left; font-weight: normal; color: var(--quiet); }
th, td { padding: .3rem .75rem .3rem 0; border-top: 1px solid var(--line); vertical-align: top; }
.codes tr > :first-child { width: 36%; }
.codes tr > :nth-child(2) { width: 5rem; text-align: right; font-variant-numeric: tabular-nums; }
.codes tr > :nth-child(3) { width: 9rem; }
.warning { color: var(--bad); }
@media (max-width: 40rem) {
  body { padding: 1rem; }
  dl { grid-template-columns: 1fr; }
  dd { margin-bottom: .4rem; }
  .codes tr > :nth-child(3) { display: none; }
  .sheet td { display: block; border-top: 0; padding: 0; }
  .sheet td:first-child { border-top: 1px solid var(--line); padding-top: .4rem; }
  .sheet th { display: none; }
  .label { font-size: 20px; }
}
td svg { display: inline; height: .7rem; }
svg { display: block; width: 100%; height: auto; }
.column { fill: var(--column); }
.bad { fill: var(--bad); }
.grid { stroke: var(--line); fill: none; }
.label { fill: var(--quiet); font-size: 11px; }
</style>
</head>
<body>
<h1>Report of a run of oms-stop</h1>
)";

// So much of a text as a page has room for, cut between two characters.
std::string shown(std::string_view text) {
    if (text.size() <= longest_text) return markup(text);
    std::size_t end = longest_text;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        --end;
    return markup(text.substr(0, end)) + "…";
}

std::string rate_text(double rate) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f/s", rate);
    return text;
}

std::string capital(std::string text) {
    if (!text.empty()) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
    std::ranges::replace(text, '_', ' ');
    return text;
}

void write_run(std::ostream& os, record const& r) {
    os << "<dl>\n";
    for (auto const& [name, value] : facts_of(r))
        os << "<dt>" << capital(name) << "</dt><dd>" << shown(value) << "</dd>\n";
    os << "</dl>\n";
}

void write_damage(std::ostream& os, record const& r) {
    if (r.damage.count() == 0) return;
    os << "<p class=\"warning\">Of this report " << counted(r.damage.count(), "line")
       << (r.damage.count() == 1 ? " is" : " are") << " broken";
    if (r.missing > 0) os << "; not known because of that: " << counted(r.missing, "task");
    os << "; what may have been sent counts as unknown.</p>\n";
}

void write_counts(std::ostream& os, record const& r) {
    auto const tile = [&](std::size_t count, std::string_view label) {
        std::string text(label);
        std::ranges::replace(text, '_', ' ');
        os << "<li><b>" << count << "</b>" << text << "</li>\n";
    };
    os << "<ul>\n";
    tile(r.size() + r.missing, "tasks");
    for (auto const& [word, count] : counts_of(r))
        tile(count, word);
    if (r.confirm) tile(confirmed(r), "confirmed");
    os << "</ul>\n";
}

void write_latencies(std::ostream& os, std::vector<task_time> const& times) {
    auto const part = [&](char const* name, double share) { return name + time_text(percentile(times, share)); };
    os << "<h2>Latency</h2>\n<p>Tasks by the time from the start of a stop to its end. " << part("Half took up to ", .5)
       << part(", 90 % up to ", .9) << part(", 99 % up to ", .99) << part("; the longest took ", 1) << ".</p>\n";
    column_chart chart;
    chart.title = "Tasks by latency";
    auto const bins = latency_bins(times);
    std::size_t const every = bins.size() / 12 + 1;
    for (std::size_t i = 0; i < bins.size(); ++i) {
        latency_bin const& bin = bins[i];
        chart.columns.push_back({static_cast<double>(bin.count),
                                 time_text(bin.from) + " to " + time_text(bin.to) + ": " + counted(bin.count, "task")});
        if (i % every == 0) chart.marks.push_back({i, time_text(bin.from)});
    }
    if (bins.size() % every == 0) chart.marks.push_back({bins.size(), time_text(bins.back().to)});
    os << svg_of(chart);
}

void write_timeline(std::ostream& os, timeline const& t) {
    std::size_t const count = t.rate.size();
    std::size_t every = 1;
    for (std::size_t const each : {2u, 5u, 10u, 20u})
        if (count > 8 * every) every = each;
    auto const draw = [&](char const* title, std::vector<double> const& values, auto const& tell) {
        column_chart chart;
        chart.title = title;
        for (std::size_t i = 0; i < count; ++i) {
            chart.columns.push_back(
                {values[i], "after " + time_text(t.step * static_cast<int>(i)) + ": " + tell(values[i])});
        }
        for (std::size_t i = 0; i < count; i += every)
            chart.marks.push_back({i, time_text(t.step * static_cast<int>(i))});
        os << svg_of(chart);
    };
    os << "<h2>Under way</h2>\n<p>Stops under way at a time, in the mean of each " << time_text(t.step)
       << ", from the first start on; the time between an end and a resume is left out.</p>\n";
    draw("Stops under way over time", t.in_flight, [](double value) {
        char text[48];
        std::snprintf(text, sizeof text, "%.1f under way", value);
        return std::string(text);
    });
    os << "<h2>Rate</h2>\n<p>Stops that ended, a second.</p>\n";
    draw("Rate over time", t.rate, rate_text);
}

struct table_row {
    std::string_view name;
    std::size_t count = 0;
    std::string note;
};

void write_rows(std::ostream& os, char const* name, char const* note, std::vector<table_row> rows, std::size_t total) {
    std::ranges::stable_sort(rows, std::ranges::greater(), &table_row::count);
    os << "<table class=\"codes\">\n<tr><th>" << name << "</th><th>tasks</th><th></th><th>" << note << "</th></tr>\n";
    for (std::size_t i = 0; i < std::min(rows.size(), rows_shown); ++i) {
        double const width = 100. * static_cast<double>(rows[i].count) / static_cast<double>(total);
        char bar[160];
        std::snprintf(
            bar, sizeof bar,
            "<svg viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\"bad\" "
            "width=\"%.1f\" height=\"8\"/></svg>",
            std::max(width, 1.));
        os << "<tr><td>" << shown(rows[i].name) << "</td><td>" << rows[i].count << "</td><td>" << bar << "</td><td>"
           << rows[i].note << "</td></tr>\n";
    }
    os << "</table>\n";
    if (rows.size() > rows_shown) os << "<p>And " << rows.size() - rows_shown << " more.</p>\n";
}

void write_failures(std::ostream& os, record const& r) {
    std::size_t total = 0;
    std::map<std::string, std::map<std::string_view, std::size_t>> projects;
    for (record::number n = 0; n < r.size(); ++n) {
        task_state const& s = r.state(n);
        if (!s.ended || s.succeeded || s.sent) continue;
        ++total;
        ++projects[r.tasks.task(n).project_id][r.code(n)];
    }
    if (total == 0) return;
    std::vector<table_row> rows;
    for (auto const& [code, group] : failures_by_code(r))
        rows.push_back({code, group.count, shown(group.message) + "<br>" + markup(advice_for(group.condition))});
    os << "<h2>Failures by code</h2>\n";
    write_rows(os, "code", "message, and what to do", std::move(rows), total);

    rows.clear();
    for (auto const& [project, codes] : projects) {
        table_row row{project, 0, {}};
        auto most = codes.begin();
        for (auto at = codes.begin(); at != codes.end(); ++at) {
            row.count += at->second;
            if (at->second > most->second) most = at;
        }
        row.note = std::to_string(most->second) + " × " + shown(most->first);
        if (codes.size() > 1) row.note += ", and " + counted(codes.size() - 1, "other code");
        rows.push_back(std::move(row));
    }
    os << "<h2>Failures by project</h2>\n";
    write_rows(os, "project", "most frequent code", std::move(rows), total);
}

// `which`: the options with which a report lists them.
void write_more(std::ostream& os, std::size_t rows, char const* which) {
    if (rows > rows_shown)
        os << "<p>And " << rows - rows_shown << " more; oms-stop report FILE " << which << " lists them.</p>\n";
}

// First of all, since somebody must look.
void write_unknown(std::ostream& os, record const& r) {
    std::size_t rows = 0;
    for (record::number n = 0; n < r.size(); ++n) {
        if (!r.unknown(n) && !r.unconfirmed(n)) continue;
        if (rows++ == 0) os << "<h2>Nobody knows whether these are stopped</h2>\n<table class=\"sheet\">\n";
        if (rows > rows_shown) continue;
        os << "<tr><td>" << shown(task_path(r.tasks.task(n))) << "</td><td>"
           << (r.unknown(n) ? "unknown" : "not read as stopped") << "</td></tr>\n";
    }
    if (rows > 0) os << "</table>\n";
    write_more(os, rows, "--only unknown --only unconfirmed");
}

void write_sheet(std::ostream& os, record const& r) {
    std::size_t rows = 0;
    for (record::number n = 0; n < r.size(); ++n) {
        if (!to_start_again(r, n)) continue;
        if (rows++ == 0) {
            os << "<h2>To start again</h2>\n<table class=\"sheet\">\n<tr><th>task</th><th>from</th><th>to</th>"
                  "<th>last start</th></tr>\n";
        }
        if (rows > rows_shown) continue;
        selected_task const t = r.tasks[n];
        os << "<tr><td>" << shown(task_path(t.task)) << (r.state(n).unsure ? " (perhaps stopped by this run)" : "")
           << "</td><td>" << shown(t.source()) << "</td><td>" << shown(t.destination()) << "</td><td>"
           << (t.started_at ? utc_text(*t.started_at) : "") << "</td></tr>\n";
    }
    if (rows > 0) os << "</table>\n";
    write_more(os, rows, "--only stopped");
}

}  // namespace

std::string report_page(record const& r) {
    std::ostringstream os;
    os << head;
    write_run(os, r);
    write_damage(os, r);
    write_counts(os, r);
    write_unknown(os, r);
    auto const times = task_times(r);
    if (times.empty()) {
        os << "<p>No task has an end that is known, so there is nothing to draw.</p>\n";
    } else {
        write_latencies(os, times);
        write_timeline(os, timeline_of(times));
    }
    write_failures(os, r);
    write_sheet(os, r);
    os << "</body>\n</html>\n";
    return os.str();
}

}  // namespace oms_stop
