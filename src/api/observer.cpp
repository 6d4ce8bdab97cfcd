// SPDX-License-Identifier: BSL-1.0
#include <oms/observer.hpp>

namespace oms {

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
