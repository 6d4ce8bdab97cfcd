// SPDX-License-Identifier: BSL-1.0
#include "request_guard.hpp"

#include <boost/beast/core/string.hpp>

#include <algorithm>

namespace stop_service {

using boost::beast::iequals;

bool is_own_host(std::string_view host, std::vector<std::string> const& names) {
    std::size_t const bracket = host.rfind(']');  // the colons of `[::1]` are none before a port
    std::size_t const colon = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
    std::string_view const name = host.substr(0, colon);
    return std::ranges::any_of(names, [&](std::string const& each) { return iequals(name, each); });
}

bool is_own_origin(std::string_view origin, std::string_view host) {
    if (origin.empty()) return true;
    std::size_t const slashes = origin.find("://");  // a proxy before us may speak TLS
    return slashes != std::string_view::npos && iequals(origin.substr(slashes + 3), host);
}

bool is_json(std::string_view content_type) {
    std::string_view type = content_type.substr(0, content_type.find(';'));
    while (type.ends_with(' '))
        type.remove_suffix(1);
    return iequals(type, "application/json");
}

}  // namespace stop_service
