// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_OBSERVER_HPP
#define OMS_OBSERVER_HPP

/// @file
/// Seeing what a client does.

#include <oms/detail/codes.hpp>
#include <oms/detail/export.hpp>
#include <oms/duration.hpp>
#include <oms/task.hpp>

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <limits>
#include <string_view>

namespace oms {

/// What a call asks of the service.
enum class operation_kind : std::uint8_t {
    stop,          ///< `client::async_stop`, or a stop of a bulk.
    start,         ///< `client::async_start`.
    show,          ///< `client::async_show`, or a reading of a bulk.
    list,          ///< `client::async_list`, or a page of a `task_list`.
    find_project,  ///< `client::async_find_project`.
};

/// Why a try that failed is followed by another one, or is not.
enum class retry_reason : std::uint8_t {
    stale_connection,      ///< Repeated: a connection used before had ended before a byte of the reply came.
    clock_skew,            ///< Repeated: the signature was of another time, which is known now.
    refresh,               ///< Repeated: with a renewed credential.
    throttled,             ///< Repeated, in its time: a reply 429.
    failed,                ///< Repeated.
    not_connected,         ///< Repeated: no byte left.
    not_retryable,         ///< Not: it would fail again, or the caller's rule says so.
    strict,                ///< Not: the service may have acted, and `retry_options::resend_open` is not set.
    attempts_used,         ///< Not: `retry_options::max_attempts`.
    budget_empty,          ///< Not: of the project's or the endpoint's repeats none is left.
    retry_after_too_long,  ///< Not: `retry_options::max_retry_after`.
    no_time_left,          ///< Not: the call would end before.
    shut_down,             ///< Not: the client ends.
    unprocessed,           ///< Repeated: the peer refused the request before it looked at it (HTTP/2).
};

/// Why a connection was closed.
enum class close_reason : std::uint8_t {
    none,            ///< It was not.
    failed,          ///< Its request was lost, or its reply was none.
    abandoned,       ///< Its request was given up before its reply was whole.
    not_kept_alive,  ///< The server said so, or the rest of its reply was too long to wait for.
    closed_by_peer,  ///< While it was free.
    stray_bytes,     ///< While it was free, bytes came that nobody had asked for.
    suspect,         ///< Another of its address has died silently.
    idle_timeout,    ///< `pool_options::idle_timeout`, or the time that the server keeps it.
    max_idle,        ///< `pool_options::max_idle`.
    max_lifetime,    ///< `pool_options::max_lifetime`.
    made_room,       ///< A call needed a new one, and there were as many as there may be.
    shut_down,       ///< The client ends.
    going_away,      ///< The peer takes no further requests on it (HTTP/2), and those that it carried have ended.
    many_resets,     ///< So many of its requests were given up that the peer might take it for an attack (HTTP/2).
};

/// The enumerator's name, for example `"find_project"`: stable, for metrics and logs. Empty: it is none.
OMS_DECL std::string_view to_string(operation_kind value) noexcept;
/// The enumerator's name, for example `"stale_connection"`: stable, for metrics and logs. Empty: it is none.
OMS_DECL std::string_view to_string(retry_reason value) noexcept;
/// The enumerator's name, for example `"idle_timeout"`: stable, for metrics and logs. Empty: it is none.
OMS_DECL std::string_view to_string(close_reason value) noexcept;
/// Writes the enumerator's name.
OMS_DECL std::ostream& operator<<(std::ostream& os, operation_kind value);
/// Writes the enumerator's name.
OMS_DECL std::ostream& operator<<(std::ostream& os, retry_reason value);
/// Writes the enumerator's name.
OMS_DECL std::ostream& operator<<(std::ostream& os, close_reason value);

/// Which call an event speaks of.
struct OMS_DECL call_context {
    std::uint64_t call_id = 0;  ///< Unique in the client; 0: of no call.
    std::string_view tag;       ///< `call_options::tag`.

    call_context() noexcept;
};

/// A call was accepted.
struct OMS_DECL call_begin_event {
    call_context call;                                ///< That was accepted.
    task_ref const* task = nullptr;                   ///< Never null; valid during the event.
    operation_kind operation = operation_kind::stop;  ///< What it asks.

    call_begin_event() noexcept;
};

/// A call has ended; its handler is about to be called.
struct OMS_DECL call_end_event {
    call_context call;                    ///< That has ended.
    task_ref const* task = nullptr;       ///< Never null; valid during the event.
    error_code code;                      ///< That it completes with.
    stop_result const* result = nullptr;  ///< Never null; valid during the event.

    call_end_event() noexcept;
};

/// A phase of one try has ended. No byte of a try's request is sent before the
/// event that ends its `queued` without an error has returned.
struct OMS_DECL phase_event {
    call_context call;                      ///< Of which call the try is.
    unsigned attempt = 0;                   ///< From 1.
    oms::phase phase = oms::phase::queued;  ///< That has ended.
    duration elapsed{};                     ///< How long it took.
    error_code code;                        ///< Of the phase.
    unsigned http_status = 0;               ///< With `first_byte` and `body`.

    phase_event() noexcept;
};

/// What follows a failed try, and why.
struct OMS_DECL retry_event {
    call_context call;                                  ///< Of which call the try was.
    unsigned attempt = 0;                               ///< The one that failed.
    error_code code;                                    ///< What it failed with.
    bool repeated = false;                              ///< Whether the call goes on.
    duration delay{};                                   ///< Until the next try.
    retry_reason reason = retry_reason::not_retryable;  ///< Why it goes on, or does not.
    unsigned http_status = 0;                           ///< Of the try's reply; 0: none came.
    std::string_view request_id;                        ///< `X-Request-Id` of that reply.

    retry_event() noexcept;
};

/// A pace holds a call: one that the service's replies 429 taught, or one of `throttle_options`.
///
/// Comes with each reply 429, when it is known what that slows down, and each
/// time a call's turn has to wait for a pace. Where a bulk puts off tasks that it
/// has not started, one event speaks of them all, and of no call.
struct OMS_DECL throttle_event {
    /// What has the pace.
    enum class scope : std::uint8_t {
        project,     ///< A reply that names no policy speaks of it.
        credential,  ///< A reply that names the policy `user` does.
        endpoint,    ///< A reply that names the policy `ip` does; or several projects are throttled within a second.
    };

    call_context call;                                      ///< That is held, or was answered.
    scope what = scope::project;                            ///< What has the pace.
    double rate = std::numeric_limits<double>::infinity();  ///< Requests a second; infinite: only a pause is known.
    bool learnt = false;                                    ///< From replies 429; else `throttle_options` says so.
    duration delay{};                                       ///< Until the next request may start; not negative.

    throttle_event() noexcept;
};

/// What happened to a connection.
struct OMS_DECL connection_event {
    /// What it was.
    enum class kind : std::uint8_t {
        opened,       ///< It is ready for requests.
        reused,       ///< A call took it that carried one before.
        closed,       ///< It is no more.
        dial_failed,  ///< It could not be opened.
    };

    std::uint64_t connection_id = 0;           ///< Unique in the client.
    kind what = kind::opened;                  ///< What it was.
    std::string_view endpoint;                 ///< `host:port`.
    error_code code;                           ///< Why it was closed or could not be opened.
    close_reason reason = close_reason::none;  ///< With `closed`.
    bool session_resumed = false;              ///< With `opened`.
    bool http_2 = false;                       ///< With `opened`: it speaks HTTP/2; else HTTP/1.1.
    call_context call;                         ///< With `reused`: which call took it.

    connection_event() noexcept;
};

/// Something that an operator should know; told when it begins, and not again while it lasts.
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

    /// A call was accepted. Does nothing by default.
    virtual void on_call_begin(call_begin_event const&) noexcept;
    /// A call has ended. Does nothing by default.
    virtual void on_call_end(call_end_event const&) noexcept;
    /// A phase of a try has ended. Does nothing by default.
    virtual void on_phase(phase_event const&) noexcept;
    /// A try has failed. Does nothing by default.
    virtual void on_retry(retry_event const&) noexcept;
    /// A pace holds a call. Does nothing by default.
    virtual void on_throttle(throttle_event const&) noexcept;
    /// Something happened to a connection. Does nothing by default.
    virtual void on_connection(connection_event const&) noexcept;
    /// Something is to be known, once. Does nothing by default.
    virtual void on_warning(warning_event const&) noexcept;
};

}  // namespace oms

#endif
