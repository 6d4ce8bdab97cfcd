// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_ENDPOINT_HPP
#define OMS_CLIENT_ENDPOINT_HPP

// What the client knows of one endpoint: its connections, who waits for one,
// and what was learnt about it. Data; decided upon in `client_core`.

#include "client/call.hpp"
#include "endpoint/health.hpp"
#include "endpoint/pool.hpp"
#include "endpoint/turns.hpp"
#include "policy/durations.hpp"
#include "policy/fair_queue.hpp"
#include "policy/rate_limiter.hpp"
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
    project(std::string const* n, endpoint& e, throttle_options const& throttle, retry_options const& retry)
        : name(n),
          of(e),
          limiter(throttle.per_project_rate, throttle.adaptive),
          budget(retry.project_budget, retry.budget_per_success) {}

    std::string const* const name;  // the key in the endpoint's map
    endpoint& of;
    std::size_t pending = 0;  // calls
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
    endpoint& of;
    std::size_t const site;
    std::string address;   // with which it is connected: the proxy's, where there is one
    call* user = nullptr;  // while it is leased
    bool trimmed = false;
    bool ended = false;               // the peer has hung up meanwhile
    duration keep_alive = unlimited;  // what the server said that it keeps an idle one
    time_point idle_until{};
    time_point replied_at{};  // the last time
    std::uint64_t id = 0;
    std::unique_ptr<pooled> next;  // while it is on its way to its end

    /// Whether it may have died before that time, and nobody was told.
    bool idled_before(time_point began) const noexcept { return used() || began - opened() >= durations::least_idle; }
    /// The last time that a byte came, those of the handshake included.
    time_point heard() const noexcept { return std::max(opened(), replied_at); }
};

/// One connection that is being opened.
struct dialing final : timed {
    dialing(endpoint& e, std::size_t s, std::uint64_t r) noexcept : timed(kind::dial), of(e), site(s), round(r) {}

    std::uint64_t id = 0;
    endpoint& of;
    std::size_t const site;
    std::uint64_t const round;           // of the endpoint's health, when it began
    std::vector<std::string> known;      // the host's addresses
    std::vector<std::string> under_way;  // those of them that it goes to now
    call* sponsor = nullptr;             // the call that it is opened for; null: that one got another
    std::shared_ptr<transport::dial> handle;
    oms::phase now_in = phase::resolve;
    std::unique_ptr<dialing> next;  // while it is on its way to its end
};

/// One host that the endpoint can be reached at.
struct site {
    transport::dial_target target;
    bool proxied = false;
    wire::request_template requests;
};

/// What endpoints are told apart by.
struct endpoint_key {
    oms::call::service asked;
    std::string region;

    friend bool operator<(endpoint_key const& a, endpoint_key const& b) noexcept {
        return a.asked != b.asked ? a.asked < b.asked : a.region < b.region;
    }
};

struct endpoint final : timed {
    endpoint(throttle_options const& throttle, retry_options const& retry, std::vector<site> places)
        : timed(kind::endpoint),
          sites(std::move(places)),
          health(sites.size(), retry.base_delay, retry.max_delay),
          turns(throttle.per_project_in_flight),
          silence(retry.base_delay, retry.max_delay),
          limiter(throttle.rate, throttle.adaptive),
          budget(retry.endpoint_budget, retry.budget_per_success) {}

    using no_dial_list = boost::intrusive::list<call, boost::intrusive::base_hook<no_dial_hook>>;

    std::string region;
    bool by_pattern = false;    // found by its name alone
    bool no_sync_told = false;  // that there may be no sync tasks
    std::vector<site> const sites;
    oms::endpoint::health health;

    using resting_list =
        boost::intrusive::list<project, boost::intrusive::member_hook<project, project::resting_hook, &project::rests>,
                               boost::intrusive::constant_time_size<false>>;
    using fresh_list = boost::intrusive::list<call, boost::intrusive::base_hook<policy::fair_item>>;

    // Who waits.
    oms::endpoint::turns<project, call> turns;
    fresh_list wants_fresh;  // for a connection that was made since their last try; had their turn already
    no_dial_list no_dial;
    std::unordered_map<std::string, std::unique_ptr<project>> projects;
    project* last = nullptr;  // of the calls: the next one is often of the same
    resting_list resting;     // nothing pending: to be forgotten when at rest

    // Connections.
    oms::endpoint::pool<pooled> connections;
    policy::silence silence;  // of those that were idle

    std::size_t waiting() const noexcept { return turns.waiting() + wants_fresh.size(); }

    // What is known.
    policy::rate_limiter limiter;
    policy::retry_budget budget;
    time_point project_throttled_at{};  // for widening a scope
    project const* project_throttled = nullptr;
};

}  // namespace oms::detail

#endif
