// SPDX-License-Identifier: BSL-1.0
// The fluent side of faults.

#include "testing/faults.hpp"
#include "testing/reply.hpp"

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <utility>

namespace oms::testing {

namespace {

void end_with(fault_rule& rule, ending how, std::size_t send) {
    if (rule.plan->ending != ending::keep) rule.words.refuse("a connection ends once: keep one of the endings");
    rule.plan->ending = how;
    rule.plan->send = send;
}

}  // namespace

fault::fault(std::shared_ptr<fault_table> table, std::list<fault_rule> rule)
    : table_(std::move(table)), rule_(std::move(rule)), exceptions_(std::uncaught_exceptions()) {}

fault::fault(fault&&) noexcept = default;

fault::~fault() noexcept(false) {
    // Half a rule is not to come into force.
    if (!table_ || std::uncaught_exceptions() > exceptions_ || rule_.front().words.refused()) return;
    check_rule(rule_.front());
    table_->add(std::move(rule_));
}

fault& fault::method(std::string name) {
    auto& rule = rule_.front();
    rule.words.say("method", name);
    bool const good = !name.empty() && std::ranges::all_of(name, [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!good) rule.words.refuse("no request has this method: one is in capitals, such as GET");
    rule.method = std::move(name);
    return *this;
}

fault& fault::attempt(unsigned number) {
    auto& rule = rule_.front();
    rule.words.say("attempt", std::to_string(number));
    if (number == 0) rule.words.refuse("it would never hold: the first attempt is attempt(1)");
    rule.attempt = number;
    return *this;
}

fault& fault::times(std::size_t count) {
    say_times(rule_.front().words, rule_.front().which, count);
    return *this;
}

fault& fault::nth(std::size_t number) {
    say_nth(rule_.front().words, rule_.front().which, number);
    return *this;
}

fault& fault::after(std::size_t count) {
    say_after(rule_.front().words, rule_.front().which, count);
    return *this;
}

fault& fault::share(double part) {
    say_share(rule_.front().words, rule_.front().which, part);
    return *this;
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): a sink, as its siblings
fault& fault::reply(unsigned status, std::string body, headers more) {
    auto& rule = rule_.front();
    rule.words.say("reply", std::to_string(status));
    if (status < 100 || status > 999) rule.words.refuse("a status has three digits; raw sends others");
    auto& canned = rule.plan->reply.emplace();
    canned.status = status;
    canned.body = std::move(body);
    try {
        canned.headers = header_lines(more);
    } catch (std::invalid_argument const& e) {
        rule.words.refuse(e.what());
    }
    return *this;
}

fault& fault::reply(reply_function function) {
    auto& rule = rule_.front();
    rule.words.say("reply", "a function");
    if (!function) rule.words.refuse("there is no function in it");
    rule.plan->function = std::move(function);
    return *this;
}

fault& fault::raw(std::string bytes) {
    rule_.front().words.say("raw", std::to_string(bytes.size()) + " bytes");
    rule_.front().plan->raw = std::move(bytes);
    return *this;
}

fault& fault::throttle(unsigned per_second, throttle_scope scope) {
    auto& rule = rule_.front();
    rule.words.say("throttle", std::to_string(per_second));
    rule.per_second = per_second;
    rule.scope = scope;
    std::string const whose = scope == throttle_scope::project ? "policy user" : "policy ip";
    testing::reply throttled;
    throttled.fail(
        429, "APIGW.0308",
        "Too many requests: " + whose + " over ratelimit,limit:" + std::to_string(per_second) + ",time:1 second");
    rule.plan->reply = {throttled.status, {}, std::move(throttled.body)};
    return *this;
}

fault& fault::delay(std::chrono::nanoseconds duration) {
    say_duration(rule_.front().words, "delay", duration);
    rule_.front().plan->delay = duration;
    return *this;
}

fault& fault::held() {
    rule_.front().words.say("held");
    rule_.front().plan->gate = table_->gate();
    return *this;
}

fault& fault::held(reply_hold const& hold) {
    rule_.front().words.say("held");
    rule_.front().plan->gate = hold.gate_;
    return *this;
}

fault& fault::drip(std::size_t bytes, std::chrono::nanoseconds each) {
    auto& rule = rule_.front();
    say_duration(rule.words, "drip", each);
    if (bytes == 0) rule.words.refuse("pieces without bytes never end: at least 1, or no_reply()");
    rule.plan->piece = bytes;
    rule.plan->between_pieces = each;
    return *this;
}

fault& fault::then_execute(bool execute) {
    rule_.front().words.say("then_execute", execute ? "true" : "false");
    rule_.front().plan->execute = execute;
    return *this;
}

fault& fault::pass() {
    rule_.front().words.say("pass");
    return *this;
}

fault& fault::reset_before_reply() {
    rule_.front().words.say("reset_before_reply");
    end_with(rule_.front(), ending::reset, 0);
    return *this;
}

fault& fault::reset_after_headers() {
    rule_.front().words.say("reset_after_headers");
    end_with(rule_.front(), ending::reset, fault_plan::all);
    rule_.front().plan->head_only = true;
    return *this;
}

fault& fault::close_after_bytes(std::size_t count) {
    rule_.front().words.say("close_after_bytes", std::to_string(count));
    end_with(rule_.front(), ending::close, count);
    return *this;
}

fault& fault::without_close_notify() {
    rule_.front().words.say("without_close_notify");
    rule_.front().plan->close_notify = false;
    return *this;
}

fault& fault::stall_after_bytes(std::size_t count) {
    rule_.front().words.say("stall_after_bytes", std::to_string(count));
    end_with(rule_.front(), ending::stall, count);
    return *this;
}

fault& fault::no_reply() {
    return stall_after_bytes(0);
}

fault& fault::refuse_stream() {
    rule_.front().words.say("refuse_stream");
    end_with(rule_.front(), ending::refuse_stream, 0);
    return *this;
}

fault& fault::reset_stream(std::uint32_t code) {
    rule_.front().words.say("reset_stream", std::to_string(code));
    end_with(rule_.front(), ending::reset_stream, 0);
    rule_.front().plan->reset_code = code;
    return *this;
}

fault& fault::go_away() {
    rule_.front().words.say("go_away");
    end_with(rule_.front(), ending::go_away, 0);
    return *this;
}

fault& fault::close_idle_after(std::size_t requests) {
    auto& rule = rule_.front();
    rule.words.say("close_idle_after", std::to_string(requests));
    if (requests == 0) rule.words.refuse("the first reply is number 1");
    rule.plan->close_after_replies = requests;
    return *this;
}

fault& fault::close_idle_after(std::chrono::nanoseconds duration) {
    rule_.front().words.say("close_idle_after", text_of(duration), "close_when_idle");
    if (duration < std::chrono::nanoseconds::zero()) rule_.front().words.refuse("a time is not below 0");
    rule_.front().plan->close_when_idle = duration;
    return *this;
}

}  // namespace oms::testing
