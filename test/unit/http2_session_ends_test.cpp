// SPDX-License-Identifier: BSL-1.0
// How a client's connection ends, and what is known of its streams then.
#include "http2/session.hpp"

#include "unit/http2_bytes.hpp"

#include <boost/test/unit_test.hpp>

using namespace oms::http2;
using namespace oms::test;
using kind = event::kind;

BOOST_AUTO_TEST_SUITE(http2_session_ends)

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
