// SPDX-License-Identifier: BSL-1.0
// The fluent side of faults.

#include "testing/faults.hpp"
#include "testing/reply.hpp"

#include <stdexcept>
#include <utility>

namespace oms::testing {

namespace {

// Takes the place of an ending that was set before.
void end_with(fault_plan& plan, ending how, std::size_t send) {
    plan.ending = how;
    plan.send = send;
    plan.head_only = false;
}

}  // namespace

fault::fault(std::shared_ptr<fault_table> table, request_matcher match) : table_(std::move(table)) {
    rule_.emplace_back().match = std::move(match);
}

fault::fault(fault&&) noexcept = default;

fault::~fault() {
    if (table_) table_->add(std::move(rule_));
}

fault& fault::method(std::string name) {
    rule_.front().method = std::move(name);
    return *this;
}

fault& fault::attempt(unsigned number) {
    rule_.front().attempt = number;
    return *this;
}

fault& fault::times(std::size_t count) {
    rule_.front().times = count;
    return *this;
}

fault& fault::share(double part) {
    if (!(part > 0 && part <= 1)) {
        table_.reset();  // half a rule is not to come into force
        throw std::invalid_argument("fault::share: a part is above 0 and at most 1");
    }
    rule_.front().share = part;
    return *this;
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): a sink, as its siblings
fault& fault::reply(unsigned status, std::string body, headers more) {
    auto& canned = rule_.front().plan->reply.emplace();
    canned.status = status;
    canned.body = std::move(body);
    for (auto const& [name, value] : more) {
        canned.headers.append(name).append(": ").append(value).append("\r\n");
    }
    return *this;
}

fault& fault::raw(std::string bytes) {
    rule_.front().plan->raw = std::move(bytes);
    return *this;
}

fault& fault::throttle(unsigned per_second, throttle_scope scope) {
    auto& rule = rule_.front();
    rule.per_second = per_second;
    rule.scope = scope;
    std::string const whose = scope == throttle_scope::project ? "policy user" : "policy ip";
    testing::reply throttled;
    throttled.fail(
        429, "APIGW.0308",
        "Too many requests: " + whose + " over ratelimit,limit:" + std::to_string(per_second) + ",time:1 second");
    return reply(throttled.status, std::move(throttled.body));
}

fault& fault::delay(std::chrono::nanoseconds duration) {
    rule_.front().plan->delay = duration;
    return *this;
}

fault& fault::held() {
    rule_.front().plan->held = true;
    return *this;
}

fault& fault::then_execute(bool execute) {
    rule_.front().plan->execute = execute;
    return *this;
}

fault& fault::reset_before_reply() {
    end_with(*rule_.front().plan, ending::reset, 0);
    return *this;
}

fault& fault::reset_after_headers() {
    auto& plan = *rule_.front().plan;
    end_with(plan, ending::reset, fault_plan::all);
    plan.head_only = true;
    return *this;
}

fault& fault::close_after_bytes(std::size_t count) {
    end_with(*rule_.front().plan, ending::close, count);
    return *this;
}

fault& fault::without_close_notify() {
    rule_.front().plan->close_notify = false;
    return *this;
}

fault& fault::stall_after_bytes(std::size_t count) {
    end_with(*rule_.front().plan, ending::stall, count);
    return *this;
}

fault& fault::no_reply() {
    return stall_after_bytes(0);
}

fault& fault::close_idle_after(std::size_t requests) {
    rule_.front().plan->close_after_replies = requests;
    return *this;
}

fault& fault::close_idle_after(std::chrono::nanoseconds duration) {
    rule_.front().plan->close_when_idle = duration;
    return *this;
}

}  // namespace oms::testing
