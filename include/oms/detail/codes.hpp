// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_DETAIL_CODES_HPP
#define OMS_DETAIL_CODES_HPP

/// @file
/// What can go wrong, as codes (what happened) and conditions (what to do): `<oms/error.hpp>` without its token
/// adaptor, for those who know nothing of Asio.
///
/// Every code that leaves the library is of one of five native Boost
/// categories; only `stop_result::cause` may be of another. A code reads the
/// same as a `std::error_code`: value, category name, message, and equality
/// with `errc`, `condition` and the fitting `std::errc`.

#include <oms/detail/export.hpp>
#include <oms/task.hpp>

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/error_condition.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

namespace oms {

/// What the library itself reports. Values are stable.
enum class errc {
    // The caller's input; nothing was sent.
    invalid_project_id = 1,  ///< Empty, too long, or holds `/`, `\`, a control character, `.` or `..`.
    invalid_task_id = 2,     ///< Empty, too long, or holds what `invalid_project_id` tells.
    unknown_region = 3,      ///< No endpoint is configured for it and it is no region's name.
    invalid_header = 4,      ///< `call_options::headers`: a name or value that may not be sent.
    invalid_option = 5,      ///< An option of a call or a bulk is out of range; `service_message` names it.
    invalid_config = 6,      ///< Thrown as `config_error` by the constructor of `client`.

    // Credentials.
    credentials_unavailable = 20,    ///< The provider has none; `service_message` has its reason.
    credentials_invalid = 21,        ///< The provider gave something that no header may carry.
    credentials_dropped = 22,        ///< The provider dropped its handler.
    credentials_wrong_project = 23,  ///< The credential is bound to another project.
    credentials_rejected = 24,       ///< The service rejected this credential; it is not tried again for now.
    clock_skew = 25,                 ///< This machine's clock and the service's differ by more than can be mended.

    // Time-outs; each names the phase that the call was in.
    queue_timeout = 40,        ///< While waiting for its turn or for a connection; see `stop_result::cause`.
    credentials_timeout = 41,  ///< While waiting for a credential.
    resolve_timeout = 42,      ///< While looking the host name up.
    connect_timeout = 43,      ///< While connecting.
    proxy_timeout = 44,        ///< While looking up or connecting to the proxy, or waiting for its tunnel.
    handshake_timeout = 45,    ///< While shaking hands.
    write_timeout = 46,        ///< While sending the request.
    first_byte_timeout = 47,   ///< While waiting for the reply.
    body_timeout = 48,         ///< While receiving the reply.
    backoff_timeout = 49,      ///< While waiting before a repeat.
    deadline_passed = 50,      ///< `call_options::deadline` had passed before the call began; nothing was done.

    // Connections.
    host_not_found = 60,       ///< The name does not exist.
    resolve_failed = 61,       ///< The name could not be looked up now.
    connect_failed = 62,       ///< No address accepted a connection; the system's error is the `cause`.
    connection_closed = 63,    ///< The peer closed the connection before the reply was complete.
    connection_lost = 64,      ///< The connection broke; the system's error is the `cause`.
    proxy_failed = 65,         ///< The proxy gave no tunnel, is not there or not to be trusted: see `cause`.
    proxy_auth_required = 66,  ///< The proxy wants other credentials (407).
    stream_reset = 67,         ///< The peer has ended this request alone (HTTP/2); the `cause` says why.
    stream_refused = 68,       ///< The peer has refused this request unseen (HTTP/2): nothing has happened.

    // TLS.
    handshake_failed = 80,           ///< The handshake ended with an alert or an error of the protocol.
    handshake_truncated = 81,        ///< The peer closed the connection during the handshake.
    peer_not_tls = 82,               ///< The peer does not speak TLS; often plain HTTP on this port.
    tls_version_unsupported = 83,    ///< The peer offers no TLS version that is accepted here.
    certificate_untrusted = 84,      ///< No trusted root leads to the certificate.
    certificate_self_signed = 85,    ///< The certificate has signed itself and is no trusted root.
    certificate_expired = 86,        ///< The certificate's time is over.
    certificate_not_yet_valid = 87,  ///< The certificate's time has not come.
    certificate_host_mismatch = 88,  ///< The certificate is for another host.
    certificate_wrong_usage = 89,    ///< The certificate is not one for servers.
    certificate_weak = 90,           ///< The certificate's key or signature is too weak.
    certificate_pin_mismatch = 91,   ///< The certificate's public key is none of the pinned.
    certificate_rejected = 92,       ///< The certificate failed verification in another way.
    peer_not_http2 = 93,             ///< The peer speaks no HTTP/2, and `client_config::http` asks for nothing else.

    // Replies.
    malformed_reply = 100,    ///< The reply is no HTTP, or its framing contradicts itself.
    header_too_large = 101,   ///< The reply's header is larger than `limit_options::header`.
    body_too_large = 102,     ///< The reply's body is larger than its limit.
    bad_status = 103,         ///< A status outside 100–599.
    unexpected_body = 104,    ///< A successful reply's body is not what the operation answers.
    not_running = 105,        ///< The task does not run, by a code that does not say so by itself.
    project_not_found = 106,  ///< IAM knows no project of this name, or several.
    /// The service says "not running" of a migration task or group, which it also says while the task waits for its
    /// turn; and a look at the task read no end state, or failed (see `stop_result::cause`). It may still run, so that
    /// this does not equal `condition::not_running`.
    not_confirmed_stopped = 107,
    http2_error = 108,  ///< The peer broke the rules of HTTP/2; the `cause` names which.

    // The client's own state.
    cancelled = 120,         ///< The caller cancelled it.
    shut_down = 121,         ///< The client was shut down or destroyed.
    overloaded = 122,        ///< `pool_options::max_pending` calls wait already.
    endpoint_blocked = 123,  ///< The service has blacklisted this address (418); nothing is sent for a while.
    out_of_memory = 124,     ///< There was no memory for what it takes to go on.

    // Bulk.
    too_many_failures = 140,  ///< `bulk_options::max_failures` was reached.
    source_failed = 141,      ///< The source of tasks threw or completed with an error.
    callback_failed = 142,    ///< A callback threw, or `before_send` refused a task.
    unavailable = 143,        ///< An endpoint stayed unreachable longer than `bulk_options::outage_patience`.
};

/// What callers branch on. One code may meet several conditions.
enum class condition {
    invalid_argument = 1,    ///< The request is wrong; mend it.
    unauthenticated = 2,     ///< The credential is missing, wrong or expired.
    permission_denied = 3,   ///< The credential is good and may not do this.
    not_found = 4,           ///< The service knows no such task.
    misrouted = 5,           ///< The endpoint or region is wrong: the API is not there. Says nothing of the task.
    not_running = 6,         ///< The task did not run, and will not: a sync task, or one of which an end was read.
    throttled = 7,           ///< Too many requests.
    unavailable = 8,         ///< The service or its gateway failed.
    blocked = 9,             ///< The caller's address is blacklisted.
    timed_out = 10,          ///< A time limit of the caller's passed.
    connection_failed = 11,  ///< No connection, or it broke.
    tls_failed = 12,         ///< No trustworthy connection.
    proxy_failed = 13,       ///< The proxy gave no tunnel.
    protocol_error = 14,     ///< The reply could not be understood.
    cancelled = 15,          ///< The caller cancelled it.
    shut_down = 16,          ///< The client was shut down.
    overloaded = 17,         ///< Too many calls wait in this client, or there is no memory for more.
    retryable = 18,          ///< The call may succeed when it is made again later.
};

/// Category of `errc`; named `oms.client`.
OMS_DECL boost::system::error_category const& client_category() noexcept;
/// Codes `OMS.nnnn` of the service; value: the digits. Named `oms.service`.
OMS_DECL boost::system::error_category const& service_category() noexcept;
/// Codes `APIGW.nnnn` and `APIG.nnnn` of the gateway; value: HTTP status × 10000 + digits. Named `oms.gateway`.
OMS_DECL boost::system::error_category const& gateway_category() noexcept;
/// Codes `IAM.nnnn` of the identity service; value: HTTP status × 10000 + digits. Named `oms.iam`.
OMS_DECL boost::system::error_category const& iam_category() noexcept;
/// Every other failed reply; value: the HTTP status. Named `oms.http`.
OMS_DECL boost::system::error_category const& http_category() noexcept;
/// Category of `condition`; named `oms.condition`.
OMS_DECL boost::system::error_category const& condition_category() noexcept;

/// The enumerator's name, for example `"first_byte_timeout"`: for metrics and logs. `"invalid"`: it is none.
OMS_DECL std::string_view to_string(errc value) noexcept;
/// The enumerator's name, for example `"not_running"`: for metrics and logs. `"invalid"`: it is none.
OMS_DECL std::string_view to_string(condition value) noexcept;
/// Writes the enumerator's name.
OMS_DECL std::ostream& operator<<(std::ostream& os, errc value);
/// Writes the enumerator's name.
OMS_DECL std::ostream& operator<<(std::ostream& os, condition value);

/// A code of `client_category()`; what makes an `errc` one by itself.
OMS_DECL error_code make_error_code(errc value) noexcept;
/// A condition of `condition_category()`; what makes a `condition` one by itself.
OMS_DECL boost::system::error_condition make_error_condition(condition value) noexcept;

/// Turns a reply of the service into a code, for programs with a transport of
/// their own: the client's own reading.
///
/// @param http_status  The reply's status. 2xx alone is success; a status
///                     outside 100–599 is `errc::bad_status`.
/// @param body         The reply's body, or as much of it as was kept; any bytes.
/// @param details      Receives `http_status`, `service_code`, `service_message` and
///                     what `details()` holds; its `request_id` only where it is
///                     empty and the body has one. Other members are left alone.
/// @return Success for 2xx, else a code of which the value is not 0. Memory
///         that runs out costs the texts, never the code.
///
/// It knows no kind of task: where the code is `condition::not_running`, that is final for sync tasks only. A migration
/// task or a group may wait for its turn and run later; show it.
///
/// Pure; thread safe. JSON deeper than 32 levels or larger than 1 MiB is taken
/// as text.
OMS_DECL std::error_code parse_error(unsigned http_status, std::string_view body, stop_result& details) noexcept;

/// As `parse_error`, with a code of the type that operations complete with.
OMS_DECL error_code parse_error_code(unsigned http_status, std::string_view body, stop_result& details) noexcept;

/// What `with_details` makes operations throw: the code, and all that is known of the call.
/// `what()` is a sentence for an operator's log; it holds no secret.
class OMS_DECL error_with_details : public boost::system::system_error {
public:
    /// What a call ended with.
    /// @param code    Its code.
    /// @param result  Its whole result.
    /// @param task    Which task it was for; without ids where it was for none.
    /// @throws std::bad_alloc
    error_with_details(error_code code, stop_result result, task_ref task = {});
    ~error_with_details() override;

    /// A sentence for an operator's log; it holds no secret.
    char const* what() const noexcept override;

    /// The whole result of the call.
    stop_result const& result() const noexcept;
    /// The task that the call was for.
    task_ref const& task() const noexcept;

private:
    struct state;
    std::shared_ptr<state const> state_;  // exceptions are copied; a copy must not throw
};

/// One sentence about a failed call: what happened, where the time went, the
/// service's last words, the request id, the task. Holds no secret, and says nothing twice.
///
/// @param code    What it ended with.
/// @param result  All that is known of it.
/// @param task    Named where it has an id.
/// @throws std::bad_alloc
OMS_DECL std::string describe_failure(error_code code, stop_result const& result, task_ref const& task = {});

}  // namespace oms

template <>
struct boost::system::is_error_code_enum<oms::errc> : std::true_type {};
template <>
struct boost::system::is_error_condition_enum<oms::condition> : std::true_type {};
template <>
struct std::is_error_code_enum<oms::errc> : std::true_type {};
template <>
struct std::is_error_condition_enum<oms::condition> : std::true_type {};

#endif
