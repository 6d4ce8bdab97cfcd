// SPDX-License-Identifier: BSL-1.0
#include "wire/hide.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

namespace {

constexpr std::string_view secret = "MIIabc/def+ghi=";

std::string hidden(std::string text, std::string_view what = secret) {
    oms::wire::hide(text, what);
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(hide)

BOOST_AUTO_TEST_CASE(all_of_it_is_hidden_wherever_it_is) {
    std::string const s(secret);
    BOOST_TEST(hidden(s) == "***");
    BOOST_TEST(hidden("token " + s + " is wrong") == "token *** is wrong");
    BOOST_TEST(hidden(s + s + "," + s) == "******,***");
    BOOST_TEST(hidden("MMII" + s + "MII") == "MMII***MII");
}

BOOST_AUTO_TEST_CASE(the_escapes_of_json_hide_nothing) {
    BOOST_TEST(hidden(R"({"m":"MIIabc\/def+ghi="})") == R"({"m":"***"})");
    BOOST_TEST(hidden(R"({"m":"\u004dIIabc\/def\u002Bghi\u003D"})") == R"({"m":"***"})");
    BOOST_TEST(hidden(R"(say "ab\"cdefgh")", "ab\"cdefgh") == R"(say "***")");
}

BOOST_AUTO_TEST_CASE(a_beginning_is_hidden_only_at_the_end) {
    BOOST_TEST(hidden("is MIIabc/d") == "is ***");
    BOOST_TEST(hidden("is MIIabc/") == "is MIIabc/");  // too short to tell
    BOOST_TEST(hidden("is MIIabc/de!") == "is MIIabc/de!");
    BOOST_TEST(hidden(R"(is MIIabc\/def\u00)") == "is ***");
}

BOOST_AUTO_TEST_CASE(what_is_no_secret_stays) {
    BOOST_TEST(hidden("") == "");
    BOOST_TEST(hidden("nothing here\\") == "nothing here\\");
    BOOST_TEST(hidden("abc abc", "abc") == "abc abc");
    BOOST_TEST(hidden("abc abc", "") == "abc abc");
    BOOST_TEST(hidden(R"(MIIabc\u002fdef\u00zz)") == R"(MIIabc\u002fdef\u00zz)");
}

BOOST_AUTO_TEST_SUITE_END()
