// SPDX-License-Identifier: BSL-1.0
// What a peer may not say, thing by thing: what ends a stream, and what ends the connection.
#include "http2/session.hpp"

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

// The stream has failed, and was reset with this code; the connection goes on.
void must_have_failed(client_side& c, failure why, reason sent, standing how = standing::open) {
    told const e = c.only();
    BOOST_TEST(e.what == kind::failed);
    BOOST_TEST(e.failure == why);
    BOOST_TEST(e.standing == how);
    BOOST_TEST(e.user == static_cast<void*>(&c));
    auto const frames = c.sent();
    BOOST_REQUIRE_EQUAL(frames.size(), 1U);
    BOOST_TEST(frames[0].type == 3U);
    BOOST_TEST(frames[0].stream == e.stream);
    BOOST_TEST(frames[0].payload == u32(static_cast<std::uint32_t>(sent)));
    BOOST_TEST(c.session.active() == 0U);
    auto const next = c.start();
    c.give(headers_bytes(next, status_200, 5));
    BOOST_TEST(c.only().what == kind::reply);
}

void must_break(std::string_view bytes, reason why) {
    client_side c;
    c.start();
    c.out.clear();
    c.give(bytes);
    BOOST_TEST_CONTEXT("frame of type " << int(bytes[3])) {
        c.must_have_ended(why);
        BOOST_REQUIRE_EQUAL(c.events.size(), 2U);
        BOOST_TEST(c.events[0].what == kind::failed);
        BOOST_TEST(c.events[0].standing == standing::open);
        BOOST_TEST(c.events[0].code == why);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http2_session_faults)

BOOST_AUTO_TEST_CASE(malformed_replies_end_their_stream) {
    std::string const ok(status_200);
    std::string const interim = literal_bytes(":status", "100");
    std::vector<std::string> const blocks{
        "",                                                  // no status
        literal_bytes("x", "y"),                             //
        ok + ok,                                             // two
        literal_bytes("x", "y") + ok,                        // behind a field
        ok + literal_bytes(":path", "/"),                    // of a request
        ok + literal_bytes(":x", "y"),                       // unknown
        literal_bytes(":status", ""),                        // none
        literal_bytes(":status", "2x0"),                     //
        literal_bytes(":status", " 200"),                    //
        literal_bytes(":status", "101"),                     // there is none to switch to
        interim,                                             // interim, and the last
        ok + literal_bytes("X-Request-Id", "r"),             // in capitals
        ok + literal_bytes("", "r"),                         // no name
        ok + literal_bytes("a b", "r"),                      //
        ok + literal_bytes("a:", "r"),                       //
        ok + literal_bytes("a", "b\nc"),                     // a line's end
        ok + literal_bytes("a", "b\rc"),                     //
        ok + literal_bytes("a", "b\0c"sv),                   //
        ok + literal_bytes("a", "\x7f"),                     //
        ok + literal_bytes("a", " b"),                       // a blank in front
        ok + literal_bytes("a", "b\t"),                      // behind
        ok + literal_bytes("connection", "close"),           // of a connection
        ok + literal_bytes("keep-alive", "timeout=5"),       //
        ok + literal_bytes("proxy-connection", "close"),     //
        ok + literal_bytes("transfer-encoding", "chunked"),  //
        ok + literal_bytes("upgrade", "h2c"),                //
        ok + literal_bytes("content-length", ""),            // no number
        ok + literal_bytes("content-length", "1x"),          //
        ok + literal_bytes("content-length", "-1"),          //
        ok + literal_bytes("content-length", "0, 0"),        //
        ok + literal_bytes("content-length", "1234567890123456789"),
        ok + literal_bytes("content-length", "0") + literal_bytes("content-length", "0"),
    };
    for (auto const& block : blocks) {
        client_side c;
        c.start();
        c.out.clear();
        c.give(headers_bytes(1, block, 5));
        BOOST_TEST_CONTEXT(block) {
            must_have_failed(c, failure::malformed, reason::protocol_error);
        }
    }
}

BOOST_AUTO_TEST_CASE(well_formed_all_the_same) {
    std::string const ok(status_200);
    for (auto const& block : std::vector<std::string>{
             ok + literal_bytes("content-length", "0"), ok + literal_bytes("content-length", "00"),
             ok + literal_bytes("a", ""), ok + literal_bytes("a", "b\tc \xe4"),
             literal_bytes(":status", "304") + literal_bytes("content-length", "10"),
             "\x89"s + literal_bytes("content-length", "10"), ok + literal_bytes("te", "trailers")}) {
        client_side c;
        c.start();
        c.give(headers_bytes(1, block, 5));
        BOOST_TEST(c.only().what == kind::reply);
    }
}

BOOST_AUTO_TEST_CASE(a_status_that_is_none_is_told_apart) {
    for (char const* status : {"000", "099", "600", "999", "20", "1000", "2000000000000"}) {
        client_side c;
        c.start();
        c.out.clear();
        c.give(headers_bytes(1, literal_bytes(":status", status), 5));
        BOOST_TEST_CONTEXT(status) {
            must_have_failed(c, failure::bad_status, reason::protocol_error);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_malformed_body_leaves_the_reply_answered) {
    std::string const length_3 = std::string(status_200) + literal_bytes("content-length", "3");
    std::vector<std::pair<std::string, std::string>> const rows{
        {length_3, data_bytes(1, "ab", 1)},                                              // too short
        {length_3, data_bytes(1, "ab") + headers_bytes(1, literal_bytes("x", "y"), 5)},  //
        {length_3, data_bytes(1, "abcd", 1)},                                            // too long
        {length_3, data_bytes(1, "abcd")},                                               //
        {"\x89", data_bytes(1, "a", 1)},                                                 // 204 has none
        {"\x8b", data_bytes(1, "a")},                                                    // nor has 304
        {std::string(status_200), headers_bytes(1, literal_bytes("x", "y"), 4)},         // trailers, and no end
        {std::string(status_200), headers_bytes(1, status_200, 5)},                      // a status in them
        {std::string(status_200), headers_bytes(1, literal_bytes("X", "y"), 5)},         //
    };
    for (auto const& [header, body] : rows) {
        client_side c;
        c.start();
        c.give(headers_bytes(1, header));
        BOOST_TEST(c.only().what == kind::header);
        c.out.clear();
        c.give(body);
        BOOST_TEST(c.events.at(0).status != 0U);
        BOOST_TEST_CONTEXT(header + body) {
            must_have_failed(c, failure::malformed, reason::protocol_error, standing::answered);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_body_that_was_promised_and_never_came) {
    client_side c;
    c.start();
    c.out.clear();
    c.give(headers_bytes(1, std::string(status_200) + literal_bytes("content-length", "1"), 5));
    must_have_failed(c, failure::malformed, reason::protocol_error, standing::answered);
}

BOOST_AUTO_TEST_CASE(there_is_no_protocol_to_switch_to) {
    client_side c;
    c.start();
    c.out.clear();
    c.give(headers_bytes(1, literal_bytes(":status", "101"), 4));
    must_have_failed(c, failure::malformed, reason::protocol_error);
}

BOOST_AUTO_TEST_CASE(a_field_of_a_connection_by_its_number) {
    client_side c;
    c.start();
    c.out.clear();
    c.give(headers_bytes(1, std::string(status_200) + "\x0f\x2a\x07" + "chunked", 5));  // transfer-encoding
    must_have_failed(c, failure::malformed, reason::protocol_error);
}

BOOST_AUTO_TEST_CASE(data_before_the_header) {
    client_side c;
    c.start();
    c.out.clear();
    c.give(data_bytes(1, "x"));
    must_have_failed(c, failure::malformed, reason::protocol_error);
}

BOOST_AUTO_TEST_CASE(too_many_interim_replies) {
    client_side c;
    c.start();
    c.out.clear();
    for (unsigned i = 0; i <= reply_stream::most_interim; ++i)
        c.give(headers_bytes(1, literal_bytes(":status", "103")));
    must_have_failed(c, failure::malformed, reason::protocol_error);
}

BOOST_AUTO_TEST_CASE(a_header_over_our_limit_ends_its_stream) {
    session_limits limits;
    limits.header = 300;
    std::string fields(status_200);
    while (fields.size() < 200)
        fields += literal_bytes("a", "b");  // of 34 each in the list
    std::string const long_block = std::string(status_200) + literal_bytes("a", std::string(120, 'x')) +
                                   literal_bytes("a", std::string(120, 'x')) +
                                   literal_bytes("a", std::string(120, 'x'));
    for (auto const& bytes :
         {headers_bytes(1, fields, 5), headers_bytes(1, fields), headers_bytes(1, long_block, 5),
          headers_bytes(1, long_block.substr(0, 200), 1) + frame_bytes(9, 4, 1, long_block.substr(200)),
          // Nobody looks at what is in it.
          headers_bytes(1, std::string(200, 'x'), 1) + frame_bytes(9, 0, 1, std::string(200, 'y')) +
              frame_bytes(9, 4, 1, "z")}) {
        client_side c(limits);
        c.start();
        c.out.clear();
        c.give(bytes);
        must_have_failed(c, failure::header_too_large, reason::cancel);
    }
    client_side c(limits);
    c.start();
    // 42 + 34 * 7 = 280
    c.give(headers_bytes(1, fields.substr(0, 1 + 7 * literal_bytes("a", "b").size()), 5));
    BOOST_TEST(c.only().what == kind::reply);
}

BOOST_AUTO_TEST_CASE(a_body_over_its_limit_is_told_and_reset) {
    for (bool at_once : {true, false}) {
        for (bool ends : {true, false}) {
            client_side c;
            c.start({}, 5);
            c.out.clear();
            unsigned const flags = ends ? 1 : 0;
            c.give(headers_bytes(1, status_200) +
                   (at_once ? data_bytes(1, "123456", flags) : data_bytes(1, "123") + data_bytes(1, "456", flags)));
            BOOST_REQUIRE_EQUAL(c.events.size(), 2U);
            told const e = c.events[1];
            BOOST_TEST(e.what == kind::reply);
            BOOST_TEST(e.truncated);
            BOOST_TEST(e.body == "12345");
            auto const frames = c.sent();
            BOOST_REQUIRE_EQUAL(frames.size(), ends ? 0U : 1U);
            if (!ends) BOOST_TEST(frames[0].payload == u32(8));
            // What was under way is dropped.
            c.events.clear();
            c.give(data_bytes(1, "7", 1));
            BOOST_TEST(c.silent());
        }
    }
    client_side c;
    c.start({}, 5);
    c.give(headers_bytes(1, status_200) + data_bytes(1, "123") + data_bytes(1, "45", 1));
    BOOST_TEST(c.events.back().body == "12345");
    BOOST_TEST(!c.events.back().truncated);
    c.start({}, 0);
    c.give(headers_bytes(3, status_200) + data_bytes(3, "", 1));
    BOOST_TEST(!c.events.back().truncated);
}

BOOST_AUTO_TEST_CASE(what_breaks_the_connection) {
    using enum reason;
    // DATA
    must_break(data_bytes(0, "x"), protocol_error);
    must_break(data_bytes(2, "x"), protocol_error);
    must_break(data_bytes(3, "x"), protocol_error);  // not started yet
    must_break(data_bytes(1, "", 8), protocol_error);
    must_break(data_bytes(1, "\5x", 8), protocol_error);
    // HEADERS and CONTINUATION
    must_break(headers_bytes(0, status_200), protocol_error);
    must_break(headers_bytes(2, status_200), protocol_error);
    must_break(headers_bytes(3, status_200), protocol_error);
    must_break(headers_bytes(1, "\x05\x88", 0xC), protocol_error);
    must_break(headers_bytes(1, "\x88", 0x24), protocol_error);
    must_break(frame_bytes(9, 4, 1, status_200), protocol_error);
    must_break(headers_bytes(1, status_200, 0) + frame_bytes(9, 4, 3), protocol_error);
    must_break(headers_bytes(1, status_200, 0) + data_bytes(1, "x"), protocol_error);
    must_break(headers_bytes(1, status_200, 0) + frame_bytes(6, 0, 0, "12345678"), protocol_error);
    must_break(headers_bytes(1, status_200, 0) + frame_bytes(0x42, 0, 0), protocol_error);
    must_break(headers_bytes(1, "\xbe"), compression_error);
    must_break(headers_bytes(1, "\x88\0"sv, 5), compression_error);
    // PRIORITY
    must_break(frame_bytes(2, 0, 0, "12345"), protocol_error);
    // RST_STREAM
    must_break(rst_bytes(0, 8), protocol_error);
    must_break(rst_bytes(2, 8), protocol_error);
    must_break(rst_bytes(3, 8), protocol_error);
    must_break(frame_bytes(3, 0, 1, "123"), frame_size_error);
    must_break(frame_bytes(3, 0, 1, "12345"), frame_size_error);
    // SETTINGS
    must_break(frame_bytes(4, 0, 1), protocol_error);
    must_break(frame_bytes(4, 0, 0, "12345"), frame_size_error);
    must_break(frame_bytes(4, 1, 0, "123456"), frame_size_error);
    must_break(settings_bytes({{2, 1}}), protocol_error);
    must_break(settings_bytes({{2, 2}}), protocol_error);
    must_break(settings_bytes({{4, 0x80000000}}), flow_control_error);
    must_break(settings_bytes({{5, 1}}), protocol_error);
    // PUSH_PROMISE
    must_break(frame_bytes(5, 4, 1, u32(2) + std::string(status_200)), protocol_error);
    // PING
    must_break(frame_bytes(6, 0, 0, "1234567"), frame_size_error);
    must_break(frame_bytes(6, 0, 1, "12345678"), protocol_error);
    // GOAWAY
    must_break(frame_bytes(7, 0, 1, "12345678"), protocol_error);
    must_break(frame_bytes(7, 0, 0, "1234567"), frame_size_error);
    // WINDOW_UPDATE
    must_break(window_bytes(0, 0), protocol_error);
    must_break(window_bytes(3, 1), protocol_error);
    must_break(window_bytes(2, 1), protocol_error);
    must_break(frame_bytes(8, 0, 0, "123"), frame_size_error);
    must_break(window_bytes(0, 0x7FFFFFFF), flow_control_error);
    // Any
    must_break(frame_bytes(0, 0, 1, std::string(16'385, 'x')), frame_size_error);
    must_break(frame_bytes(0x42, 0, 1, std::string(16'385, 'x')), frame_size_error);
}

BOOST_AUTO_TEST_CASE(a_priority_of_another_size_ends_its_stream) {
    client_side c;
    c.start();
    c.out.clear();
    c.give(frame_bytes(2, 0, 1, "1234"));
    must_have_failed(c, failure::malformed, reason::frame_size_error);
}

BOOST_AUTO_TEST_SUITE_END()
