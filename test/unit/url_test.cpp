// SPDX-License-Identifier: BSL-1.0
#include "wire/url.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using oms::wire::parse_endpoint;
using oms::wire::parse_plain_endpoint;

namespace {

struct good_case {
    std::string url, host, host_header;
    unsigned port;
    bool literal;
};

struct bad_case {
    std::string url, reason;  // the reason holds this
};

}  // namespace

BOOST_AUTO_TEST_SUITE(url)

BOOST_AUTO_TEST_CASE(takes_hosts_with_ports) {
    std::string const name = "oms.cn-north-4.myhuaweicloud.com";
    good_case const cases[] = {
        {"https://" + name, name, name, 443, false},
        {"https://" + name + "/", name, name, 443, false},
        {name, name, name, 443, false},
        {"HTTPS://OMS.Example:443", "oms.example", "oms.example", 443, false},
        {"https://oms.example:8443/", "oms.example", "oms.example:8443", 8443, false},
        {"localhost:1", "localhost", "localhost:1", 1, false},
        {"a_b.c-d.xn--e1a", "a_b.c-d.xn--e1a", "a_b.c-d.xn--e1a", 443, false},
        {"https://OMS.Example.", "oms.example.", "oms.example", 443, false},
        {"oms.example.:8443/", "oms.example.", "oms.example:8443", 8443, false},
        {"127.0.0.1:65535", "127.0.0.1", "127.0.0.1:65535", 65535, true},
        {"https://255.0.10.199", "255.0.10.199", "255.0.10.199", 443, true},
        {"https://[::1]", "::1", "[::1]", 443, true},
        {"https://[::1]:8443", "::1", "[::1]:8443", 8443, true},
        {"[2001:DB8::a:0:1]:443/", "2001:db8::a:0:1", "[2001:db8::a:0:1]", 443, true},
        {"[1:2:3:4:5:6:7:8]", "1:2:3:4:5:6:7:8", "[1:2:3:4:5:6:7:8]", 443, true},
        {"[::]", "::", "[::]", 443, true},
        {"[1::]", "1::", "[1::]", 443, true},
        {"[::ffff:10.0.0.1]", "::ffff:10.0.0.1", "[::ffff:10.0.0.1]", 443, true},
        {"[1:2:3:4:5:6:1.2.3.4]", "1:2:3:4:5:6:1.2.3.4", "[1:2:3:4:5:6:1.2.3.4]", 443, true},
    };
    for (auto const& each : cases) {
        BOOST_TEST_CONTEXT(each.url) {
            std::string reason;
            auto const got = parse_endpoint(each.url, reason);
            BOOST_TEST(reason == "");
            BOOST_REQUIRE(got.has_value());
            BOOST_TEST(got->host == each.host);
            BOOST_TEST(got->host_header == each.host_header);
            BOOST_TEST(got->port == each.port);
            BOOST_TEST(got->literal == each.literal);
        }
    }
}

BOOST_AUTO_TEST_CASE(refuses_all_else_with_a_reason) {
    bad_case const cases[] = {
        {"", "empty"},
        {"https://", "lacks a host"},
        {"https:///", "lacks a host"},
        {":443", "lacks a host"},
        {"http://oms.example", "https://"},
        {"ftp://oms.example", "https://"},
        {"://oms.example", "https://"},
        {"https://user@oms.example", "user name"},
        {"https://user:pass@oms.example", "user name"},
        {"https://oms.example/v2", "without path"},
        {"https://oms.example//", "without path"},
        {"https://oms.example?x=1", "without path"},
        {"https://oms.example#x", "without path"},
        {"https://oms.example\\x", "without path"},
        {"https://oms example", "blanks"},
        {" https://oms.example", "blanks"},
        {"https://oms.example\r\nX: y", "blanks"},
        {"https://b\xC3\xBC"
         "cher.example",
         "xn--"},
        {"https://oms.example:", "port"},
        {"https://oms.example:0", "port"},
        {"https://oms.example:65536", "port"},
        {"https://oms.example:-1", "port"},
        {"https://oms.example:+1", "port"},
        {"https://oms.example:443x", "port"},
        {"https://[::1]8443", "port"},
        {"https://oms..example", "host name"},
        {"https://oms.example..", "host name"},
        {"https://.", "host name"},
        {"https://127.0.0.1.", "host name"},
        {"https://-oms.example", "host name"},
        {"https://oms-.example", "host name"},
        {"https://oms%2eexample", "host name"},
        {"https://*.example", "host name"},
        {"https://1.2.3", "host name or address"},
        {"https://256.1.1.1", "host name or address"},
        {"https://1.2.3.04", "host name or address"},
        {"https://1.2.3.4.5", "host name or address"},
        {"https://2130706433", "host name or address"},
        {"https://::1", "brackets"},
        {"https://2001:db8::1:443", "brackets"},
        {"https://[::1", "bracket"},
        {"https://[]", "host"},
        {"https://[::1%25eth0]", "IPv6"},
        {"https://[127.0.0.1]", "IPv6"},
        {"https://[1:2:3:4:5:6:7]", "IPv6"},
        {"https://[1:2:3:4:5:6:7:8:9]", "IPv6"},
        {"https://[1:2:3:4::5:6:7:8]", "IPv6"},
        {"https://[1::2::3]", "IPv6"},
        {"https://[:::1]", "IPv6"},
        {"https://[:1:2:3:4:5:6:7]", "IPv6"},
        {"https://[1:2:3:4:5:6:7:]", "IPv6"},
        {"https://[12345::]", "IPv6"},
        {"https://[g::]", "IPv6"},
        {"https://[1.2.3.4::]", "IPv6"},
        {"https://[::1.2.3]", "IPv6"},
        {"https://" + std::string(64, 'a') + ".example", "host name"},
    };
    for (auto const& each : cases) {
        BOOST_TEST_CONTEXT(each.url) {
            std::string reason;
            BOOST_TEST(!parse_endpoint(each.url, reason).has_value());
            BOOST_TEST(reason.find(each.reason) != std::string::npos, "reason: " << reason);
        }
    }
}

BOOST_AUTO_TEST_CASE(bounds_the_name) {
    std::string name = "a";
    while (name.size() < 253)
        name += ".a";
    std::string reason;
    BOOST_TEST(parse_endpoint(name, reason).has_value());
    BOOST_TEST(!parse_endpoint(name + "a.a", reason).has_value());
}

BOOST_AUTO_TEST_CASE(plain_ones_have_a_port_of_their_own) {
    good_case const cases[] = {
        {"http://169.254.169.254", "169.254.169.254", "169.254.169.254", 80, true},
        {"http://169.254.169.254:80/", "169.254.169.254", "169.254.169.254", 80, true},
        {"HTTP://http-meta.local:443", "http-meta.local", "http-meta.local:443", 443, false},
        {"http://[fe80::1]", "fe80::1", "[fe80::1]", 80, true},
        {"http://[fe80::1]:8080", "fe80::1", "[fe80::1]:8080", 8080, true},
    };
    for (good_case const& c : cases) {
        std::string reason;
        auto const parsed = parse_plain_endpoint(c.url, reason);
        BOOST_REQUIRE_MESSAGE(parsed, c.url << ": " << reason);
        BOOST_TEST(parsed->host == c.host);
        BOOST_TEST(parsed->port == c.port);
        BOOST_TEST(parsed->host_header == c.host_header);
        BOOST_TEST(parsed->literal == c.literal);
    }
    for (std::string const url : {"", "http", "http:/", "169.254.169.254", "https://169.254.169.254", "http://",
                                  "http://a/b", "http://http://a", "http://u@a", "http://a:0", "http://a b"}) {
        std::string reason;
        BOOST_TEST(!parse_plain_endpoint(url, reason), url);
        BOOST_TEST(!reason.empty(), url);
    }
}

BOOST_AUTO_TEST_CASE(a_label_has_63_characters_at_most) {
    std::string reason;
    BOOST_TEST(oms::wire::parse_endpoint(std::string(63, 'a') + ".example", reason).has_value(), reason);
    BOOST_TEST(!oms::wire::parse_endpoint(std::string(64, 'a') + ".example", reason).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
