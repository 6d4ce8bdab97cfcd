// SPDX-License-Identifier: BSL-1.0
#include "testing/connect_faults.hpp"

#include "testing/bad_sessions.hpp"

#include <array>
#include <exception>
#include <string>

namespace oms::testing {

namespace {

void check_rule(connect_rule& rule) {
    auto const& p = rule.plan;
    if (rule.words.said("pass")) {
        if (p.actions > 0 || p.delay.count() > 0)
            rule.words.refuse("pass lets a connection be served as usual: leave it or the others out");
        return;
    }
    if (p.actions == 0 && p.delay.count() == 0)
        rule.words.refuse(
            "it says nothing of what becomes of the connections: add reset, close, stall, delay, "
            "fail_handshake, cut_handshake, certificate or pass");
    if (p.actions > 1) rule.words.refuse("a connection ends once: keep one of its actions");
    if (rule.plain != nullptr && (p.alert || p.cut || p.shown))
        rule.words.refuse(std::string(rule.plain) + " and has no handshake: use reset, close or stall");
}

}  // namespace

std::unique_ptr<session> make_session(connect_plan const& plan, server_contexts const& contexts) {
    if (plan.alert) return std::make_unique<alert_session>();
    auto whole = std::make_unique<tls_session>(plan.shown ? *plan.shown : contexts.usual());
    if (plan.cut) return std::make_unique<cut_session>(std::move(whole), *plan.cut);
    return whole;
}

void connect_table::add(std::list<connect_rule>&& rule) {
    std::lock_guard const lock(mutex_);
    for (auto const& older : rules_) {
        if (older.place == rule.front().place && older.which.all())
            rule.front().words.refuse("the rule of " + older.words.text() +
                                      " takes all connections: make this one first, bound that one by times, or call "
                                      "clear_faults() between them");
    }
    rules_.splice(rules_.end(), rule);
}

void connect_table::clear() noexcept {
    std::lock_guard const lock(mutex_);
    rules_.clear();
}

connect_plan connect_table::select(unsigned place) {
    std::lock_guard const lock(mutex_);
    for (auto& rule : rules_) {
        if (rule.place != place || rule.which.none_left() || !rule.which.begun()) continue;
        if (rule.which.take()) return rule.plan;
    }
    return {};
}

connect_fault::connect_fault(std::shared_ptr<connect_table> table, std::list<connect_rule> rule)
    : table_(std::move(table)), rule_(std::move(rule)), exceptions_(std::uncaught_exceptions()) {}

connect_fault::connect_fault(connect_fault&&) noexcept = default;

connect_fault::~connect_fault() noexcept(false) {
    // Half a rule is not to come into force.
    if (!table_ || std::uncaught_exceptions() > exceptions_ || rule_.front().words.refused()) return;
    check_rule(rule_.front());
    table_->add(std::move(rule_));
}

connect_fault& connect_fault::times(std::size_t count) {
    say_times(rule_.front().words, rule_.front().which, count);
    return *this;
}

connect_fault& connect_fault::nth(std::size_t number) {
    say_nth(rule_.front().words, rule_.front().which, number);
    return *this;
}

connect_fault& connect_fault::after(std::size_t count) {
    say_after(rule_.front().words, rule_.front().which, count);
    return *this;
}

connect_fault& connect_fault::share(double part) {
    say_share(rule_.front().words, rule_.front().which, part);
    return *this;
}

connect_fault& connect_fault::delay(std::chrono::nanoseconds duration) {
    say_duration(rule_.front().words, "delay", duration);
    rule_.front().plan.delay = duration;
    return *this;
}

connect_fault& connect_fault::reset() {
    rule_.front().words.say("reset");
    rule_.front().plan.greeting = greeting::reset;
    ++rule_.front().plan.actions;
    return *this;
}

connect_fault& connect_fault::close() {
    rule_.front().words.say("close");
    rule_.front().plan.greeting = greeting::close;
    ++rule_.front().plan.actions;
    return *this;
}

connect_fault& connect_fault::stall() {
    rule_.front().words.say("stall");
    rule_.front().plan.greeting = greeting::stall;
    ++rule_.front().plan.actions;
    return *this;
}

connect_fault& connect_fault::fail_handshake() {
    rule_.front().words.say("fail_handshake");
    rule_.front().plan.alert = true;
    ++rule_.front().plan.actions;
    return *this;
}

connect_fault& connect_fault::cut_handshake(std::size_t bytes) {
    rule_.front().words.say("cut_handshake", std::to_string(bytes));
    rule_.front().plan.cut = bytes;
    ++rule_.front().plan.actions;
    return *this;
}

connect_fault& connect_fault::certificate(bad_certificate which) {
    constexpr std::array names{"expired", "not_yet_valid", "foreign", "self_signed", "other_host"};
    auto const place = static_cast<std::size_t>(which);
    rule_.front().words.say("certificate", place < names.size() ? names[place] : std::to_string(place));
    if (place >= names.size()) rule_.front().words.refuse("there is no such bad_certificate");
    rule_.front().plan.shown = table_->contexts().make(which);
    ++rule_.front().plan.actions;
    return *this;
}

connect_fault& connect_fault::pass() {
    rule_.front().words.say("pass");
    return *this;
}

}  // namespace oms::testing
