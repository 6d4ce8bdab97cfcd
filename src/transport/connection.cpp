// SPDX-License-Identifier: BSL-1.0
#include "transport/connection.hpp"

#include "transport/http1_connection.hpp"
#include "transport/http2_connection.hpp"
#include "wire/digest.hpp"

#include <new>
#include <utility>

namespace oms::transport {

void insert_headers(std::string& request, std::string_view lines) noexcept {
    std::size_t const end = request.find("\r\n\r\n");
    if (end == std::string::npos) return;
    try {
        wire::reserve_wiped(request, request.size() + lines.size());
        request.insert(end + 2, lines);
    } catch (std::bad_alloc const&) {
    }
}

std::shared_ptr<connection> make_connection(protocol spoken, std::unique_ptr<stream> s,
                                            std::shared_ptr<connection_owner> owner, std::size_t header_limit) {
    if (spoken == protocol::http_2)
        return std::make_shared<http2_connection>(std::move(s), std::move(owner), header_limit);
    return std::make_shared<http1_connection>(std::move(s), std::move(owner));
}

}  // namespace oms::transport
