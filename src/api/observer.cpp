// SPDX-License-Identifier: BSL-1.0
#include <oms/observer.hpp>

#include <array>
#include <cstddef>
#include <ostream>
#include <string_view>

namespace oms {

namespace {

constexpr std::array<std::string_view, 5> operations{"stop", "start", "show", "list", "find_project"};

constexpr std::array<std::string_view, 14> retries{
    "stale_connection",     "clock_skew",    "refresh",   "throttled",     "failed",
    "not_connected",        "not_retryable", "strict",    "attempts_used", "budget_empty",
    "retry_after_too_long", "no_time_left",  "shut_down", "unprocessed"};

constexpr std::array<std::string_view, 14> closings{
    "none",         "failed",   "abandoned",    "not_kept_alive", "closed_by_peer", "stray_bytes", "suspect",
    "idle_timeout", "max_idle", "max_lifetime", "made_room",      "shut_down",      "going_away",  "many_resets"};

template <class Enum, std::size_t N>
std::string_view name_in(std::array<std::string_view, N> const& names, Enum value) noexcept {
    auto const at = static_cast<std::size_t>(value);
    return at < N ? names[at] : std::string_view();
}

}  // namespace

std::string_view to_string(operation_kind value) noexcept {
    return name_in(operations, value);
}
std::string_view to_string(retry_reason value) noexcept {
    return name_in(retries, value);
}
std::string_view to_string(close_reason value) noexcept {
    return name_in(closings, value);
}
std::ostream& operator<<(std::ostream& os, operation_kind value) {
    return os << to_string(value);
}
std::ostream& operator<<(std::ostream& os, retry_reason value) {
    return os << to_string(value);
}
std::ostream& operator<<(std::ostream& os, close_reason value) {
    return os << to_string(value);
}

call_context::call_context() noexcept = default;
call_begin_event::call_begin_event() noexcept = default;
call_end_event::call_end_event() noexcept = default;
phase_event::phase_event() noexcept = default;
retry_event::retry_event() noexcept = default;
throttle_event::throttle_event() noexcept = default;
connection_event::connection_event() noexcept = default;
warning_event::warning_event() noexcept = default;

observer::~observer() = default;
void observer::on_call_begin(call_begin_event const&) noexcept {}
void observer::on_call_end(call_end_event const&) noexcept {}
void observer::on_phase(phase_event const&) noexcept {}
void observer::on_retry(retry_event const&) noexcept {}
void observer::on_throttle(throttle_event const&) noexcept {}
void observer::on_connection(connection_event const&) noexcept {}
void observer::on_warning(warning_event const&) noexcept {}

}  // namespace oms
