// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_BULK_WINDOW_HPP
#define OMS_BULK_WINDOW_HPP

/// @file
/// The tasks of a run that were pulled and have not ended: which of them is next, and which are given up. Projects take
/// turns; the window adds what the client knows nothing of: tasks that wait without being calls yet, the run's own
/// paces, holds, and outages. Pure: the time comes in as an argument.

#include "endpoint/turns.hpp"
#include "policy/chain.hpp"
#include "policy/fair_queue.hpp"
#include "policy/rate_hint.hpp"
#include "policy/rate_limiter.hpp"
#include "policy/time_queue.hpp"

#include <oms/config.hpp>
#include <oms/error.hpp>
#include <oms/task.hpp>

#include <boost/intrusive/list.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace oms::bulk {

using policy::time_point;

class window;

/// One task. It brings along all that its way through the window takes: only to begin takes memory.
class job : public policy::fair_item, private policy::timed {
public:
    explicit job(task_ref&& t) noexcept : timed(kind::task), task(std::move(t)) {}
    virtual ~job() = default;

    /// Not here while it is in flight: its call may have taken it along.
    task_ref task;
    time_point deadline = time_point::max();  ///< While it waits: it is given up then.
    bool follow_up = false;                   ///< Comes after the stop, and only reads.

    bool begun() const noexcept { return begun_; }  ///< It was started before.
    errc why() const noexcept { return why_; }      ///< It was given up, `errc{}`: as its time was over.

private:
    friend class window;
    struct lane;
    struct region;
    enum class state : std::uint8_t { nowhere, waiting, later, in_flight, given_up };

    lane* of_ = nullptr;
    std::unique_ptr<job> next_;  // the same, until its owner takes it
    state state_ = state::nowhere;
    bool begun_ = false;
    errc why_{};
};

/// The tasks of one project in a region.
struct job::lane final : endpoint::turn_lane<job>,
                         boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
    lane(region& r, double rate) noexcept : to(r), limiter(rate, false) {}

    region& to;
    std::string const* name = nullptr;  // of the project
    std::size_t pending = 0;            // waiting, for later, and in flight
    policy::rate_limiter limiter;
    std::shared_ptr<void const> credential;  // the last one seen
    errc closed{};
};

/// One endpoint.
struct job::region final {
    bool down() const noexcept { return down_since != time_point::max(); }

    std::string const* name = nullptr;
    time_point throttled_until{};
    time_point down_since = time_point::max();
    job const* probe = nullptr;  // the one that was started to see whether it answers
    boost::intrusive::list<lane, boost::intrusive::constant_time_size<false>> parked;  // until that is known
    std::size_t waiting = 0;
    std::shared_ptr<void const> credential;  // the last one seen
    errc closed{};
};

struct window_limits {
    std::size_t max_in_flight = 64;
    std::size_t max_in_flight_per_project = 5;
    std::size_t look_ahead = 10'000;
    double rate = policy::rate_limiter::no_limit;              ///< Starts a second.
    double rate_per_project = policy::rate_limiter::no_limit;  ///< The same of one project.
    duration outage_patience = std::chrono::seconds(30);
    std::string own_region;       ///< That of tasks that name none.
    bool one_credential = false;  ///< All tasks of an endpoint use the same.
};

/// Owns its jobs. What a reply 429 names is held as long as it says. An endpoint that cannot be reached is tried by
/// one task at a time until it answers, or patience ends.
class window {
public:
    using scope = policy::throttle_scope;  ///< `unnamed`: the project.
    /// Tells credentials apart.
    using credential_key = std::shared_ptr<void const>;

    explicit window(window_limits limits);
    ~window();
    window(window const&) = delete;
    window& operator=(window const&) = delete;

    std::size_t waiting() const noexcept { return turns_.waiting() + later_.size() + given_up_size_; }
    std::size_t in_flight() const noexcept { return in_flight_.size(); }
    /// Whether another task may be pulled.
    bool room() const noexcept { return waiting() < limits_.look_ahead && (down_ == 0 || room_beside_the_dead()); }

    /// A new task. Where this throws for want of memory, it is still the caller's.
    void push(std::unique_ptr<job>&& j);

    /// What is due by now happens: tasks and lanes that waited for it, the end of patience. Before the three that
    /// follow.
    void advance(time_point now) noexcept;
    /// The task whose turn it is; null: none may start now.
    job const* next(time_point now) noexcept;
    /// The one that the task's project is known to use.
    credential_key const& credential_of(job const& j) const noexcept;
    /// Starts the `next`.
    /// @throws std::bad_alloc  Then it is still the next.
    job& start(time_point now);
    /// What paces the next one, or what one in flight was answered 429, allows nothing before `until`.
    /// @throws std::bad_alloc
    void hold(job const& j, scope what, time_point until);

    // Of one in flight: what its call has learnt. Then it either goes on or ends.
    /// `answered`: its endpoint was heard meanwhile.
    void learn(job& j, credential_key credential, bool answered) noexcept;
    /// It found no connection, and nobody else does.
    void unreachable(job const& j, time_point now) noexcept;
    /// Nothing more of the task's endpoint is started.
    void close(job const& j, errc why) noexcept;
    /// Nothing more of the task's project there is started.
    void close_project(job const& j, errc why) noexcept;
    /// It has more to do, not before `when`; first of its project then.
    void put_back(job& j, time_point when) noexcept;
    std::unique_ptr<job> take_out(job& j) noexcept;

    /// Whether nothing waits or is in flight that may go on.
    bool at_rest() const noexcept { return turns_.waiting() + later_.size() + in_flight_.size() == 0; }
    /// Whether every endpoint is closed for this reason.
    bool all_closed(errc why) const noexcept;

    /// A task whose time is over, or whose endpoint was closed. Null: there is none.
    std::unique_ptr<job> give_up() noexcept;
    bool has_given_up() const noexcept { return given_up_size_ > 0; }
    /// Any task that waits, whatever holds it; follow-ups on request only.
    std::unique_ptr<job> abandon(bool follow_ups_too) noexcept;

    /// When to look again if nothing happens before.
    time_point wake(time_point now) const noexcept;

private:
    using lane = job::lane;
    using region = job::region;
    using job_list = boost::intrusive::list<job, boost::intrusive::base_hook<policy::fair_item>>;
    struct held_credential {
        credential_key key;
        time_point until{};
    };

    lane& lane_of(task_ref const& task);
    std::string const& region_of(task_ref const& task) const noexcept;
    bool keep(lane& l, time_point now) noexcept;
    void land(job& j) noexcept;
    void end_probe(region& r) noexcept;
    void wait(std::unique_ptr<job> j, bool first) noexcept;
    void leave_lane(job& j) noexcept;
    void give_up(std::unique_ptr<job> j, errc why) noexcept;
    void give_up_waiting(lane& l, errc why) noexcept;
    std::unique_ptr<job> detach(job& j) noexcept;
    void close(region& r, errc why) noexcept;
    void forget_if_done(lane& l) noexcept;
    void expire(job& j, time_point now) noexcept;
    std::size_t half() const noexcept;
    bool room_beside_the_dead() const noexcept;

    window_limits const limits_;
    std::map<std::string, region> regions_;
    std::size_t down_ = 0;  // of those that are not closed
    // Found without a copy of its names.
    struct lane_view {
        std::string_view region, project;
        bool operator==(lane_view const&) const noexcept = default;
    };
    struct lane_name {
        std::string region, project;
        // NOLINTNEXTLINE(google-explicit-constructor): one is looked up by the other
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
    lane* last_ = nullptr;  // the next task is often of the same
    std::unordered_map<void const*, held_credential> held_credentials_;
    time_point first_released_ = time_point::max();  // of those
    oms::endpoint::turns<lane, job> turns_;
    policy::rate_limiter pace_;
    job_list in_flight_;
    job_list later_;
    policy::chain<&job::next_> given_up_;
    std::size_t given_up_size_ = 0;
    policy::time_queue times_;  // of those jobs that are due later, or end
};

}  // namespace oms::bulk

#endif
