// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_ENDPOINT_TURNS_HPP
#define OMS_ENDPOINT_TURNS_HPP

/// @file
/// Whose turn it is. Lanes take turns, each of them in order and with only so
/// many under way; one that is paced sleeps until its time, and one that waits
/// for something else is parked. Pure: the time comes in from outside.

#include "policy/fair_queue.hpp"
#include "policy/time_queue.hpp"

#include <boost/assert.hpp>

#include <cstddef>

namespace oms::endpoint {

using policy::time_point;

/// Base of a lane, for example of a project.
template <class Item>
class turn_lane : public policy::fair_lane<Item>, public policy::timed {
public:
    turn_lane() noexcept : timed(kind::lane) {}

    /// Items that had their turn and have not ended.
    std::size_t in_flight() const noexcept { return in_flight_; }
    bool asleep() const noexcept { return timed::waiting(); }
    bool parked() const noexcept { return parked_; }

private:
    template <class, class>
    friend class turns;

    std::size_t in_flight_ = 0;
    bool parked_ = false;
};

/// All functions but `admit` need no memory, and at most logarithmic time.
///
/// @tparam Lane  Derived from `turn_lane<Item>`.
/// @tparam Item  Derived from `policy::fair_item`.
template <class Lane, class Item>
class turns {
public:
    explicit turns(std::size_t most_of_a_lane) noexcept : most_of_a_lane_(most_of_a_lane) {}

    /// Before anything else with that lane.
    /// @throws std::bad_alloc
    void admit(Lane& l) {
        times_.reserve();
        times_.admit(l);
    }
    /// Before it is destroyed.
    /// @pre  Nothing waits in it.
    void forget(Lane& l) noexcept {
        BOOST_ASSERT(l.empty());
        times_.remove(l);
    }

    /// Items that wait, those of lanes that sleep or are parked included.
    std::size_t waiting() const noexcept { return queue_.size(); }

    void push_back(Lane& l, Item& i) noexcept { queue_.push_back(l, i); }
    /// For one that had its turn and gives it back.
    void push_front(Lane& l, Item& i) noexcept { queue_.push_front(l, i); }
    void remove(Lane& l, Item& i) noexcept { queue_.remove(l, i); }

    /// Those whose time has come take part again.
    void wake_due(time_point now) noexcept {
        while (policy::timed* const t = times_.pop(now))
            update(static_cast<Lane&>(*t));
    }
    /// Whether any lane has a turn. None: not before `wakes`, or before one is no longer parked or full.
    bool ready() const noexcept { return queue_.ready(); }
    /// The lane whose turn it is: its first item is the next.
    Lane& front() noexcept { return queue_.front(); }

    /// Takes the first item of the lane whose turn it is; the turn goes to the next.
    Item& pop() noexcept { return queue_.pop(); }
    /// One of the lane's is under way, until `ended`.
    void begun(Lane& l) noexcept {
        if (++l.in_flight_ == most_of_a_lane_) update(l);
    }
    void ended(Lane& l) noexcept {
        BOOST_ASSERT(l.in_flight_ > 0);
        if (l.in_flight_-- == most_of_a_lane_) update(l);
    }

    /// It takes no part until then, or until a later time that was said before.
    void sleep(Lane& l, time_point until) noexcept {
        if (l.asleep() && until <= l.when) return;
        times_.set(l, until);
        update(l);
    }
    void wake(Lane& l) noexcept {
        times_.end(l);
        update(l);
    }
    /// It takes no part until `unpark`.
    void park(Lane& l) noexcept {
        l.parked_ = true;
        update(l);
    }
    void unpark(Lane& l) noexcept {
        l.parked_ = false;
        update(l);
    }

    /// When to `wake_due` again; a time that never comes where no lane sleeps.
    time_point wakes() const noexcept { return times_.empty() ? time_point::max() : times_.next(); }

private:
    // A lane takes part in the rounds unless something keeps it from them.
    void update(Lane& l) noexcept {
        bool const kept = l.parked_ || l.in_flight_ >= most_of_a_lane_ || l.asleep();
        if (kept == l.held()) return;
        if (kept) {
            queue_.hold(l);
        } else {
            queue_.release(l);
        }
    }

    std::size_t const most_of_a_lane_;
    policy::fair_queue<Lane, Item> queue_;
    policy::time_queue times_;
};

}  // namespace oms::endpoint

#endif
