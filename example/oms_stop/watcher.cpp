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

watcher::account watcher::take_account(oms::task_ref const& task) {
    auto const found = accounts_.find(task);
    if (found == accounts_.end()) return {{}, std::chrono::system_clock::now()};
    account result = std::move(found->second);
    accounts_.erase(found);
    return result;
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
    if (e.operation != "stop") return;
    calls_[e.call.call_id].task = *e.task;
}

void watcher::on_call_end(oms::call_end_event const& e) noexcept {
    auto const found = calls_.find(e.call.call_id);
    if (found == calls_.end()) return;
    calls_.erase(found);
    // Tries that were repeated are there already; the last one is the result's own.
    account& of = accounts_[*e.task];
    of.ended = std::chrono::system_clock::now();
    if (e.result->attempts > 0) of.tries.push_back(try_of(e.result->http_status, e.result->request_id, e.code));
}

void watcher::on_phase(oms::phase_event const& e) noexcept {
    if (e.phase != oms::phase::queued || e.code) return;
    auto const found = calls_.find(e.call.call_id);
    if (found == calls_.end() || std::exchange(found->second.sent, true)) return;
    if (on_send) on_send(found->second.task);
}

void watcher::on_retry(oms::retry_event const& e) noexcept {
    auto const found = calls_.find(e.call.call_id);
    if (found == calls_.end() || !e.repeated) return;
    accounts_[found->second.task].tries.push_back(try_of(e.http_status, e.request_id, e.code));
    if (on_repeat) on_repeat(found->second.task, e);
    if (e.code == oms::condition::throttled) return;  // its pace is told with more
    trouble_ = e.code == oms::condition::connection_failed ? "the endpoint cannot be reached" : e.code.message();
    trouble_until_ = std::chrono::steady_clock::now() + e.delay + shown_on;
}

void watcher::on_throttle(oms::throttle_event const& e) noexcept {
    reason& of = paces_[static_cast<std::size_t>(e.what)];
    of.text = pace_text(e);
    of.until = std::chrono::steady_clock::now() + e.delay + shown_on;
}

void watcher::on_warning(oms::warning_event const& e) noexcept {
    if (on_note) on_note(std::string(e.text));
}

}  // namespace oms_stop
