// SPDX-License-Identifier: BSL-1.0
// What an observer sees: everything once, with the caller's tag, and no secret.
#include "system/support/bulk_rig.hpp"
#include "system/support/recorder.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

using namespace oms::test;
using oms::phase;
using oms::testing::any;

namespace {

struct setup : bulk_rig {
    std::shared_ptr<recorder> const seen = std::make_shared<recorder>();

    setup() : bulk_rig(running(20, 10)) {
        config.observer = seen;
        config.retry.base_delay = 1ms;
        config.retry.max_delay = 2ms;
    }

    oms::call_options tagged(std::string tag) {
        oms::call_options o;
        o.tag = std::move(tag);
        return o;
    }
    std::vector<phase> phases_of(unsigned attempt) const {
        std::vector<phase> result;
        for (auto const& each : seen->phases) {
            if (each.attempt == attempt) result.push_back(each.phase);
        }
        return result;
    }
    // Requests that were written, as the events tell it.
    std::size_t written() const {
        return static_cast<std::size_t>(std::count_if(seen->phases.begin(), seen->phases.end(),
                                                      [](auto const& e) { return e.phase == phase::write; }));
    }
    void check_begin_and_end(std::size_t calls) {
        BOOST_TEST(seen->begins.size() == calls);
        BOOST_TEST(seen->ends.size() == calls);
        std::map<std::uint64_t, int> balance;
        for (auto const& each : seen->begins)
            ++balance[each.call];
        BOOST_TEST(balance.size() == calls);
        for (auto const& each : seen->ends)
            --balance[each.call];
        for (auto const& [call, open] : balance)
            BOOST_TEST(open == 0, call);
    }
    void no_secret() {
        for (std::size_t i = 0; i < 20; ++i) {
            // Tokens differ in the project's name, and that is no secret; what follows it is.
            auto const token = sim.token(oms::testing::simulator::project_id(i));
            auto const part = token.substr(token.size() - 24);
            BOOST_TEST(seen->text.find(token) == std::string::npos);
            BOOST_TEST(seen->text.find(part) == std::string::npos);
        }
        BOOST_TEST(!seen->text.empty());
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(client_observer, setup)

BOOST_AUTO_TEST_CASE(a_call_begins_and_ends_once) {
    auto const r = stop(task(0), tagged("order 7"));
    BOOST_TEST(!r.code);
    check_begin_and_end(1);
    BOOST_TEST(seen->begins[0].tag == "order 7");
    BOOST_TEST(seen->begins[0].operation == "stop");
    BOOST_TEST(seen->begins[0].task == task(0));
    BOOST_TEST(seen->ends[0].tag == "order 7");
    BOOST_TEST(!seen->ends[0].code);
    BOOST_TEST(seen->ends[0].outcome == oms::outcome::stopped);
    BOOST_TEST(seen->ends[0].request_id == r.result.request_id);
    no_secret();
}

BOOST_AUTO_TEST_CASE(the_phases_of_a_first_call_come_in_order_and_once) {
    BOOST_TEST(!stop(task(0), tagged("t")).code);
    auto const phases = phases_of(1);
    for (auto const each : {phase::credentials, phase::resolve, phase::connect, phase::handshake, phase::write}) {
        BOOST_TEST(std::count(phases.begin(), phases.end(), each) == 1, oms::to_string(each));
    }
    auto const before = [&](phase a, phase b) {
        return std::find(phases.begin(), phases.end(), a) < std::find(phases.begin(), phases.end(), b);
    };
    BOOST_TEST(before(phase::credentials, phase::resolve));
    BOOST_TEST(before(phase::resolve, phase::connect));
    BOOST_TEST(before(phase::connect, phase::handshake));
    BOOST_TEST(before(phase::handshake, phase::write));
    for (auto const& each : seen->phases) {
        BOOST_TEST(each.tag == "t");
        BOOST_TEST(!each.code, each.code.message());
        BOOST_CHECK(each.elapsed >= 0ns);
    }
}

BOOST_AUTO_TEST_CASE(the_phases_of_an_exchange_each_come_once) {
    BOOST_TEST(!stop(task(0)).code);
    auto const phases = phases_of(1);
    for (auto const each : {phase::write, phase::first_byte, phase::body}) {
        BOOST_TEST(std::count(phases.begin(), phases.end(), each) == 1, oms::to_string(each));
    }
}

BOOST_AUTO_TEST_CASE(a_call_on_a_kept_connection_neither_resolves_nor_connects) {
    BOOST_TEST(!stop(task(0)).code);
    seen->clear();
    BOOST_TEST(!stop(task(1)).code);
    for (auto const& each : seen->phases) {
        BOOST_TEST((each.phase != phase::resolve && each.phase != phase::connect && each.phase != phase::handshake));
    }
    BOOST_TEST(written() == 1u);
    BOOST_REQUIRE(seen->connections.size() == 1u);
    BOOST_TEST((seen->connections[0].what == oms::connection_event::kind::reused));
    BOOST_TEST(seen->connections[0].call == seen->begins[0].call);
}

BOOST_AUTO_TEST_CASE(a_retry_has_a_reason_and_the_tag) {
    sim.on(any()).times(2).reply(503);
    auto const r = stop(task(0), tagged("nightly"));
    BOOST_TEST(!r.code, r.code.message());
    BOOST_TEST(r.result.attempts == 3u);
    BOOST_REQUIRE(seen->retries.size() == 2u);
    unsigned attempt = 0;
    for (auto const& each : seen->retries) {
        BOOST_TEST(each.tag == "nightly");
        BOOST_TEST(each.call == seen->begins[0].call);
        BOOST_TEST(each.attempt == ++attempt);
        BOOST_TEST(each.repeated);
        BOOST_TEST(each.reason == "failed");
        BOOST_TEST((each.code == oms::condition::unavailable), each.code.message());
    }
    BOOST_TEST(written() == sim.requests());
}

BOOST_AUTO_TEST_CASE(a_decision_not_to_repeat_has_a_reason_too) {
    auto const r = stop(oms::sync_task(task(0).project_id, "no-such-task"), tagged("x"));
    BOOST_TEST((r.code == oms::condition::not_found));
    BOOST_REQUIRE(seen->retries.size() == 1u);
    BOOST_TEST(!seen->retries[0].repeated);
    BOOST_TEST(seen->retries[0].reason == "not_retryable");
    BOOST_TEST(seen->retries[0].tag == "x");
}

BOOST_AUTO_TEST_CASE(a_call_that_is_refused_locally_begins_and_ends) {
    BOOST_TEST((stop(oms::sync_task("", "t"), tagged("y")).code == oms::errc::invalid_project_id));
    check_begin_and_end(1);
    BOOST_TEST((seen->ends[0].code == oms::errc::invalid_project_id));
    BOOST_TEST(seen->ends[0].tag == "y");
    BOOST_TEST(written() == 0u);
    BOOST_TEST(seen->connections.empty());
}

BOOST_AUTO_TEST_CASE(connections_open_and_close_with_a_reason) {
    config.pool.idle_timeout = 1ms;
    BOOST_TEST(!stop(task(0)).code);
    BOOST_TEST(run_out(context));
    BOOST_TEST(!stop(task(1)).code);
    own.reset();
    BOOST_TEST(run_out(context));
    std::vector<recorder::connection> opened, closed;
    for (auto const& each : seen->connections) {
        if (each.what == oms::connection_event::kind::opened) opened.push_back(each);
        if (each.what == oms::connection_event::kind::closed) closed.push_back(each);
        BOOST_TEST(each.endpoint == "localhost:" + std::to_string(sim.port()));
    }
    BOOST_REQUIRE(opened.size() == 2u);
    BOOST_REQUIRE(closed.size() == 2u);
    BOOST_TEST(opened[0].id != opened[1].id);
    BOOST_TEST(!opened[0].resumed);
    BOOST_TEST(opened[1].resumed);
    BOOST_TEST(closed[0].reason == "idle_timeout");
    BOOST_TEST(closed[0].id == opened[0].id);
    BOOST_TEST(closed[1].id == opened[1].id);
}

BOOST_AUTO_TEST_CASE(a_dial_that_fails_is_told) {
    auto const other = std::make_unique<oms::testing::simulator>();
    config.tls.ca_pem = other->ca_pem();
    BOOST_TEST((stop(task(0)).code == oms::errc::certificate_untrusted));
    BOOST_REQUIRE(seen->connections.size() == 2u);  // at each address of localhost
    for (auto const& each : seen->connections) {
        BOOST_TEST((each.what == oms::connection_event::kind::dial_failed));
        BOOST_TEST((each.code == oms::errc::certificate_untrusted));
    }
}

BOOST_AUTO_TEST_CASE(what_was_written_is_what_the_service_read) {
    sim.on(any()).attempt(1).times(20).reply(503);
    sim.on(any()).attempt(2).times(5).reply(429, {}, {{"Retry-After", "0"}});
    options.call.tag = "bulk";
    config.retry.throttled_delay = 1ms;
    config.throttle.adaptive = false;
    stop_each(sim.tasks());
    BOOST_TEST(got.result.stopped == 200u);
    check_begin_and_end(200);
    BOOST_TEST(written() == sim.requests());
    BOOST_TEST(sim.requests() == 225u);
    BOOST_TEST(seen->retries.size() == 25u);
    for (auto const& each : seen->retries) {
        BOOST_TEST(each.tag == "bulk");
        BOOST_TEST(!each.reason.empty());
    }
    unsigned attempts = 0;
    for (auto const& each : seen->ends) {
        BOOST_TEST(each.tag == "bulk");
        attempts += each.attempts;
    }
    BOOST_TEST(attempts == sim.requests());
    no_secret();
}

BOOST_AUTO_TEST_CASE(calls_have_ids_of_their_own) {
    stop_each(sim.tasks());
    std::set<std::uint64_t> ids;
    for (auto const& each : seen->begins)
        ids.insert(each.call);
    BOOST_TEST(ids.size() == 200u);
    BOOST_TEST(!ids.contains(0));
}

BOOST_AUTO_TEST_CASE(failures_hold_no_secret) {
    oms::call_options o;
    o.credentials = oms::token_credentials("a-token-that-is-wrong");
    auto const r = stop(task(0), o);
    BOOST_TEST((r.code == oms::condition::unauthenticated));
    BOOST_TEST(seen->text.find("a-token-that-is-wrong") == std::string::npos);
    auto const told = oms::describe_failure(r.code, r.result);
    BOOST_TEST(told.find("a-token-that-is-wrong") == std::string::npos, told);
    no_secret();
}

BOOST_AUTO_TEST_SUITE_END()
