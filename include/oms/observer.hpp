// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_OBSERVER_HPP
#define OMS_OBSERVER_HPP

/// @file
/// Seeing what a client does.

#include <oms/detail/export.hpp>
#include <oms/error.hpp>
#include <oms/task.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <string_view>

namespace oms {

/// Which call an event speaks of.
struct OMS_DECL call_context {
    std::uint64_t call_id = 0;  ///< Unique in the client; 0: of no call.
    std::string_view tag;       ///< `call_options::tag`.

    call_context() noexcept;
};

/// A call was accepted.
struct OMS_DECL call_begin_event {
    call_context call;
    task_ref const* task = nullptr;  ///< Never null; valid during the event.
    std::string_view operation;      ///< `"stop"`, `"start"`, `"show"`, `"list"` or `"find_project"`.

    call_begin_event() noexcept;
};

/// A call has ended; its handler is about to be called.
struct OMS_DECL call_end_event {
    call_context call;
    task_ref const* task = nullptr;
    error_code code;
    stop_result const* result = nullptr;  ///< Never null; valid during the event.

    call_end_event() noexcept;
};

/// A phase of one try has ended. No byte of a try's request is sent before the
/// event that ends its `queued` without an error has returned.
struct OMS_DECL phase_event {
    call_context call;
    unsigned attempt = 0;  ///< From 1.
    oms::phase phase = oms::phase::queued;
    std::chrono::steady_clock::duration elapsed{};
    error_code code;           ///< Of the phase.
    unsigned http_status = 0;  ///< With `first_byte` and `body`.

    phase_event() noexcept;
};

/// What follows a failed try, and why.
struct OMS_DECL retry_event {
    call_context call;
    unsigned attempt = 0;  ///< The one that failed.
    error_code code;
    bool repeated = false;                        ///< Whether the call goes on.
    std::chrono::steady_clock::duration delay{};  ///< Until the next try.
    /// Stable, for metrics. Of a repeat: `stale_connection`, `clock_skew`, `refresh`, `throttled`, `failed` or
    /// `not_connected`; else `not_retryable`, `strict`, `attempts_used`, `budget_empty`, `retry_after_too_long`,
    /// `no_time_left` or `shut_down`.
    std::string_view reason;
    unsigned http_status = 0;     ///< Of the try's reply; 0: none came.
    std::string_view request_id;  ///< `X-Request-Id` of that reply.

    retry_event() noexcept;
};

/// A pace holds a call: one that the service's replies 429 taught, or one of `throttle_options`.
///
/// Comes with each reply 429, when it is known what that slows down, and each
/// time a call's turn has to wait for a pace. Where a bulk puts off tasks that it
/// has not started, one event speaks of them all, and of no call.
struct OMS_DECL throttle_event {
    /// What has the pace: a reply that names the policy `user` speaks of the credential, `ip` of the endpoint, one that
    /// names none of the project; of the endpoint, too, where several projects are throttled within a second.
    enum class scope : std::uint8_t { project, credential, endpoint };

    call_context call;
    scope what = scope::project;
    double rate = std::numeric_limits<double>::infinity();  ///< Requests a second; infinite: only a pause is known.
    bool learnt = false;                                    ///< From replies 429; else `throttle_options` says so.
    std::chrono::steady_clock::duration delay{};            ///< Until the next request may start; not negative.

    throttle_event() noexcept;
};

/// What happened to a connection.
struct OMS_DECL connection_event {
    /// What it was.
    enum class kind : std::uint8_t { opened, reused, closed, dial_failed };

    std::uint64_t connection_id = 0;
    kind what = kind::opened;
    std::string_view endpoint;  ///< `host:port`.
    error_code code;            ///< Why it was closed or could not be opened.
    /// With `closed`, and stable, for metrics: `failed`, `abandoned`, `not_kept_alive`, `closed_by_peer`,
    /// `stray_bytes`, `suspect` (another of its address died silently), `idle_timeout`, `max_idle`, `max_lifetime`,
    /// `made_room` (for a call that needed a new one) or `shut_down`.
    std::string_view reason;
    bool session_resumed = false;  ///< With `opened`.
    call_context call;             ///< With `reused`: which call took it.

    connection_event() noexcept;
};

/// Something that an operator should know, once.
struct OMS_DECL warning_event {
    std::string_view code;  ///< For example `"verification_disabled"`; stable.
    std::string_view text;  ///< A sentence without secrets.

    warning_event() noexcept;
};

/// Receives what happens inside a client.
///
/// Events come from any of the client's threads, several at once, with no
/// lock held; they may call `client::cancel()` or destroy the client. What an
/// event points to is valid during the event only. No event holds a secret.
class OMS_DECL observer {
public:
    virtual ~observer();

    virtual void on_call_begin(call_begin_event const&) noexcept;
    virtual void on_call_end(call_end_event const&) noexcept;
    virtual void on_phase(phase_event const&) noexcept;
    virtual void on_retry(retry_event const&) noexcept;
    virtual void on_throttle(throttle_event const&) noexcept;
    virtual void on_connection(connection_event const&) noexcept;
    virtual void on_warning(warning_event const&) noexcept;
};

}  // namespace oms

#endif
