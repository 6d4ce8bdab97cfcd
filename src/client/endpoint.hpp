// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_ENDPOINT_HPP
#define OMS_CLIENT_ENDPOINT_HPP

// One endpoint: who waits for it and whose turn it is, its connections and what
// they carry, and what was learnt about it.

#include "client/attempt_note.hpp"
#include "client/call.hpp"
#include "client/dials.hpp"
#include "client/pace.hpp"
#include "client/warm_ups.hpp"
#include "endpoint/health.hpp"
#include "endpoint/pool.hpp"
#include "endpoint/spoken_protocol.hpp"
#include "endpoint/turns.hpp"
#include "policy/durations.hpp"
#include "policy/fair_queue.hpp"
#include "policy/rate_limiter.hpp"
#include "policy/reset_guard.hpp"
#include "policy/retry_budget.hpp"
#include "policy/silence.hpp"
#include "policy/time_queue.hpp"
#include "transport/connection.hpp"
#include "transport/dialer.hpp"
#include "wire/request.hpp"

#include <oms/config.hpp>

#include <boost/intrusive/list.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace oms::detail {

/// One project at one endpoint: its turn, its pace, its budget.
struct project : oms::endpoint::turn_lane<call> {
    project(std::string const* n, throttle_options const& throttle, retry_options const& retry)
        : name(n),
          limiter(throttle.per_project_rate, throttle.adaptive),
          budget(retry.project_budget, retry.budget_per_success) {}

    std::string const* const name;  // the key in the endpoint's map
    std::size_t pending = 0;        // calls
    policy::rate_limiter limiter;
    policy::retry_budget budget;
    time_point idle_since{};
    using resting_hook = boost::intrusive::list_member_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
    resting_hook rests;  // nothing is pending
};

/// One connection of an endpoint's pool.
struct pooled final : timed, oms::endpoint::pool_member {
    pooled(endpoint& e, std::size_t s, time_point opened) noexcept
        : timed(kind::connection), pool_member(opened), of(e), site(s) {}

    std::shared_ptr<transport::connection> link;
    bool http_2 = false;  // what it speaks
    endpoint& of;
    std::size_t const site;
    std::string address;  // with which it is connected: the proxy's, where there is one
    bool trimmed = false;
    bool ended = false;  // the peer has hung up meanwhile
    close_reason retired_for = close_reason::none;
    error_code retired_by;
    policy::reset_guard resets;
    duration keep_alive = unlimited;  // what the server said that it keeps an idle one
    time_point idle_until{};
    time_point open_until{};  // idle or not
    time_point replied_at{};  // the last time
    std::uint64_t id = 0;
    std::unique_ptr<pooled> next;  // while it is on its way to its end

    /// Whether it may have died before that time, and nobody was told.
    bool idled_before(time_point began) const noexcept { return used() || began - opened() >= durations::least_idle; }
    /// The last time that a byte came, those of the handshake included.
    time_point heard() const noexcept { return std::max(opened(), replied_at); }
};

/// One host that the endpoint can be reached at.
struct site {
    transport::dial_target target;
    bool proxied = false;
    wire::request_template requests;
};

/// What an exchange without a whole reply had for a connection; `suspect`: one that may have died while idle.
enum class lost_on : std::uint8_t { fresh, used, suspect };

class endpoint final : public timed {
public:
    /// @param least  Connections that it keeps, however long they are idle.
    endpoint(engine& of, std::vector<site> places, std::size_t least);

    // What is known.
    std::vector<site> const sites;
    oms::endpoint::spoken_protocol spoken;
    oms::endpoint::health health;
    policy::rate_limiter limiter;
    policy::retry_budget budget;

    using project_map = std::unordered_map<std::string, std::unique_ptr<project>>;
    project_map const& projects() const noexcept { return projects_; }
    oms::endpoint::pool<pooled> const& connections() const noexcept { return pool_; }
    dials const& opening() const noexcept { return dials_; }
    /// Calls that wait for their turn, or for a connection.
    std::size_t waiting() const noexcept { return turns_.waiting() + wants_fresh_.size(); }

    // endpoint.cpp: who waits, and whose turn it is.
    /// @throws std::bad_alloc
    project& project_of(std::string const& name);
    /// One of the project's calls has ended.
    void leave_project(step& s, project& p) noexcept;
    void enqueue(step& s, call& c, call::wait_list where) noexcept;
    /// It waits here, and does no more.
    void leave(call& c) noexcept;
    /// Gives turns as long as there is somebody, a pace that allows it, and a connection.
    void pump(step& s) noexcept;
    /// It is looked at again by then; an earlier look that is due stays.
    void wake(time_point by) noexcept;
    /// Nobody looks at it any more before something happens.
    void rest() noexcept;
    /// It takes nothing for now: those that wait end.
    void refuse_all(step& s) noexcept;
    /// A 429 came that names no scope. True: others than this project were answered so lately.
    bool widens(project const& p, time_point now) noexcept;

    // connections.cpp: when one is kept, and closed.
    dials& opening() noexcept { return dials_; }
    /// @throws std::bad_alloc
    void connected(step& s, dialing& d, transport::dial_result& result);
    void on_drained(step& s, pooled& p) noexcept;
    void on_idle_closed(step& s, pooled& p, error_code const& why) noexcept;
    void on_news(step& s, pooled& p, transport::connection_news news) noexcept;
    void expire(step& s, pooled& p) noexcept;
    void drop_free(step& s) noexcept;
    /// Somebody waits until so many are open.
    /// @throws std::bad_alloc  Then it is still the caller's.
    void warm_up(step& s, std::unique_ptr<warm_ups::wait_type>&& wait, std::size_t wanted);
    bool warming() const noexcept { return !warm_ups_.empty(); }
    std::unique_ptr<any_pending_completion> take_warm_up(std::uint64_t id) noexcept { return warm_ups_.take_wait(id); }
    /// @return  How many there were.
    std::size_t end_warm_ups(step& s, errc why) noexcept;
    /// How many are to be opened, whether a call waits for one or not.
    std::size_t missing() const noexcept;
    /// One of these could not be opened.
    void not_filled(step& s, oms::endpoint::trouble const& why, phase where) noexcept;
    /// The client ends.
    void drop_all(step& s) noexcept;

    // exchanges.cpp: what a connection carries.
    void on_reply(step& s, transport::exchange& x, transport::reply const& r) noexcept;
    void on_failed(step& s, transport::exchange& x, transport::exchange_failure const& f) noexcept;
    /// The connection had ended before its exchange began.
    void on_not_started(step& s, transport::exchange& x) noexcept;
    /// The exchange of a call ends before it is over, for the reason that the event tells.
    void abandon_exchange(step& s, call& c, oms::call::event const& why) noexcept;

    /// The context goes: nothing that comes from a connection is heard any more.
    void abandon() noexcept;

private:
    using resting_list =
        boost::intrusive::list<project, boost::intrusive::member_hook<project, project::resting_hook, &project::rests>,
                               boost::intrusive::constant_time_size<false>>;
    using fresh_list = boost::intrusive::list<call, boost::intrusive::base_hook<policy::fair_item>>;

    void forget_projects(step& s, std::size_t at_most) noexcept;
    void refuse(step& s, call& c) noexcept;
    bool turned_away(step& s, call& c) noexcept;
    bool spared(step& s, call& c, pace const& p) noexcept;
    void make_room(step& s) noexcept;
    void fill(step& s) noexcept;
    void write_request(step& s, call& c, pooled& conn, transport::exchange& x);
    attempt_note& ask_headers(step& s, call const& c, pooled const& conn) const;
    void lease(step& s, call& c, pooled& conn) noexcept;
    void keep(step& s, pooled& p) noexcept;
    void take_capacity(pooled& p) noexcept;
    void probe(step& s, pooled& p) noexcept;
    void release(step& s, pooled& p, bool answered) noexcept;
    void lose(step& s, pooled& p, close_reason reason, error_code const& why) noexcept;
    void retire(step& s, pooled& p, close_reason reason, error_code const& why) noexcept;
    void suspect(step& s, pooled const& silent, time_point began) noexcept;
    void drop(step& s, pooled& p, close_reason reason, error_code const& why) noexcept;
    static pooled& pooled_of(transport::exchange const& x) noexcept;
    call& end_exchange(transport::exchange& x) noexcept;
    void end_times(step& s, call& c, transport::exchange_times const& t, phase last) noexcept;
    void lost(step& s, call& c, transport::exchange_failure const& f, lost_on on, error_code timeout) noexcept;

    engine& engine_;

    // Who waits.
    oms::endpoint::turns<project, call> turns_;
    fresh_list wants_fresh_;  // for a connection that was made since their last try; had their turn already
    project_map projects_;
    project* last_ = nullptr;  // of the calls: the next one is often of the same
    resting_list resting_;     // nothing pending: to be forgotten when at rest
    time_point project_throttled_at_{};
    project const* project_throttled_ = nullptr;

    // Connections.
    dials dials_;
    oms::endpoint::pool<pooled> pool_;
    policy::silence silence_;  // of those that were idle
    std::size_t const least_;  // of them
    bool fills_ = false;       // up to these, as far as they have not been begun
    warm_ups warm_ups_;
};

}  // namespace oms::detail

#endif
