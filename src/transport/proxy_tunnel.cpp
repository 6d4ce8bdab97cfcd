// SPDX-License-Identifier: BSL-1.0
#include "transport/proxy_tunnel.hpp"

#include <boost/asio/error.hpp>

namespace oms::transport {

void proxy_tunnel::start(handler done) {
    done_ = std::move(done);
    begin();
}

void proxy_tunnel::succeed() {
    tunnel_result result;
    result.tunnel.emplace(std::move(socket_));
    std::exchange(done_, nullptr)(std::move(result));
}

void proxy_tunnel::fail(errc code, error_code cause, std::string what) {
    tunnel_result result;
    result.code = code;
    result.cause = cause;
    result.what = std::move(what);
    std::exchange(done_, nullptr)(std::move(result));
}

void proxy_tunnel::broken(error_code cause) {
    if (cause == boost::asio::error::eof) cause = errc::connection_closed;
    fail(errc::proxy_failed, cause, cause.message());
}

void proxy_tunnel::abandon() noexcept {
    done_ = nullptr;
    error_code ignored;
    socket_.close(ignored);
}

}  // namespace oms::transport
