// SPDX-License-Identifier: BSL-1.0
#include "http2/header_encoder.hpp"

#include "http2/header_decoder.hpp"
#include "unit/http2_printing.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

using namespace oms::http2;
using namespace std::string_literals;
using namespace std::string_view_literals;

namespace {

constexpr std::string_view token_name = "x-auth-token";

// Of a literal: which kind it is, by its first bits.
enum class kind : std::uint8_t { indexed, into_table, without, never, size };

std::ostream& operator<<(std::ostream& out, kind k) {
    return out << static_cast<unsigned>(k);
}

// An encoder, and a peer that reads what it writes.
struct pair_of_coders {
    explicit pair_of_coders(std::uint32_t limit = default_table_size) : decoder(limit) {
        if (limit != default_table_size) encoder.set_limit(limit);
    }

    std::string block_of(std::vector<header_field> const& fields) {
        std::string block;
        encoder.append(block, fields);
        BOOST_TEST(block.size() <= header_encoder::bound(fields));
        decoder.begin(block);
        field_view got;
        for (header_field const& each : fields) {
            BOOST_REQUIRE(decoder.next(got) == header_decoder::result::field);
            BOOST_TEST(got.name == each.name);
            BOOST_TEST(got.value == each.value);
        }
        BOOST_TEST(decoder.next(got) == header_decoder::result::end);
        return block;
    }
    std::string block_of(std::string_view name, std::string_view value, indexing how) {
        return block_of({{name, value, how}});
    }
    kind kind_of(std::string_view name, std::string_view value, indexing how) {
        std::string const block = block_of(name, value, how);
        auto const first = static_cast<unsigned char>(block.at(0));
        if ((first & 0x80U) != 0) return kind::indexed;
        if ((first & 0x40U) != 0) return kind::into_table;
        if ((first & 0x20U) != 0) return kind::size;
        return (first & 0x10U) != 0 ? kind::never : kind::without;
    }
    kind token(std::string_view value) { return kind_of(token_name, value, indexing::token); }

    header_encoder encoder;
    header_decoder decoder;
};

std::string token_of(char c, std::size_t size = 100) {
    return std::string(size, c);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(header_encoding)

BOOST_AUTO_TEST_CASE(what_never_changes_is_a_byte_from_the_second_time_on) {
    pair_of_coders c;
    std::vector<header_field> const fields{
        {":method", "POST", indexing::table},      {":scheme", "https", indexing::table},
        {":path", "/v2/p/t/stop", indexing::none}, {":authority", "oms.example", indexing::table},
        {"user-agent", "oms/1", indexing::table},  {"content-type", "application/json", indexing::table},
        {"content-length", "0", indexing::table},
    };
    std::string const first = c.block_of(fields);
    BOOST_TEST(first.starts_with("\x83\x87\x04\x0c/v2/p/t/stop\x41\x0boms.example"sv));
    std::string const later = c.block_of(fields);
    BOOST_TEST(later == "\x83\x87\x04\x0c/v2/p/t/stop\xc1\xc0\xbf\xbe"sv);
    BOOST_TEST(c.block_of(fields) == later);
}

BOOST_AUTO_TEST_CASE(what_changes_and_what_is_secret_stays_out_of_the_table) {
    pair_of_coders c;
    for (int i = 0; i < 3; ++i) {
        BOOST_TEST(c.block_of("authorization", "hmac", indexing::never) == "\x1f\x08\x04hmac"sv);
        BOOST_TEST(c.block_of("x-security-token", "s", indexing::never) == "\x10\x10x-security-token\1s"sv);
        BOOST_TEST(c.block_of("x-sdk-date", "d", indexing::none) == "\x00\x0ax-sdk-date\1d"sv);
        BOOST_TEST(c.block_of(":path", "/p", indexing::none) == "\x04\x02/p"sv);
        BOOST_TEST(c.block_of(":path", "/", indexing::none) == "\x04\1/"sv);
    }
}

BOOST_AUTO_TEST_CASE(a_token_is_a_byte_once_it_came_twice_in_a_row) {
    pair_of_coders c;
    BOOST_TEST(c.token(token_of('a')) == kind::never);
    BOOST_TEST(c.token(token_of('a')) == kind::into_table);
    BOOST_TEST(c.block_of(token_name, token_of('a'), indexing::token) == "\xbe"sv);
    // Others in between leave it there, and are not in the table.
    BOOST_TEST(c.token(token_of('b')) == kind::never);
    BOOST_TEST(c.token(token_of('c')) == kind::never);
    BOOST_TEST(c.token(token_of('a')) == kind::indexed);
    BOOST_TEST(c.token(token_of('b')) == kind::never);
    BOOST_TEST(c.token(token_of('a')) == kind::indexed);
    BOOST_TEST(c.token(token_of('b')) == kind::never);  // twice, and not in a row
    // Another one takes its place.
    BOOST_TEST(c.token(token_of('b')) == kind::into_table);
    BOOST_TEST(c.token(token_of('b')) == kind::indexed);
    BOOST_TEST(c.token(token_of('a')) == kind::never);
    BOOST_TEST(c.token(token_of('b')) == kind::indexed);
}

BOOST_AUTO_TEST_CASE(a_token_that_may_be_guessed_stays_out_of_the_table) {
    pair_of_coders c;
    for (int i = 0; i < 4; ++i)
        BOOST_TEST(c.token(token_of('a', 31)) == kind::never);
    BOOST_TEST(c.token(token_of('a', 32)) == kind::never);
    BOOST_TEST(c.token(token_of('a', 32)) == kind::into_table);
    // A short one in between is another one.
    BOOST_TEST(c.token(token_of('b', 40)) == kind::never);
    BOOST_TEST(c.token(token_of('b', 4)) == kind::never);
    BOOST_TEST(c.token(token_of('b', 40)) == kind::never);
}

BOOST_AUTO_TEST_CASE(a_token_that_does_not_fit_stays_out_of_the_table) {
    std::size_t const most = default_table_size - field_overhead - token_name.size();
    pair_of_coders c;
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(c.token(token_of('a', most + 1)) == kind::never);
    BOOST_TEST(c.token(token_of('a', most)) == kind::never);
    BOOST_TEST(c.token(token_of('a', most)) == kind::into_table);
    BOOST_TEST(c.token(token_of('a', most)) == kind::indexed);
}

BOOST_AUTO_TEST_CASE(nothing_but_a_token_pushes_out_the_token) {
    std::size_t const most = default_table_size - field_overhead - token_name.size();
    pair_of_coders c;
    std::string const token = token_of('t', most - 60);
    std::vector<header_field> const fields{
        {":authority", "oms.example", indexing::table},
        {"user-agent", "oms/1", indexing::table},
        {"content-type", "application/json", indexing::table},
        {token_name, token, indexing::token},
    };
    std::string steady;
    for (int i = 0; i < 10; ++i) {
        std::string const block = c.block_of(fields);
        if (i < 4) continue;
        BOOST_TEST(block.size() < 50U);  // without the token
        if (!steady.empty()) BOOST_TEST(block == steady);
        steady = block;
    }
}

BOOST_AUTO_TEST_CASE(a_table_that_fills_up_begins_anew) {
    pair_of_coders c;
    for (int round = 0; round < 3; ++round) {
        for (char t = 'a'; t <= 'z'; ++t) {
            std::string const token = token_of(t, 1500);
            std::vector<header_field> const fields{{":authority", "oms.example", indexing::table},
                                                   {"user-agent", "oms/1", indexing::table},
                                                   {token_name, token, indexing::token}};
            for (int i = 0; i < 4; ++i) {
                std::string const block = c.block_of(fields);
                if (i == 3) BOOST_TEST(block.size() == 3U);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(many_short_tokens_one_after_the_other) {
    pair_of_coders c;
    for (int i = 0; i < 500; ++i) {
        std::string const token = token_of('a', 40) + std::to_string(i);
        BOOST_TEST(c.token(token) == kind::never);
        BOOST_TEST(c.token(token) == kind::into_table);
        BOOST_TEST(c.token(token) == kind::indexed);
    }
}

BOOST_AUTO_TEST_CASE(the_peers_limit_is_kept_and_told) {
    pair_of_coders c;
    BOOST_TEST(c.kind_of("a", "b", indexing::table) == kind::into_table);
    c.encoder.set_limit(0);
    BOOST_TEST(c.block_of("a", "b", indexing::table) == "\x20\x00\1a\1b"sv);
    BOOST_TEST(c.kind_of("a", "b", indexing::table) == kind::without);
    c.encoder.set_limit(34);
    BOOST_TEST(c.block_of("a", "b", indexing::table) == "\x3f\x03\x40\1a\1b"sv);
    BOOST_TEST(c.block_of("a", "b", indexing::table) == "\xbe"sv);
    BOOST_TEST(c.kind_of("a", "cc", indexing::table) == kind::without);
    // Lowered and raised again: the peer has dropped what was in it, and must hear of both.
    c.encoder.set_limit(0);
    c.encoder.set_limit(100);
    BOOST_TEST(c.block_of("a", "b", indexing::table) == "\x20\x3f\x45\x40\1a\1b"sv);
    c.encoder.set_limit(0);
    c.encoder.set_limit(100);
    BOOST_TEST(c.block_of("a", "b", indexing::table) == "\x20\x3f\x45\x40\1a\1b"sv);
    c.encoder.set_limit(100);
    BOOST_TEST(c.block_of("a", "b", indexing::table) == "\xbe"sv);
}

BOOST_AUTO_TEST_CASE(of_a_large_table_no_more_is_used_than_is_needed) {
    pair_of_coders c(1'000'000);
    std::string const block = c.block_of("a", "b", indexing::table);
    BOOST_TEST(block == "\x3f\xe1\xff\x01\x40\1a\1b"sv);  // 32768
    std::string const token = token_of('a', 16'384);
    BOOST_TEST(c.token(token) == kind::never);
    BOOST_TEST(c.token(token) == kind::into_table);
    BOOST_TEST(c.token(token) == kind::indexed);
    BOOST_TEST(c.kind_of("a", "b", indexing::table) == kind::indexed);
}

BOOST_AUTO_TEST_CASE(the_token_goes_with_the_limit) {
    pair_of_coders c;
    c.token(token_of('a'));
    c.token(token_of('a'));
    BOOST_TEST(c.token(token_of('a')) == kind::indexed);
    c.encoder.set_limit(50);
    BOOST_TEST(c.token(token_of('a')) == kind::size);
    BOOST_TEST(c.token(token_of('a')) == kind::never);
    c.encoder.set_limit(4096);
    BOOST_TEST(c.token(token_of('a')) == kind::size);
    BOOST_TEST(c.token(token_of('a')) == kind::into_table);
}

BOOST_AUTO_TEST_CASE(sizes_of_lists) {
    std::vector<header_field> const fields{{"a", "b"}, {"name", "value"}};
    BOOST_TEST(size_of(fields) == 34U + 41U);
    BOOST_TEST(size_of({}) == 0U);
}

BOOST_AUTO_TEST_CASE(kept_texts_are_wiped) {
    kept_text text;
    BOOST_TEST(text.assign("a long secret"));
    BOOST_TEST(text.view() == "a long secret");
    char const* const where = text.view().data();
    BOOST_TEST(text.assign("short"));
    BOOST_TEST(text.view() == "short");
    BOOST_TEST(std::string(where, 13) == "short\0\0\0\0\0\0\0\0"s);
    text.wipe();
    BOOST_TEST(text.view().empty());
    BOOST_TEST(std::string(where, 13) == std::string(13, '\0'));
}

BOOST_AUTO_TEST_SUITE_END()
