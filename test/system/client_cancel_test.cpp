// SPDX-License-Identifier: BSL-1.0
// Calls that are given up: what they report, and that nothing of them is left.
#include "system/support/open_files.hpp"
#include "system/support/recorder.hpp"
#include "system/support/rig.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

using namespace oms::test;
using namespace boost::asio::experimental::awaitable_operators;
using asio::cancellation_type;
using oms::testing::any;

namespace {

struct setup : rig {
    asio::cancellation_signal signal;
    stop_receipt got;

    setup() : rig(running(50, 10)) {}

    void begin(oms::task_ref const& which) {
        client().async_stop(which, asio::bind_cancellation_slot(signal.slot(), got.handler()));
    }
    void begin_and_hang() {
        sim.on(any()).no_reply();
        begin(task(0));
        BOOST_REQUIRE(run_until(context, [&] { return sim.requests() == 1; }));
    }
    void emit(cancellation_type type) {
        signal.emit(type);
        BOOST_TEST(got.calls == 0u);
    }
    void finish() {
        BOOST_REQUIRE(run_until(context, [&] { return got.calls > 0; }));
    }
    void check(oms::outcome outcome) {
        finish();
        BOOST_TEST((got.code == oms::errc::cancelled), got.code.message());
        BOOST_TEST((got.code == oms::condition::cancelled));
        BOOST_TEST((got.code == boost::system::errc::operation_canceled));
        BOOST_TEST(got.result.outcome == outcome);
    }
    // As soon as the simulator has a request.
    asio::awaitable<void> asked() {
        asio::steady_timer timer(context);
        while (sim.requests() == 0) {
            timer.expires_after(1ms);
            co_await timer.async_wait(asio::use_awaitable);
        }
    }
    void next_call_works() {
        sim.clear_faults();
        auto const next = stop(task(1, 9));
        BOOST_TEST(!next.code, next.code.message());
        BOOST_TEST(next.result.outcome == oms::outcome::stopped);
    }
};

constexpr std::array each_type{cancellation_type::total, cancellation_type::partial, cancellation_type::terminal};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(client_cancel, setup)

BOOST_AUTO_TEST_CASE(before_anything_is_done) {
    for (auto const type : each_type) {
        got = stop_receipt();
        begin(task(0));
        emit(type);
        check(oms::outcome::not_sent);
    }
    BOOST_TEST(sim.requests() == 0u);
    next_call_works();
}

BOOST_AUTO_TEST_CASE(queued_on_a_full_pool) {
    config.pool.max_connections = 1;
    sim.on(any()).no_reply();
    stop_receipt first;
    client().async_stop(task(0), first.handler());
    BOOST_REQUIRE(run_until(context, [&] { return sim.requests() == 1; }));
    for (auto const type : each_type) {
        got = stop_receipt();
        begin(task(1));
        emit(type);
        check(oms::outcome::not_sent);
        BOOST_TEST(got.result.phase == oms::phase::queued);
    }
    BOOST_TEST(first.calls == 0u);
    BOOST_TEST(sim.requests() == 1u);
}

BOOST_AUTO_TEST_CASE(behind_a_credential_that_has_not_proved_itself) {
    sim.on(any()).no_reply();
    stop_receipt first;
    client().async_stop(task(0), first.handler());
    BOOST_REQUIRE(run_until(context, [&] { return sim.requests() == 1; }));
    for (auto const type : each_type) {
        got = stop_receipt();
        begin(task(0, 1));
        emit(type);
        check(oms::outcome::not_sent);
        BOOST_TEST(got.result.phase == oms::phase::credentials);
    }
    BOOST_TEST(first.calls == 0u);
}

BOOST_AUTO_TEST_CASE(partial_in_flight) {
    begin_and_hang();
    emit(cancellation_type::partial);
    check(oms::outcome::unknown);
    next_call_works();
}

BOOST_AUTO_TEST_CASE(terminal_in_flight) {
    begin_and_hang();
    emit(cancellation_type::terminal);
    check(oms::outcome::unknown);
    BOOST_TEST(got.result.phase == oms::phase::first_byte);
    BOOST_TEST(got.result.attempts == 1u);
    next_call_works();
    BOOST_TEST(sim.connections() == 2u);  // that of the cancelled call was not used again
}

BOOST_AUTO_TEST_CASE(total_in_flight_has_no_effect) {
    sim.on(any()).held();
    begin(task(0));
    BOOST_REQUIRE(run_until(context, [&] { return sim.held() == 1; }));
    emit(cancellation_type::total);
    sim.release();
    finish();
    BOOST_TEST(!got.code, got.code.message());
    BOOST_TEST(got.result.outcome == oms::outcome::stopped);
}

BOOST_AUTO_TEST_CASE(in_the_body_of_a_success_it_is_a_success) {
    sim.on(any())
        .times(1)
        .raw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\nX-Request-Id: abc\r\n\r\n12345")
        .then_execute(true);
    begin(task(0));
    BOOST_REQUIRE(run_until(context, [&] { return sim.requests() == 1 && sim.stops(task(0)) == 1; }));
    context.restart();
    context.run_for(20ms);  // the header has come; whether it has or not, the outcome must fit
    BOOST_REQUIRE(got.calls == 0u);
    signal.emit(cancellation_type::terminal);
    finish();
    BOOST_TEST((got.code ? got.result.outcome == oms::outcome::unknown : got.result.outcome == oms::outcome::stopped));
    next_call_works();
}

BOOST_AUTO_TEST_CASE(between_two_tries) {
    config.retry.base_delay = config.retry.max_delay = 1h;
    config.timeouts.total = oms::unlimited;
    auto const events = std::make_shared<recorder>();
    config.observer = events;
    sim.on(any()).reply(503);
    begin(task(0));
    BOOST_REQUIRE(run_until(context, [&] { return events->retries.size() == 1; }));
    BOOST_REQUIRE(got.calls == 0u);
    emit(cancellation_type::total);  // something was sent: no effect
    context.restart();
    context.poll();
    BOOST_TEST(got.calls == 0u);
    emit(cancellation_type::partial);
    check(oms::outcome::unknown);
    BOOST_TEST(got.result.http_status == 503u);
}

BOOST_AUTO_TEST_CASE(after_the_end_it_does_nothing) {
    begin(task(0));
    finish();
    BOOST_TEST(!got.code);
    signal.emit(cancellation_type::terminal);
    next_call_works();
    BOOST_TEST(got.calls == 1u);
}

BOOST_AUTO_TEST_CASE(a_call_or_a_timer) {
    sim.on(any()).no_reply();
    run(context, [this]() -> asio::awaitable<void> {
        auto const first = co_await (client().async_stop(task(0), asio::use_awaitable) || asked());
        BOOST_TEST(first.index() == 1u);
    });
    BOOST_TEST(sim.requests() == 1u);
    next_call_works();
}

BOOST_AUTO_TEST_CASE(a_call_that_is_faster_than_the_timer) {
    run(context, [this]() -> asio::awaitable<void> {
        asio::steady_timer timer(context, 20s);
        auto const first =
            co_await (client().async_stop(task(0), asio::use_awaitable) || timer.async_wait(asio::use_awaitable));
        BOOST_REQUIRE(first.index() == 0u);
        BOOST_TEST(std::get<0>(first).outcome == oms::outcome::stopped);
    });
}

BOOST_AUTO_TEST_CASE(a_parallel_group_tells_the_outcome) {
    sim.on(any()).no_reply();
    run(context, [this]() -> asio::awaitable<void> {
        auto group = asio::experimental::make_parallel_group(client().async_stop(task(0), asio::deferred),
                                                             asio::co_spawn(context, asked(), asio::deferred));
        auto const [order, code, result, thrown] =
            co_await group.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
        BOOST_TEST(order[0] == 1u);
        BOOST_TEST(!thrown);
        BOOST_TEST((code == oms::errc::cancelled));
        BOOST_TEST(result.outcome == oms::outcome::unknown);
    });
    next_call_works();
}

BOOST_AUTO_TEST_CASE(a_coroutine_that_is_cancelled) {
    sim.on(any()).no_reply();
    bool ended = false;
    asio::co_spawn(
        context,
        [this]() -> asio::awaitable<void> {
            co_await asio::this_coro::throw_if_cancelled(false);
            auto const result = co_await client().async_stop(task(0), asio::as_tuple(asio::use_awaitable));
            got.handler()(std::get<0>(result), std::get<1>(result));
        },
        asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr) { ended = true; }));
    BOOST_REQUIRE(run_until(context, [&] { return sim.requests() == 1; }));
    signal.emit(cancellation_type::terminal);
    BOOST_REQUIRE(run_until(context, [&] { return ended; }));
    check(oms::outcome::unknown);
}

BOOST_AUTO_TEST_CASE(all_of_the_client_from_another_thread) {
    config.pool.max_connections = 10;
    sim.on(any()).no_reply();
    auto& c = client();
    std::vector<stop_receipt> calls(50);
    std::atomic<std::size_t> ended = 0;
    {
        background const thread(context);
        for (std::size_t i = 0; i < calls.size(); ++i) {
            c.async_stop(task(i), [&, i](oms::error_code ec, oms::stop_result r) {
                calls[i].handler()(ec, std::move(r));
                ++ended;
            });
        }
        BOOST_REQUIRE(becomes_true([&] { return sim.requests() == 10; }));
        c.cancel();
        BOOST_REQUIRE(becomes_true([&] { return ended >= calls.size(); }));
    }
    std::map<oms::outcome, unsigned> outcomes;
    for (auto const& each : calls) {
        BOOST_TEST(each.calls == 1u);
        BOOST_TEST((each.code == oms::errc::cancelled), each.code.message());
        ++outcomes[each.result.outcome];
    }
    BOOST_TEST(outcomes[oms::outcome::unknown] == 10u);
    BOOST_TEST(outcomes[oms::outcome::not_sent] == 40u);
    context.restart();
    next_call_works();
}

// Half of the calls are given up at one moment or another; each reply that comes belongs to its own call.
BOOST_AUTO_TEST_CASE(no_call_reads_the_reply_of_another) {
    config.pool.max_connections = 8;
    sim.on(any()).delay(1ms);
    auto const all = sim.tasks();
    std::vector<asio::cancellation_signal> signals(all.size());
    std::map<std::string, oms::task_ref> answered;  // by request id
    std::size_t ended = 0, cancelled = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        client().async_stop(all[i], asio::bind_cancellation_slot(
                                        signals[i].slot(), [&, i](oms::error_code ec, oms::stop_result const& r) {
                                            ++ended;
                                            if (ec == oms::errc::cancelled) ++cancelled;
                                            if (r.http_status == 200) answered.emplace(r.request_id, all[i]);
                                            if (!ec) BOOST_TEST(sim.stops(all[i]) == 1u);
                                            // Those that were started along with it are in every state by now.
                                            auto const victim = (i * 7 + 3) % all.size();
                                            if (victim % 2 == 0) signals[victim].emit(cancellation_type::terminal);
                                        }));
    }
    BOOST_REQUIRE(run_until(context, [&] { return ended == all.size(); }));
    BOOST_TEST(cancelled > 0u);
    BOOST_TEST(answered.size() == all.size() - cancelled);
    std::size_t known = 0;
    for (auto const& entry : sim.ledger()) {
        auto const found = answered.find(entry.request_id);
        if (found == answered.end()) continue;
        ++known;
        BOOST_TEST(entry.project_id == found->second.project_id);
        BOOST_TEST(entry.task_id == found->second.task_id);
    }
    BOOST_TEST(known == answered.size());
}

// In each phase: while they wait, dial, shake hands, and stand at the server.
BOOST_AUTO_TEST_CASE(no_descriptor_is_left_by_100000_cancellations) {
    constexpr std::size_t rounds = 200;
    constexpr std::size_t calls = 500;
    config.pool.max_connections = 16;
    BOOST_TEST(!stop(task(0, 9)).code);
    BOOST_REQUIRE(run_until(context, [&] { return sim.open_connections() == 1; }));
    std::size_t const before = open_files();
    sim.on(any()).no_reply();
    std::array<cancellation_type, 2> const types{cancellation_type::partial, cancellation_type::terminal};
    std::size_t cancelled = 0;
    for (std::size_t round = 0; round < rounds; ++round) {
        // In every fourth round at once, else while some are in flight and others dial.
        std::size_t const wanted = sim.requests() + (round % 4) * 5;
        std::vector<asio::cancellation_signal> signals(calls);
        std::size_t ended = 0;
        for (std::size_t i = 0; i < calls; ++i) {
            client().async_stop(task(i % 50), asio::bind_cancellation_slot(
                                                  signals[i].slot(), [&](oms::error_code ec, oms::stop_result const&) {
                                                      cancelled += ec == oms::errc::cancelled ? 1 : 0;
                                                      ++ended;
                                                  }));
        }
        BOOST_REQUIRE(run_until(context, [&] { return sim.requests() >= wanted; }));
        for (auto& each : signals)
            each.emit(types[round % 2]);
        BOOST_REQUIRE(run_until(context, [&] { return ended == calls; }));
        BOOST_REQUIRE(open_files() <= before + 2 * 64);  // both ends of what is being closed
    }
    BOOST_TEST(cancelled == rounds * calls);
    next_call_works();
    bool down = false;
    client().async_shutdown(1s, [&](oms::error_code) { down = true; });
    BOOST_REQUIRE(run_until(context, [&] { return down && sim.open_connections() == 0; }));
    BOOST_TEST(run_out(context));
    BOOST_TEST(open_files() <= before);
}

BOOST_AUTO_TEST_SUITE_END()
