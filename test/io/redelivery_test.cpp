// SPDX-License-Identifier: BSL-1.0
//
// What waits for memory, or for a moment to pass, in a client.
#include "client/redelivery.hpp"
#include "client/client_core.hpp"
#include "io/harness/world.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

BOOST_AUTO_TEST_SUITE(redeliveries)

// An event hands over what an executor did not take, and must not forget what only waits for its moment to pass.
BOOST_AUTO_TEST_CASE(an_event_does_not_keep_an_answered_question_for_ever) {
    world w;
    w.open();
    policy::time_queue times;
    detail::redelivery r(times);
    auto const now = w.time.now();
    auto q = std::make_shared<auth::question>(1, nullptr, "project", "region", now, false);
    std::weak_ptr<auth::question> const lives = q;
    r.add_answered(std::move(q));
    r.wait(now, w.core);
    auto const event = [&] {
        detail::deferred_actions to(*w.core, detail::deferred_actions::completion::inside);
        r.settle(to);
        to.run();
    };
    event();
    BOOST_TEST(!lives.expired());
    BOOST_REQUIRE(r.any());
    BOOST_TEST((times.next() <= now + 1s));
    BOOST_REQUIRE((times.pop(now + 1s) != nullptr));
    {
        auto const no_longer = r.on_time();
        BOOST_TEST(!lives.expired());
    }
    BOOST_TEST(lives.expired());
    r.wait_for_next_event(now + 1s);
    event();
    BOOST_TEST(!r.any());
}

BOOST_AUTO_TEST_SUITE_END()
