// SPDX-License-Identifier: BSL-1.0
// Bulks that end early: the report is complete in each case.
#include "system/support/bulk_rig.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <algorithm>
#include <future>
#include <optional>
#include <vector>

using namespace oms::test;
using asio::cancellation_type;
using oms::testing::any;

namespace {

struct setup : bulk_rig {
    std::vector<oms::task_ref> const all = sim.tasks();
    asio::cancellation_signal signal;

    setup() { options.max_in_flight = 8; }

    void begin_with_slot() {
        oms::async_stop_all(client(), all, options, asio::bind_cancellation_slot(signal.slot(), got.handler()));
    }
    // Does something in the n-th result.
    void at_result(std::size_t n, std::function<void()> act) {
        each_result = [this, n, act = std::move(act)] {
            if (order.size() == n) act();
        };
    }
    // No reply comes; eight are in flight when this returns.
    void let_all_hang() {
        sim.on(any()).no_reply();
        begin_with_slot();
        BOOST_REQUIRE(run_until(context, [&] { return sim.requests() == 8; }));
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(bulk_cancel, setup)

BOOST_AUTO_TEST_CASE(partial_starts_no_more_and_finishes_those_in_flight) {
    at_result(20, [this] { signal.emit(cancellation_type::partial); });
    begin_with_slot();
    finish();
    check_sums();
    BOOST_TEST((got.code == oms::errc::cancelled), got.code.message());
    BOOST_TEST(got.result.stopped >= 20u);
    BOOST_TEST(got.result.stopped <= 28u);
    BOOST_TEST(got.result.unknown == 0u);
    BOOST_TEST(got.result.not_sent == 0u);
    BOOST_TEST(got.result.not_attempted == got.result.pulled - got.result.stopped);
    BOOST_TEST(sim.requests() == got.result.stopped);
    check_effects();
}

BOOST_AUTO_TEST_CASE(partial_waits_for_those_in_flight) {
    sim.on(any()).times(8).held();
    begin_with_slot();
    BOOST_REQUIRE(run_until(context, [&] { return sim.held() == 8; }));
    signal.emit(cancellation_type::partial);
    BOOST_TEST(got.calls == 0u);
    sim.release();
    finish();
    check_sums();
    BOOST_TEST((got.code == oms::errc::cancelled));
    BOOST_TEST(got.result.stopped == 8u);
    BOOST_TEST(got.result.unknown == 0u);
}

BOOST_AUTO_TEST_CASE(terminal_cancels_those_in_flight_too) {
    let_all_hang();
    signal.emit(cancellation_type::terminal);
    BOOST_TEST(got.calls == 0u);
    finish();
    check_sums();
    BOOST_TEST((got.code == oms::errc::cancelled), got.code.message());
    BOOST_TEST(got.result.unknown == 8u);
    BOOST_TEST(got.result.not_attempted == all.size() - 8);
    for (auto const& [which, entry] : results)
        BOOST_TEST((entry.code == oms::errc::cancelled), entry.code.message());
}

BOOST_AUTO_TEST_CASE(terminal_after_partial) {
    let_all_hang();
    signal.emit(cancellation_type::partial);
    BOOST_REQUIRE(run_until(context, [&] { return order.size() == all.size() - 8; }));
    BOOST_TEST(got.calls == 0u);
    signal.emit(cancellation_type::terminal);
    finish();
    check_sums();
    BOOST_TEST((got.code == oms::errc::cancelled));
    BOOST_TEST(got.result.unknown == 8u);
}

BOOST_AUTO_TEST_CASE(total_before_the_first_task_starts) {
    begin_with_slot();
    signal.emit(cancellation_type::total);
    finish();
    BOOST_TEST((got.code == oms::errc::cancelled), got.code.message());
    BOOST_TEST(sum(got.result) == got.result.pulled);
    BOOST_TEST(got.result.not_attempted == got.result.pulled);
    BOOST_TEST(sim.connections() == 0u);
}

BOOST_AUTO_TEST_CASE(total_has_no_effect_later) {
    at_result(20, [this] { signal.emit(cancellation_type::total); });
    begin_with_slot();
    finish();
    check_sums();
    BOOST_TEST(!got.code, got.code.message());
    BOOST_TEST(got.result.stopped == all.size());
}

BOOST_AUTO_TEST_CASE(after_the_end_a_signal_does_nothing) {
    begin_with_slot();
    finish();
    signal.emit(cancellation_type::terminal);
    BOOST_TEST((stop(all[0]).code == oms::condition::not_running));
    BOOST_TEST(got.calls == 1u);
    BOOST_TEST(got.result.stopped == all.size());
}

BOOST_AUTO_TEST_CASE(the_client_cancels_it) {
    let_all_hang();
    client().cancel();
    BOOST_TEST(got.calls == 0u);
    finish();
    check_sums();
    BOOST_TEST((got.code == oms::errc::cancelled), got.code.message());
    BOOST_TEST(got.result.unknown == 8u);
    BOOST_TEST(got.result.not_attempted == all.size() - 8);
    sim.clear_faults();
    BOOST_TEST((stop(all.back()).result.outcome == oms::outcome::stopped));  // the client stays usable
}

BOOST_AUTO_TEST_CASE(the_client_cancels_it_inside_a_callback) {
    at_result(20, [this] { client().cancel(); });
    begin(all);
    finish();
    check_sums();
    BOOST_TEST((got.code == oms::errc::cancelled), got.code.message());
    BOOST_TEST(got.result.stopped + got.result.unknown + got.result.not_sent + got.result.not_attempted == all.size());
    BOOST_TEST(got.result.not_attempted > 0u);
    check_effects();
}

BOOST_AUTO_TEST_CASE(the_client_cancels_it_before_it_begins) {
    begin(all);
    client().cancel();
    finish();
    check_sums();
    BOOST_TEST((got.code == oms::errc::cancelled), got.code.message());
    BOOST_TEST(sim.connections() == 0u);
}

BOOST_AUTO_TEST_CASE(the_client_is_destroyed_inside_a_callback) {
    at_result(20, [this] { own.reset(); });
    begin(all);
    finish();
    check_sums();
    BOOST_TEST((got.code == oms::errc::shut_down), got.code.message());
    BOOST_TEST(got.result.stopped >= 20u);
    BOOST_TEST(got.result.not_attempted > 0u);
    check_effects();
}

BOOST_AUTO_TEST_CASE(the_client_is_destroyed_while_all_hangs) {
    let_all_hang();
    own.reset();
    BOOST_TEST(got.calls == 0u);
    finish();
    check_sums();
    BOOST_TEST((got.code == oms::errc::shut_down), got.code.message());
    BOOST_TEST(got.result.unknown == 8u);
    BOOST_TEST(got.result.not_attempted == all.size() - 8);
}

BOOST_AUTO_TEST_CASE(the_client_is_destroyed_in_its_progress) {
    options.on_progress = [this](oms::bulk_progress const& p) {
        progress.push_back(p);
        own.reset();
    };
    sim.on(any()).delay(5ms);
    options.max_in_flight = 1;
    begin(all);
    finish();
    check_sums();
    BOOST_TEST((got.code == oms::errc::shut_down), got.code.message());
    check_effects();
}

BOOST_AUTO_TEST_CASE(a_shutdown_lets_those_in_flight_end) {
    sim.on(any()).times(8).held();
    begin(all);
    BOOST_REQUIRE(run_until(context, [&] { return sim.held() == 8; }));
    bool down = false;
    client().async_shutdown(patience, [&](oms::error_code ec) { down = !ec; });
    sim.release();
    finish();
    check_sums();
    BOOST_TEST((got.code == oms::errc::shut_down), got.code.message());
    BOOST_TEST(got.result.stopped == 8u);
    BOOST_TEST(got.result.not_attempted == all.size() - 8);
    BOOST_TEST(run_until(context, [&] { return down; }));
    check_effects();
}

BOOST_AUTO_TEST_CASE(after_a_shutdown_nothing_is_started) {
    bool down = false;
    client().async_shutdown(0s, [&](oms::error_code ec) { down = !ec; });
    BOOST_REQUIRE(run_until(context, [&] { return down; }));
    begin(all);
    finish();
    BOOST_TEST((got.code == oms::errc::shut_down), got.code.message());
    BOOST_TEST(sum(got.result) == got.result.pulled);
    BOOST_TEST(sim.connections() == 0u);
}

BOOST_AUTO_TEST_CASE(a_new_run_from_the_handler_of_the_last) {
    bulk_receipt second;
    unsigned calls = 0;
    oms::async_stop_all(client(), all, oms::bulk_options(), [&](oms::error_code, oms::bulk_report const& r) {
        ++calls;
        BOOST_TEST(r.stopped == all.size());
        oms::async_stop_all(client(), all, oms::bulk_options(), second.handler());
    });
    BOOST_TEST(run_until(context, [&] { return second.calls > 0; }));
    BOOST_TEST(calls == 1u);
    BOOST_TEST(second.result.already_stopped == all.size());
}

BOOST_AUTO_TEST_CASE(a_handler_that_throws_leaves_run_and_ends_nothing_else) {
    bulk_receipt other;
    oms::async_stop_all(client(), std::vector(all.begin(), all.begin() + 100), oms::bulk_options(),
                        [](oms::error_code, oms::bulk_report const&) { throw 7; });
    oms::async_stop_all(client(), std::vector(all.begin() + 100, all.end()), oms::bulk_options(), other.handler());
    BOOST_CHECK_THROW(context.run_for(patience), int);
    BOOST_TEST(run_until(context, [&] { return other.calls > 0; }));
    BOOST_TEST(other.result.stopped == 100u);
}

BOOST_AUTO_TEST_SUITE_END()
