// SPDX-License-Identifier: BSL-1.0
#include "transport/proxy_tunnel.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/write.hpp>

#include <initializer_list>
#include <new>
#include <utility>

namespace oms::transport {

namespace {

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

tunnel_result failure(errc code, error_code cause, std::string what) {
    tunnel_result result;
    result.code = code;
    result.cause = cause;
    result.what = std::move(what);
    return result;
}

}  // namespace

proxy_tunnel::proxy_tunnel(strand s, process_socket socket, proxy_route const& route, std::string_view target)
    : strand_(std::move(s)), socket_(std::move(socket)), request_(make_request(route, target)) {}

// Without memory for it there is no tunnel; what is thrown behind its end is not its own.
template <class Work>
void proxy_tunnel::step(Work&& work) {
    try {
        work();
    } catch (std::bad_alloc const&) {
        if (!done_) throw;
        finish(failure(errc::out_of_memory, {}, {}));
    }
}

void proxy_tunnel::start(handler done) {
    done_ = std::move(done);
    std::string_view const request = request_.reveal();
    boost::asio::async_write(
        socket_, boost::asio::buffer(request.data(), request.size()),
        boost::asio::bind_executor(strand_, [self = shared_from_this()](error_code ec, std::size_t) {
            if (!self->done_) return;
            self->request_ = {};
            self->step([&] {
                if (ec) return self->finish(failure(errc::proxy_failed, ec, ec.message()));
                self->read_some();
            });
        }));
}

void proxy_tunnel::read_some() {
    socket_.async_read_some(
        boost::asio::buffer(piece_),
        boost::asio::bind_executor(strand_, [self = shared_from_this()](error_code ec, std::size_t n) {
            if (!self->done_) return;
            self->step([&] {
                if (ec) return self->broken(ec == boost::asio::error::eof ? errc::connection_closed : ec);
                self->unread_.append(self->piece_.data(), n);
                self->read_reply();
            });
        }));
}

// Of the header nothing counts but the status: what it says of lengths is not of the tunnel (RFC 9110, section 9.3.6).
void proxy_tunnel::read_reply() {
    using result = wire::header_lines::result;
    std::string lines;
    result const got = reply_.take(unread_, lines);
    read_ += lines.size();
    if (got == result::malformed) return broken(errc::malformed_reply);
    if (got == result::bad_status) return broken(errc::bad_status);
    if (read_ + unread_.size() > header_limit) return broken(errc::header_too_large);
    got == result::more ? read_some() : on_reply(reply_.status());
}

void proxy_tunnel::broken(error_code cause) {
    finish(failure(errc::proxy_failed, cause, cause.message()));
}

void proxy_tunnel::on_reply(unsigned status) {
    if (status / 100 == 1 && status != 101) {  // more is to come
        reply_ = wire::header_lines(wire::dialect::lenient);
        return read_reply();
    }
    if (status / 100 != 2) {
        // Some answer 401 to a wrong credential. It can only be the proxy's own: the target speaks TLS.
        errc const code = status == 407 || status == 401 ? errc::proxy_auth_required : errc::proxy_failed;
        return finish(failure(code, error_code(static_cast<int>(status), http_category()),
                              "it answered " + std::to_string(status)));
    }
    // In TLS the client speaks first: who else would have sent these?
    if (!unread_.empty()) {
        return finish(failure(errc::proxy_failed, errc::malformed_reply, "it sent bytes behind its reply"));
    }
    tunnel_result result;
    result.tunnel.emplace(std::move(socket_));
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
