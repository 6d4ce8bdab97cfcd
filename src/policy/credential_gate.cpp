// SPDX-License-Identifier: BSL-1.0
#include "policy/credential_gate.hpp"

#include "policy/durations.hpp"

#include <algorithm>

namespace oms::policy {

admission credential_gate::ask(time_point now) noexcept {
    if (closed(now)) return admission::refused;
    switch (state_) {
        case state::accepted:
            return admission::go;
        case state::probing:
            return admission::wait;
        case state::untried:
        case state::closed:
            break;
    }
    state_ = state::probing;
    return admission::go;
}

wake credential_gate::on_reply(unsigned status) noexcept {
    switch (status) {
        case 401:
            return wake::none;
        case 408:
        case 418:
        case 429:
        case 503:
            return on_no_reply();
        default:
            break;
    }
    // What was sent before it was closed proves nothing of what comes after.
    if (state_ == state::accepted || state_ == state::closed) return wake::none;
    state_ = state::accepted;
    return wake::all;
}

wake credential_gate::on_no_reply() noexcept {
    if (state_ != state::probing) return wake::none;
    state_ = state::untried;
    return wake::one;
}

wake credential_gate::close(time_point now) noexcept {
    time_point const until =
        std::min(now, time_point::max() - durations::closed_credential) + durations::closed_credential;
    if (state_ != state::closed || until > open_at_) open_at_ = until;
    state_ = state::closed;
    return wake::all;
}

}  // namespace oms::policy
