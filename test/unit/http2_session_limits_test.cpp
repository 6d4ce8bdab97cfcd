// SPDX-License-Identifier: BSL-1.0
// A client's session and how much of everything there may be: streams, windows, frames that lead nowhere.
#include "http2/session.hpp"

#include "unit/http2_bytes.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
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

BOOST_AUTO_TEST_CASE(the_connections_window_is_given_back_in_large_pieces) {
    session_limits limits;
    limits.connection_window = 65'535;
    limits.stream_window = 10'000'000;
    client_side c(limits);
    c.start({}, 10'000'000);
    c.give(headers_bytes(1, status_200));
    c.out.clear();
    std::int64_t left = 65'535;
    for (int i = 0; i < 100; ++i) {
        left -= 16'000;
        BOOST_REQUIRE(left > 0);
        c.give(data_bytes(1, std::string(16'000, 'x')));
        for (auto const& each : c.sent()) {
            BOOST_TEST(each.type == 8U);
            BOOST_TEST(each.stream == 0U);
            std::uint32_t const more = read_u32(each.payload.data());
            BOOST_TEST(more > 32'000U);
            left += more;
        }
        BOOST_TEST(left <= 65'535);
    }
    BOOST_TEST(c.session.takes_more());
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

BOOST_AUTO_TEST_SUITE_END()
