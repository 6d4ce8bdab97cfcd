// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_POLICY_TIMEOUT_CODE_HPP
#define OMS_POLICY_TIMEOUT_CODE_HPP

#include <oms/detail/codes.hpp>
#include <oms/task.hpp>

namespace oms::policy {

/// What a time-out in a phase is called.
constexpr errc timeout_in(phase p) noexcept {
    switch (p) {
        case phase::queued:
            return errc::queue_timeout;
        case phase::credentials:
            return errc::credentials_timeout;
        case phase::resolve:
            return errc::resolve_timeout;
        case phase::connect:
            return errc::connect_timeout;
        case phase::proxy:
            return errc::proxy_timeout;
        case phase::handshake:
            return errc::handshake_timeout;
        case phase::write:
            return errc::write_timeout;
        case phase::first_byte:
            return errc::first_byte_timeout;
        case phase::body:
            return errc::body_timeout;
        case phase::backoff:
        case phase::done:
            break;
    }
    return errc::backoff_timeout;
}

/// The same of a dial. What is looked up and connected to by way of a proxy is the proxy.
constexpr errc dial_timeout_in(phase p, bool proxied) noexcept {
    return proxied && (p == phase::resolve || p == phase::connect) ? errc::proxy_timeout : timeout_in(p);
}

}  // namespace oms::policy

#endif
