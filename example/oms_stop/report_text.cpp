// SPDX-License-Identifier: BSL-1.0
#include "record.hpp"

#include "json_task.hpp"
#include "task_text.hpp"
#include "utc.hpp"

#include <algorithm>
#include <map>
#include <sstream>
#include <utility>

namespace oms_stop {

namespace {

constexpr std::size_t failures_shown = 20;

// What comes from elsewhere must not steer a terminal.
std::string plain(std::string_view text) {
    std::string result(text);
    std::ranges::replace_if(
        result, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
    return result;
}

void write_failures(std::ostream& os, record const& r) {
    auto const groups = failures_by_code(r);
    if (groups.empty()) return;
    os << "\nfailures\n";
    for (auto const& [code, g] : groups) {
        os << "  " << g.count << " x " << plain(code) << ": " << plain(g.message) << "\n      "
           << advice_for(g.condition) << '\n';
    }
}

void write_first(std::ostream& os, record const& r) {
    std::size_t shown = 0, left_out = 0;
    for (record_entry const& e : r.entries) {
        if (e.succeeded && !e.sent) continue;
        if (shown == failures_shown) {
            ++left_out;
            continue;
        }
        if (shown++ == 0) os << "\nnot known to be stopped\n";
        os << "  " << plain(task_path(e.about.task)) << "  " << word_of(e) << (e.code.empty() ? "" : "  ")
           << plain(e.code) << '\n';
    }
    if (left_out > 0) os << "  and " << left_out << " more\n";
}

// For whoever must start the tasks again.
void write_sheet(std::ostream& os, record const& r) {
    bool begun = false;
    for (record_entry const& e : r.entries) {
        selected_task const& t = e.about;
        if (!e.succeeded || e.outcome != "stopped" || (t.source_bucket.empty() && t.destination_bucket.empty()))
            continue;
        if (!std::exchange(begun, true)) os << "\nto start again: task, from, to, last start\n";
        os << "  " << plain(task_path(t.task)) << "  " << plain(t.source_region) << ':' << plain(t.source_bucket)
           << "  " << plain(t.destination_region) << ':' << plain(t.destination_bucket) << "  "
           << (t.started_at ? utc_text(*t.started_at) : "-") << '\n';
    }
}

}  // namespace

std::string_view word_of(record_entry const& e) noexcept {
    if (e.sent) return "unknown";
    if (!e.ended) return "not attempted";
    return e.outcome;
}

std::map<std::string_view, failure_group> failures_by_code(record const& r) {
    std::map<std::string_view, failure_group> groups;
    for (record_entry const& e : r.entries) {
        if (!e.ended || e.succeeded || e.sent) continue;
        failure_group& g = groups[e.code];
        if (g.count++ == 0) g = {1, e.condition, e.message};
    }
    return groups;
}

std::string_view advice_for(std::string_view condition) noexcept {
    static constexpr std::pair<std::string_view, std::string_view> rows[] = {
        {"invalid_argument", "The service does not take this task's name: look at the input."},
        {"unauthenticated", "The credential is wrong or has expired: get a new one, then --resume."},
        {"permission_denied", "Ask for the right oms:synctask:update (oms:task:update, oms:taskgroup:update)."},
        {"not_found", "There is no such task in this project and region: look at both."},
        {"misrouted", "The API is not at this address: look at the endpoint and the region."},
        {"not_running", "It did not run; nothing is to be done."},
        {"throttled", "Too many requests: --resume later, with a lower --rate."},
        {"unavailable", "The service failed: --resume later."},
        {"blocked", "The service has blacklisted this address: only its support can lift that."},
        {"timed_out", "There was no answer in time: --resume; what is unknown is looked at first."},
        {"connection_failed", "No connection: look at the network and the proxy, then --resume."},
        {"tls_failed", "The endpoint cannot be trusted: look at --ca-file and at what is in between."},
        {"proxy_failed", "The proxy gives no way through: look at its address and password."},
        {"cancelled", "It was interrupted: --resume."},
    };
    for (auto const& [name, sentence] : rows) {
        if (name == condition) return sentence;
    }
    return "Ask the service's support, with the request id.";
}

std::string report_text(record const& r, bool sheet) {
    std::ostringstream os;
    std::map<std::string_view, std::size_t> counts;
    for (record_entry const& e : r.entries)
        ++counts[word_of(e)];
    auto const row = [&](char const* label, std::string_view word) { os << label << counts[word] << '\n'; };
    os << "tasks            " << r.entries.size() << '\n';
    row("stopped          ", "stopped");
    row("already stopped  ", "already_stopped");
    row("refused          ", "refused");
    row("unknown          ", "unknown");
    row("not sent         ", "not_sent");
    row("not attempted    ", "not attempted");
    write_failures(os, r);
    write_first(os, r);
    if (sheet) write_sheet(os, r);
    return os.str();
}

}  // namespace oms_stop
