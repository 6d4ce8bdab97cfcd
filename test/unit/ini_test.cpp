// SPDX-License-Identifier: BSL-1.0
#include "wire/ini.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using oms::wire::read_ini_section;

namespace {

// The value of `sk` in `[basic]`; "-" where there is none.
std::string sk_of(std::string_view text) {
    auto const section = read_ini_section(text, "basic");
    if (!section) return "no section";
    auto const found = section->find("sk");
    return found == section->end() ? "-" : std::string(found->second);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ini)

BOOST_AUTO_TEST_CASE(takes_keys_and_values) {
    BOOST_TEST(sk_of("[basic]\nsk = value\n") == "value");
    BOOST_TEST(sk_of("[basic]\nsk=value") == "value");
    BOOST_TEST(sk_of("[basic]\nsk: value\n") == "value");
    BOOST_TEST(sk_of("[basic]\r\n  SK =\tvalue \r\n") == "value");
    BOOST_TEST(sk_of("\xEF\xBB\xBF[ basic ]\nSk = value\n") == "value");
    BOOST_TEST(sk_of("[basic]\nsk =\n").empty());
}

BOOST_AUTO_TEST_CASE(a_value_is_what_it_is) {
    BOOST_TEST(sk_of("[basic]\nsk = a%b%%c\n") == "a%b%%c");
    BOOST_TEST(sk_of("[basic]\nsk = a=b:c\n") == "a=b:c");
    BOOST_TEST(sk_of("[basic]\nsk = a ; b # c\n") == "a ; b # c");
    BOOST_TEST(sk_of("[basic]\nsk = \"quoted\"\n") == "\"quoted\"");
}

BOOST_AUTO_TEST_CASE(passes_over_the_rest) {
    BOOST_TEST(sk_of("# sk = a\n; sk = b\n[basic]\n#sk = c\n;sk = d\nnoise\n") == "-");
    BOOST_TEST(sk_of("sk = before\n[global]\nsk = other\n") == "no section");
    BOOST_TEST(sk_of("[BASIC]\nsk = other\n") == "no section");
    BOOST_TEST(sk_of("") == "no section");
    BOOST_TEST(sk_of("[basic]\nsk = a\n[global]\nsk = b\n") == "a");
}

BOOST_AUTO_TEST_CASE(of_what_comes_twice_the_last_counts) {
    BOOST_TEST(sk_of("[basic]\nsk = a\nsk = b\n") == "b");
    BOOST_TEST(sk_of("[basic]\nsk = a\n[global]\nx = y\n[basic]\nsk = c\n") == "c");
}

BOOST_AUTO_TEST_CASE(a_comment_is_no_key) {
    auto const section = read_ini_section("[basic]\n;a = b\n#c = d\n ; e: f\nsk = g\n", "basic");
    BOOST_REQUIRE(section.has_value());
    BOOST_TEST(section->size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
