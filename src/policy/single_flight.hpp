// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_POLICY_SINGLE_FLIGHT_HPP
#define OMS_POLICY_SINGLE_FLIGHT_HPP

/// @file
/// Many want to know the same: one asks, all wait for the one answer. Which
/// answer that is, where a question is asked again, handed over or given up,
/// is decided here; asking, locking and counting the questions are the caller's.

#include <cstdint>

namespace oms::policy {

/// @tparam Waiters  Keeps those that wait in the order in which they came. Whoever leaves is taken out of it, or is
///                  known to be gone there; nothing else of the flight changes by that.
template <class Waiters>
class single_flight {
public:
    /// Of a question. Greater than those of all before it, also those of other flights for the same: 0 is none.
    using number = std::uint64_t;

    Waiters waiting;

    /// A question is open: whoever comes only has to wait.
    bool open() const noexcept { return last_ != 0; }
    /// The question that was asked last, while it is open.
    number asked() const noexcept { return last_; }

    /// `q` is asked now. One that is open was asked in vain so far, or by somebody who is gone: it is asked again.
    void ask(number q) noexcept {
        if (!open()) first_ = q;
        last_ = q;
    }
    /// What is open is of no use any more. Those that wait do so for the next question.
    void give_up() noexcept { last_ = 0; }

    /// `q` is answered, also where it was asked again meanwhile: gives all that waited.
    /// @param all  Empty.
    /// @return     Whether it counts; else it came too late, or for the second time.
    bool land(number q, Waiters& all) noexcept {
        if (!open() || q < first_) return false;
        give_up();
        all.swap(waiting);
        return true;
    }
    /// The same for one that failed: where it was asked again meanwhile, that says nothing.
    bool fail(number q, Waiters& all) noexcept { return q == last_ && land(q, all); }

private:
    number first_ = 0;  // of those that are open
    number last_ = 0;
};

}  // namespace oms::policy

#endif
