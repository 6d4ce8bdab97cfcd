// SPDX-License-Identifier: BSL-1.0
#include "testing/faults.hpp"

namespace oms::testing {

namespace {

bool over_limit(fault_rule& rule, request_facts const& facts) {
    auto const key = rule.scope == throttle_scope::project ? facts.where.project : std::string(facts.region);
    auto& window = rule.windows[key];
    if (window.count == 0 || facts.time - window.begin >= std::chrono::seconds(1)) {
        window.begin = facts.time;
        window.count = 0;
    }
    return ++window.count > *rule.per_second;
}

bool holds(fault_rule& rule, request_facts const& facts) {
    if (rule.times == 0 || !matches(rule.match, facts)) return false;
    if (!rule.method.empty() && rule.method != facts.method) return false;
    if (rule.attempt != 0 && rule.attempt != facts.attempt) return false;
    if (rule.per_second && !over_limit(rule, facts)) return false;
    rule.due += rule.share;
    if (rule.due < 1) return false;
    rule.due -= 1;
    return true;
}

}  // namespace

bool matches(request_matcher const& match, request_facts const& facts) {
    if (match.project_id && *match.project_id != facts.where.project) return false;
    if (!facts.target.starts_with(match.path_prefix)) return false;
    if (!match.task) return true;
    auto const& task = *match.task;
    return task.task_id == facts.where.task && task.project_id == facts.where.project &&
           task.kind == facts.where.kind && (task.region.empty() || task.region == facts.region);
}

void fault_table::add(std::list<fault_rule>&& rule) noexcept {
    std::lock_guard const lock(mutex_);
    rules_.splice(rules_.end(), rule);
    empty_ = false;
}

void fault_table::clear() noexcept {
    std::lock_guard const lock(mutex_);
    rules_.clear();
    empty_ = true;
}

std::shared_ptr<fault_plan const> fault_table::select(request_facts const& facts) {
    if (empty_) return nullptr;
    std::lock_guard const lock(mutex_);
    for (auto& rule : rules_) {
        if (!holds(rule, facts)) continue;
        if (rule.times != std::numeric_limits<std::size_t>::max()) --rule.times;
        return rule.plan;
    }
    return nullptr;
}

}  // namespace oms::testing
