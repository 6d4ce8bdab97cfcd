// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_POLICY_WAKE_LATCH_HPP
#define OMS_POLICY_WAKE_LATCH_HPP

/// @file
/// Going to sleep without missing whoever wakes.

#include <cstdint>

namespace oms::policy {

/// One that works in rounds while there is anything to do, and those that wake
/// it. A wake-up during a round leaves a mark, so that it may come at any time
/// between a round's look at things and the sleep that follows.
/// Pure: the caller holds a lock, the same for all three.
class wake_latch {
public:
    /// There may be something to do. True: it sleeps, and the caller sets it going.
    bool wake() noexcept {
        bool const slept = state_ == state::asleep;
        state_ = slept ? state::awake : state::woken;
        return slept;
    }

    /// A round begins: it sees whatever was there to see.
    void begin() noexcept { state_ = state::awake; }

    /// A round has found nothing more to do. False: somebody came meanwhile, so another one follows.
    bool sleep() noexcept {
        if (state_ == state::woken) return false;
        state_ = state::asleep;
        return true;
    }

private:
    enum class state : std::uint8_t { asleep, awake, woken } state_ = state::asleep;
};

}  // namespace oms::policy

#endif
