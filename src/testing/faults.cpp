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
    if (rule.which.none_left() || !matches(rule.match, facts)) return false;
    if (!rule.method.empty() && rule.method != facts.method) return false;
    if (rule.attempt != 0 && rule.attempt != facts.attempt) return false;
    if (rule.per_second && !over_limit(rule, facts)) return false;
    return rule.which.begun() && rule.which.take();
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

void fault_table::add(std::list<fault_rule>&& rule) {
    std::lock_guard const lock(mutex_);
    for (auto const& older : rules_) {
        if (takes_all_of(older, rule.front()))
            rule.front().words.refuse("the rule of " + older.words.text() +
                                      " takes all of its requests: make this one first, bound that one by times, "
                                      "or call clear_faults() between them");
    }
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
        if (holds(rule, facts)) return rule.plan;
    }
    return nullptr;
}

}  // namespace oms::testing
