// SPDX-License-Identifier: BSL-1.0
#include "wire/chars.hpp"
#include "wire/join.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>

using namespace oms::wire;

namespace {

// Each byte at each place of texts of each length, so that every way through a word is taken.
template <class Look>
void with_each_byte(std::string_view filler, Look look) {
    for (std::size_t size = 0; size <= 27; ++size) {
        std::string text;
        while (text.size() < size)
            text += filler[text.size() % filler.size()];
        look(text);
        for (std::size_t at = 0; at < size; ++at) {
            char const before = text[at];
            for (int c = 0; c < 256; ++c) {
                text[at] = static_cast<char>(c);
                look(text);
            }
            text[at] = before;
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(chars)

BOOST_AUTO_TEST_CASE(words_say_the_same_as_bytes) {
    std::size_t wrong = 0;
    with_each_byte("aZ09-", [&](std::string const& text) {
        wrong += all_unreserved(text) != std::all_of(text.begin(), text.end(), is_unreserved);
    });
    with_each_byte("a ~\xE4!", [&](std::string const& text) {
        wrong += all_text(text) != std::all_of(text.begin(), text.end(), is_text);
    });
    BOOST_TEST(wrong == 0U);
}

BOOST_AUTO_TEST_CASE(names_are_equal_but_for_case) {
    std::size_t wrong = 0;
    constexpr std::string_view lower = "x-request_id-content0length";
    with_each_byte("X-rEqUest_Id-CONTENT0lengtH", [&](std::string const& text) {
        std::string folded;
        std::transform(text.begin(), text.end(), std::back_inserter(folded), to_lower);
        std::string_view const wanted = lower.substr(0, text.size());
        wrong += iequals(text, wanted) != (folded == wanted);
    });
    BOOST_TEST(wrong == 0U);
    BOOST_TEST(!iequals("content-length", "content-lengt"));
    static_assert(iequals("Transfer-Encoding", "transfer-encoding"));
    static_assert(!iequals("Transfer\rEncoding", "transfer-encoding"));
    BOOST_TEST(!iequals("Transfer\rEncoding", "transfer-encoding"));
}

BOOST_AUTO_TEST_CASE(parts_are_joined_in_their_order) {
    BOOST_TEST(join({}).empty());
    BOOST_TEST(join({"", "a", "", "bc", ""}) == "abc");
    std::string const fixed(40, 'x');
    BOOST_TEST(join({fixed, " is not set"}) == fixed + " is not set");
}

BOOST_AUTO_TEST_CASE(each_letter_has_its_other_case) {
    for (int i = 0; i < 256; ++i) {
        char const c = static_cast<char>(i);
        bool const upper = std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZ").find(c) != std::string_view::npos;
        BOOST_TEST(is_upper(c) == upper);
        BOOST_TEST(to_lower(c) == (upper ? static_cast<char>(c + 32) : c));
    }
}

// Of one byte alone, so that no other one beside it sends the text by the long way.
BOOST_AUTO_TEST_CASE(texts_of_one_byte_are_what_that_is) {
    for (int i = 0; i < 256; ++i) {
        char const c = static_cast<char>(i);
        for (std::size_t const size : {1U, 8U, 9U, 16U, 27U}) {
            BOOST_TEST(all_unreserved(std::string(size, c)) == is_unreserved(c));
            BOOST_TEST(all_text(std::string(size, c)) == is_text(c));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
