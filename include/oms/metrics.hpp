// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_METRICS_HPP
#define OMS_METRICS_HPP

/// @file
/// Numbers of a client, for dashboards.

#include <oms/detail/export.hpp>
#include <oms/duration.hpp>
#include <oms/error.hpp>
#include <oms/task.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace oms {

/// How long something took, in fixed buckets.
struct OMS_DECL duration_histogram {
    /// Bucket `i` counts what took less than `upper(i)` and not less than the bucket before; the last has no limit.
    static constexpr std::size_t size = 18;
    /// The end of a bucket, in microseconds: 256 for the first, twice as much for each after it.
    static constexpr std::chrono::microseconds upper(std::size_t bucket) noexcept {
        return std::chrono::microseconds(std::int64_t{256} << bucket);  // 256 µs, 512 µs, … 33.6 s
    }

    std::array<std::uint64_t, size> counts{};  ///< By bucket.
    std::uint64_t count = 0;                   ///< Of all buckets.
    duration sum{};                            ///< What all took together.

    duration_histogram() noexcept;
    /// Counts one that took so long.
    void add(duration d) noexcept;
};

/// How often something happened, for one reason.
struct OMS_DECL reason_count {
    std::string reason;       ///< Its name.
    std::uint64_t count = 0;  ///< How often.

    reason_count() noexcept;
    /// Of both members.
    reason_count(std::string reason, std::uint64_t count) noexcept;
};

/// A snapshot. Counters only grow, from the client's beginning.
struct OMS_DECL client_metrics {
    // Now.
    std::size_t in_flight = 0;  ///< Calls whose request is under way: leased connections.
    std::size_t waiting = 0;    ///< All other calls.
    std::size_t idle = 0;       ///< Connections that wait for a call.
    std::size_t dialing = 0;    ///< Connections that are being opened.
    std::size_t projects = 0;   ///< With something pending or learnt.

    // Counters.
    std::uint64_t calls = 0;                ///< Accepted or refused.
    std::uint64_t exchanges = 0;            ///< Requests sent.
    std::uint64_t dials = 0;                ///< Begun.
    std::uint64_t dial_failures = 0;        ///< Of the dials, those that gave no connection.
    std::uint64_t handshakes = 0;           ///< Completed.
    std::uint64_t resumed = 0;              ///< Of these, with a session of before.
    std::uint64_t http_2 = 0;               ///< Of these, to a peer that speaks HTTP/2.
    std::uint64_t reused = 0;               ///< Requests on a connection that carried one before.
    std::vector<reason_count> retries;      ///< By reason.
    std::vector<reason_count> completions;  ///< By the code's main condition; `"ok"`: success.

    /// By phase, in the order of `oms::phase`, `done` left out.
    std::array<duration_histogram, static_cast<std::size_t>(phase::done)> phases{};

    client_metrics();
};

}  // namespace oms

#endif
