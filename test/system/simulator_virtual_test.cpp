// SPDX-License-Identifier: BSL-1.0
// A simulator in memory, and clients of it in a time that the test moves.

#include "support/open_files.hpp"
#include "support/rig.hpp"

#include <oms/oms.hpp>
#include <oms/testing/simulator.hpp>
#include <oms/testing/virtual_time.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

using namespace oms::test;
using oms::errc;
using oms::outcome;
using oms::testing::reply_hold;
using oms::testing::service_kind;
using oms::testing::simulator;
using oms::testing::virtual_time;
namespace match = oms::testing::match;

namespace {

struct setup {
    std::optional<asio::io_context> context{std::in_place};
    virtual_time time{*context};
    std::optional<simulator> sim{std::in_place, time, running(2, 20)};
    oms::client_config config = sim->client_config();
    std::vector<oms::task_ref> const tasks = sim->tasks();
    std::optional<oms::client> client;
    stop_receipt got;

    void begin(std::size_t number) {
        got = {};
        if (!client) client.emplace(*context, config);
        client->async_stop(tasks.at(number), got.handler());
    }
    oms::error_code stop(std::size_t number) {
        begin(number);
        BOOST_REQUIRE(time.run_until([&] { return got.calls > 0; }));
        return got.code;
    }
    // By a client that has no connection yet.
    oms::error_code fresh_stop(std::size_t number) {
        client.reset();
        return stop(number);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(simulator_virtual, setup)

BOOST_AUTO_TEST_CASE(it_is_the_same_service) {
    BOOST_TEST(!stop(0));
    BOOST_TEST(got.result.outcome == outcome::stopped);
    BOOST_TEST(sim->stops(tasks[0]) == 1u);
    stop(0);
    BOOST_TEST(got.result.outcome == outcome::already_stopped);
    BOOST_TEST(sim->requests() == 2u);
    BOOST_TEST(sim->connections() == 1u);
    BOOST_TEST(sim->ledger()[0].reply_sent);
    BOOST_TEST(sim->handshakes() == 0u);
    BOOST_CHECK(time.elapsed() == 0s);
}

BOOST_AUTO_TEST_CASE(back_off_passes_at_once) {
    auto const wall = time.wall();
    sim->on(match::any()).times(3).reply(503, R"({"error_code":"OMS.2004"})", {{"Retry-After", "20"}});
    BOOST_TEST(!stop(0));
    BOOST_TEST(got.result.attempts == 4u);
    BOOST_CHECK(time.elapsed() >= 60s);
    BOOST_CHECK(time.elapsed() < 90s);
    BOOST_CHECK(time.wall() - wall == time.elapsed());
    BOOST_CHECK(sim->ledger()[3].time - sim->ledger()[0].time == time.elapsed());
}

BOOST_AUTO_TEST_CASE(limits_end_when_they_are_to) {
    sim->on(match::any()).no_reply();
    config.timeouts.total = config.timeouts.attempt = 1h;
    BOOST_TEST((stop(0) == oms::condition::timed_out));
    BOOST_TEST(got.result.outcome == outcome::unknown);
    BOOST_CHECK(time.elapsed() == 1h);
    BOOST_CHECK(got.result.elapsed == 1h);
}

BOOST_AUTO_TEST_CASE(a_pace_takes_its_time) {
    config.throttle.rate = 0.1;
    bulk_receipt bulk;
    client.emplace(*context, config);
    oms::async_stop_all(*client, tasks, oms::bulk_options(), bulk.handler());
    BOOST_REQUIRE(time.run_until([&] { return bulk.calls > 0; }));
    BOOST_TEST(bulk.result.stopped == 40u);
    BOOST_CHECK(time.elapsed() >= 380s);
    BOOST_CHECK(time.elapsed() < 410s);
}

BOOST_AUTO_TEST_CASE(the_services_throttle_counts_by_the_same_time) {
    sim->on(match::any()).throttle(2);
    bulk_receipt bulk;
    client.emplace(*context, config);
    oms::async_stop_all(*client, tasks, oms::bulk_options(), bulk.handler());
    BOOST_REQUIRE(time.run_until([&] { return bulk.calls > 0; }));
    BOOST_TEST(bulk.result.stopped == 40u);
    BOOST_TEST(sim->count(429) > 0u);
    BOOST_CHECK(time.elapsed() >= 8s);  // 20 of a project, two a second, the first two at once
}

BOOST_AUTO_TEST_CASE(nothing_is_opened_and_no_thread_starts) {
    auto const files = open_files(), tasks_before = threads();
    BOOST_TEST(!stop(0));
    BOOST_TEST(open_files() == files);
    BOOST_TEST(threads() == tasks_before);
}

BOOST_AUTO_TEST_CASE(time_stands_still_until_it_is_moved) {
    sim->on(match::any()).delay(10s);
    begin(0);
    time.poll();
    BOOST_TEST(sim->requests() == 1u);
    BOOST_TEST(sim->stops(tasks[0]) == 1u);
    time.run_for(9999ms);
    BOOST_TEST(got.calls == 0u);
    BOOST_CHECK(time.elapsed() == 9999ms);
    time.run_for(1ms);
    BOOST_TEST(got.calls == 1u);
    time.run_for(-1s);
    BOOST_CHECK(time.elapsed() == 10s);
    // What is not to come in time does not come, and nothing is skipped.
    BOOST_TEST(!time.run_until([] { return false; }, 1s));
    BOOST_CHECK(time.elapsed() <= 11s);
}

BOOST_AUTO_TEST_CASE(handlers_of_the_tests_own_run_with_it) {
    int calls = 0;
    asio::post(*context, [&] { ++calls; });
    time.poll();
    BOOST_TEST(calls == 1);
    asio::post(*context, [] { throw std::runtime_error("a handler's"); });
    asio::post(*context, [&] { ++calls; });
    BOOST_CHECK_THROW(time.poll(), std::runtime_error);
    time.poll();
    BOOST_TEST(calls == 2);
}

BOOST_AUTO_TEST_CASE(connections_that_come_to_nothing) {
    config.retry.max_attempts = 1;
    config.timeouts.total = 40s;
    sim->refuse_connections();
    BOOST_TEST(fresh_stop(0) == oms::error_code(errc::connect_failed));
    BOOST_TEST(got.result.outcome == outcome::not_sent);
    sim->accept_connections();
    BOOST_TEST(sim->connections() == 0u);

    sim->on_connect().reset();
    BOOST_TEST(fresh_stop(0) == oms::error_code(errc::handshake_truncated));
    sim->clear_faults();
    sim->on_connect().close();
    BOOST_TEST(fresh_stop(0) == oms::error_code(errc::handshake_truncated));
    sim->clear_faults();

    sim->on_connect().stall();
    auto const begun = time.elapsed();
    BOOST_TEST((fresh_stop(0) == oms::condition::timed_out));
    BOOST_CHECK(time.elapsed() - begun >= 10s);
    client.reset();
    time.poll();
    BOOST_TEST(sim->open_connections() == 0u);
    sim->clear_faults();

    sim->on_connect().delay(3s);
    auto const slow = time.elapsed();
    BOOST_TEST(!fresh_stop(0));
    BOOST_CHECK(time.elapsed() - slow == 3s);

    config.endpoint = "https://elsewhere.invalid";
    BOOST_TEST(fresh_stop(1) == oms::error_code(errc::host_not_found));
    config.endpoint = "https://127.0.0.1:1";
    BOOST_TEST(fresh_stop(1) == oms::error_code(errc::connect_failed));
    BOOST_TEST(sim->stops(tasks[1]) == 0u);
}

BOOST_AUTO_TEST_CASE(there_is_no_tls_to_break) {
    BOOST_CHECK_EXCEPTION(sim->on_connect().fail_handshake(), std::invalid_argument, [](auto const& e) {
        return std::string(e.what()).find("without TLS and has no handshake") != std::string::npos;
    });
}

BOOST_AUTO_TEST_CASE(replies_that_end_early) {
    config.retry.max_attempts = 1;
    sim->on(match::any()).nth(1).reset_before_reply();
    sim->on(match::any()).nth(1).close_after_bytes(12);
    sim->on(match::any()).nth(1).close_after_bytes(12).without_close_notify();
    sim->on(match::any()).nth(1).reset_after_headers();
    oms::error_code const reset = asio::error::connection_reset;
    for (std::size_t i = 0; i < 3; ++i) {
        BOOST_TEST((stop(i) != oms::error_code()));
        BOOST_TEST(got.result.outcome == outcome::unknown);
        BOOST_TEST((got.result.cause == reset) == (i == 0), got.result.cause.message());
    }
    BOOST_TEST(!stop(3));  // its head says it all
    BOOST_TEST(!stop(4));
    BOOST_TEST(sim->connections() == 5u);
}

BOOST_AUTO_TEST_CASE(a_reply_drips) {
    std::string const body(100, ' ');
    sim->on(match::any()).reply(200, body).drip(10, 1s);
    BOOST_TEST(!stop(0));
    BOOST_CHECK(time.elapsed() >= 10s);
    BOOST_CHECK(time.elapsed() < 60s);
}

BOOST_AUTO_TEST_CASE(a_hold_keeps_a_reply) {
    reply_hold hold;
    sim->on(match::any()).held(hold);
    begin(0);
    BOOST_TEST(sim->wait_for_requests(1));
    BOOST_TEST(!sim->wait_for_requests(2, match::any(), 1s));
    time.poll();
    BOOST_TEST(hold.held() == 1u);
    time.run_for(5s);
    BOOST_TEST(got.calls == 0u);
    BOOST_TEST(hold.release() == 1u);
    time.poll();
    BOOST_TEST(got.calls == 1u);
    BOOST_TEST(!got.code);
}

BOOST_AUTO_TEST_CASE(credentials_live_by_it) {
    auto options = running(1, 4);
    options.token_lifetime = 24h;
    options.key_lifetime = 2h;
    simulator all(time, options);  // beside the other one
    all.add_user({"user", "the-password", "account"});
    oms::iam_options user;
    user.endpoint = all.iam_endpoint();
    user.domain = "account";
    user.user = "user";
    user.password = oms::secret("the-password");
    config = all.client_config();
    config.credentials = oms::iam_token_credentials(user);
    auto const keys = all.tasks();
    auto const by = [&](std::shared_ptr<oms::credentials_provider> source, std::size_t number) {
        config.credentials = std::move(source);
        oms::client own(*context, config);
        for (int round = 0; round < 2; ++round) {
            stop_receipt one;
            own.async_stop(keys.at(number + static_cast<std::size_t>(round)), one.handler());
            BOOST_REQUIRE(time.run_until([&] { return one.calls > 0; }));
            BOOST_TEST(!one.code, one.code.message());
            time.run_for(25h);
        }
    };
    by(oms::iam_token_credentials(user), 0);
    BOOST_TEST(all.iam().log_ins == 2u);
    oms::metadata_options machine;
    machine.endpoint = all.metadata_endpoint();
    by(oms::metadata_credentials(machine), 2);
    BOOST_TEST(all.metadata().keys >= 2u);
    BOOST_TEST(all.count(401) == 0u);
    BOOST_TEST(sim->requests() == 0u);
}

BOOST_AUTO_TEST_CASE(the_services_locks_end_by_it) {
    auto options = running(1, 2);
    options.bad_signatures_to_lock = 1;
    options.log_in_failures_to_lock = 1;
    simulator strict(time, options);
    strict.add_key({"the-key", "the-secret"});
    strict.add_user({"user", "the-password", "account"});
    auto const code_by = [&](std::shared_ptr<oms::credentials_provider> source, std::size_t number = 0) {
        config = strict.client_config();
        config.credentials = std::move(source);
        oms::client own(*context, config);
        stop_receipt one;
        own.async_stop(strict.tasks()[number], one.handler());
        BOOST_REQUIRE(time.run_until([&] { return one.calls > 0; }));
        return one.code;
    };
    auto const key = [](std::string secret) { return oms::key_credentials("the-key", std::move(secret)); };
    auto const log_in = [&](std::string password) {
        oms::iam_options user;
        user.endpoint = strict.iam_endpoint();
        user.domain = "account";
        user.user = "user";
        user.password = oms::secret(std::move(password));
        return oms::iam_token_credentials(user);
    };
    BOOST_TEST((code_by(key("wrong")) == oms::condition::unauthenticated));
    BOOST_TEST((code_by(key("the-secret")) == oms::condition::unauthenticated));
    BOOST_TEST(strict.key("the-key").while_locked == 1u);
    BOOST_TEST(code_by(log_in("wrong")) != oms::error_code());
    BOOST_TEST(code_by(log_in("the-password")) != oms::error_code());
    BOOST_TEST(strict.iam("user").while_locked == 1u);
    time.run_for(15min);
    BOOST_TEST(!code_by(key("the-secret")));
    BOOST_TEST(!code_by(log_in("the-password"), 1));
}

BOOST_AUTO_TEST_CASE(the_simulator_may_go_first) {
    sim->on(match::any()).held();
    config.retry.max_attempts = 1;
    begin(0);
    time.poll();
    sim->stop();
    BOOST_TEST(time.run_until([&] { return got.calls > 0; }));
    BOOST_TEST(got.result.outcome == outcome::unknown);
    sim->release();  // what nobody waits for
    time.poll();
    BOOST_TEST(fresh_stop(1) == oms::error_code(errc::connect_failed));
    begin(1);
    sim.reset();
    BOOST_TEST(time.run_until([&] { return got.calls > 0; }));
}

BOOST_AUTO_TEST_CASE(the_context_may_go_first) {
    sim->on(match::task(tasks[0])).held();
    sim->on(match::any()).drip(1, 1h);
    begin(0);
    stop_receipt other;
    client->async_stop(tasks[1], other.handler());
    time.poll();
    BOOST_TEST(sim->held() == 1u);
    context.reset();
    BOOST_TEST(got.calls == 0u);
    sim->release();
    time.run_for(1h);
    BOOST_TEST(!time.run_until([] { return false; }));
    client.reset();
    BOOST_TEST(sim->open_connections() == 0u);
    BOOST_TEST(sim->stops(tasks[0]) == 1u);
}

BOOST_AUTO_TEST_CASE(a_context_has_one_time) {
    BOOST_CHECK_THROW(virtual_time another(*context), std::invalid_argument);
    asio::io_context real;
    simulator sockets(running(1, 1));
    oms::client usual(real, sockets.client_config());
    stop_receipt one;
    usual.async_stop(sockets.tasks()[0], one.handler());
    BOOST_TEST(run_until(real, [&] { return one.calls > 0; }));
    BOOST_TEST(!one.code);
}

BOOST_AUTO_TEST_CASE(a_port_has_one_owner) {
    auto options = running(1, 1);
    options.port = sim->port();
    BOOST_CHECK_THROW(simulator again(time, options), boost::system::system_error);
    options.port = 443;
    simulator const other(time, options);
    BOOST_TEST(other.port() == 443);
    BOOST_TEST(other.client_config().endpoint == "https://localhost:443");
}

BOOST_AUTO_TEST_SUITE_END()
