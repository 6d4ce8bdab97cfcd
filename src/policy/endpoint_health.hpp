// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_POLICY_ENDPOINT_HEALTH_HPP
#define OMS_POLICY_ENDPOINT_HEALTH_HPP

/// @file
/// Where an endpoint is dialled next, and when, by what became of the dials so far.
///
/// An endpoint has one host or several that stand in for each other, and a
/// host has addresses. A dial that fails at one address is followed by one at
/// the next, at once, and then by one at the next host where nobody answered
/// at any; when all have failed the round is over, and the next one begins
/// after a back-off.

#include "policy/backoff.hpp"
#include "policy/dial_fault.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace oms::policy {

/// One dial that failed.
struct failed_dial {
    struct attempt {
        std::string address;
        dial_fault fault = dial_fault::unreachable;
    };

    std::size_t host = 0;                        ///< Which of the endpoint's.
    std::uint64_t round = 0;                     ///< `endpoint_health::round` when it began.
    std::vector<std::string> known;              ///< The host's addresses; none where it has no answer to its name.
    std::vector<attempt> attempts;               ///< What became of those that it went to.
    dial_fault fault = dial_fault::unreachable;  ///< Of the whole.
};

/// What follows from it.
enum class dial_verdict : std::uint8_t {
    straggler,     ///< Nothing: the round that it began in is over.
    next_address,  ///< The next dial goes elsewhere, at once.
    back_off,      ///< Every address has failed; `not_before` says when the next may begin.
    refuse,        ///< The same, and no call that waits has anything to wait for.
};

class endpoint_health {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// @param hosts    How many it has; at least 1.
    /// @param base     The first back-off; doubles with each round that fails.
    /// @param longest  Of one.
    endpoint_health(std::size_t hosts, duration base, duration longest);

    /// Which host the next dial goes to.
    std::size_t host() const noexcept { return host_; }
    /// Rounds that failed since the last success.
    unsigned failures() const noexcept { return failures_; }
    /// When the next dial may begin.
    time_point not_before() const noexcept { return not_before_; }
    /// Names the present round; a dial that begins keeps it.
    std::uint64_t round() const noexcept { return round_; }

    /// The addresses at `host()` that a dial which begins now goes to only where
    /// no other answers. One that failed, and whose time has come again, is in
    /// the way of this one dial alone: others pass it by until that is decided.
    std::vector<std::string> last(time_point now);

    /// @param connected  Whether a connection of the endpoint lives.
    /// @param random     64 random bits.
    dial_verdict failed(failed_dial const& d, bool connected, time_point now, std::uint64_t random);

    /// A dial to this address succeeded.
    void reached(std::size_t host, std::string const& address) noexcept;

private:
    // What is known of one address.
    struct address {
        std::string text;
        unsigned failures = 0;                   // since the last success
        unsigned final_dials = 0;                // those of the last that would fail again
        time_point last_until{};                 // dialled after the others
        dial_fault fault = dial_fault::passing;  // of the last dial
        bool failed = false;                     // in this round
    };
    struct place {
        std::vector<address> addresses;
        bool failed = false;  // its name, in this round
    };

    static void learn(place& at, std::vector<std::string> const& known);
    void note(address& a, dial_fault fault, time_point now) noexcept;
    duration interval(unsigned failures, duration longest) const noexcept;
    bool all_failed_at(place const& p) const noexcept;
    bool nobody_at(place const& p) const noexcept;
    bool hopeless(bool connected) const noexcept;
    void next_round() noexcept;

    std::vector<place> places_;  // by host
    duration base_;
    duration longest_;
    std::size_t host_ = 0;
    unsigned failures_ = 0;
    time_point not_before_{};
    std::uint64_t round_ = 0;
};

}  // namespace oms::policy

#endif
