// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_WIRE_HTTP_CONNECT_HPP
#define OMS_WIRE_HTTP_CONNECT_HPP

/// @file
/// What a client says to an HTTP proxy to have a tunnel (`CONNECT`), and what it hears. Pure: it has the bytes to send,
/// and is told what came.

#include "wire/header_lines.hpp"

#include <oms/detail/codes.hpp>
#include <oms/detail/secret.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace oms::wire {

/// Of the reply nothing is shown but its status, for a proxy may repeat the credential that it was sent.
class http_connect {
public:
    enum class step : std::uint8_t {
        receive,  ///< More is to come.
        done,     ///< There is a tunnel.
        failed,   ///< There is none: `code()`, `cause()` and `reason()`.
    };

    /// @param target         `host:port`, an IPv6 address in brackets.
    /// @param authorization  The value of `Proxy-Authorization`; empty: there is none.
    http_connect(std::string_view target, std::string_view user_agent, secret const& authorization);

    std::string_view request() const noexcept { return request_.reveal(); }
    /// The request is of no use any more.
    void sent() noexcept { request_ = {}; }
    step received(std::string_view bytes);

    errc code() const noexcept { return code_; }
    error_code const& cause() const noexcept { return cause_; }
    /// For people: what the proxy did.
    std::string const& reason() const noexcept { return reason_; }

private:
    step read();
    step on_status(unsigned status);
    step fail(errc code, error_code cause, std::string reason);
    step malformed(errc how);

    secret request_;
    header_lines reply_{dialect::lenient};
    std::string unread_;
    std::size_t read_ = 0;  // of the header
    errc code_{};
    error_code cause_;
    std::string reason_;
};

}  // namespace oms::wire

#endif
