// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_BULK_SCHEDULER_HPP
#define OMS_BULK_SCHEDULER_HPP

/// @file
/// Which task of a run is next, and which are given up: turns, paces, holds
/// and outages. Pure: the time comes in as an argument.

#include "policy/chain.hpp"
#include "policy/fair_queue.hpp"
#include "policy/rate_hint.hpp"
#include "policy/rate_limiter.hpp"

#include <oms/config.hpp>
#include <oms/error.hpp>
#include <oms/task.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace oms::bulk {

using time_point = std::chrono::steady_clock::time_point;

/// What a task that has begun takes along while it waits.
struct carried {
    virtual ~carried() = default;
};

/// A task that waits, or is started.
struct job {
    task_ref task;
    std::unique_ptr<carried> with;            ///< Null: it has not begun.
    time_point deadline = time_point::max();  ///< It is given up then.
    bool follow_up = false;                   ///< Comes after the stop, and only reads.
};

struct scheduler_limits {
    std::size_t max_in_flight = 64;
    std::size_t max_in_flight_per_project = 5;
    std::size_t look_ahead = 10'000;
    double rate = policy::rate_limiter::no_limit;              ///< Starts a second.
    double rate_per_project = policy::rate_limiter::no_limit;  ///< The same of one project.
    duration outage_patience = std::chrono::seconds(30);
    std::string own_region;       ///< That of tasks that name none.
    bool one_credential = false;  ///< All tasks of an endpoint use the same.
};

/// Projects take turns, each within its limits. What a reply 429 names is held
/// as long as it says. An endpoint that cannot be reached is tried by one task
/// at a time until it answers, or patience ends.
class scheduler {
public:
    using scope = policy::throttle_scope;  ///< `unnamed`: the project.
    /// Tells credentials apart.
    using credential_key = std::shared_ptr<void const>;

    explicit scheduler(scheduler_limits limits);
    ~scheduler();
    scheduler(scheduler const&) = delete;
    scheduler& operator=(scheduler const&) = delete;

    std::size_t waiting() const noexcept { return queue_.size() + later_.size() + given_up_size_; }
    std::size_t in_flight() const noexcept { return in_flight_; }
    /// Whether another task may be pulled.
    bool room() const noexcept;

    /// A new task, which is given up at its deadline if it still waits then. Where this throws for want of memory, the
    /// task is still the caller's.
    void push(task_ref&& task, time_point deadline = time_point::max());
    /// A task that was started and has more to do, not before `when`; first of its project then. Likewise.
    void push_again(job&& j, time_point when);

    /// The task whose turn it is, and the credential that its project is known to use.
    struct candidate {
        task_ref const* task;
        credential_key credential;
        bool begun;  ///< It was started before.
    };
    std::optional<candidate> next(time_point now);
    /// Starts the candidate.
    job start(time_point now);
    /// Does not: what paces it allows nothing before `until`, which is later than now.
    void put_off(scope what, time_point until);

    /// A started one is no longer in flight; `answered`: its endpoint was heard meanwhile.
    void ended(task_ref const& task, credential_key credential, bool answered) noexcept;
    /// It was answered 429.
    void throttled(task_ref const& task, scope what, time_point until);
    /// It found no connection, and nobody else does.
    void unreachable(task_ref const& task, time_point now);
    /// Nothing more of the task's endpoint is started.
    void close(task_ref const& task, errc why);
    /// Nothing more of the task's project there is started.
    void close_project(task_ref const& task, errc why);
    /// Whether nothing waits or is in flight that may go on.
    bool at_rest() const noexcept { return queue_.size() + later_.size() + in_flight_ == 0; }
    /// Whether every endpoint is closed for this reason.
    bool all_closed(errc why) const noexcept;

    /// A task whose time is over, or whose endpoint was closed: with the reason, `errc{}` for its time.
    std::optional<std::pair<job, errc>> give_up(time_point now);
    /// Any task that waits, whatever holds it; follow-ups on request only.
    std::optional<job> abandon(bool follow_ups_too);

    /// When to look again if nothing happens before.
    time_point wake(time_point now) const noexcept;

private:
    struct lane;
    struct lane_name;
    struct item : policy::fair_item {
        explicit item(job j) noexcept : what(std::move(j)) {}
        job what;
        lane* of = nullptr;
        std::optional<time_point> due;  // it is among those for later
        errc why{};                     // it was given up
        std::unique_ptr<item> next;     // the same
    };
    // What can be held: lanes are parked at it.
    struct hold {
        time_point until{};
        std::vector<lane*> parked;
    };
    struct place : hold {  // an endpoint
        std::size_t waiting = 0;
        std::optional<time_point> down_since;
        std::optional<task_ref> probe;  // the one that was started to see whether it answers
        errc closed{};
        credential_key credential;  // the last one seen
    };
    struct held_credential : hold {
        credential_key key;
    };
    struct lane : policy::fair_lane<item> {
        lane(place& p, double rate) noexcept : to(p), limiter(rate, false) {}
        place& to;
        lane_name const* name = nullptr;
        std::size_t pending = 0;  // waiting, for later, and in flight
        std::size_t in_flight = 0;
        hold* parked_at = nullptr;
        std::optional<time_point> sleeps_until;
        policy::rate_limiter limiter;
        credential_key credential;
        errc closed{};
    };
    template <class T>
    using agenda = std::set<std::pair<time_point, T*>>;

    std::string const& region_of(task_ref const& task) const noexcept;
    place& place_of(task_ref const& task);
    lane& lane_of(task_ref const& task);
    lane& known_lane_of(task_ref const& task) noexcept;
    credential_key const& credential_of(lane const& l) const noexcept;
    void hold_for(lane& l, scope what, time_point until);
    void extend(hold& h, time_point until);
    void release(hold& h) noexcept;
    void update(lane& l) noexcept;
    void sleep(lane& l, time_point until);
    void wake_up(lane& l);
    void park(lane& l, hold& h);
    void forget_if_done(lane& l) noexcept;
    void enqueue(std::unique_ptr<item> i, bool first) noexcept;
    void forget(item& i) noexcept;
    job detach(item& i) noexcept;
    void give_up(std::unique_ptr<item> i, errc why) noexcept;
    void close(place& p, errc why);
    void give_up_waiting(lane& l, errc why);
    void heed(time_point now);
    std::size_t half() const noexcept;

    scheduler_limits const limits_;
    std::map<std::string, place> places_;
    // Found without a copy of its names, as a task must be able to end without memory.
    struct lane_view {
        std::string_view region, project;
        bool operator==(lane_view const&) const noexcept = default;
    };
    struct lane_name {
        std::string region, project;
        operator lane_view() const noexcept { return {region, project}; }
    };
    struct lane_hash {
        using is_transparent = void;
        std::size_t operator()(lane_view const& k) const noexcept {
            std::hash<std::string_view> const hash;
            return hash(k.region) * 31 + hash(k.project);
        }
    };
    struct lane_equal {
        using is_transparent = void;
        bool operator()(lane_view const& a, lane_view const& b) const noexcept { return a == b; }
    };
    std::unordered_map<lane_name, lane, lane_hash, lane_equal> lanes_;
    std::unordered_map<void const*, held_credential> credentials_;  // those that are held
    policy::fair_queue<lane, item> queue_;
    policy::rate_limiter pace_;
    std::size_t in_flight_ = 0;
    policy::chain<&item::next> given_up_;
    std::size_t given_up_size_ = 0;
    agenda<item> later_;
    agenda<item> deadlines_;
    agenda<lane> sleeping_;
    agenda<hold> held_;
};

}  // namespace oms::bulk

#endif
