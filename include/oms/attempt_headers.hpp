// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_ATTEMPT_HEADERS_HPP
#define OMS_ATTEMPT_HEADERS_HPP

/// @file
/// Headers that users add to requests: the same for each try of a call, or each try's own.

#include <oms/detail/export.hpp>
#include <oms/observer.hpp>
#include <oms/task.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace oms {

/// A header that is added to a request.
struct OMS_DECL request_header {
    std::string name;   ///< A token of HTTP (RFC 9110); no header of the library's own.
    std::string value;  ///< Without control characters.

    request_header() noexcept;
    /// Of both members.
    request_header(std::string name, std::string value) noexcept;
};

/// A try whose request is about to be sent.
struct OMS_DECL attempt_event {
    call_context call;               ///< Of which call the try is.
    task_ref const* task = nullptr;  ///< Never null; valid during the event.
    /// What this request asks: a call that looks whether its stop was one asks `operation_kind::show`.
    operation_kind operation = operation_kind::stop;
    unsigned attempt = 0;       ///< From 1; as in `phase_event::attempt`.
    std::string_view endpoint;  ///< `host:port`; valid during the event.

    attempt_event() noexcept;
};

/// The headers of one try, asked for just before its request is sent: `traceparent`, for example.
///
/// Called from any of the client's threads, several at once, with no lock held, behind the `phase_event` that ends the
/// try's `queued`; it may call `client::cancel()` or destroy the client. The request waits for it, and so may others
/// of the same thread. Once for each request to the service, and for none to IAM or another source of credentials.
///
/// No request fails for it: what is no header, one of the library's own, all beyond 8 KiB, and whatever a function
/// that throws would have said, is left out, and the observer is told so once (`"attempt_header_left_out"`). Signatures
/// do not cover what it adds.
using attempt_headers = std::function<std::vector<request_header>(attempt_event const&)>;

}  // namespace oms

#endif
