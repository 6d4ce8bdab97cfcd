// SPDX-License-Identifier: BSL-1.0
#include "wire/proxy_url.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using oms::wire::parse_proxy_url;

namespace {

struct good_case {
    std::string url, host, peer;
    unsigned port;
    bool literal;
    std::string authorization;
};

struct bad_case {
    std::string url, reason;  // the reason holds this
};

}  // namespace

BOOST_AUTO_TEST_SUITE(proxy_url)

BOOST_AUTO_TEST_CASE(takes_hosts_with_ports) {
    good_case const cases[] = {
        {"http://proxy.example:3128", "proxy.example", "proxy.example:3128", 3128, false, ""},
        {"HTTP://Proxy.Example:3128/", "proxy.example", "proxy.example:3128", 3128, false, ""},
        {"http://proxy", "proxy", "proxy:80", 80, false, ""},
        {"http://proxy/", "proxy", "proxy:80", 80, false, ""},
        {"proxy:443", "proxy", "proxy:443", 443, false, ""},
        {"http://10.1.2.3", "10.1.2.3", "10.1.2.3:80", 80, true, ""},
        {"http://[2001:DB8::1]", "2001:db8::1", "[2001:db8::1]:80", 80, true, ""},
        {"http://[::1]:8080/", "::1", "[::1]:8080", 8080, true, ""},
    };
    for (auto const& each : cases) {
        BOOST_TEST_CONTEXT(each.url) {
            std::string reason;
            auto const got = parse_proxy_url(each.url, reason);
            BOOST_TEST(reason == "");
            BOOST_REQUIRE(got.has_value());
            BOOST_TEST(got->host == each.host);
            BOOST_TEST(got->port == each.port);
            BOOST_TEST(got->peer == each.peer);
            BOOST_TEST(got->literal == each.literal);
            BOOST_TEST(got->authorization.reveal() == each.authorization);
        }
    }
}

BOOST_AUTO_TEST_CASE(makes_the_basic_credential) {
    good_case const cases[] = {
        // The example of RFC 7617.
        {"http://Aladdin:open%20sesame@p:1", "p", "p:1", 1, false, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
        {"http://user:pass@p:1", "p", "p:1", 1, false, "Basic dXNlcjpwYXNz"},
        {"user:pass@p", "p", "p:80", 80, false, "Basic dXNlcjpwYXNz"},
        {"http://u@p", "p", "p:80", 80, false, "Basic dTo="},
        {"http://u:@p", "p", "p:80", 80, false, "Basic dTo="},
        {"http://:p@p", "p", "p:80", 80, false, "Basic OnA="},
        {"http://u:a:b@p", "p", "p:80", 80, false, "Basic dTphOmI="},
        {"http://u:a%3Ab@p", "p", "p:80", 80, false, "Basic dTphOmI="},         // "u:a:b"
        {"http://u:%40%2f%3F%23@p", "p", "p:80", 80, false, "Basic dTpALz8j"},  // "u:@/?#"
        {"http://u:%c3%a9@p", "p", "p:80", 80, false, "Basic dTrDqQ=="},        // UTF-8
        {"http://u:!$&'()*+,;=@[::1]", "::1", "[::1]:80", 80, true, "Basic dTohJCYnKCkqKyw7PQ=="},
    };
    for (auto const& each : cases) {
        BOOST_TEST_CONTEXT(each.url) {
            std::string reason;
            auto const got = parse_proxy_url(each.url, reason);
            BOOST_REQUIRE(got.has_value());
            BOOST_TEST(got->authorization.reveal() == each.authorization);
            BOOST_TEST(got->host == each.host);
            BOOST_TEST(got->peer == each.peer);
        }
    }
}

BOOST_AUTO_TEST_CASE(takes_socks_with_a_user_and_a_password) {
    using protocol = oms::wire::proxy_url::protocol;
    for (std::string const scheme : {"socks5", "socks5h", "SOCKS5"}) {
        std::string reason;
        auto const plain = parse_proxy_url(scheme + "://proxy", reason);
        BOOST_REQUIRE(plain.has_value());
        BOOST_TEST((plain->speaks == protocol::socks5));
        BOOST_TEST(plain->peer == "proxy:1080");
        BOOST_TEST(plain->user.empty());
        auto const whole = parse_proxy_url(scheme + "://u%3Aser:p%40ss@[::1]:9/", reason);
        BOOST_REQUIRE(whole.has_value());
        BOOST_TEST(whole->peer == "[::1]:9");
        BOOST_TEST(whole->user.reveal() == "u:ser");
        BOOST_TEST(whole->password.reveal() == "p@ss");
        BOOST_TEST(whole->authorization.empty());
    }
    std::string reason;
    auto const http = parse_proxy_url("http://u:p@proxy", reason);
    BOOST_REQUIRE(http.has_value());
    BOOST_TEST((http->speaks == protocol::http));
    BOOST_TEST(http->user.empty());
}

BOOST_AUTO_TEST_CASE(takes_https_as_http_with_another_port) {
    using protocol = oms::wire::proxy_url::protocol;
    good_case const cases[] = {
        {"https://Proxy.Example", "proxy.example", "proxy.example:443", 443, false, ""},
        {"HTTPS://proxy:8443/", "proxy", "proxy:8443", 8443, false, ""},
        {"https://u:%40ss@[::1]", "::1", "[::1]:443", 443, true, "Basic dTpAc3M="},
    };
    for (auto const& each : cases) {
        BOOST_TEST_CONTEXT(each.url) {
            std::string reason;
            auto const got = parse_proxy_url(each.url, reason);
            BOOST_REQUIRE(got.has_value());
            BOOST_TEST((got->speaks == protocol::https));
            BOOST_TEST(got->host == each.host);
            BOOST_TEST(got->port == each.port);
            BOOST_TEST(got->peer == each.peer);
            BOOST_TEST(got->literal == each.literal);
            BOOST_TEST(got->authorization.reveal() == each.authorization);
            BOOST_TEST(got->user.empty());
        }
    }
}

BOOST_AUTO_TEST_CASE(refuses_the_rest_and_does_not_show_it) {
    std::string const credential = "user name or password";
    bad_case const cases[] = {
        {"", "is empty"},
        {"http://", "is empty"},
        {"ftp://proxy:1", "https://"},
        {"https://s3cret:s3cret@proxy/path", "path"},
        {"https://s3:cret%7f@proxy", credential},
        {"socks4://s3cret:s3cret@proxy:1", "socks5://"},
        {"socks5://:s3cret@proxy:1", "SOCKS"},
        {"socks5://s3" + std::string(254, 'x') + "@proxy:1", "SOCKS"},
        {"socks5://s3cret:s3" + std::string(254, 'x') + "@proxy:1", "SOCKS"},
        {"http://s3cret:s3cret@", "is empty"},
        {"http://s3cret:s3cret@:1", "host"},
        {"http://s3cret:s3cret@proxy:s3cret", "port"},
        {"http://s3cret:s3cret@proxy:0", "port"},
        {"http://s3cret:s3cret@proxy:65536", "port"},
        {"http://s3cret:s3cret@proxy/path", "path"},
        {"http://s3cret:s3cret@proxy?s3cret", "path"},
        {"http://s3cret:s3cret@http://proxy", "scheme"},
        {"http://s3cret:s3cret@prox y", "blanks"},
        {"http://s3cret:s3cret@b\xc3\xbc"
         "cher",
         "xn--"},
        {"http://s3cret:s3cret@2001:db8::1", "brackets"},
        {"http://@proxy", credential},
        {"http://s3cret:s3cret/@proxy", credential},
        {"http://s3cret:s3cret#@proxy", credential},
        {"http://s3cret:s3@cret@proxy", credential},
        {"http://s3cret:s3cret%@proxy", credential},
        {"http://s3cret:s3cret%4@proxy", credential},
        {"http://s3cret:s3cret%4g@proxy", credential},
        {"http://s3cret:s3cret%-1@proxy", credential},
        {"http://s3cret:s3cret%0d%0a@proxy", credential},
        {"http://s3cret:s3cret%00@proxy", credential},
        {"http://s3:cret%7f@proxy", credential},
        {"http://s3%3Acret:s3cret@proxy", credential},
        {"http://s3cret:s3cr\xc3\xa9t@proxy", credential},
        {"http://s3cret", ""},  // a host, and a good one
    };
    for (auto const& each : cases) {
        BOOST_TEST_CONTEXT(each.url) {
            std::string reason;
            auto const got = parse_proxy_url(each.url, reason);
            BOOST_TEST(got.has_value() == each.reason.empty());
            BOOST_TEST(reason.find(each.reason) != std::string::npos, reason);
            BOOST_TEST(reason.find("s3") == std::string::npos, reason);
        }
    }
}

// The last one ends the user's part, whose own are to be encoded: it may be in a password, which no text repeats.
BOOST_AUTO_TEST_CASE(a_second_at_sign_is_the_users) {
    std::string reason;
    BOOST_TEST(!parse_proxy_url("http://user:pa@ss@proxy.example", reason).has_value());
    BOOST_TEST(reason.starts_with("has a malformed user name or password"), reason);
}

BOOST_AUTO_TEST_CASE(socks_takes_names_and_passwords_of_255_bytes) {
    std::string const most(255, 'x');
    std::string reason;
    BOOST_TEST(parse_proxy_url("socks5://" + most + ":" + most + "@proxy.example", reason).has_value(), reason);
    BOOST_TEST(!parse_proxy_url("socks5://" + most + "x:p@proxy.example", reason).has_value());
    BOOST_TEST(!parse_proxy_url("socks5://u:" + most + "x@proxy.example", reason).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
