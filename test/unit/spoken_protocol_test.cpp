// SPDX-License-Identifier: BSL-1.0
//
// What is known of an endpoint's protocol, and what follows for its dials.
#include "endpoint/spoken_protocol.hpp"
#include "policy/reset_guard.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using oms::http_version;
using oms::endpoint::spoken_protocol;
using oms::transport::alpn;
using oms::transport::protocol;

BOOST_AUTO_TEST_SUITE(spoken_protocols)

BOOST_AUTO_TEST_CASE(few_dials_are_under_way_while_nobody_knows) {
    spoken_protocol s(http_version::automatic);
    BOOST_TEST((s.offer() == alpn::either));
    BOOST_TEST(s.dials_at_once(16) == 4U);
    BOOST_TEST(s.dials_at_once(2) == 2U);
    BOOST_TEST(s.connections_for(64, 16) == 64U);
    BOOST_TEST(!s.http_2());
    s.learn(protocol::http_1_1);
    BOOST_TEST(s.dials_at_once(16) == 16U);
    BOOST_TEST(s.connections_for(64, 16) == 64U);
    BOOST_TEST((s.offer() == alpn::either));  // it may learn
}

BOOST_AUTO_TEST_CASE(one_connection_of_http_2_carries_many) {
    spoken_protocol s(http_version::automatic);
    s.learn(protocol::http_2);
    BOOST_TEST(s.http_2());
    BOOST_TEST(s.dials_at_once(16) == 16U);
    for (auto const& [calls, wanted] : {std::pair(0U, 0U), {1U, 1U}, {16U, 1U}, {17U, 2U}, {64U, 4U}})
        BOOST_TEST(s.connections_for(calls, 16) == wanted);
    BOOST_TEST(s.connections_for(7, 1) == 7U);
}

BOOST_AUTO_TEST_CASE(an_endpoint_may_want_http_1) {
    spoken_protocol s(http_version::automatic);
    s.learn(protocol::http_2);
    s.refuse_http_2();
    BOOST_TEST((s.offer() == alpn::none));
    BOOST_TEST(!s.http_2());
    BOOST_TEST(s.dials_at_once(16) == 16U);
    s.learn(protocol::http_2);  // by a dial of before
    BOOST_TEST(!s.http_2());
    BOOST_TEST(s.connections_for(64, 16) == 64U);
}

BOOST_AUTO_TEST_CASE(what_the_user_wants_is_what_is_offered) {
    spoken_protocol only_1(http_version::http_1_1);
    BOOST_TEST((only_1.offer() == alpn::none));
    BOOST_TEST(only_1.dials_at_once(16) == 16U);
    spoken_protocol only_2(http_version::http_2);
    BOOST_TEST((only_2.offer() == alpn::http_2));
    only_2.refuse_http_2();
    BOOST_TEST((only_2.offer() == alpn::http_2));
}

BOOST_AUTO_TEST_CASE(a_few_resets_a_second) {
    oms::policy::reset_guard guard;
    auto now = oms::policy::reset_guard::time_point(1h);
    for (int i = 0; i < 5; ++i)
        BOOST_TEST(guard.take(now));
    BOOST_TEST(!guard.take(now));
    oms::policy::reset_guard steady;
    for (int i = 0; i < 1000; ++i, now += 200ms)
        BOOST_TEST(steady.take(now));
    for (int i = 0; i < 5; ++i)
        BOOST_TEST(steady.take(now));
    BOOST_TEST(!steady.take(now + 100ms));
}

BOOST_AUTO_TEST_SUITE_END()
