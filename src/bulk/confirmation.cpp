// SPDX-License-Identifier: BSL-1.0
#include "bulk/confirmation.hpp"

#include "call/task_state.hpp"

#include <algorithm>

namespace oms::bulk {

namespace {

call::task_state state(task_info const& read) noexcept {
    return call::state_of(read.task.kind, read.status);
}

}  // namespace

bool worth_reading(stop_result const& stop) noexcept {
    switch (stop.outcome) {
        case outcome::stopped:
        case outcome::unknown:
            return true;
        case outcome::already_stopped:
            return !stop.confirmed;
        case outcome::not_sent:
        case outcome::refused:
        case outcome::started:
        case outcome::already_started:
            break;
    }
    return false;
}

bool at_end(task_info const& read) noexcept {
    return call::is_final(state(read));
}

duration reading_delay(confirm_options const& options, unsigned readings) noexcept {
    // Never none: what fails before it is sent would be read again at once, for ever.
    constexpr duration least = std::chrono::milliseconds(1);
    duration const most = std::max(least, options.max_delay);
    duration delay = std::clamp(options.base_delay, least, most);
    for (; readings > 1 && delay < most; --readings)
        delay = delay > most / 2 ? most : delay * 2;
    return delay;
}

void note(task_info const& read, stop_result& stop) {
    stop.confirmed = true;
    stop.final_status = read.status;
}

void conclude(task_info const& last, error_code& code, stop_result& stop) {
    if (stop.outcome != outcome::unknown) return;
    if (last.stopped()) {  // by this very stop, whose answer was lost
        stop.outcome = outcome::already_stopped;
        code = {};
        return;
    }
    stop.outcome = outcome::refused;
    if (state(last) == call::task_state::ended) code = errc::not_running;
}

}  // namespace oms::bulk
