// SPDX-License-Identifier: BSL-1.0
#include "policy/dial_fault.hpp"

#include <algorithm>

namespace oms::policy {

bool is_final_alert(int alert) noexcept {
    switch (alert) {
        case 40:   // handshake_failure
        case 42:   // bad_certificate
        case 43:   // unsupported_certificate
        case 46:   // certificate_unknown
        case 48:   // unknown_ca
        case 49:   // access_denied
        case 70:   // protocol_version
        case 71:   // insufficient_security
        case 112:  // unrecognized_name
        case 116:  // certificate_required
        case 120:  // no_application_protocol
            return true;
        default:
            return false;
    }
}

dial_fault fault_of(error_code const& code, error_code const& cause, int alert) noexcept {
    if (code.category() != client_category()) return dial_fault::passing;
    switch (static_cast<errc>(code.value())) {
        case errc::host_not_found:
            return dial_fault::unknown;
        case errc::proxy_auth_required:
            return dial_fault::common;
        case errc::proxy_failed:  // where its name is unknown, it is so for every dial
            if (cause == errc::host_not_found) return dial_fault::common;
            // It was at the addresses that are known, and its TLS says of them what an endpoint's would.
            return std::max(dial_fault::passing, fault_of(cause, {}, alert));
        case errc::resolve_failed:
        case errc::resolve_timeout:
        case errc::connect_failed:
        case errc::connect_timeout:
            return dial_fault::unreachable;
        case errc::peer_not_tls:
        case errc::peer_not_http2:
        case errc::tls_version_unsupported:
            return dial_fault::final;
        case errc::certificate_untrusted:
        case errc::certificate_self_signed:
        case errc::certificate_expired:
        case errc::certificate_not_yet_valid:
        case errc::certificate_host_mismatch:
        case errc::certificate_wrong_usage:
        case errc::certificate_weak:
        case errc::certificate_pin_mismatch:
        case errc::certificate_rejected:
            return dial_fault::unverified;
        default:
            return is_final_alert(alert) ? dial_fault::final : dial_fault::passing;
    }
}

}  // namespace oms::policy
