// SPDX-License-Identifier: BSL-1.0
// A client's session and how much of everything there may be: streams, windows, frames that lead nowhere; and how a
// connection ends.
#include "http2/session.hpp"

#include "unit/http2_bytes.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

using namespace oms::http2;
using namespace oms::test;
using kind = event::kind;

namespace {

std::size_t data_sent(client_side& c, stream_id stream) {
    std::size_t sum = 0;
    for (auto const& each : c.sent()) {
        if (each.type == 0 && each.stream == stream) sum += each.payload.size();
    }
    return sum;
}

// So many of one thing are taken, and no more.
void must_be_bounded(std::function<std::string(client_side&)> const& one) {
    client_side c;
    c.start();
    c.out.clear();
    std::size_t most_out = 0;
    unsigned taken = 0;
    auto const over = [&] { return !c.events.empty() && c.events.back().what == kind::ended; };
    for (; taken < 100'000 && !over(); ++taken) {
        c.give(one(c));
        most_out = std::max(most_out, c.out.size());
    }
    BOOST_TEST(taken >= 500U);
    BOOST_TEST(taken <= flood_guard::limit + 1);
    BOOST_TEST(most_out < 100'000U);
    c.must_have_ended(reason::enhance_your_calm);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http2_session_limits)

BOOST_AUTO_TEST_CASE(streams_at_a_time) {
    client_side c({}, settings_bytes({{3, 2}}));
    BOOST_TEST(c.session.room() == 2U);
    c.start();
    BOOST_TEST(c.session.room() == 1U);
    c.start();
    BOOST_TEST(c.session.room() == 0U);
    BOOST_TEST(c.session.takes_more());
    c.give(headers_bytes(1, status_200, 5));
    BOOST_TEST(c.session.room() == 1U);
    c.give(settings_bytes({{3, 0}}));
    BOOST_TEST(c.events.back().what == kind::settings);
    BOOST_TEST(c.session.room() == 0U);
    BOOST_TEST(c.session.takes_more());
    c.give(settings_bytes({{3, 100}}));
    BOOST_TEST(c.session.room() == 99U);
    c.start();
    c.start();
    c.give(settings_bytes({{3, 1}}));  // below what is under way
    BOOST_TEST(c.session.room() == 0U);
    BOOST_TEST(c.session.active() == 3U);
    c.session.cancel(3, c.out);
    c.session.cancel(5, c.out);
    BOOST_TEST(c.session.room() == 0U);
    c.session.cancel(7, c.out);
    BOOST_TEST(c.session.room() == 1U);
}

BOOST_AUTO_TEST_CASE(streams_before_the_peer_has_said_a_word) {
    client_side c({}, "");
    BOOST_TEST(c.session.room() == 100U);
    c.start();
    BOOST_TEST(c.session.room() == 99U);
    c.give(settings_bytes());
    BOOST_TEST(c.session.room() > 1'000'000U);
}

BOOST_AUTO_TEST_CASE(a_body_waits_for_the_streams_window) {
    client_side c({}, settings_bytes({{4, 10}}));
    c.start(std::string(25, 'x'));
    BOOST_TEST(data_sent(c, 1) == 10U);
    c.give(window_bytes(1, 5));
    BOOST_TEST(data_sent(c, 1) == 5U);
    c.give(settings_bytes({{4, 4}}));  // now there is less than nothing
    BOOST_TEST(data_sent(c, 1) == 0U);
    c.give(window_bytes(1, 6));
    BOOST_TEST(data_sent(c, 1) == 0U);
    c.give(window_bytes(1, 1));
    BOOST_TEST(data_sent(c, 1) == 1U);
    c.give(settings_bytes({{4, 100}}));
    auto const frames = c.sent();
    BOOST_REQUIRE_EQUAL(frames.size(), 2U);
    BOOST_TEST(frames[0].type == 4U);
    BOOST_TEST(frames[1].payload == std::string(9, 'x'));
    BOOST_TEST(frames[1].flags == 1U);
    c.give(window_bytes(1, 100));
    BOOST_TEST(c.out.empty());
}

BOOST_AUTO_TEST_CASE(bodies_wait_for_the_connections_window) {
    client_side c({}, settings_bytes({{4, 1'000'000}}));
    c.start(std::string(60'000, 'x'));
    BOOST_TEST(data_sent(c, 1) == 60'000U);
    c.start(std::string(10'000, 'y'));
    BOOST_TEST(data_sent(c, 3) == 5'535U);
    c.start("z");
    BOOST_TEST(data_sent(c, 5) == 0U);
    c.give(window_bytes(3, 100));
    BOOST_TEST(c.out.empty());
    c.give(window_bytes(0, 4'465));
    BOOST_TEST(data_sent(c, 3) == 4'465U);
    c.give(window_bytes(0, 1));
    auto const frames = c.sent();
    BOOST_REQUIRE_EQUAL(frames.size(), 1U);
    BOOST_TEST(frames[0].stream == 5U);
    BOOST_TEST(frames[0].flags == 1U);
}

BOOST_AUTO_TEST_CASE(a_stream_waits_with_a_window_of_nothing) {
    client_side c({}, settings_bytes({{4, 0}}));
    c.start("body");
    auto const frames = c.sent();
    BOOST_REQUIRE_EQUAL(frames.size(), 1U);
    BOOST_TEST(frames[0].flags == 4U);
    // The reply need not wait for the request.
    c.give(headers_bytes(1, status_404, 5));
    BOOST_TEST(c.only().status == 404U);
    BOOST_TEST(c.sent().at(0).type == 3U);
}

BOOST_AUTO_TEST_CASE(a_streams_window_that_overflows_ends_it) {
    for (std::uint32_t increment : {0U, 0x7FFFFFFFU}) {
        client_side c;
        c.start();
        c.start();
        c.out.clear();
        c.give(window_bytes(1, increment));
        told const e = c.only();
        BOOST_TEST(e.what == kind::failed);
        reason const code = increment == 0 ? reason::protocol_error : reason::flow_control_error;
        BOOST_TEST(e.code == code);
        BOOST_TEST(c.sent().at(0).payload == u32(static_cast<std::uint32_t>(code)));
        BOOST_TEST(c.session.active() == 1U);
    }
}

BOOST_AUTO_TEST_CASE(a_new_initial_window_that_overflows_ends_the_connection) {
    client_side c;
    c.start();
    c.give(window_bytes(1, 0x7FFFFFFF - 65'535));
    c.out.clear();
    c.give(settings_bytes({{4, 65'536}}));
    c.must_have_ended(reason::flow_control_error);
}

BOOST_AUTO_TEST_CASE(a_peer_that_goes_over_a_streams_window) {
    session_limits limits;
    limits.stream_window = 100;
    client_side c(limits);
    c.start();
    c.start();
    c.out.clear();
    c.give(headers_bytes(1, status_200) + headers_bytes(3, status_200));
    c.events.clear();
    c.give(data_bytes(1, std::string(101, 'x')));
    told const e = c.only();
    BOOST_TEST(e.failure == failure::flow_control);
    BOOST_TEST(e.standing == standing::answered);
    BOOST_TEST(c.sent().at(0).payload == u32(3));
    // Padding counts.
    c.give(data_bytes(3, std::string("\x32") + std::string(100, 'x'), 8));
    BOOST_TEST(c.only().failure == failure::flow_control);
}

BOOST_AUTO_TEST_CASE(a_peer_that_goes_over_the_connections_window) {
    session_limits limits;
    limits.connection_window = 65'535;
    limits.stream_window = 1'000'000;
    client_side c(limits);
    c.start({}, 1'000'000);
    c.give(headers_bytes(1, status_200));
    c.out.clear();
    for (int i = 0; i < 100; ++i)
        c.give(data_bytes(1, std::string(16'000, 'x')));
    BOOST_TEST(c.session.takes_more());  // it was told each time
    std::size_t told_room = 0;
    for (auto const& each : c.sent()) {
        if (each.type == 8 && each.stream == 0) told_room += read_u32(each.payload.data());
    }
    BOOST_TEST(told_room <= 1'600'000U);
    BOOST_TEST(told_room >= 1'600'000U - 33'000U);

    // What is sent at once, before we give anything back.
    client_side other(limits);
    other.start({}, 1'000'000);
    std::string const all = headers_bytes(1, status_200);
    other.give(all);
    other.out.clear();
    for (unsigned each : {16'000U, 16'000U})
        other.give(data_bytes(1, std::string(each, 'x')));
    BOOST_TEST(other.out.empty());
    BOOST_TEST(other.session.takes_more());
}

BOOST_AUTO_TEST_CASE(large_bodies_get_more_room_and_others_do_not) {
    session_limits limits;
    limits.stream_window = 1000;
    client_side c(limits);
    c.start({}, 1'000'000);
    c.give(headers_bytes(1, status_200));
    c.out.clear();
    c.give(data_bytes(1, std::string(499, 'x')));
    BOOST_TEST(c.out.empty());
    c.give(data_bytes(1, std::string(1, 'x')));
    BOOST_TEST(c.out == window_bytes(1, 500));
    c.out.clear();
    c.give(data_bytes(1, std::string(700, 'x'), 1));
    BOOST_TEST(c.out.empty());  // it was the last
    BOOST_TEST(c.events.back().body.size() == 1200U);
}

BOOST_AUTO_TEST_CASE(what_nobody_wants_counts_for_the_connection) {
    session_limits limits;
    limits.connection_window = 65'535;
    client_side c(limits);
    c.start({}, 10);
    c.session.cancel(1, c.out);
    c.out.clear();
    for (int i = 0; i < 5; ++i)
        c.give(data_bytes(1, std::string(16'000, 'x')));
    auto const frames = c.sent();
    BOOST_REQUIRE(!frames.empty());
    BOOST_TEST(frames[0].type == 8U);
    BOOST_TEST(frames[0].stream == 0U);
    BOOST_TEST(c.silent());
}

BOOST_AUTO_TEST_CASE(floods_are_bounded) {
    must_be_bounded([](client_side&) { return settings_bytes(); });
    must_be_bounded([](client_side&) { return frame_bytes(4, 1, 0); });
    must_be_bounded([](client_side&) { return frame_bytes(6, 0, 0, "12345678"); });
    must_be_bounded([](client_side&) { return frame_bytes(6, 1, 0, "12345678"); });
    must_be_bounded([](client_side&) { return frame_bytes(2, 0, 1, "12345"); });
    must_be_bounded([](client_side&) { return frame_bytes(0x42, 0, 0); });
    must_be_bounded([](client_side&) { return window_bytes(0, 1); });
    must_be_bounded([](client_side&) { return window_bytes(1, 1); });
    must_be_bounded([](client_side&) { return goaway_bytes(max_stream_id, 0); });
    must_be_bounded([](client_side& c) {  // empty DATA
        return c.events.empty() ? headers_bytes(1, status_200) : data_bytes(1, "");
    });
    must_be_bounded([](client_side& c) {  // what is sent on streams that are over
        if (c.session.active() != 0) c.session.cancel(1, c.out);
        return data_bytes(1, "x");
    });
    must_be_bounded([](client_side& c) {
        if (c.session.active() != 0) c.session.cancel(1, c.out);
        return headers_bytes(1, status_200);
    });
    must_be_bounded([](client_side& c) {
        if (c.session.active() != 0) c.session.cancel(1, c.out);
        return rst_bytes(1, 8);
    });
    must_be_bounded([](client_side& c) {  // every stream is reset, and none answered
        auto const id = c.start();
        c.out.clear();
        return rst_bytes(id, 7);
    });
}

BOOST_AUTO_TEST_CASE(exchanges_are_worth_what_comes_between_them) {
    client_side c;
    for (unsigned i = 0; i < 10; ++i) {
        auto const id = c.start();
        for (unsigned k = 0; k < flood_guard::limit / 2; ++k)
            c.give(frame_bytes(6, 0, 0, "12345678"));
        c.give(headers_bytes(id, status_200, 5));
        BOOST_TEST(c.events.back().what == kind::reply);
        c.out.clear();
    }
    BOOST_TEST(c.session.takes_more());
}

BOOST_AUTO_TEST_CASE(a_block_without_an_end) {
    for (std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{16'384}}) {
        client_side c;
        c.start();
        c.out.clear();
        c.give(headers_bytes(1, status_200, 0));
        unsigned taken = 0;
        for (; taken < 1000 && c.session.takes_more(); ++taken)
            c.give(frame_bytes(9, 0, 1, std::string(size, 'x')));
        BOOST_TEST(taken == header_block::most_frames);
        c.must_have_ended(reason::enhance_your_calm);
    }
}

BOOST_AUTO_TEST_CASE(going_away_at_once) {
    client_side c;
    for (int i = 0; i < 4; ++i)
        c.start();
    c.give(headers_bytes(7, status_200));
    c.events.clear();
    c.out.clear();
    c.give(goaway_bytes(3, 11, "too many"));
    BOOST_REQUIRE_EQUAL(c.events.size(), 3U);
    BOOST_TEST(c.events[0].what == kind::going_away);
    BOOST_TEST(c.events[0].code == reason::enhance_your_calm);
    // A reply's header is stronger than the peer's word.
    BOOST_TEST(c.events[1].stream == 7U);
    BOOST_TEST(c.events[1].standing == standing::answered);
    BOOST_TEST(c.events[2].stream == 5U);
    BOOST_TEST(c.events[2].what == kind::failed);
    BOOST_TEST(c.events[2].failure == failure::going_away);
    BOOST_TEST(c.events[2].standing == standing::unprocessed);
    BOOST_TEST(c.events[2].code == reason::enhance_your_calm);
    BOOST_TEST(c.session.room() == 0U);
    BOOST_TEST(!c.session.takes_more());
    // The others go on.
    c.events.clear();
    c.give(headers_bytes(1, status_200, 5) + headers_bytes(3, status_404, 5));
    BOOST_TEST(c.events.size() == 2U);
    BOOST_TEST(c.session.active() == 0U);
    BOOST_TEST(c.out.empty());
}

BOOST_AUTO_TEST_CASE(going_away_with_a_warning) {
    client_side c;
    for (int i = 0; i < 3; ++i)
        c.start();
    c.give(goaway_bytes(0x7FFFFFFF, 0));
    BOOST_TEST(c.only().what == kind::going_away);
    BOOST_TEST(!c.session.takes_more());
    BOOST_TEST(c.session.active() == 3U);
    c.give(headers_bytes(1, status_200, 5));
    BOOST_TEST(c.only().what == kind::reply);
    c.give(goaway_bytes(3, 0));
    BOOST_REQUIRE_EQUAL(c.events.size(), 2U);
    BOOST_TEST(c.events[1].stream == 5U);
    BOOST_TEST(c.events[1].standing == standing::unprocessed);
    c.events.clear();
    c.give(goaway_bytes(3, 0));  // once more
    BOOST_TEST(c.only().what == kind::going_away);
    c.out.clear();
    c.give(goaway_bytes(5, 0));  // it may not grow
    c.must_have_ended(reason::protocol_error);
}

BOOST_AUTO_TEST_CASE(going_away_from_all) {
    client_side c;
    c.start();
    c.give(goaway_bytes(0, 13));
    BOOST_REQUIRE_EQUAL(c.events.size(), 2U);
    BOOST_TEST(c.events[1].standing == standing::unprocessed);
    BOOST_TEST(c.events[1].code == reason::http_1_1_required);
}

BOOST_AUTO_TEST_CASE(the_connection_breaks) {
    client_side c;
    for (int i = 0; i < 3; ++i)
        c.start();
    c.give(headers_bytes(3, status_200) + data_bytes(3, "part"));
    c.events.clear();
    c.out.clear();
    c.session.finish();
    c.hear();
    BOOST_REQUIRE_EQUAL(c.events.size(), 4U);
    BOOST_TEST(c.events[0].stream == 5U);
    BOOST_TEST(c.events[0].standing == standing::open);
    BOOST_TEST(c.events[0].failure == failure::closed);
    BOOST_TEST(c.events[1].stream == 3U);
    BOOST_TEST(c.events[1].standing == standing::answered);
    BOOST_TEST(c.events[1].status == 200U);
    BOOST_TEST(c.events[1].body == "part");
    BOOST_TEST(c.events[2].stream == 1U);
    BOOST_TEST(c.events[2].standing == standing::open);
    BOOST_TEST(c.events[3].what == kind::ended);
    BOOST_TEST(c.out.empty());
    BOOST_TEST(c.session.room() == 0U);
    c.session.finish();
    c.hear();
    BOOST_TEST(c.events.size() == 4U);
}

BOOST_AUTO_TEST_CASE(the_connection_breaks_after_the_peer_has_gone) {
    client_side c;
    c.start();
    c.start();
    c.give(goaway_bytes(0x7FFFFFFF, 2));
    c.session.finish();
    c.hear();
    // Nobody said which of them were taken.
    BOOST_REQUIRE_EQUAL(c.events.size(), 4U);
    BOOST_TEST(c.events[1].standing == standing::open);
    BOOST_TEST(c.events[1].code == reason::internal_error);
    BOOST_TEST(c.events[3].what == kind::ended);
}

BOOST_AUTO_TEST_CASE(we_close_the_connection) {
    client_side c;
    c.start();
    c.out.clear();
    c.session.close(c.out);
    c.hear();
    BOOST_TEST(c.out == goaway_bytes(0, 0));
    BOOST_REQUIRE_EQUAL(c.events.size(), 2U);
    BOOST_TEST(c.events[0].failure == failure::closed);
    BOOST_TEST(c.events[0].standing == standing::open);
    BOOST_TEST(c.events[1].what == kind::ended);
    BOOST_TEST(c.session.cancel(1, c.out).status == 0U);
}

BOOST_AUTO_TEST_CASE(a_broken_connection_says_of_each_stream_how_it_stands) {
    client_side c;
    for (int i = 0; i < 4; ++i)
        c.start();
    c.give(headers_bytes(1, status_200) + goaway_bytes(5, 0));
    c.events.clear();
    c.out.clear();
    c.give(frame_bytes(9, 4, 1));
    BOOST_REQUIRE_EQUAL(c.events.size(), 4U);
    BOOST_TEST(c.events[0].stream == 5U);
    BOOST_TEST(c.events[0].standing == standing::open);
    BOOST_TEST(c.events[0].failure == failure::protocol);
    BOOST_TEST(c.events[1].standing == standing::open);
    BOOST_TEST(c.events[2].stream == 1U);
    BOOST_TEST(c.events[2].standing == standing::answered);
    c.must_have_ended(reason::protocol_error);
}

BOOST_AUTO_TEST_SUITE_END()
