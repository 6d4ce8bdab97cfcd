// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_REPLY_HOLD_HPP
#define OMS_TESTING_REPLY_HOLD_HPP

/// @file
/// Replies that wait until a test says so.

#include <oms/detail/export.hpp>

#include <chrono>
#include <cstddef>
#include <memory>

namespace oms::testing {

class fault;
class reply_gate;

/// Where `fault::held` keeps replies: a test waits until they are there, looks or acts, and releases them.
///
/// ```cpp
/// reply_hold hold;
/// sim.on(match::task(task)).held(hold);
/// // … the client, in another thread, stops the task …
/// hold.wait();       // the service has stopped it, and the client knows nothing of it
/// hold.release();
/// ```
///
/// A copy is the same hold. One may serve several rules, of several simulators; it may be destroyed before the rules
/// are, and what is held then stays so. Thread safe; beside `simulator::stop` and its destructor it may not release.
/// Where no memory is left, its functions throw `std::bad_alloc`.
class OMS_DECL reply_hold {
public:
    reply_hold();

    /// How many replies wait, those whose client has left included.
    std::size_t held() const;

    /// Waits until so many replies are held at once. It blocks its thread, so the client has to run in another one; who
    /// has one thread for both, as in virtual time, runs the client's context until `held()` says the same.
    /// @param count    At least so many.
    /// @param at_most  Then it gives up; what exceeds ten years counts as ten years.
    /// @return whether they are held.
    [[nodiscard]] bool wait(std::size_t count = 1, std::chrono::nanoseconds at_most = std::chrono::seconds(10)) const;

    /// Sends what is held now; what comes later waits for the next call. @return how many replies those were.
    std::size_t release();

    /// Sends those that have waited longest. @param count  At most so many. @return how many those were.
    std::size_t release(std::size_t count);

    /// Sends what is held, and holds nothing any more: later replies pass. @return how many were held.
    std::size_t open();

private:
    friend class fault;

    std::shared_ptr<reply_gate> gate_;
};

}  // namespace oms::testing

#endif
