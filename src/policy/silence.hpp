// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_POLICY_SILENCE_HPP
#define OMS_POLICY_SILENCE_HPP

/// @file
/// Whether connections have died without a word: what is between here and
/// there may forget them, and says so to nobody. A try that times out on one
/// which was idle before is the only sign; but it is also what a service looks
/// like that takes longer than a try may.

#include "policy/backoff.hpp"
#include "policy/durations.hpp"

#include <algorithm>
#include <chrono>

namespace oms::policy {

class silence {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// @param base     For so long nothing is suspected after a suspicion was wrong; doubles with each.
    /// @param longest  Of these.
    silence(duration base, duration longest) noexcept
        : base_(base), longest_(std::min<duration>(longest, durations::longest_trust)) {}

    /// A try has timed out, and no byte of a reply came.
    /// @param idled  Its connection was there before, so that it may have died; else it was a fresh one.
    /// @return Whether it is suspect, and the connections that were idle beside it.
    bool suspects(bool idled, time_point now) noexcept {
        if (idled) return now >= trusted_until_;
        duration trust = base_;
        for (unsigned i = 0; i < wrong_ && trust < longest_; ++i)
            trust *= 2;
        ++wrong_;
        trusted_until_ = now + std::min(trust, longest_);
        return false;
    }

    /// A fresh connection brought a reply.
    void answered() noexcept { wrong_ = 0; }

private:
    duration base_;
    duration longest_;
    unsigned wrong_ = 0;
    time_point trusted_until_{};
};

}  // namespace oms::policy

#endif
