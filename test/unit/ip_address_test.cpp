// SPDX-License-Identifier: BSL-1.0
#include "wire/ip_address.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using namespace oms::wire;

namespace {

std::string bytes(std::string_view text) {
    auto const parsed = parse_ip_address(text);
    if (!parsed) return "none";
    std::string out;
    for (std::uint8_t byte : *parsed) {
        out += "0123456789abcdef"[byte >> 4U];
        out += "0123456789abcdef"[byte & 15U];
    }
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ip_addresses)

BOOST_AUTO_TEST_CASE(of_version_4) {
    BOOST_TEST(bytes("192.0.2.1") == "00000000000000000000ffffc0000201");
    BOOST_TEST(bytes("0.0.0.0") == "00000000000000000000ffff00000000");
    BOOST_TEST(bytes("255.255.255.255") == "00000000000000000000ffffffffffff");
    for (char const* const wrong :
         {"", "1", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "256.1.1.1", "1.2.3.04", "1.2.3.4 ", " 1.2.3.4",
          "+1.2.3.4", "-1.2.3.4", "0x1.2.3.4", "1.2.3.4/8"}) {
        BOOST_TEST(bytes(wrong) == "none", wrong);
    }
}

BOOST_AUTO_TEST_CASE(of_version_6) {
    BOOST_TEST(bytes("::") == std::string(32, '0'));
    BOOST_TEST(bytes("::1") == std::string(31, '0') + "1");
    BOOST_TEST(bytes("1::") == "0001" + std::string(28, '0'));
    BOOST_TEST(bytes("2001:db8::c000:201") == "20010db80000000000000000c0000201");
    BOOST_TEST(bytes("2001:DB8::192.0.2.1") == "20010db80000000000000000c0000201");
    BOOST_TEST(bytes("1:2:3:4:5:6:7:8") == "00010002000300040005000600070008");
    BOOST_TEST(bytes("1:2:3:4:5:6:1.2.3.4") == "00010002000300040005000601020304");
    BOOST_TEST(bytes("1:2:3:4:5:6:7::") == "00010002000300040005000600070000");
    BOOST_TEST(bytes("::2:3:4:5:6:7:8") == "00000002000300040005000600070008");
    BOOST_TEST(bytes("::ffff:192.0.2.1") == bytes("192.0.2.1"));
    // No more than one gap, which stands for a group at least; an address of version 4 at the end alone.
    for (char const* const wrong : {":",
                                    ":::",
                                    "1",
                                    "1:",
                                    ":1",
                                    "1:2",
                                    "1:2:3:4:5:6:7",
                                    "1:2:3:4:5:6:7:8:9",
                                    "1::2::3",
                                    "1:2:3:4::5:6:7:8",
                                    "1.2.3.4::",
                                    "1.2.3.4::1",
                                    "1:2:3:4:5:6:7:1.2.3.4",
                                    "::1.2.3",
                                    "::1.2.3.4:5",
                                    "12345::",
                                    "g::",
                                    "::1%1",
                                    "[::1]",
                                    "::1 ",
                                    "+1::",
                                    "0x1::"}) {
        BOOST_TEST(bytes(wrong) == "none", wrong);
    }
}

BOOST_AUTO_TEST_CASE(with_a_port) {
    BOOST_TEST(host_and_port("oms.example", 443) == "oms.example:443");
    BOOST_TEST(host_and_port("192.0.2.1", 1) == "192.0.2.1:1");
    BOOST_TEST(host_and_port("2001:db8::1", 65535) == "[2001:db8::1]:65535");
}

BOOST_AUTO_TEST_CASE(a_group_has_four_digits_at_most) {
    BOOST_TEST(oms::wire::parse_ip_address("0001::").has_value());
    BOOST_TEST(!oms::wire::parse_ip_address("00001::").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
