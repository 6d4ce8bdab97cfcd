// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_INTERLEAVING_SCHEDULER_HPP
#define OMS_TEST_INTERLEAVING_SCHEDULER_HPP

// Threads of which one at a time goes on, and all the orders in which they can: each lock, unlock, wait and notice of
// theirs is a place where another one may go on instead. What they do between two such places is done in one piece, so
// that it is the order of their steps that is tried, and not what a processor may do to memory.

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace oms::interleaved {

/// Threads that have something in common, and what must be so when all of them have ended.
class scene {
public:
    scene() = default;
    scene(scene const&) = delete;
    scene& operator=(scene const&) = delete;
    virtual ~scene() = default;

    /// Each is run by a thread of its own. They do the same whenever they are run in the same order.
    virtual std::vector<std::function<void()>> threads() = 0;
    /// What is wrong, once all have ended; empty: nothing.
    virtual std::string verdict() = 0;
};

struct bounds {
    /// How often a thread that could go on has to wait for another one; all else is free.
    std::size_t preemptions = 2;
    /// So many orders are enough.
    std::size_t orders = 1'000'000;
};

struct findings {
    std::size_t orders = 0;  ///< That were tried.
    bool all = false;        ///< There are no others within the bounds.
    std::string wrong;       ///< Of the last order; empty: nothing was, in any.
};

/// Tries the orders of a scene until one ends badly: by its verdict, with an exception of a thread's, or with threads
/// that wait for each other or for nobody. Those are never heard of again, so that the test is of no more use then.
findings try_orders(std::function<std::unique_ptr<scene>()> const& make, bounds const& within);

/// A place of the test's own where another thread may go on.
void yield();

}  // namespace oms::interleaved

#endif
