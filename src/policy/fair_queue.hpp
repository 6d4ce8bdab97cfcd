// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_POLICY_FAIR_QUEUE_HPP
#define OMS_POLICY_FAIR_QUEUE_HPP

/// @file
/// First come, first served within a lane; lanes take turns.

#include <boost/intrusive/list.hpp>

#include <cstddef>

namespace oms::policy {

namespace bi = boost::intrusive;

struct fair_item_tag;
struct fair_lane_tag;

/// Base of what waits.
using fair_item = bi::list_base_hook<bi::tag<fair_item_tag>, bi::link_mode<bi::safe_link>>;

using fair_lane_hook = bi::list_base_hook<bi::tag<fair_lane_tag>, bi::link_mode<bi::safe_link>>;

/// What waits in one lane, for example of one project. A lane with waiting
/// items takes part in the rounds unless it is held.
template <class Item>
class fair_lane : public fair_lane_hook {
public:
    bool empty() const noexcept { return items_.empty(); }
    std::size_t size() const noexcept { return items_.size(); }
    Item& front() noexcept { return items_.front(); }
    template <class F>
    void for_each(F&& f) {
        for (Item& each : items_)
            f(each);
    }
    bool held() const noexcept { return held_; }

private:
    template <class, class>
    friend class fair_queue;
    using list = bi::list<Item, bi::base_hook<fair_item>>;

    list items_;
    bool held_ = false;
};

/// The lanes of one queue. All functions take constant time.
template <class Lane, class Item>
class fair_queue {
public:
    /// Items that wait, those of held lanes included.
    std::size_t size() const noexcept { return size_; }
    /// Whether any lane is ready.
    bool ready() const noexcept { return !lanes_.empty(); }
    /// The lane whose turn it is.
    Lane& front() noexcept { return lanes_.front(); }

    void push_back(Lane& lane, Item& item) noexcept {
        lane.items_.push_back(item);
        ++size_;
        join(lane);
    }
    /// For an item that had its turn and gives it back.
    void push_front(Lane& lane, Item& item) noexcept {
        lane.items_.push_front(item);
        ++size_;
        join(lane);
    }

    /// Takes the first item of the lane whose turn it is, and gives the turn to the next.
    Item& pop() noexcept {
        Lane& lane = lanes_.front();
        lanes_.pop_front();
        Item& item = lane.items_.front();
        lane.items_.pop_front();
        --size_;
        join(lane);
        return item;
    }

    void remove(Lane& lane, Item& item) noexcept {
        lane.items_.erase(lane.items_.iterator_to(item));
        --size_;
        if (lane.items_.empty()) leave(lane);
    }

    /// Takes the lane out of the rounds until `release`.
    void hold(Lane& lane) noexcept {
        lane.held_ = true;
        leave(lane);
    }
    void release(Lane& lane) noexcept {
        lane.held_ = false;
        join(lane);
    }

private:
    // A lane may have hooks of other lists, too.
    static bool in_rounds(fair_lane_hook const& lane) noexcept { return lane.is_linked(); }
    void join(Lane& lane) noexcept {
        if (!in_rounds(lane) && !lane.held_ && !lane.items_.empty()) lanes_.push_back(lane);
    }
    void leave(Lane& lane) noexcept {
        if (in_rounds(lane)) lanes_.erase(lanes_.iterator_to(lane));
    }

    bi::list<Lane, bi::base_hook<fair_lane_hook>> lanes_;
    std::size_t size_ = 0;
};

}  // namespace oms::policy

#endif
