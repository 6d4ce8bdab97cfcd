// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CALL_OPTIONS_HPP
#define OMS_CALL_OPTIONS_HPP

/// @file
/// What one call does in another way than its client.

#include <oms/config.hpp>
#include <oms/credentials.hpp>
#include <oms/detail/export.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace oms {

/// Time limits of one call; what is unset is the client's.
struct OMS_DECL timeout_overrides {
    std::optional<duration> total, attempt, queue, resolve, connect, handshake;

    timeout_overrides() noexcept;
    timeout_overrides(timeout_options const& all) noexcept;  // NOLINT(google-explicit-constructor)
};

/// Retry options of one call; what is unset is the client's.
struct OMS_DECL retry_overrides {
    std::optional<unsigned> max_attempts;
    std::optional<duration> base_delay, throttled_delay, max_delay, max_retry_after;
    std::optional<bool> resend_open;

    retry_overrides() noexcept;
    retry_overrides(retry_options const& all) noexcept;  // NOLINT(google-explicit-constructor)
};

/// A header that a call adds to its request.
struct OMS_DECL request_header {
    std::string name;
    std::string value;

    request_header() noexcept;
    request_header(std::string name, std::string value) noexcept;
};

/// Options of one call.
struct OMS_DECL call_options {
    /// The call has ended by then. `timeouts.total` counts besides; the earlier one ends it.
    std::optional<std::chrono::steady_clock::time_point> deadline;
    timeout_overrides timeouts;
    retry_overrides retry;
    /// Sent as they are; names of the library's own headers are `errc::invalid_header`.
    std::vector<request_header> headers;
    std::shared_ptr<credentials_provider> credentials;  ///< Null: the client's.
    bool already_stopped_is_success =
        false;        ///< Without it a task that did not run is an error, unless this call may have stopped it.
    std::string tag;  ///< For the observer.

    call_options();
};

}  // namespace oms

#endif
