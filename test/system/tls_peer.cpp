// SPDX-License-Identifier: BSL-1.0
#include "system/tls_peer.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <string_view>
#include <utility>

namespace oms::test {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

void check(bool good, char const* what) {
    if (!good) testing::throw_openssl_error(what);
}

testing::ssl_ctx_ptr make_context(testing::identity const& own, peer_manner const& manner) {
    testing::ssl_ctx_ptr context(SSL_CTX_new(TLS_server_method()));
    check(context != nullptr, "context");
    SSL_CTX_set_security_level(context.get(), 0);
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(context.get(), 0);
    check(SSL_CTX_set_min_proto_version(context.get(), manner.min_version) == 1 &&
              SSL_CTX_set_max_proto_version(context.get(), manner.max_version) == 1,
          "versions");
    check(SSL_CTX_use_certificate(context.get(), own.certificate.get()) == 1 &&
              SSL_CTX_use_PrivateKey(context.get(), own.key.get()) == 1,
          "certificate");
    if (manner.sent_root != nullptr) check(SSL_CTX_add1_chain_cert(context.get(), manner.sent_root) == 1, "chain");
    if (manner.client_root != nullptr) {
        SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
        check(X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), manner.client_root) == 1, "root");
    }
    return context;
}

}  // namespace

tls_peer::tls_peer(testing::identity const& own, peer_manner manner)
    : manner_(manner),
      tls_(make_context(own, manner_)),
      acceptor_(context_, {manner.address != nullptr ? asio::ip::make_address(manner.address)
                           : manner.ipv6             ? asio::ip::address(asio::ip::address_v6::loopback())
                                                     : asio::ip::address(asio::ip::address_v4::loopback()),
                           manner.port}),
      thread_([this] { run(); }) {}

tls_peer::~tls_peer() {
    stopping_ = true;
    boost::system::error_code ignored;
    tcp::socket(context_).connect(acceptor_.local_endpoint(), ignored);  // wakes it
    thread_.join();
}

void tls_peer::run() {
    for (;;) {
        boost::system::error_code code;
        tcp::socket client = acceptor_.accept(code);
        if (code || stopping_) return;
        serve(std::move(client));
    }
}

void tls_peer::serve(tcp::socket client) {
    testing::tls_session session(*tls_);
    std::string request;
    std::array<char, 16 * 1024> buffer;
    boost::system::error_code code;
    std::size_t room = manner_.cut_after;
    // Whether there may be more.
    auto const send = [&](std::string_view bytes) {
        bool const whole = bytes.size() < room;
        bytes = bytes.substr(0, room);
        asio::write(client, asio::buffer(bytes.data(), bytes.size()), code);
        room -= bytes.size();
        if (!whole && manner_.resets) client.set_option(tcp::socket::linger(true, 0), code);
        return whole;
    };
    progress_ = peer_progress::handshake;
    for (;;) {
        std::size_t const size = client.read_some(asio::buffer(buffer), code);
        if (code || manner_.what == peer_manner::kind::close_at_hello) return;
        if (manner_.what == peer_manner::kind::speak_http) {
            send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
            return;
        }
        auto const state = session.receive({buffer.data(), size}, request);
        bool const complete = request.ends_with("\r\n\r\n");
        std::size_t reply_size = 0;
        if (complete) {
            session.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            reply_size = session.output().size();
            session.send_close_notify();
        }
        std::string_view const out = session.output();
        if (manner_.what == peer_manner::kind::cut_handshake) {
            send(out.substr(0, out.size() / 2));
            return;
        }
        if (complete) {
            progress_ = reply_size <= room ? peer_progress::answered : peer_progress::asked;
        } else if (session.established() && out.size() <= room) {
            progress_ = peer_progress::shaken;
        }
        if (!send(out)) return;
        session.clear_output();
        if (complete || state == testing::tls_session::state::closed) return;
    }
}

}  // namespace oms::test
