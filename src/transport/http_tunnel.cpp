// SPDX-License-Identifier: BSL-1.0
// A tunnel by HTTP `CONNECT`: one request, one reply. Nothing of the reply is shown but its status, for a proxy may
// repeat the credential that it was sent.
#include "transport/proxy_tunnel.hpp"
#include "wire/header_lines.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <initializer_list>
#include <memory>
#include <string>
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

class http_tunnel final : public proxy_tunnel {
public:
    static constexpr std::size_t header_limit = 16 * 1024;

    http_tunnel(strand s, process_socket socket, proxy_route const& route, std::string_view target)
        : proxy_tunnel(std::move(s), std::move(socket)), request_(make_request(route, target)) {}

private:
    std::shared_ptr<http_tunnel> self() { return std::static_pointer_cast<http_tunnel>(shared_from_this()); }

    void begin() override {
        std::string_view const request = request_.reveal();
        boost::asio::async_write(
            socket(), boost::asio::buffer(request.data(), request.size()),
            boost::asio::bind_executor(executor(), [self = self()](error_code ec, std::size_t) {
                self->request_ = {};
                self->step([&] { ec ? self->fail(errc::proxy_failed, ec, ec.message()) : self->read_some(); });
            }));
    }

    void read_some() {
        socket().async_read_some(boost::asio::buffer(piece_),
                                 boost::asio::bind_executor(executor(), [self = self()](error_code ec, std::size_t n) {
                                     self->step([&] {
                                         if (ec) return self->broken(ec);
                                         self->unread_.append(self->piece_.data(), n);
                                         self->read_reply();
                                     });
                                 }));
    }

    // Of the header nothing counts but the status: what it says of lengths is not of the tunnel (RFC 9110, section
    // 9.3.6).
    void read_reply() {
        using result = wire::header_lines::result;
        std::string lines;
        result const got = reply_.take(unread_, lines);
        read_ += lines.size();
        if (got == result::malformed) return broken(errc::malformed_reply);
        if (got == result::bad_status) return broken(errc::bad_status);
        if (read_ + unread_.size() > header_limit) return broken(errc::header_too_large);
        got == result::more ? read_some() : on_reply(reply_.status());
    }

    void on_reply(unsigned status) {
        if (status / 100 == 1 && status != 101) {  // more is to come
            reply_ = wire::header_lines(wire::dialect::lenient);
            return read_reply();
        }
        if (status / 100 != 2) {
            // Some answer 401 to a wrong credential. It can only be the proxy's own: the target speaks TLS.
            errc const code = status == 407 || status == 401 ? errc::proxy_auth_required : errc::proxy_failed;
            return fail(code, error_code(static_cast<int>(status), http_category()),
                        "it answered " + std::to_string(status));
        }
        // In TLS the client speaks first: who else would have sent these?
        if (!unread_.empty()) {
            return fail(errc::proxy_failed, errc::malformed_reply, "it sent bytes behind its reply");
        }
        succeed();
    }

    secret request_;
    wire::header_lines reply_{wire::dialect::lenient};
    std::array<char, 2048> piece_{};
    std::string unread_;
    std::size_t read_ = 0;  // of the header
};

}  // namespace

std::shared_ptr<proxy_tunnel> make_http_tunnel(strand s, process_socket socket, proxy_route const& route,
                                               std::string_view target) {
    return std::make_shared<http_tunnel>(std::move(s), std::move(socket), route, target);
}

}  // namespace oms::transport
