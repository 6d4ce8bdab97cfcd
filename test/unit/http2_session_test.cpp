// SPDX-License-Identifier: BSL-1.0
// What a client's session makes of each thing that a peer may say: the rules of RFC 9113, one by one.
#include "http2/session.hpp"

#include "http2/header_decoder.hpp"
#include "unit/http2_bytes.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace oms::http2;
using namespace oms::test;
using namespace std::string_literals;
using namespace std::string_view_literals;
using kind = event::kind;

namespace {

std::string const reply_fields_bytes = std::string(status_200) + literal_bytes("x-request-id", "r1") +
                                       literal_bytes("date", "d") + literal_bytes("retry-after", "3") +
                                       literal_bytes("x-subject-token", "s") + literal_bytes("server", "x");

}  // namespace

BOOST_AUTO_TEST_SUITE(http2_session)

BOOST_AUTO_TEST_CASE(says_hello) {
    session s({32 * 1024, 100'000, 200'000});
    std::string out;
    s.open(out);
    BOOST_REQUIRE(out.starts_with("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
    auto const frames = frames_of(std::string_view(out).substr(24));
    BOOST_REQUIRE_EQUAL(frames.size(), 2U);
    BOOST_TEST(frames[0].type == 4U);
    BOOST_TEST(frames[0].payload == settings_bytes({{1, 0}, {2, 0}, {4, 100'000}, {6, 32 * 1024}}).substr(9));
    BOOST_TEST(frames[1].type == 8U);
    BOOST_TEST(frames[1].payload == u32(200'000 - 65'535));
    BOOST_TEST(s.room() == 100U);
}

BOOST_AUTO_TEST_CASE(answers_the_peers_hello) {
    session s({});
    std::string out;
    s.open(out);
    out.clear();
    std::string const hello = settings_bytes({{3, 7}});
    s.put(hello);
    event e;
    BOOST_REQUIRE(s.next(e, out));
    BOOST_TEST(e.what == kind::settings);
    BOOST_TEST(!s.next(e, out));
    BOOST_TEST(out == frame_bytes(4, 1, 0));
    BOOST_TEST(s.room() == 7U);
}

BOOST_AUTO_TEST_CASE(what_comes_first_is_settings) {
    for (std::string const& first : {frame_bytes(4, 1, 0), frame_bytes(6, 0, 0, "12345678"), goaway_bytes(0, 0),
                                     "HTTP/1.1 400 Bad Request\r\n\r\n"s, window_bytes(0, 1), frame_bytes(99, 0, 0)}) {
        client_side c({}, "");
        c.give(first);
        c.must_have_ended(reason::protocol_error);
    }
}

BOOST_AUTO_TEST_CASE(a_request_is_one_frame) {
    client_side c;
    BOOST_TEST(c.start() == 1U);
    BOOST_TEST(c.start() == 3U);
    auto const frames = c.sent();
    BOOST_REQUIRE_EQUAL(frames.size(), 2U);
    header_decoder by(4096);
    for (std::size_t i = 0; i < 2; ++i) {
        BOOST_TEST(frames[i].type == 1U);
        BOOST_TEST(frames[i].flags == 5U);
        BOOST_TEST(frames[i].stream == 2 * i + 1);
        by.begin(frames[i].payload);
        for (header_field const& each : stop_fields()) {
            field_view f;
            BOOST_REQUIRE(by.next(f) == header_decoder::result::field);
            BOOST_TEST(f.name == each.name);
            BOOST_TEST(f.value == each.value);
        }
    }
    BOOST_TEST(c.session.active() == 2U);
}

BOOST_AUTO_TEST_CASE(a_request_with_a_body) {
    client_side c;
    c.start("{}");
    auto const frames = c.sent();
    BOOST_REQUIRE_EQUAL(frames.size(), 2U);
    BOOST_TEST(frames[0].flags == 4U);
    BOOST_TEST(frames[1].type == 0U);
    BOOST_TEST(frames[1].flags == 1U);
    BOOST_TEST(frames[1].stream == 1U);
    BOOST_TEST(frames[1].payload == "{}");
}

BOOST_AUTO_TEST_CASE(a_token_over_a_frame_is_continued) {
    for (std::uint32_t most : {16'384U, 16'400U}) {
        client_side c({}, settings_bytes({{5, most}}));
        std::string const token(16'384, 't');
        std::vector<header_field> fields = stop_fields();
        fields.push_back({"x-auth-token", token, indexing::token});
        request r;
        r.fields = fields;
        BOOST_TEST(c.session.start(r, c.out) == 1U);
        auto const frames = c.sent();
        BOOST_REQUIRE_EQUAL(frames.size(), 2U);
        BOOST_TEST(frames[0].type == 1U);
        BOOST_TEST(frames[0].flags == 1U);
        BOOST_TEST(frames[0].payload.size() == most);
        BOOST_TEST(frames[1].type == 9U);
        BOOST_TEST(frames[1].flags == 4U);
        BOOST_TEST(frames[1].stream == 1U);
        BOOST_TEST((frames[0].payload + frames[1].payload).find(token) != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(a_header_that_the_peer_does_not_take_is_not_sent) {
    std::size_t const size = size_of(stop_fields());
    client_side c({}, settings_bytes({{6, static_cast<std::uint32_t>(size - 1)}}));
    BOOST_TEST(c.start() == 0U);
    BOOST_TEST(c.out.empty());
    BOOST_TEST(c.session.active() == 0U);
    c.give(settings_bytes({{6, static_cast<std::uint32_t>(size)}}));
    BOOST_TEST(c.start() == 1U);
}

BOOST_AUTO_TEST_CASE(a_reply_without_a_body) {
    client_side c;
    c.start();
    c.give(headers_bytes(1, reply_fields_bytes, 5));
    told const e = c.only();
    BOOST_TEST(e.what == kind::reply);
    BOOST_TEST(e.stream == 1U);
    BOOST_TEST(e.user == static_cast<void*>(&c));
    BOOST_TEST(e.status == 200U);
    BOOST_TEST(e.request_id == "r1");
    BOOST_TEST(e.date == "d");
    BOOST_TEST(e.retry_after == "3");
    BOOST_TEST(e.subject_token == "s");
    BOOST_TEST(e.body == "");
    BOOST_TEST(!e.truncated);
    BOOST_TEST(e.standing == standing::answered);
    BOOST_TEST(c.session.active() == 0U);
}

BOOST_AUTO_TEST_CASE(a_reply_in_pieces) {
    client_side c;
    c.start();
    c.give(headers_bytes(1, reply_fields_bytes));
    BOOST_TEST(c.events[0].what == kind::header);
    BOOST_TEST(c.only().request_id == "r1");
    c.give(data_bytes(1, "one "));
    c.give(data_bytes(1, "\3two xxx", 8));
    BOOST_TEST(c.silent());
    c.give(data_bytes(1, "three", 1));
    told const e = c.only();
    BOOST_TEST(e.what == kind::reply);
    BOOST_TEST(e.body == "one two three");
    BOOST_TEST(e.request_id == "r1");
    BOOST_TEST(e.date == "d");
    BOOST_TEST(e.retry_after == "3");
    BOOST_TEST(e.subject_token == "s");
}

BOOST_AUTO_TEST_CASE(a_reply_cut_at_each_byte) {
    std::string const bytes = headers_bytes(1, reply_fields_bytes.substr(0, 20), 0) +
                              frame_bytes(9, 4, 1, reply_fields_bytes.substr(20)) + data_bytes(1, "one ") +
                              data_bytes(1, "\1two\1", 8) + headers_bytes(1, literal_bytes("x", "y"), 5);
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
        client_side c;
        c.start();
        c.give(bytes.substr(0, cut));
        c.give(bytes.substr(cut));
        BOOST_REQUIRE_EQUAL(c.events.size(), 2U);
        BOOST_TEST(c.events[0].what == kind::header);
        BOOST_TEST(c.events[1].what == kind::reply);
        BOOST_TEST(c.events[1].request_id == "r1");
        BOOST_TEST(c.events[1].body == "one two");
    }
    client_side c;
    c.start();
    for (char byte : bytes)
        c.give(std::string(1, byte));
    BOOST_TEST(c.events.size() == 2U);
    BOOST_TEST(c.events.back().body == "one two");
}

BOOST_AUTO_TEST_CASE(of_fields_that_come_twice_the_first_counts) {
    client_side c;
    c.start();
    c.give(headers_bytes(1,
                         std::string(status_200) + literal_bytes("x-request-id", "") +
                             literal_bytes("x-request-id", "r2") + literal_bytes("date", "a") +
                             literal_bytes("date", "b"),
                         5));
    told const e = c.only();
    BOOST_TEST(e.request_id == "");
    BOOST_TEST(e.date == "a");
}

BOOST_AUTO_TEST_CASE(many_streams_answered_in_any_order) {
    client_side c;
    for (int i = 0; i < 50; ++i)
        c.start();
    std::vector<unsigned> const order{49, 0, 25, 1, 48, 24, 2};
    for (unsigned each : order) {
        c.give(headers_bytes(2 * each + 1, status_404));
        BOOST_TEST(c.only().stream == 2 * each + 1);
        c.give(data_bytes(2 * each + 1, "body " + std::to_string(each), 1));
        told const e = c.only();
        BOOST_TEST(e.body == "body " + std::to_string(each));
        BOOST_TEST(e.status == 404U);
        BOOST_TEST(e.request_id == "");
    }
    BOOST_TEST(c.session.active() == 43U);
    BOOST_TEST(c.session.room() > 0U);
}

BOOST_AUTO_TEST_CASE(interim_replies_are_passed_over) {
    client_side c;
    c.start();
    std::string const interim = literal_bytes(":status", "103") + literal_bytes("x-request-id", "other");
    for (unsigned i = 0; i < reply_stream::most_interim; ++i)
        c.give(headers_bytes(1, interim));
    BOOST_TEST(c.silent());
    c.give(headers_bytes(1, status_200, 5));
    BOOST_TEST(c.only().request_id == "");
}

BOOST_AUTO_TEST_CASE(trailers_end_a_reply) {
    client_side c;
    c.start();
    c.give(headers_bytes(1, status_200) + data_bytes(1, "b") +
           headers_bytes(1, literal_bytes("x-request-id", "late"), 5));
    BOOST_REQUIRE_EQUAL(c.events.size(), 2U);
    BOOST_TEST(c.events[1].what == kind::reply);
    BOOST_TEST(c.events[1].body == "b");
    BOOST_TEST(c.events[1].request_id == "");
}

BOOST_AUTO_TEST_CASE(resets_of_a_stream) {
    for (std::uint32_t code = 0; code <= 20; ++code) {
        for (bool answered : {false, true}) {
            client_side c;
            c.start();
            c.start();
            c.out.clear();
            if (answered) c.give(headers_bytes(1, reply_fields_bytes) + data_bytes(1, "part"));
            c.events.clear();
            c.give(rst_bytes(1, code));
            told const e = c.only();
            BOOST_TEST(e.what == kind::failed);
            BOOST_TEST(e.failure == failure::reset);
            BOOST_TEST(e.code == static_cast<reason>(code));
            BOOST_TEST(e.stream == 1U);
            standing const expected = answered    ? standing::answered
                                      : code == 7 ? standing::unprocessed
                                                  : standing::open;
            BOOST_TEST(e.standing == expected);
            if (answered) {
                BOOST_TEST(e.status == 200U);
                BOOST_TEST(e.request_id == "r1");
                BOOST_TEST(e.body == "part");
            } else {
                BOOST_TEST(e.status == 0U);
            }
            BOOST_TEST(c.out.empty());  // a reset is no answer to a reset
            BOOST_TEST(c.session.active() == 1U);
            c.give(headers_bytes(3, status_200, 5));
            BOOST_TEST(c.only().what == kind::reply);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_reset_after_a_whole_reply_is_no_failure) {
    client_side c;
    c.start(std::string(100'000, 'x'));
    c.out.clear();
    c.give(headers_bytes(1, status_200, 5) + rst_bytes(1, 0));
    BOOST_TEST(c.only().what == kind::reply);
    // What is left of the request is not sent.
    auto const frames = c.sent();
    BOOST_REQUIRE_EQUAL(frames.size(), 1U);
    BOOST_TEST(frames[0].type == 3U);
    c.give(window_bytes(0, 100'000) + window_bytes(1, 100'000));
    BOOST_TEST(c.out.empty());
}

BOOST_AUTO_TEST_CASE(cancelled_streams_are_reset_and_heard_of_no_more) {
    client_side c;
    c.start();
    c.start();
    c.out.clear();
    c.give(headers_bytes(3, reply_fields_bytes) + data_bytes(3, "part"));
    c.events.clear();
    BOOST_TEST(c.session.cancel(1, c.out).status == 0U);
    reply const got = c.session.cancel(3, c.out);
    BOOST_TEST(got.status == 200U);
    BOOST_TEST(got.request_id == "r1");
    BOOST_TEST(got.body == "part");
    auto const frames = c.sent();
    BOOST_REQUIRE_EQUAL(frames.size(), 2U);
    BOOST_TEST(frames[1].type == 3U);
    BOOST_TEST(frames[1].stream == 3U);
    BOOST_TEST(frames[1].payload == u32(8));
    BOOST_TEST(c.session.active() == 0U);
    c.give(headers_bytes(1, reply_fields_bytes) + data_bytes(1, "late", 1) + data_bytes(3, "late") +
           window_bytes(3, 5) + rst_bytes(3, 8) + headers_bytes(3, literal_bytes("x", "y"), 5));
    BOOST_TEST(c.silent());
    BOOST_TEST(c.out.empty());
    // One that is over already.
    BOOST_TEST(c.session.cancel(1, c.out).status == 0U);
    BOOST_TEST(c.out.empty());
}

BOOST_AUTO_TEST_CASE(pings_are_answered_and_told) {
    client_side c;
    c.give(frame_bytes(6, 0, 0, "12345678"));
    BOOST_TEST(c.silent());
    BOOST_TEST(c.out == frame_bytes(6, 1, 0, "12345678"));
    c.out.clear();
    c.session.ping("abcdefgh", c.out);
    BOOST_TEST(c.out == frame_bytes(6, 0, 0, "abcdefgh"));
    c.give(frame_bytes(6, 1, 0, "abcdefgh"));
    BOOST_TEST(c.only().what == kind::pong);
}

BOOST_AUTO_TEST_CASE(what_is_unknown_is_passed_over) {
    client_side c;
    c.start();
    c.out.clear();
    c.give(frame_bytes(0x42, 0xFF, 0, "words") + frame_bytes(0xA, 0, 1, "altsvc") + frame_bytes(2, 0, 1, "12345") +
           frame_bytes(2, 0, 99, "12345") + settings_bytes({{0x4242, 1}}) + frame_bytes(4, 1, 0));
    BOOST_REQUIRE_EQUAL(c.events.size(), 1U);
    BOOST_TEST(c.events[0].what == kind::settings);
    c.events.clear();
    // A flag that is unknown, and a bit that is reserved.
    c.give(frame_bytes(1, 0xC5 & ~8U, 0x80000001, status_200));
    BOOST_TEST(c.only().what == kind::reply);
}

BOOST_AUTO_TEST_CASE(a_header_with_priority_and_padding) {
    client_side c;
    c.start();
    c.give(headers_bytes(1,
                         "\3"
                         "12345"
                         "\x88"
                         "xyz",
                         0x2D));
    BOOST_TEST(c.only().status == 200U);
}

BOOST_AUTO_TEST_CASE(confidential_replies_leave_nothing_in_what_is_reused) {
    client_side c;
    c.start({}, 1024, true);
    std::string const all =
        headers_bytes(1, reply_fields_bytes) + data_bytes(1, "a secret body") + data_bytes(1, "", 1);
    for (char byte : all)
        c.give(std::string(1, byte));
    BOOST_TEST(c.events.back().body == "a secret body");
    BOOST_TEST(c.events.back().subject_token == "s");
    event e;
    BOOST_TEST(!c.session.next(e, c.out));
    // The next stream takes the same place.
    c.start();
    c.give(headers_bytes(3, status_200, 5));
    BOOST_TEST(c.events.back().subject_token == "");
    BOOST_TEST(c.events.back().body == "");
}

BOOST_AUTO_TEST_CASE(memory_is_given_back_between_replies) {
    client_side c;
    c.start();
    c.give(headers_bytes(1, reply_fields_bytes, 5));
    c.session.trim();
    std::string const next = headers_bytes(3, reply_fields_bytes, 5);
    c.start();
    c.give(next.substr(0, 12));
    c.session.trim();  // in the middle of a frame
    c.give(next.substr(12));
    BOOST_TEST(c.events.back().request_id == "r1");
    BOOST_TEST(c.events.size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
