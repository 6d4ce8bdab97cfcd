// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_AUTH_ENDING_HPP
#define OMS_AUTH_ENDING_HPP

#include <atomic>
#include <cstdint>

namespace oms::auth {

/// How a question ends while `async_get` runs: only afterwards is it known
/// whether a dropped handler was dropped, or lost to an exception. It may be
/// dropped by another thread at that very moment: the later one tells.
struct ending {
    enum class state : std::uint8_t { asking, dropped, returned };
    std::atomic<state> now{state::asking};

    /// The handler is dropped. True: `async_get` still runs, and what follows it will see.
    bool leave_it() noexcept {
        state expected = state::asking;
        return now.compare_exchange_strong(expected, state::dropped);
    }
    /// `async_get` has returned. True: the handler was dropped before.
    bool was_left() noexcept { return now.exchange(state::returned) == state::dropped; }
};

}  // namespace oms::auth

#endif
