// SPDX-License-Identifier: BSL-1.0
#include "report_text.hpp"

#include "json_task.hpp"
#include "plain_text.hpp"
#include "run_times.hpp"
#include "task_text.hpp"
#include "utc.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <sstream>

namespace oms_stop {

namespace json = boost::json;

namespace {

constexpr std::size_t failures_shown = 20;

void write_failures(std::ostream& os, record const& r) {
    auto const groups = failures_by_code(r);
    if (groups.empty()) return;
    os << "\nfailures\n";
    for (auto const& [code, g] : groups) {
        os << "  " << g.count << " x " << plain(code) << ": " << plain(g.message) << "\n      "
           << advice_for(g.condition) << '\n';
    }
}

// The first of those for which something is so.
template <class Is>
void write_first(std::ostream& os, record const& r, char const* head, Is is) {
    std::size_t shown = 0, left_out = 0;
    for (record::number n = 0; n < r.size(); ++n) {
        if (!is(n)) continue;
        if (shown == failures_shown) {
            ++left_out;
            continue;
        }
        if (shown++ == 0) os << '\n' << head << '\n';
        bool const failed = r.state(n).ended && !r.state(n).succeeded && !r.state(n).sent;
        os << "  " << plain(task_path(r.tasks.task(n))) << "  " << r.word(n);
        if (failed) os << "  " << plain(r.code(n));
        if (r.unconfirmed(n)) os << ", not read as stopped";
        os << '\n';
    }
    if (left_out > 0) {
        os << "  and " << left_out << " more; oms-stop report FILE --only OUTCOME lists all\n";
    }
}

void write_row(std::ostream& os, record const& r, record::number n) {
    selected_task const t = r.tasks[n];
    os << "  " << plain(task_path(t.task)) << "  " << plain(t.source()) << "  " << plain(t.destination()) << "  "
       << (t.started_at ? utc_text(*t.started_at) : "-") << '\n';
}

// For whoever must start the tasks again; rows that nobody is sure of stand apart.
void write_sheet(std::ostream& os, record const& r) {
    for (bool const unsure : {false, true}) {
        bool begun = false;
        for (record::number n = 0; n < r.size(); ++n) {
            if (!to_start_again(r, n) || r.state(n).unsure != unsure) continue;
            if (!begun) {
                os << (unsure ? "\nfound stopped, perhaps by this run" : "\nto start again")
                   << ": task, from, to, last start\n";
            }
            begun = true;
            write_row(os, r, n);
        }
    }
}

std::string texts_joined(json::object const& of, std::string_view name, std::string_view member = {}) {
    std::string text;
    auto const* const list = of.if_contains({name.data(), name.size()});
    if (list == nullptr || !list->is_array()) return text;
    for (json::value const& each : list->get_array()) {
        std::string_view value;
        if (each.is_string()) value = {each.get_string().data(), each.get_string().size()};
        if (each.is_object()) value = text_of(each.get_object(), member);
        if (!value.empty()) text.append(text.empty() ? "" : ", ").append(value);
    }
    return text;
}

std::string ending_of(run_session const& s) {
    if (s.goes_on) return "goes on, for " + time_text(milliseconds(s.last_ms)) + " by its last line";
    if (s.ended.empty()) return "was cut short after " + time_text(milliseconds(s.last_ms)) + ": --resume goes on";
    std::string text = "ended after " + time_text(milliseconds(number_of(s.ended, "ms"))) + " with status " +
                       std::to_string(number_of(s.ended, "status"));
    std::string_view const how = text_of(s.ended, "how");
    return how.empty() ? text : text + ": " + std::string(how);
}

std::string by(json::object const& line) {
    std::string text(text_of(line, "user"));
    if (!text_of(line, "host").empty()) text += " on " + std::string(text_of(line, "host"));
    return text;
}

}  // namespace

std::map<std::string_view, failure_group> failures_by_code(record const& r) {
    std::map<std::string_view, failure_group> groups;
    for (record::number n = 0; n < r.size(); ++n) {
        task_state const& s = r.state(n);
        if (!s.ended || s.succeeded || s.sent) continue;
        failure_group& g = groups[r.code(n)];
        if (g.count++ == 0) g = {1, r.condition(n), r.message(n)};
    }
    return groups;
}

std::vector<std::pair<std::string_view, std::size_t>> counts_of(record const& r) {
    static constexpr std::array<std::string_view, 9> order{"stopped",         "already_stopped", "started",
                                                           "already_started", "unknown",         "refused",
                                                           "changed",         "not_sent",        "not attempted"};
    std::map<std::string_view, std::size_t> counts;
    for (record::number n = 0; n < r.size(); ++n)
        ++counts[r.word(n)];
    bool const starts = text_of(r.run(), "operation") == "start";
    std::vector<std::pair<std::string_view, std::size_t>> result;
    for (std::string_view const word : order) {
        bool const of_starts = word == "started" || word == "already_started";
        bool const of_stops = word == "stopped" || word == "already_stopped" || word == "changed";
        bool const shown = word == "changed" ? counts[word] > 0 : starts ? !of_stops : !of_starts;
        if (shown) result.emplace_back(word, counts[word]);
    }
    return result;
}

std::size_t confirmed(record const& r) {
    std::size_t count = 0;
    for (record::number n = 0; n < r.size(); ++n)
        count += r.state(n).read_stopped && !r.state(n).sent ? 1 : 0;
    return count;
}

bool to_start_again(record const& r, record::number n) {
    return r.state(n).succeeded && !r.state(n).sent && r.word(n) == "stopped";
}

std::vector<std::pair<std::string, std::string>> facts_of(record const& r) {
    std::vector<std::pair<std::string, std::string>> facts;
    auto const add = [&](char const* name, std::string text) {
        if (!text.empty()) facts.emplace_back(name, std::move(text));
    };
    json::object const& run = r.run();
    add("began", std::string(text_of(run, "at")));
    add("by", by(run));
    add("why", std::string(text_of(run, "reason")));
    add("as", texts_joined(run, "credentials", "label"));
    add("region", std::string(text_of(run, "region")));
    add("at", texts_joined(run, "where"));
    add("it", ending_of(r.sessions.front()));
    for (std::size_t i = 1; i < r.sessions.size(); ++i) {
        add("resumed", std::string(text_of(r.sessions[i].begun, "at")) + " by " + by(r.sessions[i].begun) + "; " +
                           ending_of(r.sessions[i]));
    }
    add("plan", std::string(text_of(run, "plan_sha256")));
    add("run", std::string(text_of(run, "run")));
    add("tool", std::string(text_of(run, "tool")));
    return facts;
}

std::string_view advice_for(std::string_view condition) noexcept {
    static constexpr std::pair<std::string_view, std::string_view> rows[] = {
        {"invalid_argument", "The service does not take this task's name: look at the input."},
        {"unauthenticated", "The credential is wrong or has expired: get a new one, then --resume."},
        {"permission_denied", "Ask for the right oms:synctask:update (oms:task:update, oms:taskgroup:update)."},
        {"not_found", "There is no such task in this project and region: look at both."},
        {"misrouted", "The API is not at this address: look at the endpoint and the region."},
        {"not_running", "It did not run; nothing is to be done."},
        {"not_confirmed_stopped", "It may wait for its turn: look at it, then --resume, which stops it again."},
        {"throttled", "Too many requests: --resume later, with a lower --rate."},
        {"unavailable", "The service failed: --resume later."},
        {"blocked", "The service has blacklisted this address: only its support can lift that."},
        {"timed_out", "There was no answer in time: --resume; what is unknown is looked at first."},
        {"connection_failed", "No connection: look at the network and the proxy, then --resume."},
        {"tls_failed", "The endpoint cannot be trusted: look at --ca-file and at what is in between."},
        {"proxy_failed", "The proxy gives no way through: look at its address and password."},
        {"cancelled", "It was interrupted: --resume."},
        {"changed", "It is not as the plan says: look at it, then make a new plan, or --accept-changes."},
    };
    for (auto const& [name, sentence] : rows) {
        if (name == condition) return sentence;
    }
    return "Ask the service's support, with the request id.";
}

void write_report(std::ostream& os, record const& r, bool sheet) {
    auto const row = [&](std::string_view label, std::size_t count) {
        std::string name(label);
        std::ranges::replace(name, '_', ' ');
        name.resize(std::max<std::size_t>(17, name.size() + 1), ' ');
        os << name << count << '\n';
    };
    row("tasks", r.size() + r.missing);
    for (auto const& [word, count] : counts_of(r))
        row(word, count);
    if (r.missing > 0) row("lost", r.missing);
    if (r.confirm) os << "confirmed " << confirmed(r) << " of " << r.size() << '\n';
    write_failures(os, r);
    write_first(os, r, "unknown: each may be stopped or not", [&](record::number n) { return r.unknown(n); });
    write_first(os, r, "not known to be stopped",
                [&](record::number n) { return !r.unknown(n) && !r.done(n) && r.state(n).ended; });
    if (sheet) write_sheet(os, r);
}

std::string report_text(record const& r, bool sheet) {
    std::ostringstream os;
    write_report(os, r, sheet);
    return os.str();
}

void write_whole_report(std::ostream& os, record const& r) {
    for (auto const& [name, value] : facts_of(r)) {
        std::string label = name;
        label.resize(17, ' ');
        os << label << plain(value) << '\n';
    }
    os << '\n';
    write_report(os, r);
}

std::string whole_report_text(record const& r) {
    std::ostringstream os;
    write_whole_report(os, r);
    return os.str();
}

}  // namespace oms_stop
