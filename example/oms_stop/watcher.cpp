// SPDX-License-Identifier: BSL-1.0
#include "watcher.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <utility>

namespace oms_stop {

namespace json = boost::json;

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
    return std::chrono::steady_clock::now() < until_ ? reason_ : std::string();
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
    reason_ = e.code == oms::condition::throttled           ? "throttled by the service"
              : e.code == oms::condition::connection_failed ? "the endpoint cannot be reached"
                                                            : e.code.message();
    until_ = std::chrono::steady_clock::now() + e.delay + std::chrono::seconds(1);
}

void watcher::on_warning(oms::warning_event const& e) noexcept {
    if (on_note) on_note(std::string(e.text));
}

}  // namespace oms_stop
