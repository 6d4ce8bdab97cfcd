// SPDX-License-Identifier: BSL-1.0
#include "http2/header_decoder.hpp"

#include "http2/header_coding.hpp"
#include "http2/huffman.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace oms::http2;
using namespace std::string_literals;
using namespace std::string_view_literals;

namespace {

using fields = std::vector<std::pair<std::string, std::string>>;

std::string bytes_of(std::string_view hex) {
    auto const digit = [](char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); };
    std::string made;
    std::string digits;
    for (char c : hex) {
        if (c != ' ') digits += c;
    }
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
        made += static_cast<char>(digit(digits[i]) << 4U | digit(digits[i + 1]));
    return made;
}

// Empty: it is malformed.
std::optional<fields> decoded(header_decoder& by, std::string_view block) {
    std::string const own(block);
    by.begin(own);
    fields made;
    for (field_view f;;) {
        switch (by.next(f)) {
            case header_decoder::result::field:
                made.emplace_back(f.name, f.value);
                break;
            case header_decoder::result::end:
                return made;
            case header_decoder::result::malformed:
                return std::nullopt;
        }
    }
}

std::optional<fields> decoded(std::string_view block, std::uint32_t limit = 0) {
    header_decoder by(limit);
    return decoded(by, block);
}

std::optional<std::string> huffman(std::string_view coded) {
    std::string out(huffman_decoded_bound(coded.size()), '?');
    char const* const end = huffman_decode(coded, out.data());
    if (end == nullptr) return std::nullopt;
    out.resize(static_cast<std::size_t>(end - out.data()));
    return out;
}

struct example {
    char const* hex;
    fields holds;
};

void check(std::uint32_t limit, std::vector<example> const& blocks) {
    header_decoder by(limit);
    for (auto const& [hex, holds] : blocks) {
        auto const got = decoded(by, bytes_of(hex));
        BOOST_REQUIRE(got);
        BOOST_TEST((*got == holds), hex);
    }
}

fields const first_request{{":method", "GET"}, {":scheme", "http"}, {":path", "/"}, {":authority", "www.example.com"}};
fields const second_request{{":method", "GET"},
                            {":scheme", "http"},
                            {":path", "/"},
                            {":authority", "www.example.com"},
                            {"cache-control", "no-cache"}};
fields const third_request{{":method", "GET"},
                           {":scheme", "https"},
                           {":path", "/index.html"},
                           {":authority", "www.example.com"},
                           {"custom-key", "custom-value"}};
fields const first_response{{":status", "302"},
                            {"cache-control", "private"},
                            {"date", "Mon, 21 Oct 2013 20:13:21 GMT"},
                            {"location", "https://www.example.com"}};
fields const second_response{{":status", "307"},
                             {"cache-control", "private"},
                             {"date", "Mon, 21 Oct 2013 20:13:21 GMT"},
                             {"location", "https://www.example.com"}};
fields const third_response{{":status", "200"},
                            {"cache-control", "private"},
                            {"date", "Mon, 21 Oct 2013 20:13:22 GMT"},
                            {"location", "https://www.example.com"},
                            {"content-encoding", "gzip"},
                            {"set-cookie", "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1"}};

}  // namespace

BOOST_AUTO_TEST_SUITE(header_decoding)

// RFC 7541, appendix C.
BOOST_AUTO_TEST_CASE(numbers_of_the_standard) {
    auto const taken = [](std::string const& bytes, unsigned bits) {
        std::string_view block = bytes;
        std::uint32_t value = 0;
        BOOST_TEST(take_number(block, bits, value));
        BOOST_TEST(block == "!");
        return value;
    };
    BOOST_TEST(taken(bytes_of("0a21"), 5) == 10U);
    BOOST_TEST(taken(bytes_of("ea21"), 5) == 10U);  // what is in front is no part of it
    BOOST_TEST(taken(bytes_of("1f9a0a21"), 5) == 1337U);
    BOOST_TEST(taken(bytes_of("2a21"), 8) == 42U);
    BOOST_TEST(taken(bytes_of("7f802121"), 7) == 127U + 33 * 128);
}

BOOST_AUTO_TEST_CASE(numbers_that_are_none) {
    auto const bad = [](std::string_view hex) {
        std::string const bytes = bytes_of(hex);
        std::string_view block = bytes;
        std::uint32_t value = 0;
        return !take_number(block, 5, value);
    };
    BOOST_TEST(bad("1f"));                    // cut
    BOOST_TEST(bad("1f9a"));                  // cut
    BOOST_TEST(!bad("1fe0ffffff0f"));         // the largest: 31 + 0xFFFFFFE0
    BOOST_TEST(bad("1fe1ffffff0f"));          // one more
    BOOST_TEST(bad("1fffffffff7f"));          // more than 32 bits
    BOOST_TEST(bad("1f808080808000"));        // zeros without end
    BOOST_TEST(bad("1fffffffffffffffff7f"));  // more than 64 bits
}

BOOST_AUTO_TEST_CASE(numbers_come_back) {
    for (std::uint32_t value :
         {0U,   1U,   13U,  14U,  15U,  16U,     30U,     31U,     32U,       62U,       63U,         64U,        126U,
          127U, 128U, 254U, 255U, 256U, 16'383U, 16'384U, 16'510U, 1U << 21U, 1U << 28U, 0xFFFFFFFEU, 0xFFFFFFFFU}) {
        for (representation const as :
             {indexed, literal_into_table, literal_without_table, literal_never_indexed, table_size_update}) {
            std::string out;
            append_number(out, as, value);
            BOOST_TEST(out.size() <= number_bound);
            std::string_view block = out;
            std::uint32_t got = 0;
            BOOST_REQUIRE(take_number(block, as.bits, got));
            BOOST_TEST(got == value);
            BOOST_TEST(block.empty());
            auto const first = static_cast<unsigned char>(out[0]);
            BOOST_TEST((first & ~((1U << as.bits) - 1U)) == as.mark);
        }
    }
}

BOOST_AUTO_TEST_CASE(fields_of_the_standard) {
    BOOST_TEST((decoded(bytes_of("400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572")) ==
                fields{{"custom-key", "custom-header"}}));
    BOOST_TEST((decoded(bytes_of("040c 2f73 616d 706c 652f 7061 7468")) == fields{{":path", "/sample/path"}}));
    BOOST_TEST((decoded(bytes_of("1008 7061 7373 776f 7264 0673 6563 7265 74")) == fields{{"password", "secret"}}));
    BOOST_TEST((decoded(bytes_of("82")) == fields{{":method", "GET"}}));
}

BOOST_AUTO_TEST_CASE(requests_of_the_standard) {
    check(4096, {{"8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d", first_request},
                 {"8286 84be 5808 6e6f 2d63 6163 6865", second_request},
                 {"8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65", third_request}});
    check(4096, {{"8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff", first_request},
                 {"8286 84be 5886 a8eb 1064 9cbf", second_request},
                 {"8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf", third_request}});
}

BOOST_AUTO_TEST_CASE(responses_of_the_standard) {
    check(256, {{"4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 "
                 "3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
                 first_response},
                {"4803 3330 37c1 c0bf", second_response},
                {"88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970 "
                 "7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 "
                 "6765 3d33 3630 303b 2076 6572 7369 6f6e 3d31",
                 third_response}});
    check(256, {{"4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad "
                 "1718 63c7 8f0b 97c8 e9ae 82ae 43d3",
                 first_response},
                {"4883 640e ffc1 c0bf", second_response},
                {"88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 "
                 "e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07",
                 third_response}});
}

BOOST_AUTO_TEST_CASE(without_a_table_nothing_goes_into_it) {
    header_decoder by(0);
    // A size of 0, then what would go into a table: legal, and forgotten.
    BOOST_TEST((decoded(by, "\x20\x40\1a\1b\x41\1c"sv) == fields{{"a", "b"}, {":authority", "c"}}));
    BOOST_TEST(!decoded(by, "\xbe"sv));
}

BOOST_AUTO_TEST_CASE(table_sizes) {
    BOOST_TEST((decoded("\x20\x20\x88"sv) == fields{{":status", "200"}}));
    BOOST_TEST(!decoded("\x21\x88"sv));                 // more than was announced
    BOOST_TEST(!decoded("\x88\x20"sv));                 // behind a field
    BOOST_TEST(!decoded("\x3f"sv));                     // cut
    BOOST_TEST(!!decoded("\x3f\xe1\x1f\x88"sv, 4096));  // 4096
    BOOST_TEST(!decoded("\x3f\xe2\x1f\x88"sv, 4096));   // 4097
    header_decoder by(4096);
    BOOST_TEST(!!decoded(by, "\x40\1a\1b\x40\1c\1d"sv));
    BOOST_TEST((decoded(by, "\xbe\xbf"sv) == fields{{"c", "d"}, {"a", "b"}}));
    BOOST_TEST((decoded(by, "\x3f\x03\xbe"sv) == fields{{"c", "d"}}));  // 34: room for one
    BOOST_TEST(!decoded(by, "\xbf"sv));
    header_decoder emptied(4096);
    BOOST_TEST(!!decoded(emptied, "\x40\1a\1b"sv));
    BOOST_TEST(!!decoded(emptied, "\x20\x3f\xe1\x1f"sv));  // to 0 and back
    BOOST_TEST(!decoded(emptied, "\xbe"sv));
}

BOOST_AUTO_TEST_CASE(a_field_named_by_an_entry_that_goes_for_it) {
    // Of memory of its own, which others would use.
    std::string const name(40, 'n');
    header_decoder by(120);
    BOOST_TEST(!!decoded(by, "\x40\x28" + name + "\x02vv"));  // of 74
    // Of 104: pushes out the entry that has its name.
    std::string const value(32, 'w');
    BOOST_TEST((decoded(by, "\x7e\x20" + value) == fields{{name, value}}));
    BOOST_TEST((decoded(by, "\xbe") == fields{{name, value}}));
    // Of 122: leaves the table empty.
    std::string const large(50, 'x');
    BOOST_TEST((decoded(by, "\x7e\x32" + large) == fields{{name, large}}));
    BOOST_TEST(!decoded(by, "\xbe"sv));
}

BOOST_AUTO_TEST_CASE(malformed_blocks) {
    BOOST_TEST(!decoded("\x80"sv));  // index 0
    BOOST_TEST(!decoded("\xbe"sv));  // behind the static table
    BOOST_TEST(!decoded("\xff\xff\xff\xff\xff\x0f"sv));
    BOOST_TEST(!decoded("\x0f\x2f\1a"sv));  // a name of index 62
    BOOST_TEST(!decoded("\0"sv));           // no name
    BOOST_TEST(!decoded("\0\1"sv));         // a name that is cut
    BOOST_TEST(!decoded("\0\1a"sv));        // no value
    BOOST_TEST(!decoded("\0\1a\2b"sv));     // one that is cut
    BOOST_TEST(!decoded("\4\x81\x1b"sv));   // bad padding
    BOOST_TEST(!decoded("\0\1a\x7f\xff\xff\xff\xff\xff\x7f"sv));
    BOOST_TEST((decoded("\0\0\0"sv) == fields{{"", ""}}));  // for others to refuse
    BOOST_TEST((decoded(""sv) == fields{}));
}

// Cut anywhere, a block is no other one, or ends between two fields.
BOOST_AUTO_TEST_CASE(blocks_that_are_cut) {
    std::string const block = bytes_of(
        "88 0f0d 8265 bf 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff 000c 782d 7265 7175 6573 742d "
        "6964 0272 31");
    auto const whole = decoded(block);
    BOOST_REQUIRE(whole);
    BOOST_TEST(whole->size() == 4U);
    std::size_t ends = 0;
    for (std::size_t size = 0; size < block.size(); ++size) {
        auto const got = decoded(std::string_view(block).substr(0, size));
        if (!got) continue;
        BOOST_TEST((*got == fields(whole->begin(), whole->begin() + static_cast<std::ptrdiff_t>(ends))));
        ++ends;
    }
    BOOST_TEST(ends == 4U);
}

BOOST_AUTO_TEST_CASE(huffman_padding) {
    BOOST_TEST(*huffman("") == "");
    BOOST_TEST(*huffman("\x1f"sv) == "a");       // 00011 111
    BOOST_TEST(!huffman("\x1e"sv));              // 00011 110
    BOOST_TEST(!huffman("\x18"sv));              // 00011 000
    BOOST_TEST(!huffman("\xff"sv));              // a whole byte of padding
    BOOST_TEST(!huffman("\x1f\xff"sv));          // more than seven bits
    BOOST_TEST(*huffman("\xf8"sv) == "&");       // no padding at all
    BOOST_TEST(!huffman("\xff\xff\xff\xff"sv));  // the end of a string, within it
    BOOST_TEST(!huffman("\xff\xff\xff\xfc"sv));
    BOOST_TEST(!huffman("\xff\xff\xff"sv));
}

BOOST_AUTO_TEST_CASE(what_is_kept_is_given_back) {
    header_decoder by(0);
    BOOST_TEST(!!decoded(by, bytes_of("6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff")));
    by.forget();
    BOOST_TEST(!!decoded(by, bytes_of("6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff")));
}

BOOST_AUTO_TEST_CASE(static_fields) {
    BOOST_TEST(static_field(1).name == ":authority");
    BOOST_TEST(static_field(61).name == "www-authenticate");
    for (std::size_t i = 1; i <= static_table_size; ++i) {
        field_view const f = static_field(i);
        auto const found = find_static(f.name, f.value);
        BOOST_TEST(found.index == i);
        BOOST_TEST(found.with_value);
        auto const other = find_static(f.name, "another");
        BOOST_TEST(static_field(other.index).name == f.name);
        BOOST_TEST(!other.with_value);
        BOOST_TEST((other.index == 1 || static_field(other.index - 1).name != f.name));  // the first of them
    }
    BOOST_TEST(find_static("x-auth-token", "").index == 0U);
    BOOST_TEST(find_static("", "").index == 0U);
    BOOST_TEST(find_static(std::string(100, 'a'), "").index == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
