// SPDX-License-Identifier: BSL-1.0
//
// A SOCKS 5 handshake, byte by byte as RFC 1928 and RFC 1929 have them.
#include "wire/socks.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

using namespace std::string_literals;
using oms::secret;
using oms::wire::socks_handshake;
using step = oms::wire::socks_handshake::step;

namespace {

std::string hex(std::string_view bytes) {
    static char const digits[] = "0123456789abcdef";
    std::string out;
    for (char c : bytes) {
        auto const b = static_cast<unsigned char>(c);
        out += {digits[b >> 4U], digits[b & 15U]};
    }
    return out;
}

// What it sends, in hexadecimal.
std::string send(socks_handshake& h) {
    BOOST_REQUIRE((h.next() == step::send));
    std::string const out = hex(h.output());
    h.sent();
    BOOST_TEST(h.output().empty());
    return out;
}

void answer(socks_handshake& h, std::string const& bytes) {
    BOOST_REQUIRE((h.next() == step::receive));
    BOOST_REQUIRE(h.wanted() == bytes.size());
    h.received(bytes);
}

// Until its request is answered.
socks_handshake asked(std::string_view target = "host") {
    socks_handshake h(target, 443);
    send(h);
    answer(h, "\5\0"s);
    send(h);
    return h;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(socks)

BOOST_AUTO_TEST_CASE(a_name_is_the_proxys_to_look_up) {
    socks_handshake h("oms.example", 443);
    BOOST_TEST(send(h) == "050100");
    answer(h, "\5\0"s);
    BOOST_TEST(send(h) == "05010003" + hex("\13oms.example") + "01bb");
    answer(h, "\5\0\0\1\177"s);
    answer(h, "\0\0\1\4\70"s);
    BOOST_TEST((h.next() == step::done));
}

BOOST_AUTO_TEST_CASE(addresses_are_sent_as_such) {
    socks_handshake four("192.0.2.1", 65535);
    send(four);
    answer(four, "\5\0"s);
    BOOST_TEST(send(four) == "05010001c0000201ffff");
    socks_handshake six("2001:db8::1", 1);
    send(six);
    answer(six, "\5\0"s);
    BOOST_TEST(send(six) == "0501000420010db80000000000000000000000010001");
}

BOOST_AUTO_TEST_CASE(it_logs_in_where_it_is_asked_to) {
    for (bool const wanted : {true, false}) {
        socks_handshake h("h", 443, secret("user"), secret("p@ss"));
        BOOST_TEST(send(h) == "05020002");
        answer(h, wanted ? "\5\2"s : "\5\0"s);
        if (wanted) {
            BOOST_TEST(send(h) == "0104" + hex("user") + "04" + hex("p@ss"));
            answer(h, "\1\0"s);
        }
        BOOST_TEST(send(h) == "050100030168" + "01bb"s);
    }
}

BOOST_AUTO_TEST_CASE(the_longest_name_and_password_fit) {
    std::string const longest(255, 'x');
    socks_handshake h(longest, 443, secret(longest), secret(longest));
    send(h);
    answer(h, "\5\2"s);
    BOOST_TEST(send(h) == "01ff" + hex(longest) + "ff" + hex(longest));
    answer(h, "\1\0"s);
    BOOST_TEST(send(h) == "05010003ff" + hex(longest) + "01bb");
}

BOOST_AUTO_TEST_CASE(a_credential_that_is_wanted_or_wrong_is_told_apart) {
    socks_handshake without("h", 443);
    send(without);
    answer(without, "\5\377"s);
    BOOST_TEST((without.next() == step::denied));
    for (char const status : {'\1', '\377'}) {
        socks_handshake wrong("h", 443, secret("u"), secret("p"));
        send(wrong);
        answer(wrong, "\5\2"s);
        send(wrong);
        answer(wrong, "\1"s + status);
        BOOST_TEST((wrong.next() == step::denied));
    }
}

BOOST_AUTO_TEST_CASE(each_kind_of_address_is_read_whole) {
    struct row {
        std::string head;
        std::size_t rest;
    };
    for (row const& r :
         {row{"\5\0\0\1\0"s, 5}, row{"\5\0\0\4\0"s, 17}, row{"\5\0\0\3\0"s, 2}, row{"\5\0\0\3\377"s, 257}}) {
        socks_handshake h = asked();
        answer(h, r.head);
        BOOST_TEST(h.wanted() == r.rest);
        answer(h, std::string(r.rest, '\0'));
        BOOST_TEST((h.next() == step::done));
    }
}

BOOST_AUTO_TEST_CASE(each_refusal_has_its_words) {
    for (int code = 1; code < 256; ++code) {
        socks_handshake h = asked();
        answer(h, "\5"s + static_cast<char>(code) + "\0\1\0"s);
        BOOST_TEST((h.next() == step::failed));
        BOOST_TEST(!h.malformed());
        BOOST_TEST(!h.reason().empty());
        BOOST_TEST((h.reason() == "it gave no reason") == (code > 8));
        if (code == 5) BOOST_TEST(h.reason() == "the host refused it");
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_socks_5_fails) {
    for (std::string const& bytes : {"HT"s, "\4\0"s, "\0\0"s, "\5\1"s, "\5\2"s}) {  // nobody offered to log in
        socks_handshake h("h", 443);
        send(h);
        answer(h, bytes);
        BOOST_TEST((h.next() == step::failed));
        BOOST_TEST(h.malformed());
    }
    for (std::string const& bytes : {"\4\0\0\1\0"s, "\5\0\0\2\0"s, "\5\0\0\0\0"s, "\5\0\0\377\0"s}) {
        socks_handshake h = asked();
        answer(h, bytes);
        BOOST_TEST((h.next() == step::failed));
        BOOST_TEST(h.malformed());
    }
}

BOOST_AUTO_TEST_SUITE_END()
