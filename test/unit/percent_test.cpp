// SPDX-License-Identifier: BSL-1.0
#include "wire/percent.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

std::string encoded(std::string_view segment) {
    std::string out = "/";
    oms::wire::append_encoded(out, segment);
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(percent)

BOOST_AUTO_TEST_CASE(keeps_what_is_unreserved) {
    std::string const unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    BOOST_TEST(encoded(unreserved) == "/" + unreserved);
    BOOST_TEST(encoded("") == "/");
}

BOOST_AUTO_TEST_CASE(escapes_in_upper_case) {
    BOOST_TEST(encoded("a b~c.d_e-f*g(h)!'") == "/a%20b~c.d_e-f%2Ag%28h%29%21%27");
    BOOST_TEST(encoded("100%done+1") == "/100%25done%2B1");
    BOOST_TEST(encoded("\xE4\xBB\xBB-\xC3\xA9") == "/%E4%BB%BB-%C3%A9");
    BOOST_TEST(encoded("/?#&=;:@,[]") == "/%2F%3F%23%26%3D%3B%3A%40%2C%5B%5D");
}

BOOST_AUTO_TEST_CASE(every_byte_decodes_to_itself) {
    for (int i = 0; i < 256; ++i) {
        std::string const byte(1, static_cast<char>(i));
        std::string const out = encoded(byte).substr(1);
        if (out.size() == 1) {
            BOOST_TEST(out == byte);
        } else {
            BOOST_REQUIRE(out.size() == 3);
            BOOST_TEST(out[0] == '%');
            BOOST_TEST(std::stoi(out.substr(1), nullptr, 16) == i);
            BOOST_TEST(out.find_first_of("abcdef") == std::string::npos);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
