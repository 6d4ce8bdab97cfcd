// SPDX-License-Identifier: BSL-1.0
#include "watcher.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <utility>

namespace oms_stop {

namespace json = boost::json;

namespace {

// So that what comes again and again does not flicker.
constexpr std::chrono::seconds shown_on{1};

}  // namespace

bool out_of_reach(oms::error_code code) noexcept {
    using oms::condition;
    bool const proxy = code == condition::proxy_failed && code == condition::retryable;
    return code == condition::connection_failed || code == condition::timed_out || proxy;
}

std::string pace_text(oms::throttle_event const& e) {
    using scope = oms::throttle_event::scope;
    std::string text = !e.learnt                     ? "held to --rate"
                       : e.what == scope::credential ? "throttled by user policy"
                       : e.what == scope::endpoint   ? "throttled by the endpoint"
                                                     : "projects are throttled";
    if (!std::isfinite(e.rate)) return text;
    bool const slow = e.rate < 1;
    double const shown = slow ? e.rate * 60 : e.rate;
    char rate[40];
    std::snprintf(rate, sizeof rate, shown < 5 ? ", %.2g/%s" : ", %.0f/%s", shown, slow ? "min" : "s");
    return text + rate + (e.what == scope::project ? " each" : "");
}

json::object watcher::try_of(unsigned status, std::string_view request_id, oms::error_code code) {
    json::object result;
    result["http"] = status;
    result["request_id"] = json::string_view(request_id.data(), request_id.size());
    if (code) result["error"] = code.message();
    return result;
}

json::array watcher::take_tries(oms::task_ref const& task) {
    auto const found = tries_.find(task);
    if (found == tries_.end()) return {};
    json::array result = std::move(found->second);
    tries_.erase(found);
    return result;
}

std::chrono::steady_clock::duration watcher::unreachable_for(std::string const& endpoint) const {
    auto const found = out_of_reach_.find(endpoint);
    if (found == out_of_reach_.end()) return {};
    return std::chrono::steady_clock::now() - found->second;
}

std::string watcher::waits_for() const {
    auto const now = std::chrono::steady_clock::now();
    if (now < trouble_until_) return trouble_;
    // The pace of many before that of few.
    for (auto each = paces_.rbegin(); each != paces_.rend(); ++each) {
        if (now < each->until) return each->text;
    }
    return {};
}

void watcher::on_call_begin(oms::call_begin_event const& e) noexcept {
    if (e.operation != oms::operation_kind::stop && e.operation != oms::operation_kind::start) return;
    calls_[e.call.call_id] = *e.task;
}

void watcher::on_call_end(oms::call_end_event const& e) noexcept {
    auto const found = calls_.find(e.call.call_id);
    if (found == calls_.end()) return;
    calls_.erase(found);
    // Tries that were repeated are there already; the last one is the result's own.
    if (e.result->attempts > 0) {
        tries_[*e.task].push_back(try_of(e.result->http_status, e.result->request_id, e.code));
    }
}

void watcher::on_retry(oms::retry_event const& e) noexcept {
    auto const found = calls_.find(e.call.call_id);
    if (found == calls_.end() || !e.repeated) return;
    tries_[found->second].push_back(try_of(e.http_status, e.request_id, e.code));
    if (on_repeat) on_repeat(found->second, e);
    if (e.code == oms::condition::throttled) return;  // its pace is told with more
    trouble_ = e.code == oms::condition::connection_failed ? "the endpoint cannot be reached" : e.code.message();
    trouble_until_ = std::chrono::steady_clock::now() + e.delay + shown_on;
}

void watcher::on_throttle(oms::throttle_event const& e) noexcept {
    reason& of = paces_[static_cast<std::size_t>(e.what)];
    of.text = pace_text(e);
    of.until = std::chrono::steady_clock::now() + e.delay + shown_on;
}

void watcher::on_connection(oms::connection_event const& e) noexcept {
    using kind = oms::connection_event::kind;
    std::string const endpoint(e.endpoint);
    if (e.what == kind::opened) out_of_reach_.erase(endpoint);
    if (e.what != kind::dial_failed || !out_of_reach(e.code)) return;
    bool const news = out_of_reach_.emplace(endpoint, std::chrono::steady_clock::now()).second;
    if (news && on_out_of_reach) on_out_of_reach(endpoint, e.code);
}

void watcher::on_warning(oms::warning_event const& e) noexcept {
    if (on_note) on_note(std::string(e.text));
}

}  // namespace oms_stop
