// SPDX-License-Identifier: BSL-1.0
// The end of a client: each call completes once, and nothing keeps running.
#include "system/support/rig.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

using namespace oms::test;
using oms::testing::any;

namespace {

struct setup : rig {
    std::vector<unsigned> calls;  // how often each has completed
    std::map<oms::outcome, unsigned> outcomes;
    std::map<std::string, unsigned> codes;
    std::function<void()> each_end = [] {};

    setup() : rig(running(50, 20)) {}

    // Starts one call for each of the first tasks, one project after the other.
    void begin(std::size_t count) {
        calls.assign(count, 0);
        for (std::size_t i = 0; i < count; ++i) {
            client().async_stop(task(i % 50, i / 50), [this, i](oms::error_code ec, oms::stop_result const& r) {
                ++calls[i];
                ++outcomes[r.outcome];
                ++codes[ec ? ec.message() : "ok"];
                each_end();
            });
        }
    }
    std::size_t ended() const {
        std::size_t sum = 0;
        for (unsigned const each : calls)
            sum += each;
        return sum;
    }
    void finish() {
        BOOST_REQUIRE(run_until(context, [&] { return ended() >= calls.size(); }));
        for (unsigned const each : calls)
            BOOST_TEST(each == 1u);
    }
    void hang(std::size_t count) {
        sim.on(any()).no_reply();
        begin(count);
        BOOST_REQUIRE(run_until(context, [&] { return sim.requests() >= std::min<std::size_t>(count, 50); }));
    }
    void all_ended_as(oms::errc code) {
        BOOST_TEST(codes.size() == 1u);
        BOOST_TEST(codes[oms::make_error_code(code).message()] == calls.size());
    }
    std::optional<oms::error_code> shutdown(oms::shutdown_options options) {
        std::optional<oms::error_code> result;
        client().async_shutdown(options, [&](oms::error_code ec) { result = ec; });
        BOOST_TEST(!result);
        sim.release();
        BOOST_REQUIRE(run_until(context, [&] { return result.has_value(); }));
        return result;
    }
};

oms::shutdown_options within(oms::duration time, bool finish_unsent = false) {
    oms::shutdown_options options;
    options.drain_for = time;
    options.finish_unsent = finish_unsent;
    return options;
}

// Returns when nothing is left to do; how long that took.
std::chrono::nanoseconds run_takes(asio::io_context& context) {
    auto const begin = std::chrono::steady_clock::now();
    BOOST_TEST(run_out(context));
    return std::chrono::steady_clock::now() - begin;
}

struct destroyer final : oms::observer {
    std::optional<oms::client>* victim = nullptr;
    oms::phase at = oms::phase::done;
    bool at_begin = false, at_end = false, at_connection = false;

    void destroy() noexcept {
        if (victim) std::exchange(victim, nullptr)->reset();
    }
    void on_call_begin(oms::call_begin_event const&) noexcept override {
        if (at_begin) destroy();
    }
    void on_call_end(oms::call_end_event const&) noexcept override {
        if (at_end) destroy();
    }
    void on_phase(oms::phase_event const& e) noexcept override {
        if (e.phase == at) destroy();
    }
    void on_connection(oms::connection_event const&) noexcept override {
        if (at_connection) destroy();
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(client_lifetime, setup)

BOOST_AUTO_TEST_CASE(shutdown_lets_those_in_flight_end) {
    sim.on(any()).held();
    begin(20);
    BOOST_REQUIRE(run_until(context, [&] { return sim.held() == 20; }));
    BOOST_TEST(*shutdown(within(patience)) == oms::error_code());
    BOOST_TEST(outcomes[oms::outcome::stopped] == 20u);
    BOOST_TEST(becomes_true([&] { return sim.open_connections() == 0; }));
}

BOOST_AUTO_TEST_CASE(shutdown_completes_after_the_calls) {
    hang(100);
    std::size_t before = 0;
    bool down = false;
    client().async_shutdown(within(0s), [&](oms::error_code) {
        before = ended();
        down = true;
    });
    BOOST_REQUIRE(run_until(context, [&] { return down; }));
    BOOST_TEST(before == 100u);
    finish();
}

BOOST_AUTO_TEST_CASE(shutdown_cuts_those_in_flight_when_the_time_is_over) {
    hang(100);
    BOOST_TEST(*shutdown(within(30ms)) == oms::error_code());
    finish();
    all_ended_as(oms::errc::shut_down);
    BOOST_TEST(outcomes[oms::outcome::unknown] == 50u);
    BOOST_TEST(outcomes[oms::outcome::not_sent] == 50u);
}

BOOST_AUTO_TEST_CASE(shutdown_ends_those_that_wait_at_once) {
    config.pool.max_connections = 1;
    sim.on(any()).times(1).held();
    begin(20);
    BOOST_REQUIRE(run_until(context, [&] { return sim.held() == 1; }));
    BOOST_TEST(*shutdown(within(patience)) == oms::error_code());
    finish();
    BOOST_TEST(outcomes[oms::outcome::stopped] == 1u);
    BOOST_TEST(outcomes[oms::outcome::not_sent] == 19u);
    BOOST_TEST(sim.requests() == 1u);
}

BOOST_AUTO_TEST_CASE(shutdown_lets_those_that_wait_run_if_asked_to) {
    config.pool.max_connections = 2;
    sim.on(any()).delay(1ms);
    begin(40);
    BOOST_TEST(*shutdown(within(patience, true)) == oms::error_code());
    finish();
    BOOST_TEST(outcomes[oms::outcome::stopped] == 40u);
}

BOOST_AUTO_TEST_CASE(shutdown_ends_a_back_off_with_its_outcome) {
    config.retry.base_delay = config.retry.max_delay = 20s;
    sim.on(any()).reply(503);
    begin(1);
    BOOST_REQUIRE(run_until(context, [&] { return sim.count(503) == 1; }));
    context.restart();
    context.run_for(20ms);
    BOOST_REQUIRE(ended() == 0u);
    BOOST_TEST(*shutdown(within(patience)) == oms::error_code());
    finish();
    all_ended_as(oms::errc::shut_down);
    BOOST_TEST(outcomes[oms::outcome::unknown] == 1u);
}

BOOST_AUTO_TEST_CASE(after_shutdown_new_calls_are_refused) {
    begin(1);
    finish();
    shutdown(within(1s));
    auto const got = stop(task(1));
    BOOST_TEST((got.code == oms::errc::shut_down));
    BOOST_TEST(got.result.outcome == oms::outcome::not_sent);
    BOOST_TEST(*shutdown(within(1s)) == oms::error_code());  // again is fine
    BOOST_TEST(sim.requests() == 1u);
}

BOOST_AUTO_TEST_CASE(the_wait_for_a_shutdown_can_be_cancelled_but_not_the_shutdown) {
    sim.on(any()).held();
    begin(4);
    BOOST_REQUIRE(run_until(context, [&] { return sim.held() == 4; }));
    asio::cancellation_signal signal;
    std::optional<oms::error_code> down;
    client().async_shutdown(patience,
                            asio::bind_cancellation_slot(signal.slot(), [&](oms::error_code ec) { down = ec; }));
    signal.emit(asio::cancellation_type::total);
    BOOST_TEST(!down);
    BOOST_REQUIRE(run_until(context, [&] { return down.has_value(); }));
    BOOST_TEST((*down == oms::errc::cancelled));
    sim.release();
    finish();
    BOOST_TEST(outcomes[oms::outcome::stopped] == 4u);
    BOOST_TEST((stop(task(5)).code == oms::errc::shut_down));
}

BOOST_AUTO_TEST_CASE(destroyed_with_a_thousand_calls_pending) {
    hang(1000);
    own.reset();
    BOOST_TEST(ended() == 0u);
    finish();
    all_ended_as(oms::errc::shut_down);
    BOOST_TEST(outcomes[oms::outcome::unknown] == 50u);
    BOOST_TEST(outcomes[oms::outcome::not_sent] == 950u);
    BOOST_CHECK(run_takes(context) < 10s);
    BOOST_TEST(becomes_true([&] { return sim.open_connections() == 0; }));
}

BOOST_AUTO_TEST_CASE(destroyed_before_anything_has_happened) {
    begin(100);
    own.reset();
    finish();
    all_ended_as(oms::errc::shut_down);
    BOOST_TEST(outcomes[oms::outcome::not_sent] == 100u);
    BOOST_TEST(sim.requests() == 0u);
}

BOOST_AUTO_TEST_CASE(destroyed_inside_a_handler) {
    each_end = [this] { own.reset(); };
    begin(200);
    finish();
    BOOST_TEST(outcomes[oms::outcome::stopped] >= 1u);
    BOOST_TEST(codes.contains(oms::make_error_code(oms::errc::shut_down).message()));
}

BOOST_AUTO_TEST_CASE(destroyed_inside_an_event) {
    using oms::phase;
    for (auto const at : {phase::queued, phase::credentials, phase::resolve, phase::connect, phase::handshake,
                          phase::write, phase::first_byte, phase::body, phase::done}) {
        auto const watcher = std::make_shared<destroyer>();
        watcher->at = at;
        watcher->at_end = at == phase::done;
        config.observer = watcher;
        own.reset();
        client();
        watcher->victim = &own;
        BOOST_TEST_CONTEXT("in " << oms::to_string(at)) {
            calls.assign(1, 0);
            client().async_stop(task(0), [this](oms::error_code, oms::stop_result const&) { ++calls[0]; });
            finish();
            BOOST_TEST(!own);
            own.reset();
            BOOST_TEST(run_out(context));
            BOOST_TEST(ended() == 1u);
        }
    }
}

BOOST_AUTO_TEST_CASE(destroyed_inside_an_event_of_a_connection) {
    auto const watcher = std::make_shared<destroyer>();
    watcher->at_connection = true;
    watcher->victim = &own;
    config.observer = watcher;
    begin(100);
    finish();
    BOOST_TEST(!own);
    BOOST_TEST(run_out(context));
}

BOOST_AUTO_TEST_CASE(destroyed_inside_the_event_of_its_beginning) {
    auto const watcher = std::make_shared<destroyer>();
    watcher->at_begin = true;
    watcher->victim = &own;
    config.observer = watcher;
    begin(1);
    BOOST_TEST(!own);
    finish();
    all_ended_as(oms::errc::shut_down);
}

BOOST_AUTO_TEST_CASE(moved_to_another_handle) {
    begin(10);
    oms::client other = std::move(client());
    own.reset();
    finish();
    BOOST_TEST(outcomes[oms::outcome::stopped] == 10u);
    hang(10);
    other = oms::client(context, config);  // ends what the first has under way
    own.emplace(std::move(other));
    finish();
    BOOST_TEST(outcomes[oms::outcome::stopped] == 10u);
    sim.clear_faults();
    BOOST_TEST(!stop(task(20)).code);
}

BOOST_AUTO_TEST_CASE(run_returns_after_the_idle_time) {
    config.pool.idle_timeout = 50ms;
    begin(1);
    finish();
    auto const took = run_takes(context);
    BOOST_CHECK(took > 30ms);
    BOOST_CHECK(took < 10s);
    BOOST_TEST(!stop(task(1)).code);  // and the client can still be used
}

BOOST_AUTO_TEST_CASE(run_returns_at_once_after_a_shutdown) {
    begin(10);
    finish();
    shutdown(within(patience));
    BOOST_CHECK(run_takes(context) < 10s);  // the idle time is 30 s
}

BOOST_AUTO_TEST_CASE(run_returns_at_once_after_the_destruction) {
    begin(10);
    finish();
    own.reset();
    BOOST_CHECK(run_takes(context) < 10s);
}

BOOST_AUTO_TEST_CASE(run_returns_at_once_from_a_client_that_did_nothing) {
    client();
    BOOST_CHECK(run_takes(context) < 10s);
}

BOOST_AUTO_TEST_CASE(a_handler_that_throws_leaves_run_and_costs_nobody_else) {
    int thrown = 0;
    for (int i = 0; i < 10; ++i) {
        client().async_stop(task(static_cast<std::size_t>(i), 1),
                            [](oms::error_code, oms::stop_result const&) { throw 1; });
    }
    begin(40);
    while (ended() < 40 || thrown < 10) {
        context.restart();
        try {
            BOOST_REQUIRE(run_until(context, [&] { return ended() == 40 && thrown == 10; }));
        } catch (int) {
            ++thrown;
        }
    }
    finish();
    BOOST_TEST(thrown == 10);
    BOOST_TEST(outcomes[oms::outcome::stopped] == 40u);
    BOOST_TEST(!stop(task(45)).code);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(client_outlives_its_context)

namespace {

// Knows whether its handler was destroyed.
struct witness {
    std::shared_ptr<int> token = std::make_shared<int>(0);
};

}  // namespace

BOOST_AUTO_TEST_CASE(handlers_are_destroyed_uncalled_and_the_destructor_does_nothing) {
    oms::testing::simulator sim(running(10, 2));
    sim.on(any()).no_reply();
    std::optional<asio::io_context> context(std::in_place, 1);
    std::optional<oms::client> client(std::in_place, *context, config_for(sim));
    witness const alive;
    unsigned called = 0;
    for (auto const& each : sim.tasks()) {
        client->async_stop(each,
                           [&called, token = alive.token](oms::error_code, oms::stop_result const&) { ++called; });
    }
    oms::async_stop_all(*client, sim.tasks(), oms::bulk_options(),
                        [&called, token = alive.token](oms::error_code, oms::bulk_report const&) { ++called; });
    client->async_shutdown(patience, [&called, token = alive.token](oms::error_code) { ++called; });
    oms::client other(*context, config_for(sim));
    for (auto const& each : sim.tasks()) {
        other.async_stop(each, [&called, token = alive.token](oms::error_code, oms::stop_result const&) { ++called; });
    }
    BOOST_REQUIRE(run_until(*context, [&] { return sim.requests() >= 10; }));
    called = 0;  // those that the shutdown ended
    context.reset();
    BOOST_TEST(alive.token.use_count() == 1);
    client->cancel();
    client.reset();
    BOOST_TEST(called == 0u);
}

BOOST_AUTO_TEST_CASE(an_idle_client_too) {
    oms::testing::simulator sim(running(1, 1));
    std::optional<asio::io_context> context(std::in_place, 1);
    std::optional<oms::client> client(std::in_place, *context, config_for(sim));
    bool done = false;
    client->async_stop(sim.tasks()[0], [&](oms::error_code, oms::stop_result const&) { done = true; });
    BOOST_REQUIRE(run_until(*context, [&] { return done; }));
    context.reset();
    client.reset();
    BOOST_TEST(becomes_true([&] { return sim.open_connections() == 0; }));
}

BOOST_AUTO_TEST_SUITE_END()
