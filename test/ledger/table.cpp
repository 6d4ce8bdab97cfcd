// SPDX-License-Identifier: BSL-1.0
#include "ledger/table.hpp"

#include <algorithm>
#include <iomanip>
#include <map>
#include <ostream>
#include <set>
#include <string>

namespace oms::ledger_test {

namespace {

constexpr int name_width = 46;
constexpr int number_width = 10;

std::ostream& row(std::ostream& out, std::string_view name) {
    return out << "  " << std::left << std::setw(name_width) << name << std::right;
}

void row(std::ostream& out, std::string_view name, std::size_t count) {
    row(out, name) << std::setw(number_width) << count << '\n';
}

std::set<interference> interferences_of(told const& call) {
    std::set<interference> found;
    for (unsigned i = 1; i <= static_cast<unsigned>(interference::client_end); ++i)
        if (call.had(static_cast<interference>(i))) found.insert(static_cast<interference>(i));
    return found;
}

}  // namespace

void print_faults(std::ostream& out, service_faults const& service, chaos_proxy const& proxy) {
    std::size_t sum = 0;
    out << "\nFaults of the service, by requests hit\n";
    for (service_fault const& each : service.all()) {
        row(out, each.name, each.count);
        sum += each.count;
    }
    row(out, "all", sum);
    out << "\nFaults of the network              " << std::setw(name_width - 23) << "handshake"
        << std::setw(number_width) << "request" << std::setw(number_width) << "reply" << '\n';
    std::size_t network = 0;
    for (std::size_t i = 1; i < disturbances; ++i) {
        auto const what = static_cast<disturbance>(i);
        row(out, to_string(what));
        for (std::size_t when = 0; when < moments; ++when) {
            std::size_t const count = proxy.count(what, static_cast<moment>(when));
            out << std::setw(number_width) << count;
            network += count;
        }
        out << '\n';
    }
    row(out, "all", network);
}

void print_outcomes(std::ostream& out, account const& told) {
    std::map<outcome, std::size_t> outcomes;
    std::map<interference, std::size_t> interferences;
    std::map<std::string, std::size_t> codes;
    std::size_t repeated = 0;
    for (auto const& each : told.all()) {
        ++outcomes[each.outcome];
        ++codes[each.code.failed() ? std::string(each.code.category().name()) + " " +
                                         std::to_string(each.code.value()) + ", " + each.code.message()
                                   : "success"];
        repeated += each.attempts > 1 ? 1 : 0;
        for (interference const by : interferences_of(each))
            ++interferences[by];
    }
    out << "\nOutcomes, by calls\n";
    for (auto const& [what, count] : outcomes)
        row(out, to_string(what), count);
    row(out, "all", told.all().size());
    row(out, "(tried more than once)", repeated);
    out << "\nCodes, by calls\n";
    for (auto const& [what, count] : codes)
        row(out, std::string_view(what).substr(0, name_width), count);
    out << "\nWhat the caller did meanwhile, by calls\n";
    for (auto const& [what, count] : interferences)
        row(out, to_string(what), count);
}

void print_balance(std::ostream& out, balance const& result) {
    out << "\nThe client's account against the ledger of " << result.requests << " requests\n";
    row(out, "unknown, and the call stopped the task (legal)", result.unknown_stopped);
    for (std::size_t i = 0; i < result.counts.size(); ++i)
        row(out, to_string(static_cast<finding>(i)), result.counts[i]);
    row(out, "requests about no task of the plan", result.strays);
    row(out, "requests with another project's credential", result.mismatches);
    out << "\nlost " << result.count(finding::lost) << ", completed twice " << result.count(finding::completed_twice)
        << ", misreported " << result.misreported() << ", crossed "
        << result.count(finding::crossed_reply) + result.strays + result.mismatches << '\n';
}

void describe_findings(std::ostream& out, run_options const& options, std::vector<planned_stop> const& plan,
                       account const& told, balance const& result) {
    for (auto const& each : result.first) {
        auto const& call = told.all()[each.number];
        out << "\ncall " << each.number << ": " << task_of(options, plan[each.number], each.number) << ", was \""
            << planned_state(plan[each.number]) << "\"\n";
        for (finding const what : each.findings)
            out << "  wrong: " << to_string(what) << '\n';
        out << "  told: " << to_string(call.outcome) << ", " << call.code.category().name() << ' ' << call.code.value()
            << " (" << call.code.message() << "), status " << call.http_status << ", attempts " << call.attempts
            << ", request id " << call.request_id << ", completions " << call.completions << '\n';
        for (interference const by : interferences_of(call))
            out << "  meanwhile: " << to_string(by) << '\n';
        out << "  seen: " << each.facts.requests_begun << " requests on the wire, stopped " << each.facts.stops
            << " times, " << (each.facts.runs ? "runs" : "stands") << '\n';
        for (exchange const& one : each.facts.exchanges)
            out << "    " << (one.stop ? "stop" : "show") << ", status " << one.status << ", request id "
                << one.request_id << '\n';
    }
}

}  // namespace oms::ledger_test
