// SPDX-License-Identifier: BSL-1.0
#include "ledger/balance.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

namespace oms::ledger_test {

namespace {

// The exchanges of each call, by its number.
std::vector<std::vector<exchange>> sort_by_call(run_options const& options, std::vector<planned_stop> const& plan,
                                                testing::simulator const& sim, balance& result) {
    std::unordered_map<std::string, std::size_t> numbers;
    numbers.reserve(plan.size());
    for (std::size_t i = 0; i < plan.size(); ++i)
        numbers.emplace(task_of(options, plan[i], i).task_id, i);
    std::vector<std::vector<exchange>> sorted(plan.size());
    for (testing::ledger_entry& each : sim.ledger()) {
        ++result.requests;
        auto const found = numbers.find(each.task_id);
        if (found == numbers.end() || each.kind != plan[found->second].kind ||
            each.project_id != task_of(options, plan[found->second], found->second).project_id) {
            ++result.strays;
            continue;
        }
        sorted[found->second].push_back({std::move(each.request_id), each.status, each.method != "GET"});
    }
    return sorted;
}

bool is_running(task_kind kind, std::string const& state) {
    if (kind == task_kind::sync_task) return state != "STOPPED";
    return state != "3" && state != "7";
}

}  // namespace

bool balance::clean() const noexcept {
    return strays == 0 && mismatches == 0 && std::ranges::all_of(counts, [](std::size_t n) { return n == 0; });
}

std::size_t balance::misreported() const noexcept {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < counts.size(); ++i)
        sum += is_misreport(static_cast<finding>(i)) ? counts[i] : 0;
    return sum;
}

balance strike_balance(run_options const& options, std::vector<planned_stop> const& plan, account const& told,
                       wire_watch const& wire, testing::simulator const& sim) {
    balance result;
    result.mismatches = sim.mismatches().total();
    auto exchanges = sort_by_call(options, plan, sim, result);
    for (std::size_t i = 0; i < plan.size(); ++i) {
        task_ref const task = task_of(options, plan[i], i);
        seen facts;
        facts.exchanges = std::move(exchanges[i]);
        facts.requests_begun = wire.begun(i);
        facts.stops = sim.stops(task);
        facts.ran = planned_state(plan[i]).empty();
        facts.runs = is_running(task.kind, sim.state(task));
        facts.sync = task.kind == task_kind::sync_task;
        if (told.all()[i].outcome == outcome::unknown && facts.stops > 0) ++result.unknown_stopped;
        auto findings = audit(told.all()[i], facts);
        if (findings.empty()) continue;
        for (finding const each : findings)
            ++result.counts[static_cast<std::size_t>(each)];
        if (result.first.size() < 20) result.first.push_back({i, std::move(findings), std::move(facts)});
    }
    return result;
}

}  // namespace oms::ledger_test
