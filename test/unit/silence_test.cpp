// SPDX-License-Identifier: BSL-1.0
#include "policy/silence.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using namespace oms::policy;

namespace {

struct watched {
    silence s{200ms, 20s};
    silence::time_point now{1h};

    bool idle_one() { return s.suspects(true, now); }
    bool fresh_one() { return s.suspects(false, now); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(silences, watched)

BOOST_AUTO_TEST_CASE(a_time_out_on_one_that_was_idle_makes_the_others_suspect) {
    BOOST_TEST(idle_one());
    BOOST_TEST(idle_one());
}

BOOST_AUTO_TEST_CASE(one_on_a_fresh_one_says_that_the_service_is_slow) {
    BOOST_TEST(!fresh_one());
    BOOST_TEST(!idle_one());
    now += 199ms;
    BOOST_TEST(!idle_one());
    now += 1ms;
    BOOST_TEST(idle_one());
}

BOOST_AUTO_TEST_CASE(each_that_is_wrong_doubles_the_trust_until_a_fresh_one_answers) {
    for (auto const trust : {200ms, 400ms, 800ms}) {
        fresh_one();
        now += trust - 1ms;
        BOOST_TEST(!idle_one());
        now += 1ms;
        BOOST_TEST(idle_one());
    }
    for (int i = 0; i < 100; ++i)
        fresh_one();
    now += 20s - 1ms;
    BOOST_TEST(!idle_one());
    now += 1ms;
    BOOST_TEST(idle_one());
    s.answered();
    fresh_one();
    now += 200ms;
    BOOST_TEST(idle_one());
}

BOOST_AUTO_TEST_CASE(no_trust_is_for_ever) {
    s = silence(1s, oms::duration::max());
    for (int i = 0; i < 100; ++i)
        fresh_one();
    now += 1min;
    BOOST_TEST(idle_one());
}

BOOST_AUTO_TEST_SUITE_END()
