// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_POLICY_RETRY_HPP
#define OMS_POLICY_RETRY_HPP

/// @file
/// Whether a failed try is repeated, when, and why.

#include <oms/config.hpp>
#include <oms/detail/codes.hpp>
#include <oms/observer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace oms::policy {

/// How a try failed.
struct failure {
    enum class kind : std::uint8_t {
        unsent,  ///< No byte of the request left, or the peer has proved that it ignored it.
        lost,    ///< Bytes left, and no usable reply came.
        reply,   ///< A reply came and is no success.
    };

    kind how = kind::unsent;
    error_code code;
    unsigned status = 0;                              ///< Of the reply.
    std::optional<std::chrono::seconds> retry_after;  ///< Of the reply.
    bool unprocessed = false;   ///< Of `unsent`: bytes left, and the peer refused the request unseen.
    bool stale = false;         ///< A connection used before ended before a byte of the reply came.
    bool silent = false;        ///< On one that was idle before nothing came in time: it may have been dead.
    bool suspect = false;       ///< And nothing says that rather the service is slow.
    error_code told;            ///< What the call ends with where nothing follows; unset: `code`.
    bool reads = false;         ///< The request changes nothing, so that it may always be repeated.
    bool clock_mended = false;  ///< A 401 whose signature was of another time, which is known now.
};

/// What a call's tries have used up so far.
struct retry_state {
    unsigned counted = 0;       ///< Tries in which a byte was sent, but for the free ones.
    unsigned waits = 0;         ///< Delays so far.
    bool free_used = false;     ///< The one free repeat of a stale connection.
    bool refused_free = false;  ///< The one free repeat of a request that the peer refused unseen.
    bool spared = false;        ///< The one repeat of a suspect connection, which takes no budget.
    bool refreshed = false;     ///< The one repeat with a fresh credential.
    bool clock_mended = false;  ///< The one repeat with the service's time.
};

/// What a decision depends on besides.
struct retry_view {
    bool refreshable = false;  ///< The credential can be renewed.
    bool budget = true;        ///< Both buckets have a repeat left.
    retry_verdict verdict = retry_verdict::standard;
    duration left{};        ///< Until the call's deadline.
    duration not_before{};  ///< The endpoint's own back-off, from now.
    std::uint64_t random = 0;
};

struct decision {
    enum class action : std::uint8_t {
        finish,   ///< The call ends with this failure.
        repeat,   ///< Try again after `delay`.
        refresh,  ///< Try again with a fresh credential.
    };

    action what = action::finish;
    duration delay{};
    bool takes_budget = false;
    retry_reason reason = retry_reason::not_retryable;
};

/// Whether the service may have acted although it did not say so.
constexpr bool leaves_open(failure const& f) noexcept {
    return !f.reads && (f.how == failure::kind::lost || (f.how == failure::kind::reply && f.status >= 500));
}

/// Decides; the caller then updates the state by `account`.
decision decide(retry_options const& options, retry_state const& state, failure const& f,
                retry_view const& view) noexcept;

void account(retry_state& state, failure const& f, decision const& d) noexcept;

}  // namespace oms::policy

#endif
