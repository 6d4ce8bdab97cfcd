// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TASK_HPP
#define OMS_TASK_HPP

/// @file
/// What is stopped (`task_ref`) and what became of it (`stop_result`).

#include <oms/detail/export.hpp>
#include <oms/duration.hpp>

#include <boost/system/error_code.hpp>

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace oms {
struct task_ref;
}
template <>
struct std::hash<oms::task_ref> {
    std::size_t operator()(oms::task_ref const& task) const noexcept;
};

namespace oms {

/// The one error currency of the library. See `<oms/error.hpp>` for the codes.
using error_code = boost::system::error_code;

/// The kinds of work that the service can stop.
enum class task_kind : std::uint8_t {
    sync_task,       ///< `POST /v2/{project_id}/sync-tasks/{id}/stop`; stopped at once.
    migration_task,  ///< `POST /v2/{project_id}/tasks/{id}/stop`; pauses, then stops.
    task_group,      ///< `PUT /v2/{project_id}/taskgroups/{id}/stop`; pauses, then stops.
};

/// The kind's name: `"sync task"`, `"migration task"` or `"task group"`.
OMS_DECL std::string_view to_string(task_kind kind) noexcept;
/// Writes the kind's name.
OMS_DECL std::ostream& operator<<(std::ostream& os, task_kind kind);

/// Names one task of one project.
///
/// Nothing is checked here: a call with a wrong reference completes with its
/// own `errc` before any network.
struct OMS_DECL task_ref {
    std::string project_id;  ///< 1–1024 characters; of the path, so `/`, `\`, controls, `.` and `..` are refused.
    std::string task_id;     ///< 1–255 characters for a sync task, 1–1024 for the others; of these as `project_id`.
    task_kind kind = task_kind::sync_task;  ///< Which collection of the service it is in.
    std::string region;                     ///< For example `cn-north-4`; empty: the client's own.

    task_ref() noexcept;
    /// Of all members; checks nothing.
    task_ref(std::string project_id, std::string task_id, task_kind kind = task_kind::sync_task,
             std::string region = {}) noexcept;

    friend bool operator==(task_ref const& a, task_ref const& b) noexcept {
        return a.kind == b.kind && a.task_id == b.task_id && a.project_id == b.project_id && a.region == b.region;
    }
    /// By region, project, kind and id.
    friend std::strong_ordering operator<=>(task_ref const& a, task_ref const& b) noexcept {
        return std::tie(a.region, a.project_id, a.kind, a.task_id) <=>
               std::tie(b.region, b.project_id, b.kind, b.task_id);
    }
    /// For Boost's containers; the same as `std::hash`.
    friend std::size_t hash_value(task_ref const& task) noexcept { return std::hash<task_ref>()(task); }

    /// Reads what `operator<<` writes of a reference that a call would take.
    ///
    /// @param text  `project/task`, `region/project/task`, either with
    ///              ` (migration task)` or ` (task group)` behind it. (The id of a
    ///              sync task that ends in such words is taken for the other kind's.)
    /// @return The reference; none where the text is of another form, or an id could not be
    ///         one: it is empty, or holds what `project_id` and `task_id` may not.
    /// @throws std::bad_alloc
    static std::optional<task_ref> parse(std::string_view text);
};

/// Writes `[region/]project/task` and, for the other kinds, the kind in parentheses.
/// Control characters are escaped.
OMS_DECL std::ostream& operator<<(std::ostream& os, task_ref const& task);

/// Names a sync task.
OMS_DECL task_ref sync_task(std::string project_id, std::string task_id, std::string region = {}) noexcept;
/// Names a migration task.
OMS_DECL task_ref migration_task(std::string project_id, std::string task_id, std::string region = {}) noexcept;
/// Names a task group.
OMS_DECL task_ref task_group(std::string project_id, std::string task_id, std::string region = {}) noexcept;

/// What the caller may believe about the task after a call, whatever its error.
///
/// It speaks for the whole call, not for its last attempt.
enum class outcome : std::uint8_t {
    not_sent,         ///< No byte of any request reached the kernel: the call changed nothing.
    refused,          ///< The service answered and did not do it.
    unknown,          ///< A request was sent and no answer settles it: it may have been done.
    stopped,          ///< The service said that it stopped it.
    already_stopped,  ///< It did not run any more.
    started,          ///< Of a start: the service said that it started it.
    already_started,  ///< Of a start: it ran already.
};

/// The enumerator's name, for example `"already_stopped"`.
OMS_DECL std::string_view to_string(outcome value) noexcept;
/// Writes the enumerator's name.
OMS_DECL std::ostream& operator<<(std::ostream& os, outcome value);

/// Where a call is, or where it ended.
enum class phase : std::uint8_t {
    queued,       ///< Waits for its turn, for a rate, or for a connection.
    credentials,  ///< Waits for a credential.
    resolve,      ///< Looks the host name up.
    connect,      ///< Connects to an address.
    proxy,        ///< Asks a proxy for a tunnel.
    handshake,    ///< Shakes hands and verifies the certificate (TLS).
    write,        ///< Sends the request.
    first_byte,   ///< Waits for the first byte of the reply.
    body,         ///< Receives the rest of the reply.
    backoff,      ///< Waits before a repeat.
    done,         ///< Has ended with an answer.
};

/// The enumerator's name, for example `"first_byte"`.
OMS_DECL std::string_view to_string(phase value) noexcept;
/// Writes the enumerator's name.
OMS_DECL std::ostream& operator<<(std::ostream& os, phase value);

/// One error inside an error reply that speaks of several.
struct OMS_DECL sub_error {
    std::string service_code;     ///< The service's code of it.
    std::string service_message;  ///< The service's words on it.

    sub_error() noexcept;
    /// Of both members.
    sub_error(std::string service_code, std::string service_message) noexcept;
};

/// What a failed reply says beyond its code and message. The texts are the
/// service's (or an intermediary's): untrusted, as received.
struct OMS_DECL error_details {
    std::string error_detail;                         ///< For example the parameter at fault.
    std::string encoded_authorization_message;        ///< Opaque; for the decoding operation of the token service.
    std::vector<sub_error> sub_errors;                ///< Of `details[]`, at most 32.
    std::optional<std::chrono::seconds> retry_after;  ///< The last reply's `Retry-After`, from when it came.
    std::string body;                                 ///< The first 4 KiB of the reply's body.
    std::string connection;                           ///< Why a connection could not be had: host, port, certificate.

    error_details();
};

/// Where the time of a call went. Adds up to `stop_result::elapsed` but for scheduling.
struct OMS_DECL time_spent {
    duration queued{};       ///< In the queue, without a connection.
    duration credentials{};  ///< Waiting for a credential.
    duration connect{};      ///< Resolving, connecting and shaking hands for this very call.
    duration exchange{};     ///< Sending requests and receiving replies.
    duration backoff{};      ///< Between attempts.

    time_spent() noexcept;
};

/// Everything that is known about a call, in success and in failure.
struct OMS_DECL stop_result {
    oms::outcome outcome = oms::outcome::not_sent;  ///< What may be believed about the task.
    oms::phase phase = oms::phase::queued;          ///< Where the call ended: `done` where a reply decided.
    bool confirmed = false;                         ///< The task's state was read after the stop; see `final_status`.
    unsigned http_status = 0;                       ///< Of the last reply; 0: none came.
    unsigned attempts = 0;        ///< All tries begun after validation, those that do not count included.
    std::string request_id;       ///< `X-Request-Id` of the last reply: what the service's support asks for.
    std::string service_code;     ///< The service's code, for example `OMS.0066`.
    std::string service_message;  ///< The service's words; for a call refused locally, the field at fault.
    std::string final_status;     ///< What a show read: `STOPPED`, or the number of the state.
    /// The last attempt's own error: what the system said, a reply's code, or the time-out that ended it. May be of any
    /// category; empty after a success.
    oms::error_code cause;
    duration elapsed{};  ///< From the call's begin to its end.
    time_spent spent;    ///< Where that time went.

    stop_result() noexcept;
    stop_result(stop_result const&);
    stop_result(stop_result&&) noexcept;
    stop_result& operator=(stop_result const&);
    stop_result& operator=(stop_result&&) noexcept;
    ~stop_result();

    /// More about a failure; empty where there is nothing more to say. Never throws.
    error_details const& details() const noexcept;

    /// The details to write to, made at the first call.
    /// @throws std::bad_alloc
    error_details& mutable_details();

private:
    std::unique_ptr<error_details> details_;
};

}  // namespace oms

inline std::size_t std::hash<oms::task_ref>::operator()(oms::task_ref const& task) const noexcept {
    std::hash<std::string_view> const h;
    std::size_t seed = h(task.project_id);
    for (std::size_t part : {h(task.task_id), h(task.region), static_cast<std::size_t>(task.kind)}) {
        seed ^= part + std::size_t{0x9e3779b9} + (seed << 6) + (seed >> 2);
    }
    return seed;
}

#endif
