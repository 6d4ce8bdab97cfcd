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
    shared,    ///< Carries requests, and takes more.
    leased,    ///< Carries as many as it takes.
    draining,  ///< The rest of a reply that nobody wants is still to come.
    retiring,  ///< Carries requests, takes no more, and goes with the last of them.
    removed,   ///< In no pool: not yet, or not any more.
};

constexpr bool is_free(connection_state s) noexcept {
    return s == connection_state::unused || s == connection_state::idle;
}

constexpr bool is_leased(connection_state s) noexcept {
    return s == connection_state::shared || s == connection_state::leased || s == connection_state::retiring;
}

/// Whether one state may follow the other.
constexpr bool may_follow(connection_state from, connection_state to) noexcept {
    using enum connection_state;
    switch (to) {
        case unused:
            return from == removed;
        case idle:
            return from == shared || from == leased || from == draining;
        case shared:
            return is_free(from) || from == leased;
        case leased:
            return is_free(from) || from == shared;
        case draining:
            return from == leased;
        case retiring:
            return from == shared || from == leased;
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
    /// Whether one of its requests was answered.
    bool used() const noexcept { return used_; }
    /// Requests that it carries.
    std::size_t leases() const noexcept { return leases_; }
    /// So many it takes at a time.
    std::size_t capacity() const noexcept { return capacity_; }

private:
    template <class Connection>
    friend class pool;

    time_point opened_;
    std::size_t index_ = 0;
    std::size_t leases_ = 0;
    std::size_t capacity_ = 1;
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
        shared_.clear();
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

    /// It carries one more request.
    /// @pre  It has room for it: `next` and `opened_since` give none that has not.
    void lease(Connection& c) noexcept {
        BOOST_ASSERT(has_room(c));
        ++c.leases_;
        enter(c, taken(c));
    }
    /// One of its requests has ended.
    /// @param answered  And it has shown so that the connection is of use.
    /// @return  How many it still carries. Without any it is idle, unless it is retiring.
    std::size_t release(Connection& c, bool answered) noexcept {
        BOOST_ASSERT(is_leased(c.state_) && c.leases_ > 0);
        c.used_ = c.used_ || answered;
        --c.leases_;
        if (c.state_ != connection_state::retiring) enter(c, c.leases_ > 0 ? taken(c) : connection_state::idle);
        return c.leases_;
    }
    /// Its only request has ended, and it is not free yet.
    void drain(Connection& c) noexcept {
        BOOST_ASSERT(c.leases_ == 1);
        c.used_ = true;
        c.leases_ = 0;
        enter(c, connection_state::draining);
    }
    void drained(Connection& c) noexcept { enter(c, connection_state::idle); }
    /// It takes no more requests.
    /// @pre  It carries one.
    void retire(Connection& c) noexcept {
        if (c.state_ != connection_state::retiring) enter(c, connection_state::retiring);
    }
    /// It takes so many requests at a time; 0: none for now.
    void set_capacity(Connection& c, std::size_t requests) noexcept {
        c.capacity_ = requests;
        if (c.state_ == connection_state::shared || c.state_ == connection_state::leased) enter(c, taken(c));
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

    /// The one that carries the next request: one that carries others, else the last used, as it is the likeliest to
    /// live. Null: none takes one.
    Connection* next() noexcept {
        for (auto* const list : {&shared_, &idle_, &unused_}) {
            for (Connection& each : *list) {
                if (has_room(each)) return &each;
            }
        }
        return nullptr;
    }
    /// One that takes a request, and was opened since then.
    Connection* opened_since(time_point when) noexcept {
        for (Connection& each : shared_) {
            if (each.opened() >= when) return &each;
        }
        for (auto* const list : {&unused_, &idle_}) {
            if (!list->empty() && list->front().opened() >= when && has_room(list->front())) return &list->front();
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
    using member_list = boost::intrusive::list<Connection, boost::intrusive::constant_time_size<false>>;

    static bool has_room(Connection const& c) noexcept { return c.leases_ < c.capacity_; }
    // The state of one that carries something.
    static connection_state taken(Connection const& c) noexcept {
        return has_room(c) ? connection_state::shared : connection_state::leased;
    }

    void enter(Connection& c, connection_state to) noexcept {
        connection_state const from = c.state_;
        if (from == to) return;
        BOOST_ASSERT(may_follow(from, to));
        if (auto* const list = list_of(from)) list->erase(member_list::s_iterator_to(c));
        if (from != connection_state::removed) --counts_[static_cast<std::size_t>(from)];
        c.state_ = to;
        if (auto* const list = list_of(to)) list->push_front(c);
        if (to != connection_state::removed) ++counts_[static_cast<std::size_t>(to)];
    }

    member_list* list_of(connection_state s) noexcept {
        switch (s) {
            case connection_state::unused:
                return &unused_;
            case connection_state::idle:
                return &idle_;
            case connection_state::shared:
                return &shared_;
            default:
                return nullptr;
        }
    }

    std::vector<std::unique_ptr<Connection>> all_;
    member_list idle_;    // the last used first
    member_list unused_;  // the newest first
    member_list shared_;
    std::array<std::size_t, 6> counts_{};
};

}  // namespace oms::endpoint

#endif
