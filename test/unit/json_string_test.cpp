// SPDX-License-Identifier: BSL-1.0
#include "wire/json_string.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_SUITE(json_strings)

BOOST_AUTO_TEST_CASE(every_byte_comes_back) {
    for (int i = 0; i < 128; ++i) {
        std::string const text{'a', static_cast<char>(i), 'b'};
        std::string written;
        oms::wire::append_json_string(written, text);
        BOOST_TEST(boost::json::parse(written).as_string() == text);
    }
    std::string written = "x";
    oms::wire::append_json_string(written, "a\"\\\x1f\x7f\xc3\xa4");
    BOOST_TEST(written == "x\"a\\\"\\\\\\u001f\x7f\xc3\xa4\"");
}

BOOST_AUTO_TEST_SUITE_END()
