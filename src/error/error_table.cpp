// SPDX-License-Identifier: BSL-1.0
#include "error/error_table.hpp"

#include <algorithm>
#include <array>
#include <functional>

namespace oms::detail {
namespace {

using enum condition;

constexpr known_code own(errc value, std::string_view name, condition_set conditions,
                         std::string_view message) noexcept {
    return {static_cast<int>(value), conditions, message, name};
}

constexpr std::array client_table{
    own(errc::invalid_project_id, "invalid_project_id", {invalid_argument},
        "The project id is empty, too long, or holds a slash, a backslash or a control character: correct it"),
    own(errc::invalid_task_id, "invalid_task_id", {invalid_argument},
        "The task id is empty, too long, or holds a slash, a backslash or a control character: correct it"),
    own(errc::unknown_region, "unknown_region", {invalid_argument},
        "No endpoint is known for the region: correct its name or configure its endpoint"),
    own(errc::invalid_header, "invalid_header", {invalid_argument},
        "A header of the call may not be sent: correct or remove it"),
    own(errc::invalid_option, "invalid_option", {invalid_argument},
        "An option of the call is out of range: correct it"),
    own(errc::invalid_config, "invalid_config", {invalid_argument},
        "A field of the client's configuration is wrong: correct it"),

    own(errc::credentials_unavailable, "credentials_unavailable", {unauthenticated},
        "No credential could be had: check where the client is told to find them"),
    own(errc::credentials_invalid, "credentials_invalid", {unauthenticated},
        "The credential holds something that no header may carry: check its source"),
    own(errc::credentials_dropped, "credentials_dropped", {unauthenticated},
        "The credentials provider dropped its handler: it must call it, also to report a failure"),
    own(errc::credentials_wrong_project, "credentials_wrong_project", {unauthenticated},
        "The credential is bound to another project: use one of the task's own project"),
    own(errc::credentials_rejected, "credentials_rejected", {unauthenticated},
        "The service rejected this credential and it is not tried again for now: replace it"),
    own(errc::clock_skew, "clock_skew", {unauthenticated},
        "This machine's clock differs too much from the service's: set the clock"),

    own(errc::queue_timeout, "queue_timeout", {timed_out, retryable},
        "Timed out while queued for a connection: allow more time or connections, or send less"),
    own(errc::credentials_timeout, "credentials_timeout", {timed_out, retryable},
        "Timed out while waiting for a credential"),
    own(errc::resolve_timeout, "resolve_timeout", {timed_out, retryable}, "Timed out while looking up the host name"),
    own(errc::connect_timeout, "connect_timeout", {timed_out, retryable},
        "Timed out while connecting: check the endpoint, the route and firewalls"),
    own(errc::proxy_timeout, "proxy_timeout", {timed_out, proxy_failed, retryable},
        "Timed out while waiting for the proxy: check that it runs and its URL"),
    own(errc::handshake_timeout, "handshake_timeout", {timed_out, retryable}, "Timed out during the TLS handshake"),
    own(errc::write_timeout, "write_timeout", {timed_out, retryable}, "Timed out while sending the request"),
    own(errc::first_byte_timeout, "first_byte_timeout", {timed_out, retryable},
        "Timed out while waiting for the reply"),
    own(errc::body_timeout, "body_timeout", {timed_out, retryable}, "Timed out while receiving the reply"),
    own(errc::backoff_timeout, "backoff_timeout", {timed_out, retryable},
        "Timed out while waiting to repeat the call: see its cause for what failed before"),
    own(errc::deadline_passed, "deadline_passed", {timed_out},
        "The deadline had passed before the call began: give it one to come"),

    own(errc::host_not_found, "host_not_found", {connection_failed},
        "The host name does not exist: check the endpoint and region"),
    own(errc::resolve_failed, "resolve_failed", {connection_failed, retryable},
        "The host name could not be looked up now: check the name servers or repeat later"),
    own(errc::connect_failed, "connect_failed", {connection_failed, retryable},
        "No address of the endpoint accepted a connection: check the endpoint, the route and firewalls"),
    own(errc::connection_closed, "connection_closed", {connection_failed, retryable},
        "The peer closed the connection before the reply was complete"),
    own(errc::connection_lost, "connection_lost", {connection_failed, retryable},
        "The connection broke before the reply was complete"),
    own(errc::proxy_failed, "proxy_failed", {proxy_failed, retryable},
        "The proxy gave no tunnel: check that it runs and allows the endpoint, or repeat later"),
    own(errc::proxy_auth_required, "proxy_auth_required", {proxy_failed},
        "The proxy wants other credentials: correct those in its URL"),
    own(errc::stream_reset, "stream_reset", {connection_failed, retryable},
        "The peer has ended this request alone, without a reply"),
    own(errc::stream_refused, "stream_refused", {unavailable, retryable},
        "The peer has refused this request before it looked at it: fewer at a time may pass"),

    own(errc::handshake_failed, "handshake_failed", {tls_failed},
        "The TLS handshake failed: check that the endpoint is the right one"),
    own(errc::handshake_truncated, "handshake_truncated", {tls_failed, retryable},
        "The peer closed the connection during the TLS handshake"),
    own(errc::peer_not_tls, "peer_not_tls", {tls_failed}, "The peer does not speak TLS: check the endpoint's port"),
    own(errc::tls_version_unsupported, "tls_version_unsupported", {tls_failed},
        "The peer offers no TLS version that is accepted here"),
    own(errc::certificate_untrusted, "certificate_untrusted", {tls_failed},
        "No trusted root leads to the peer's certificate: configure the CA that issued it"),
    own(errc::certificate_self_signed, "certificate_self_signed", {tls_failed},
        "The peer's certificate has signed itself: configure it as a root if it is the right one"),
    own(errc::certificate_expired, "certificate_expired", {tls_failed},
        "The peer's certificate has expired: it must be renewed there, or this machine's clock is wrong"),
    own(errc::certificate_not_yet_valid, "certificate_not_yet_valid", {tls_failed},
        "The peer's certificate is not valid yet: check this machine's clock"),
    own(errc::certificate_host_mismatch, "certificate_host_mismatch", {tls_failed},
        "The peer's certificate is for another host: check the endpoint"),
    own(errc::certificate_wrong_usage, "certificate_wrong_usage", {tls_failed},
        "The peer's certificate is not one for servers"),
    own(errc::certificate_weak, "certificate_weak", {tls_failed},
        "The peer's certificate has a key or signature that is too weak"),
    own(errc::certificate_pin_mismatch, "certificate_pin_mismatch", {tls_failed},
        "The peer's public key is none of the pinned: check the endpoint, then the pins"),
    own(errc::certificate_rejected, "certificate_rejected", {tls_failed}, "The peer's certificate failed verification"),
    own(errc::peer_not_http2, "peer_not_http2", {tls_failed},
        "The peer does not speak HTTP/2: leave client_config::http at automatic"),

    own(errc::malformed_reply, "malformed_reply", {protocol_error},
        "The reply is no HTTP or its framing contradicts itself: check what answers at the endpoint"),
    own(errc::header_too_large, "header_too_large", {protocol_error}, "The reply's header is larger than the limit"),
    own(errc::body_too_large, "body_too_large", {protocol_error}, "The reply's body is larger than the limit"),
    own(errc::bad_status, "bad_status", {protocol_error},
        "The reply's status is outside 100-599: check what answers at the endpoint"),
    own(errc::unexpected_body, "unexpected_body", {protocol_error},
        "A successful reply's body is not what the operation answers"),
    own(errc::not_running, "not_running", {not_running}, "The task is not running: there is nothing to stop"),
    own(errc::project_not_found, "project_not_found", {not_found},
        "IAM knows no project of this name, or several: check the name, or give the project's id"),
    own(errc::not_confirmed_stopped, "not_confirmed_stopped", {retryable},
        "The task is said not to run, but no end of it was read and it may wait for its turn: look at it, or stop it "
        "again"),
    own(errc::http2_error, "http2_error", {protocol_error, retryable},
        "The peer broke the rules of HTTP/2: see the cause, and what answers at the endpoint"),

    own(errc::cancelled, "cancelled", {cancelled}, "The call was cancelled"),
    own(errc::shut_down, "shut_down", {shut_down}, "The client was shut down"),
    own(errc::overloaded, "overloaded", {overloaded, retryable},
        "Too many calls wait in this client already: start fewer at a time"),
    own(errc::endpoint_blocked, "endpoint_blocked", {blocked},
        "The service has blacklisted this address and nothing is sent for a while: find out what made it do so"),
    own(errc::out_of_memory, "out_of_memory", {overloaded, retryable},
        "There is no memory left: start fewer at a time"),

    // Its failures have conditions of their own; none speaks for all.
    own(errc::too_many_failures, "too_many_failures", {}, "More tasks failed than allowed: see the report's failures"),
    own(errc::source_failed, "source_failed", {invalid_argument}, "The source of tasks failed"),
    own(errc::callback_failed, "callback_failed", {invalid_argument},
        "A callback threw an exception, which it must not, or refused a task"),
    own(errc::unavailable, "unavailable", {unavailable, retryable},
        "An endpoint stayed unreachable for too long: run again later"),
};

constexpr std::array<known_code, 23> service_table{{
    {1, {invalid_argument}, "A parameter is invalid: check the project id and task id"},
    {2, {invalid_argument}, "A parameter has the wrong format: check the project id and task id"},
    // Never not_found: a script would take "no permission" for "already gone".
    {53, {permission_denied}, "The task was not found or the caller may not see it: check its id and the permissions"},
    {54, {invalid_argument}, "The task id is invalid: correct it"},
    {59, {invalid_argument}, "The number of threads is out of range: choose 0 to 50"},
    {60, {misrouted}, "The region is not supported: check the endpoint and region"},
    {63, {invalid_argument}, "The task is in progress: stop it before deleting it"},
    {64, {invalid_argument}, "The request's parameters are invalid: see the error's detail for which"},
    {65, {}, "The task was started already: there is nothing to start"},
    {66, {not_running}, "The task is not running: there is nothing to stop"},
    {74, {invalid_argument}, "The parameters do not match the API's reference: correct them"},
    {77, {invalid_argument}, "There are too many tasks: delete some that have ended"},
    {78, {invalid_argument}, "The description holds special characters: remove them"},
    {83, {invalid_argument}, "There are too many bandwidth policies: remove some"},
    {84, {invalid_argument}, "The bandwidth is out of range: correct it"},
    {169, {invalid_argument}, "The notification topic cannot be used: check that it exists and may be published to"},
    {205, {permission_denied}, "The caller may only read: grant it the right to stop, such as oms:synctask:update"},
    {206, {permission_denied}, "The caller has no OMS permission: grant it oms:synctask:update or the task kind's own"},
    {1008, {invalid_argument}, "The request method is not supported: check the endpoint and the task's kind"},
    {1009, {not_found}, "The service knows no such task: check its id, kind, project and region"},
    // Of the other kinds a client looks whether it is so; a sync task is not known to be meant.
    {1038, {invalid_argument}, "Only monitoring groups and tasks can be paused: look at the state that it is in"},
    {1039, {invalid_argument}, "Only a paused task can be resumed: stop it first"},
    {2004, {unavailable, retryable}, "The service is unavailable for now: repeat later"},
}};

constexpr std::array<known_code, 18> condition_table{{
    {static_cast<int>(invalid_argument), {}, "invalid argument", "invalid_argument"},
    {static_cast<int>(unauthenticated), {}, "unauthenticated", "unauthenticated"},
    {static_cast<int>(permission_denied), {}, "permission denied", "permission_denied"},
    {static_cast<int>(not_found), {}, "not found", "not_found"},
    {static_cast<int>(misrouted), {}, "misrouted", "misrouted"},
    {static_cast<int>(not_running), {}, "not running", "not_running"},
    {static_cast<int>(throttled), {}, "throttled", "throttled"},
    {static_cast<int>(unavailable), {}, "unavailable", "unavailable"},
    {static_cast<int>(blocked), {}, "blocked", "blocked"},
    {static_cast<int>(timed_out), {}, "timed out", "timed_out"},
    {static_cast<int>(connection_failed), {}, "connection failed", "connection_failed"},
    {static_cast<int>(tls_failed), {}, "TLS failed", "tls_failed"},
    {static_cast<int>(proxy_failed), {}, "proxy failed", "proxy_failed"},
    {static_cast<int>(protocol_error), {}, "protocol error", "protocol_error"},
    {static_cast<int>(cancelled), {}, "cancelled", "cancelled"},
    {static_cast<int>(shut_down), {}, "shut down", "shut_down"},
    {static_cast<int>(overloaded), {}, "overloaded", "overloaded"},
    {static_cast<int>(retryable), {}, "retryable", "retryable"},
}};

static_assert(std::ranges::is_sorted(client_table, std::ranges::less_equal{}, &known_code::value));
static_assert(std::ranges::is_sorted(service_table, std::ranges::less_equal{}, &known_code::value));
static_assert(std::ranges::is_sorted(condition_table, std::ranges::less_equal{}, &known_code::value));

}  // namespace

std::span<known_code const> client_codes() noexcept {
    return client_table;
}
std::span<known_code const> service_codes() noexcept {
    return service_table;
}
std::span<known_code const> condition_names() noexcept {
    return condition_table;
}

known_code const* find_code(std::span<known_code const> table, int value) noexcept {
    auto const at = std::ranges::lower_bound(table, value, {}, &known_code::value);
    return at != table.end() && at->value == value ? &*at : nullptr;
}

}  // namespace oms::detail
