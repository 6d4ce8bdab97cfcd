// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_ENDPOINT_HEALTH_HPP
#define OMS_ENDPOINT_HEALTH_HPP

/// @file
/// What is known of one endpoint: whether it can be reached and what went
/// wrong, whether it takes calls, and what its clock says. Where and when it is
/// dialled `policy/endpoint_health` decides; the time comes in from outside.

#include "policy/endpoint_health.hpp"

#include <oms/detail/codes.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace oms::endpoint {

/// Why an endpoint could not be reached, or takes no calls.
struct trouble {
    error_code code;
    error_code cause;  ///< What the system or the peer said.
    std::string text;  ///< For people; may be empty.
};

class health {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// As `policy::endpoint_health` has them.
    health(std::size_t hosts, duration base, duration longest) : dials_(hosts, base, longest) {}

    policy::endpoint_health const& dials() const noexcept { return dials_; }
    /// As `policy::endpoint_health::last`.
    std::vector<std::string> last(time_point now) { return dials_.last(now); }

    /// @param what  Kept where it tells most of those of its round.
    policy::dial_verdict dial_failed(policy::failed_dial const& d, trouble what, bool connected, time_point now,
                                     std::uint64_t random);
    /// A dial to this address succeeded.
    void reached(std::size_t host, std::string const& address, time_point now) noexcept;
    /// It takes no calls until then, whether it can be reached or not: it has said so.
    void blocked(time_point until) noexcept;

    /// Rounds of dials that failed since the last success.
    unsigned failures() const noexcept { return dials_.failures(); }
    /// The failure that tells most of those of the last round.
    trouble const& last_failure() const noexcept { return last_failure_; }
    /// Since when it can be reached; the epoch: never, or not since.
    time_point reachable_since() const noexcept { return reachable_since_; }

    /// Whether calls complete at once with `refusal`.
    bool refuses(time_point now) const noexcept { return now < refuses_until_; }
    bool blocks(time_point now) const noexcept { return refuses(now) && refusal_.code == errc::endpoint_blocked; }
    time_point refuses_until() const noexcept { return refuses_until_; }
    trouble const& refusal() const noexcept { return refusal_; }

    /// Of this machine's clock, where a signature was refused for it.
    std::chrono::seconds clock_ahead{0};

private:
    policy::endpoint_health dials_;
    trouble last_failure_;
    policy::dial_fault last_fault_ = policy::dial_fault::unreachable;
    std::uint64_t last_round_ = 0;
    time_point reachable_since_{};
    trouble refusal_;
    time_point refuses_until_{};
};

}  // namespace oms::endpoint

#endif
