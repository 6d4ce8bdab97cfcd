// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CALL_OPTIONS_HPP
#define OMS_CALL_OPTIONS_HPP

/// @file
/// What one call does in another way than its client.

#include <oms/attempt_headers.hpp>
#include <oms/config.hpp>
#include <oms/credentials.hpp>
#include <oms/detail/export.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace oms {

/// Time limits of one call, above 0 or `unlimited`; what is unset is the client's.
struct OMS_DECL timeout_overrides {
    std::optional<duration> total,  ///< In place of `timeout_options::total`.
        attempt,                    ///< In place of `timeout_options::attempt`.
        queue,                      ///< In place of `timeout_options::queue`.
        resolve,                    ///< In place of `timeout_options::resolve`.
        connect,                    ///< In place of `timeout_options::connect`.
        handshake;                  ///< In place of `timeout_options::handshake`.

    timeout_overrides() noexcept;
    /// Sets every limit.
    timeout_overrides(timeout_options const& all) noexcept;  // NOLINT(google-explicit-constructor)
};

/// Retry options of one call; what is unset is the client's.
struct OMS_DECL retry_overrides {
    std::optional<unsigned> max_attempts;  ///< In place of `retry_options::max_attempts`; at least 1.
    std::optional<duration> base_delay,    ///< In place of `retry_options::base_delay`.
        throttled_delay,                   ///< In place of `retry_options::throttled_delay`.
        max_delay,                         ///< In place of `retry_options::max_delay`.
        max_retry_after;                   ///< In place of `retry_options::max_retry_after`.
    std::optional<bool> resend_open;       ///< In place of `retry_options::resend_open`.

    retry_overrides() noexcept;
    /// Sets every member.
    retry_overrides(retry_options const& all) noexcept;  // NOLINT(google-explicit-constructor)
};

/// Options of one call.
struct OMS_DECL call_options {
    /// The call has ended by then. `timeouts.total` counts besides; the earlier one ends it.
    std::optional<std::chrono::steady_clock::time_point> deadline;
    timeout_overrides timeouts;  ///< Its time limits.
    retry_overrides retry;       ///< When and how often it is repeated.
    /// Sent as they are, with each of its tries; names of the library's own headers are `errc::invalid_header`.
    std::vector<request_header> headers;
    std::shared_ptr<credentials_provider> credentials;  ///< Null: the client's.
    bool already_stopped_is_success =
        false;        ///< Without it a task that did not run is an error, unless this call may have stopped it.
    std::string tag;  ///< For the observer.

    call_options();
};

}  // namespace oms

#endif
