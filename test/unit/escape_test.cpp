// SPDX-License-Identifier: BSL-1.0
#include "wire/escape.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(escape)

BOOST_AUTO_TEST_CASE(text_is_escaped_whole_characters_at_a_time) {
    using oms::wire::escaped;
    BOOST_TEST(escaped("") == "");
    BOOST_TEST(escaped("plain \\ text") == "plain \\ text");
    BOOST_TEST(escaped("\xe2\x82\xac\xf0\x9f\x98\x80\xc2\xa0") == "\xe2\x82\xac\xf0\x9f\x98\x80\xc2\xa0");
    BOOST_TEST(escaped("\xc0\xaf") == "\\xc0\\xaf");                    // overlong
    BOOST_TEST(escaped("\xe0\x9f\xbf") == "\\xe0\\x9f\\xbf");           // overlong
    BOOST_TEST(escaped("\xf0\x8f\xbf\xbf") == "\\xf0\\x8f\\xbf\\xbf");  // overlong
    BOOST_TEST(escaped("\xed\xa0\x80") == "\\xed\\xa0\\x80");           // surrogate
    BOOST_TEST(escaped("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");  // above U+10FFFF
    BOOST_TEST(escaped("\xe2\x82"
                       "a") ==
               "\\xe2\\x82"
               "a");  // cut short
    BOOST_TEST(escaped("\xe2\x82") == "\\xe2\\x82");
    BOOST_TEST(escaped("a\xe2\x82\xac", 3) == "a");
    BOOST_TEST(escaped("a\xe2\x82\xac", 4) == "a\xe2\x82\xac");
    BOOST_TEST(escaped("a\nb", 2) == "a");
    BOOST_TEST(escaped("a\nb", 3) == "a\\n");
    BOOST_TEST(escaped("abc", 0) == "");
}

BOOST_AUTO_TEST_SUITE_END()
