// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_POLICY_CLOCK_SKEW_HPP
#define OMS_POLICY_CLOCK_SKEW_HPP

/// @file
/// Whether a signature was refused because the clocks differ. A signature
/// holds a time, and the service takes only those near its own.

#include "policy/durations.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace oms::policy {

enum class clock_finding : std::uint8_t {
    in_step,  ///< The time that was signed is the service's: it is something else.
    mended,   ///< A request that is signed with another time may do.
    beyond,   ///< The clocks differ by more than can be mended.
};

struct clock_verdict {
    clock_finding finding = clock_finding::in_step;
    std::chrono::seconds ahead{0};  ///< What to sign with, as far as it is mended: of this machine's time.
};

/// @param local    This machine's time, now.
/// @param signed_  The time that the request was signed with.
/// @param theirs   The reply's `Date`.
constexpr clock_verdict judge_clock(std::chrono::sys_seconds local, std::chrono::sys_seconds signed_,
                                    std::chrono::sys_seconds theirs) noexcept {
    using std::chrono::abs;
    using std::chrono::seconds;
    if (abs(theirs - signed_) <= durations::least_clock_skew) return {};
    seconds const ahead =
        std::clamp<seconds>(theirs - local, -durations::clock_mended_by_at_most, durations::clock_mended_by_at_most);
    bool const tried = abs(local + ahead - signed_) <= durations::least_clock_skew;
    if (tried || abs(theirs - local - ahead) >= durations::signature_taken_within) return {clock_finding::beyond, {}};
    return {clock_finding::mended, ahead};
}

}  // namespace oms::policy

#endif
