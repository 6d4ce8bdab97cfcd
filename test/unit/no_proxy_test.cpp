// SPDX-License-Identifier: BSL-1.0
#include "wire/no_proxy.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>
#include <vector>

using oms::wire::no_proxy;

namespace {

struct rule_case {
    std::string rules;
    std::vector<std::string> covered, not_covered;
};

bool covers(std::string const& rules, std::string const& host, std::uint16_t port = 443) {
    std::string reason;
    auto const parsed = no_proxy::parse(rules, reason);
    BOOST_REQUIRE_MESSAGE(parsed.has_value(), reason);
    return parsed->covers(host, port);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(no_proxy_rules)

BOOST_AUTO_TEST_CASE(cover_names_and_addresses) {
    rule_case const cases[] = {
        {"", {}, {"example.com", "10.0.0.1", "::1", "localhost"}},
        {"*", {"example.com", "10.0.0.1", "::1"}, {}},
        {"example.com",
         {"example.com", "a.example.com", "b.a.example.com"},
         {"notexample.com", "example.org", "com", "example.com.org", "10.0.0.1"}},
        {"Example.COM.", {"example.com", "a.example.com"}, {"notexample.com"}},
        {".example.com", {"a.example.com", "b.a.example.com"}, {"example.com", "notexample.com"}},
        {"*.example.com", {"a.example.com"}, {"example.com"}},
        {"localhost", {"localhost", "a.localhost"}, {"127.0.0.1"}},
        {"10.0.0.1", {"10.0.0.1", "::ffff:10.0.0.1"}, {"10.0.0.10", "10.0.0.2", "a.10.0.0.1", "::10.0.0.1"}},
        {"10.0.0.0/8", {"10.0.0.0", "10.255.255.255"}, {"11.0.0.0", "9.255.255.255", "example.com"}},
        {"10.1.2.3/8", {"10.9.9.9"}, {"11.1.2.3"}},
        {"192.168.4.0/22", {"192.168.4.0", "192.168.7.255"}, {"192.168.3.255", "192.168.8.0"}},
        {"10.0.0.1/32", {"10.0.0.1"}, {"10.0.0.0"}},
        {"0.0.0.0/0", {"1.2.3.4", "255.0.0.1"}, {"::1", "2001:db8::1", "example.com"}},
        {"2001:DB8::1", {"2001:db8::1", "2001:db8:0:0:0:0:0:1"}, {"2001:db8::2"}},
        {"[2001:db8::1]", {"2001:db8::1"}, {"2001:db8::2"}},
        {"2001:db8::/32", {"2001:db8::", "2001:db8:ffff::1"}, {"2001:db9::", "32.1.13.184"}},
        {"fd00::/9", {"fd00::1", "fd7f::1"}, {"fd80::1"}},
        {"::/0", {"::1", "2001:db8::1"}, {"1.2.3.4", "::ffff:1.2.3.4"}},
        {"::ffff:10.0.0.0/104", {"10.1.1.1"}, {"11.1.1.1"}},
        {"1:2:3:4:5:6:7:8", {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:0.7.0.8"}, {"1:2:3:4:5:6:7:9"}},
        {"a.example, b.example\t10.0.0.0/8 ,,  .c.example ,",
         {"a.example", "b.example", "10.1.1.1", "x.c.example"},
         {"c.example", "d.example"}},
        {"b_x.xn--e1a", {"b_x.xn--e1a"}, {}},
    };
    for (auto const& each : cases) {
        BOOST_TEST_CONTEXT(each.rules) {
            for (auto const& host : each.covered)
                BOOST_TEST(covers(each.rules, host), host);
            for (auto const& host : each.not_covered)
                BOOST_TEST(!covers(each.rules, host), host);
        }
    }
}

BOOST_AUTO_TEST_CASE(count_for_their_port_only) {
    for (auto const* rules : {"example.com:8443", "*:8443", ".com:8443"}) {
        BOOST_TEST(covers(rules, "example.com", 8443));
        BOOST_TEST(!covers(rules, "example.com", 443));
    }
    BOOST_TEST(covers("10.0.0.0/8:443", "10.1.1.1", 443));
    BOOST_TEST(!covers("10.0.0.0/8:443", "10.1.1.1", 80));
    BOOST_TEST(covers("[2001:db8::1]:443", "2001:db8::1", 443));
    BOOST_TEST(!covers("[2001:db8::1]:443", "2001:db8::1", 444));
    BOOST_TEST(covers("[2001:db8::/32]:443", "2001:db8::9", 443));
    BOOST_TEST(covers("2001:db8::1:443", "2001:db8::1:443", 80));  // without brackets it is all address
}

BOOST_AUTO_TEST_CASE(link_local_addresses_are_always_covered) {
    for (auto const* host : {"169.254.169.254", "169.254.0.1", "::ffff:169.254.1.1", "fe80::1", "febf::1"}) {
        BOOST_TEST(no_proxy().covers(host, 80), host);
    }
    for (auto const* host : {"169.253.0.1", "169.255.0.1", "fec0::1", "::1", "127.0.0.1", "fe80.example"}) {
        BOOST_TEST(!no_proxy().covers(host, 80), host);
    }
}

BOOST_AUTO_TEST_CASE(refuses_malformed_rules_and_names_them) {
    for (auto const* wrong : {"10.0.0.0/33",
                              "10.0.0/8",
                              "10.0.0.256",
                              "10.0.0.01",
                              "169.254",
                              "10.0.0.0/",
                              "10.0.0.0/x",
                              "10.0.0.0/-1",
                              "2001:db8::/129",
                              "1::2::3",
                              "1:2:3",
                              "1:2:3:4:5:6:7:8:9",
                              "12345::1",
                              "::1/",
                              "[::1",
                              "[::1]x",
                              "[example.com]",
                              "[10.0.0.1]",
                              "[::1]:",
                              "[::1]:0",
                              "example.com:",
                              "example.com:0",
                              "example.com:65536",
                              "example.com:x",
                              "http://proxy",
                              "a/b",
                              "a..b",
                              ".",
                              "..a",
                              "*.",
                              "*a",
                              "a.*",
                              "<local>",
                              "b\xc3\xbc"
                              "cher.example",
                              "1:2:3:4:5:6:7::8",
                              "::g"}) {
        BOOST_TEST_CONTEXT(wrong) {
            std::string reason;
            BOOST_TEST(!no_proxy::parse(std::string("good.example, ") + wrong + " ,*", reason).has_value());
            BOOST_TEST(reason.find(std::string("\"") + wrong + "\"") != std::string::npos, reason);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
