// SPDX-License-Identifier: BSL-1.0
#include "wire/http_connect.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <string>
#include <string_view>

using namespace oms;
using wire::http_connect;
using step = http_connect::step;

namespace {

// In pieces; nothing may come behind an end.
step feed(http_connect& to, std::string_view reply, std::size_t piece) {
    step last = step::receive;
    for (std::size_t at = 0; at < reply.size() && last == step::receive; at += piece)
        last = to.received(reply.substr(at, piece));
    return last;
}

http_connect made() {
    return http_connect("oms.example:443", "oms-cpp/test", secret());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_connect_requests)

BOOST_AUTO_TEST_CASE(has_the_credential_until_it_was_sent) {
    BOOST_TEST(made().request() ==
               "CONNECT oms.example:443 HTTP/1.1\r\nHost: oms.example:443\r\nUser-Agent: oms-cpp/test\r\n\r\n");
    http_connect with("[::1]:443", "agent", secret("Basic dTpw"));
    BOOST_TEST(with.request() ==
               "CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\nUser-Agent: agent\r\n"
               "Proxy-Authorization: Basic dTpw\r\n\r\n");
    with.sent();
    BOOST_TEST(with.request().empty());
}

BOOST_AUTO_TEST_CASE(has_a_tunnel_by_2xx_however_it_comes) {
    for (std::string_view const reply : {std::string_view("HTTP/1.1 200 Connection established\r\n\r\n"),
                                         std::string_view("HTTP/1.0 200\nVia : old\n\n"),
                                         std::string_view("HTTP/1.1 204 \r\nContent-Length: 9\r\n\r\n"),
                                         std::string_view("HTTP/1.1 100\r\n\r\nHTTP/1.1 200 OK\r\n\r\n")}) {
        for (std::size_t const piece : {std::size_t{1}, std::size_t{7}, reply.size()}) {
            http_connect c = made();
            BOOST_TEST_CONTEXT(reply << piece) {
                BOOST_CHECK(feed(c, reply, piece) == step::done);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(has_none_by_anything_else_and_says_why) {
    struct bad_reply {
        std::string reply;
        errc code;
        error_code cause;
        std::string_view says;
    };
    auto const status = [](int value) { return error_code(value, http_category()); };
    bad_reply const cases[] = {
        {"HTTP/1.1 407 s3cret\r\nX: s3cret\r\n\r\n", errc::proxy_auth_required, status(407), "it answered 407"},
        {"HTTP/1.0 401 s3cret\r\n\r\n", errc::proxy_auth_required, status(401), "it answered 401"},
        {"HTTP/1.1 101 s3cret\r\n\r\n", errc::proxy_failed, status(101), "it answered 101"},
        {"HTTP/1.1 503 s3cret\r\n\r\n", errc::proxy_failed, status(503), "it answered 503"},
        {"SSH-2.0-s3cret\r\n", errc::proxy_failed, errc::malformed_reply, "no HTTP"},
        {"HTTP/1.1 600 s3cret\r\n", errc::proxy_failed, errc::bad_status, "outside"},
        {"HTTP/1.1 200 OK\r\nX: " + std::string(17'000, 's'), errc::proxy_failed, errc::header_too_large, "header"},
    };
    for (auto const& each : cases) {
        for (std::size_t const piece : {std::size_t{1}, std::size_t{100}}) {
            BOOST_TEST_CONTEXT(each.reply.substr(0, 40) << piece) {
                http_connect c = made();
                BOOST_CHECK(feed(c, each.reply, piece) == step::failed);
                BOOST_CHECK(c.code() == each.code);
                BOOST_TEST(c.cause() == each.cause, c.cause().message());
                BOOST_TEST(c.reason().find(each.says) != std::string::npos, c.reason());
                BOOST_TEST(c.reason().find("s3cret") == std::string::npos, c.reason());
            }
        }
    }
    http_connect c = made();
    BOOST_CHECK(c.received("HTTP/1.1 200 OK\r\n\r\nx") == step::failed);
    BOOST_TEST(c.reason() == "it sent bytes behind its reply");
}

BOOST_AUTO_TEST_CASE(a_header_without_an_end_is_too_large_however_it_comes) {
    auto connect = made();
    std::string reply = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 1000; ++i)
        reply += "X-More: of the same kind\r\n";
    BOOST_TEST((feed(connect, reply, 100) == step::failed));
    BOOST_TEST((connect.cause() == errc::header_too_large));
}

BOOST_AUTO_TEST_SUITE_END()
