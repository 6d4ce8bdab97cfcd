// SPDX-License-Identifier: BSL-1.0
#include "transport/proxy_tunnel.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>

#include <initializer_list>
#include <utility>

namespace oms::transport {

namespace {

namespace http = boost::beast::http;

// Made in one piece: text that grows leaves copies of the credential behind.
secret make_request(proxy_route const& route, std::string_view target) {
    std::string_view const credential = route.proxy.authorization.reveal();
    std::initializer_list<std::string_view> const parts{
        "CONNECT ",
        target,
        " HTTP/1.1\r\nHost: ",
        target,
        "\r\nUser-Agent: ",
        route.user_agent,
        credential.empty() ? "" : "\r\nProxy-Authorization: ",
        credential,
        "\r\n\r\n",
    };
    std::size_t size = 0;
    for (std::string_view const part : parts)
        size += part.size();
    std::string text;
    text.reserve(size);
    for (std::string_view const part : parts)
        text += part;
    return secret(std::move(text));
}

// What Beast says of a reply that did not come whole, in the library's words.
error_code reply_error(error_code ec) noexcept {
    if (ec == http::error::end_of_stream || ec == http::error::partial_message) return errc::connection_closed;
    if (ec == http::error::header_limit) return errc::header_too_large;
    return ec.category() == http::make_error_code(http::error::bad_status).category() ? errc::malformed_reply : ec;
}

tunnel_result failure(errc code, error_code cause, std::string what) {
    tunnel_result result;
    result.code = code;
    result.cause = cause;
    result.what = std::move(what);
    return result;
}

}  // namespace

proxy_tunnel::proxy_tunnel(strand s, boost::asio::ip::tcp::socket socket, proxy_route const& route,
                           std::string_view target)
    : strand_(std::move(s)), socket_(std::move(socket)), request_(make_request(route, target)) {}

void proxy_tunnel::start(handler done) {
    done_ = std::move(done);
    std::string_view const request = request_.reveal();
    boost::asio::async_write(
        socket_, boost::asio::buffer(request.data(), request.size()),
        boost::asio::bind_executor(strand_, [self = shared_from_this()](error_code ec, std::size_t) {
            if (!self->done_) return;
            self->request_ = {};
            if (ec) return self->finish(failure(errc::proxy_failed, ec, ec.message()));
            self->read_reply();
        }));
}

void proxy_tunnel::read_reply() {
    reply_.emplace();
    reply_->header_limit(header_limit);
    reply_->skip(true);  // a reply to CONNECT has no body that could be told from the tunnel's bytes
    http::async_read_header(
        socket_, buffer_, *reply_,
        boost::asio::bind_executor(strand_, [self = shared_from_this()](error_code ec, std::size_t) {
            if (self->done_) self->on_reply(ec);
        }));
}

void proxy_tunnel::on_reply(error_code ec) {
    if (ec) {
        error_code const cause = reply_error(ec);
        return finish(failure(errc::proxy_failed, cause, cause.message()));
    }
    unsigned const status = reply_->get().result_int();
    if (status / 100 == 1 && status != 101) return read_reply();  // more is to come
    if (status / 100 != 2) {
        // Some answer 401 to a wrong credential. It can only be the proxy's own: the target speaks TLS.
        errc const code = status == 407 || status == 401 ? errc::proxy_auth_required : errc::proxy_failed;
        return finish(failure(code, error_code(static_cast<int>(status), http_category()),
                              "it answered " + std::to_string(status)));
    }
    // In TLS the client speaks first: who else would have sent these?
    if (buffer_.size() > 0) {
        return finish(failure(errc::proxy_failed, errc::malformed_reply, "it sent bytes behind its reply"));
    }
    tunnel_result result;
    result.tunnel = std::move(socket_);
    finish(std::move(result));
}

void proxy_tunnel::finish(tunnel_result result) {
    std::exchange(done_, nullptr)(std::move(result));
}

void proxy_tunnel::abandon() noexcept {
    done_ = nullptr;
    error_code ignored;
    socket_.close(ignored);
}

}  // namespace oms::transport
