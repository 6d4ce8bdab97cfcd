// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_ENDPOINT_POOL_HPP
#define OMS_ENDPOINT_POOL_HPP

/// @file
/// The connections of one endpoint: each is in one state, which one function
/// changes, and the lists and counts with it. Pure: what a connection is, and
/// the time, come in from outside.

#include <boost/assert.hpp>
#include <boost/intrusive/list.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace oms::endpoint {

using time_point = std::chrono::steady_clock::time_point;

/// What a connection is at.
enum class connection_state : std::uint8_t {
    unused,    ///< Free, and has carried nothing yet.
    idle,      ///< Free between two requests.
    leased,    ///< Carries a request.
    draining,  ///< The rest of a reply that nobody wants is still to come.
    removed,   ///< In no pool: not yet, or not any more.
};

constexpr bool is_free(connection_state s) noexcept {
    return s == connection_state::unused || s == connection_state::idle;
}

/// Whether one state may follow the other.
constexpr bool may_follow(connection_state from, connection_state to) noexcept {
    using enum connection_state;
    switch (to) {
        case unused:
            return from == removed;
        case idle:
            return from == leased || from == draining;
        case leased:
            return is_free(from);
        case draining:
            return from == leased;
        case removed:
            return from != removed;
    }
    return false;
}

/// How many connections to begin to open, as far as the limits go.
/// @param wanted  One for each call that waits, or as many as are missing otherwise.
constexpr std::size_t dials_to_begin(std::size_t wanted, std::size_t dialing, std::size_t open, std::size_t most_open,
                                     std::size_t most_dialing) noexcept {
    std::size_t const at_once = std::min(wanted, most_dialing);
    std::size_t const room = most_open - std::min(most_open, open + dialing);
    return std::min(room, at_once - std::min(at_once, dialing));
}

template <class Connection>
class pool;

/// Base of what a pool holds.
class pool_member : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::safe_link>> {
public:
    explicit pool_member(time_point opened) noexcept : opened_(opened) {}

    connection_state state() const noexcept { return state_; }
    time_point opened() const noexcept { return opened_; }
    /// Whether it has carried a request before the one that it may carry now.
    bool used() const noexcept { return used_; }

private:
    template <class Connection>
    friend class pool;

    time_point opened_;
    std::size_t index_ = 0;
    connection_state state_ = connection_state::removed;
    bool used_ = false;
};

/// @tparam Connection  Derived from `pool_member`.
template <class Connection>
class pool {
public:
    pool() = default;
    pool(pool const&) = delete;
    pool& operator=(pool const&) = delete;
    ~pool() {
        idle_.clear();
        unused_.clear();
    }

    /// @post  It is unused.
    /// @throws std::bad_alloc  Then it is gone.
    Connection& add(std::unique_ptr<Connection> c) {
        c->index_ = all_.size();
        all_.push_back(std::move(c));
        Connection& added = *all_.back();
        enter(added, connection_state::unused);
        return added;
    }

    /// @pre  `may_follow`, and `to` is neither of those of `add` and `remove`.
    void move(Connection& c, connection_state to) noexcept {
        BOOST_ASSERT(to != connection_state::unused && to != connection_state::removed);
        enter(c, to);
    }

    std::unique_ptr<Connection> remove(Connection& c) noexcept {
        enter(c, connection_state::removed);
        std::unique_ptr<Connection>& place = all_[c.index_];
        place.swap(all_.back());
        place->index_ = c.index_;
        auto removed = std::move(all_.back());
        all_.pop_back();
        return removed;
    }

    /// The one that carries the next request: the last used first, as it is the likeliest to live. Null: none is free.
    Connection* next() noexcept { return front(!idle_.empty() ? idle_ : unused_); }
    /// The newest that is free, where it was opened since then.
    Connection* opened_since(time_point when) noexcept {
        for (auto* const list : {&unused_, &idle_}) {
            if (!list->empty() && list->front().opened() >= when) return &list->front();
        }
        return nullptr;
    }
    /// The free one that is missed the least.
    Connection* least() noexcept {
        auto& list = !idle_.empty() ? idle_ : unused_;
        return list.empty() ? nullptr : &list.back();
    }
    /// `f` may remove the one that it gets.
    template <class Function>
    void for_each_free(Function f) {
        for (auto* const list : {&idle_, &unused_}) {
            for (auto at = list->begin(); at != list->end();)
                f(*at++);
        }
    }
    /// `f` neither adds nor removes.
    template <class Function>
    void for_each(Function f) {
        for (auto const& c : all_)
            f(*c);
    }

    std::size_t size() const noexcept { return all_.size(); }
    bool empty() const noexcept { return all_.empty(); }
    Connection& back() const noexcept { return *all_.back(); }
    std::size_t count(connection_state s) const noexcept { return counts_[static_cast<std::size_t>(s)]; }
    std::size_t free() const noexcept { return count(connection_state::unused) + count(connection_state::idle); }

private:
    using free_list = boost::intrusive::list<Connection, boost::intrusive::constant_time_size<false>>;

    static Connection* front(free_list& of) noexcept { return of.empty() ? nullptr : &of.front(); }

    void enter(Connection& c, connection_state to) noexcept {
        connection_state const from = c.state_;
        BOOST_ASSERT(may_follow(from, to));
        if (is_free(from)) list_of(from).erase(free_list::s_iterator_to(c));
        if (from != connection_state::removed) --counts_[static_cast<std::size_t>(from)];
        if (from == connection_state::leased) c.used_ = true;
        c.state_ = to;
        if (is_free(to)) list_of(to).push_front(c);
        if (to != connection_state::removed) ++counts_[static_cast<std::size_t>(to)];
    }

    free_list& list_of(connection_state s) noexcept { return s == connection_state::idle ? idle_ : unused_; }

    std::vector<std::unique_ptr<Connection>> all_;
    free_list idle_;    // the last used first
    free_list unused_;  // the newest first
    std::array<std::size_t, 4> counts_{};
};

}  // namespace oms::endpoint

#endif
