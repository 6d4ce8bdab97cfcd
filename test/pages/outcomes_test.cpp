// SPDX-License-Identifier: BSL-1.0
// The functions of doc/guide/outcomes.md.
#include "system/support/rig.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <ostream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

using namespace oms::test;
namespace match = oms::testing::match;

namespace {
#include "outcomes.ipp"
}  // namespace

BOOST_FIXTURE_TEST_SUITE(outcomes_page, rig)

BOOST_AUTO_TEST_CASE(each_outcome_has_its_next_step) {
    auto const first = stop(task(0));
    BOOST_TEST(first.result.outcome == oms::outcome::stopped);
    BOOST_TEST(next_step(first.code, first.result) == "nothing");

    auto const again = stop(task(0));
    BOOST_TEST((again.code == oms::condition::not_running));
    BOOST_TEST(next_step(again.code, again.result) == "nothing");

    oms::call_options once;
    once.retry.max_attempts = 1;
    once.retry.resend_open = false;
    sim.on(match::task(task(0, 1))).times(1).reset_before_reply();
    auto const lost = stop(task(0, 1), once);
    BOOST_TEST(next_step(lost.code, lost.result) == "look at the task");

    sim.on(match::task(task(0, 2))).reply(429, R"({"error_code":"APIGW.0308"})");
    auto const throttled = stop(task(0, 2), once);
    BOOST_TEST(throttled.result.outcome == oms::outcome::refused);
    BOOST_TEST(next_step(throttled.code, throttled.result) == "stop it again, later");

    auto const wrong = stop(oms::sync_task("", "x"));
    BOOST_TEST(wrong.result.outcome == oms::outcome::not_sent);
    BOOST_TEST(next_step(wrong.code, wrong.result) == wrong.code.message());
}

BOOST_AUTO_TEST_CASE(a_lost_answer_is_settled_by_a_look) {
    config.retry.resend_open = false;
    sim.on(match::task(task(0))).times(1).reset_before_reply();
    bool stopped = false;
    run(context, [&]() -> asio::awaitable<void> { stopped = co_await stopped_for_sure(client(), task(0)); });
    BOOST_TEST(stopped);
    BOOST_TEST(sim.stops(task(0)) == 1u);
    BOOST_TEST(sim.requests() == 2u);  // a stop and a show

    sim.on(match::task(task(1))).times(1).then_execute(false).reset_before_reply();
    run(context, [&]() -> asio::awaitable<void> { stopped = co_await stopped_for_sure(client(), task(1)); });
    BOOST_TEST(!stopped);
    run(context, [&]() -> asio::awaitable<void> { stopped = co_await stopped_for_sure(client(), task(2)); });
    BOOST_TEST(stopped);
    BOOST_TEST(sim.requests() == 5u);  // no look where the answer came
}

BOOST_AUTO_TEST_CASE(an_exception_carries_the_result) {
    sim.on(match::any()).reply(403, R"({"error_code":"OMS.0206","error_msg":"no"})");
    std::ostringstream log;
    run(context, [&] { return stop_or_say_why(client(), task(0), log); });
    BOOST_TEST(log.str().find("refused: ") == 0u, log.str());
    BOOST_TEST(log.str().find("OMS.0206") != std::string::npos, log.str());
}

BOOST_AUTO_TEST_CASE(the_types_of_cancellation_differ_once_a_byte_was_sent) {
    sim.on(match::any()).held();
    asio::cancellation_signal signal;
    stop_receipt got;
    stop_unless(client(), task(0), signal.slot(), got.handler());
    BOOST_REQUIRE(run_until(context, [&] { return sim.held() == 1; }));
    signal.emit(asio::cancellation_type::total);
    context.poll();
    BOOST_TEST(got.calls == 0u);
    signal.emit(asio::cancellation_type::terminal);
    BOOST_REQUIRE(run_until(context, [&] { return got.calls > 0; }));
    BOOST_TEST((got.code == oms::condition::cancelled));
    BOOST_TEST(got.result.outcome == oms::outcome::unknown);

    stop_receipt early;
    stop_unless(client(), task(1), signal.slot(), early.handler());
    signal.emit(asio::cancellation_type::total);
    BOOST_REQUIRE(run_until(context, [&] { return early.calls > 0; }));
    BOOST_TEST((early.code == oms::condition::cancelled));
    BOOST_TEST(early.result.outcome == oms::outcome::not_sent);
}

BOOST_AUTO_TEST_CASE(a_tag_ends_the_calls_of_one_job) {
    sim.on(match::any()).held();
    stop_receipt mine, other;
    stop_for("mine", client(), task(0), mine.handler());
    stop_for("other", client(), task(1), other.handler());
    BOOST_REQUIRE(run_until(context, [&] { return sim.held() == 2; }));
    BOOST_TEST(give_up("mine", client()) == 1u);
    BOOST_REQUIRE(run_until(context, [&] { return mine.calls > 0; }));
    BOOST_TEST((mine.code == oms::condition::cancelled));
    BOOST_TEST(other.calls == 0u);
    sim.release();
    BOOST_REQUIRE(run_until(context, [&] { return other.calls > 0; }));
    BOOST_TEST(!other.code);
}

BOOST_AUTO_TEST_SUITE_END()
