// SPDX-License-Identifier: BSL-1.0
#ifndef STOP_SERVICE_REQUEST_GUARD_HPP
#define STOP_SERVICE_REQUEST_GUARD_HPP

// Pages of others, in a browser on this machine, must not stop tasks. Pure.

#include <string>
#include <string_view>
#include <vector>

namespace stop_service {

/// Whether a request is meant for us: its `Host` is a name of ours, with any port. Else a page could be served under a
/// name of its own that all at once leads to this machine (DNS rebinding), and would count as ours.
bool is_own_host(std::string_view host, std::vector<std::string> const& names);

/// Whether a page of ours sent it, or no page did: there is no `Origin`, or that of our own `Host`.
bool is_own_origin(std::string_view origin, std::string_view host);

/// Whether a body is JSON by its `Content-Type`. A page of others cannot send that without asking first, and we answer
/// such questions to nobody.
bool is_json(std::string_view content_type);

}  // namespace stop_service

#endif
