// SPDX-License-Identifier: BSL-1.0
#include "http2/frame.hpp"

#include "http2/flow_window.hpp"
#include "http2/frame_reader.hpp"
#include "http2/peer_settings.hpp"
#include "unit/http2_bytes.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

using namespace oms::http2;
using namespace oms::test;
using namespace std::string_view_literals;

BOOST_AUTO_TEST_SUITE(http2_frames)

BOOST_AUTO_TEST_CASE(are_written_as_the_standard_has_them) {
    std::string out;
    setting const settings[] = {{setting_id::header_table_size, 0}, {setting_id::initial_window_size, 0x01020304}};
    append_settings(out, settings);
    BOOST_TEST(out == "\0\0\x0c\4\0\0\0\0\0\0\1\0\0\0\0\0\4\1\2\3\4"sv);
    out.clear();
    append_settings_ack(out);
    BOOST_TEST(out == "\0\0\0\4\1\0\0\0\0"sv);
    out.clear();
    append_ping(out, "12345678", false);
    append_ping(out, "abcdefgh", true);
    BOOST_TEST(out ==
               "\0\0\x08\6\0\0\0\0\0"
               "12345678"
               "\0\0\x08\6\1\0\0\0\0"
               "abcdefgh"sv);
    out.clear();
    append_goaway(out, 0x7FFFFFFF, reason::enhance_your_calm);
    BOOST_TEST(out == "\0\0\x08\7\0\0\0\0\0\x7f\xff\xff\xff\0\0\0\x0b"sv);
    out.clear();
    append_rst_stream(out, 5, reason::cancel);
    BOOST_TEST(out == "\0\0\4\3\0\0\0\0\5\0\0\0\x08"sv);
    out.clear();
    append_window_update(out, 0, 65'536);
    BOOST_TEST(out == "\0\0\4\x08\0\0\0\0\0\0\1\0\0"sv);
    out.clear();
    append_data(out, 0x01020304, "abc", true);
    append_data(out, 1, {}, false);
    BOOST_TEST(out ==
               "\0\0\3\0\1\1\2\3\4"
               "abc"
               "\0\0\0\0\0\0\0\0\1"sv);
}

BOOST_AUTO_TEST_CASE(the_codes_are_those_of_the_standard) {
    BOOST_TEST(static_cast<unsigned>(reason::refused_stream) == 7U);
    BOOST_TEST(static_cast<unsigned>(reason::cancel) == 8U);
    BOOST_TEST(static_cast<unsigned>(reason::compression_error) == 9U);
    BOOST_TEST(static_cast<unsigned>(reason::enhance_your_calm) == 11U);
    BOOST_TEST(static_cast<unsigned>(reason::http_1_1_required) == 13U);
    BOOST_TEST(static_cast<unsigned>(frame_type::continuation) == 9U);
}

BOOST_AUTO_TEST_CASE(a_header_block_is_spread_over_frames_where_it_is_long) {
    for (std::size_t size : {0U, 1U, 9U, 10U, 11U, 19U, 20U, 21U, 35U, 100U}) {
        std::string block;
        for (std::size_t i = 0; i < size; ++i)
            block += static_cast<char>('a' + i % 26);
        std::string out = "before";
        out.reserve(out.size() + frame_header_size + size + framing_of_block(size, 10));
        out.append(frame_header_size, '\0');
        out += block;
        frame_header_block(out, 6, 3, size % 2 == 0, 10);
        BOOST_TEST(out.substr(0, 6) == "before");
        auto const frames = frames_of(std::string_view(out).substr(6));
        std::string together;
        for (std::size_t i = 0; i < frames.size(); ++i) {
            BOOST_TEST(frames[i].type == (i == 0 ? 1U : 9U));
            unsigned flags = i + 1 == frames.size() ? 4U : 0U;
            if (i == 0 && size % 2 == 0) flags |= 1U;
            BOOST_TEST(frames[i].flags == flags);
            BOOST_TEST(frames[i].stream == 3U);
            BOOST_TEST(frames[i].payload.size() <= 10U);
            together += frames[i].payload;
        }
        BOOST_TEST(together == block);
        BOOST_TEST(frames.size() == std::max<std::size_t>(1, (size + 9) / 10));
    }
}

BOOST_AUTO_TEST_CASE(padding_and_priority_are_taken_off) {
    auto const content = [](frame_type type, std::uint8_t flags, std::string_view payload) {
        return content_of({type, flags, 1, payload});
    };
    BOOST_TEST(*content(frame_type::data, 0, "abc") == "abc");
    BOOST_TEST(*content(frame_type::data, flag::padded, "\2abcxx") == "abc");
    BOOST_TEST(*content(frame_type::data, flag::padded, "\3xxx") == "");
    BOOST_TEST(*content(frame_type::data, flag::padded, "\0abc"sv) == "abc");
    BOOST_TEST(!content(frame_type::data, flag::padded, ""));
    BOOST_TEST(!content(frame_type::data, flag::padded, "\4xxx"));
    BOOST_TEST(*content(frame_type::data, flag::priority, "12345abc") == "12345abc");  // it has no such flag
    BOOST_TEST(*content(frame_type::headers, flag::priority, "12345abc") == "abc");
    BOOST_TEST(!content(frame_type::headers, flag::priority, "1234"));
    BOOST_TEST(*content(frame_type::headers, flag::priority | flag::padded,
                        "\1"
                        "12345abcx") == "abc");
    BOOST_TEST(!content(frame_type::headers, flag::priority | flag::padded,
                        "\2"
                        "12345x"));
}

BOOST_AUTO_TEST_CASE(are_read_however_they_are_cut) {
    std::vector<std::string> const each{
        data_bytes(1, "hello", 1),
        headers_bytes(3, "x"),
        frame_bytes(2, 0, 3, "12345"),
        rst_bytes(5, 8),
        settings_bytes({{3, 7}}),
        frame_bytes(5, 0, 1, "abcd"),
        frame_bytes(6, 0, 0, "12345678"),
        goaway_bytes(1, 0, "words"),
        window_bytes(0, 1),
        frame_bytes(9, 4, 3, "y"),
        frame_bytes(0xFA, 0xFF, 0x80000007, std::string(16'384, 'z')),
        data_bytes(1, {}),
    };
    std::string all;
    for (auto const& one : each)
        all += one;
    auto const expected = frames_of(all);
    auto const check = [&](std::vector<std::string_view> const& pieces) {
        frame_reader reader;
        std::size_t count = 0;
        for (auto const& piece : pieces) {
            std::string const own(piece);  // goes as soon as it is used up
            reader.put(own);
            frame f;
            while (reader.next(f) == frame_reader::result::frame) {
                BOOST_REQUIRE(count < expected.size());
                BOOST_REQUIRE_EQUAL(static_cast<unsigned>(f.type), expected[count].type);
                BOOST_REQUIRE_EQUAL(f.flags, expected[count].flags);
                BOOST_REQUIRE_EQUAL(f.stream, expected[count].stream & 0x7FFFFFFFU);
                BOOST_REQUIRE(f.payload == expected[count].payload);
                ++count;
            }
        }
        BOOST_REQUIRE_EQUAL(count, expected.size());
    };
    check({all});
    std::string_view const view = all;
    for (std::size_t cut = 0; cut <= all.size(); ++cut)
        check({view.substr(0, cut), view.substr(cut)});
    std::vector<std::string_view> bytes;
    for (std::size_t i = 0; i < all.size(); ++i)
        bytes.push_back(view.substr(i, 1));
    check(bytes);
}

BOOST_AUTO_TEST_CASE(one_that_is_too_large_is_told_by_its_header) {
    std::string const header = frame_bytes(0, 0, 1, std::string(16'385, 'x')).substr(0, 9);
    for (std::size_t cut = 0; cut <= header.size(); ++cut) {
        frame_reader reader;
        frame f;
        reader.put(std::string_view(header).substr(0, cut));
        if (cut < header.size()) {
            BOOST_TEST(reader.next(f) == frame_reader::result::more);
            reader.put(std::string_view(header).substr(cut));
        }
        BOOST_TEST(reader.next(f) == frame_reader::result::too_large);
    }
}

BOOST_AUTO_TEST_CASE(settings_of_a_peer_are_checked) {
    auto const after = [](std::string const& bytes, peer_settings& s) {
        return s.apply(std::string_view(bytes).substr(9));
    };
    peer_settings s;
    BOOST_TEST(after(settings_bytes({{1, 0}, {1, 100}, {3, 0}, {4, 5}, {5, 16'385}, {6, 7}, {0xAAAA, 1}}), s) ==
               reason::no_error);
    BOOST_TEST(s.header_table_size == 100U);
    BOOST_TEST(s.smallest_table_size == 0U);
    BOOST_TEST(s.max_streams == 0U);
    BOOST_TEST(s.initial_window == 5U);
    BOOST_TEST(s.frame_size == 16'385U);
    BOOST_TEST(s.header_list_size == 7U);
    BOOST_TEST(!s.push);
    BOOST_TEST(after(settings_bytes({{2, 1}}), s) == reason::no_error);
    BOOST_TEST(s.push);
    BOOST_TEST(s.smallest_table_size == 100U);
    BOOST_TEST(after(settings_bytes({{2, 2}}), s) == reason::protocol_error);
    BOOST_TEST(after(settings_bytes({{4, 0x7FFFFFFF}}), s) == reason::no_error);
    BOOST_TEST(after(settings_bytes({{4, 0x80000000}}), s) == reason::flow_control_error);
    BOOST_TEST(after(settings_bytes({{5, 16'383}}), s) == reason::protocol_error);
    BOOST_TEST(after(settings_bytes({{5, 0xFFFFFF}}), s) == reason::no_error);
    BOOST_TEST(after(settings_bytes({{5, 0x1000000}}), s) == reason::protocol_error);
    BOOST_TEST(s.apply("1234567") == reason::frame_size_error);
}

BOOST_AUTO_TEST_CASE(windows) {
    flow_window w(10);
    BOOST_TEST(w.room(4) == 4U);
    BOOST_TEST(w.room(11) == 10U);
    BOOST_TEST(w.take(10));
    BOOST_TEST(!w.take(1));
    BOOST_TEST(w.grow(-5));
    BOOST_TEST(w.room(1) == 0U);
    BOOST_TEST(!w.take(1));
    BOOST_TEST(w.grow(6));
    BOOST_TEST(w.room(2) == 1U);
    BOOST_TEST(w.grow(max_window - 1));
    BOOST_TEST(!w.grow(1));

    received_window r(100);
    BOOST_TEST(r.take(49));
    BOOST_TEST(r.give_back() == 0U);
    BOOST_TEST(r.take(1));
    BOOST_TEST(r.give_back() == 50U);
    BOOST_TEST(r.give_back() == 0U);
    BOOST_TEST(!r.take(101));
    BOOST_TEST(r.take(100));
    BOOST_TEST(r.give_back() == 100U);
}

BOOST_AUTO_TEST_CASE(growing_leaves_nothing_behind) {
    std::string text = "a secret that is longer than what a string holds in itself";
    text.shrink_to_fit();
    make_room(text, 100);
    BOOST_TEST(text == "a secret that is longer than what a string holds in itself");
    BOOST_TEST(text.capacity() >= text.size() + 100);
    char const* const where = text.data();
    make_room(text, 50);
    BOOST_TEST(static_cast<void const*>(text.data()) == static_cast<void const*>(where));
}

BOOST_AUTO_TEST_SUITE_END()
