// SPDX-License-Identifier: BSL-1.0
//
// A connection that the peer closed while it was idle: the request is repeated
// once, at once, and as if nothing had been.
#include "io/harness/channel.hpp"
#include "io/harness/report.hpp"

#include <oms/observer.hpp>

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

answer reply(std::string bytes, ending end = ending::none) {
    answer a;
    a.bytes = std::move(bytes);
    a.end = end;
    return a;
}

answer cut(std::size_t offset) {
    answer a;
    a.takes = offset;
    a.write_error = boost::asio::error::broken_pipe;
    return a;
}

// Two connections are there, and each has carried an exchange.
struct warm_client : world {
    explicit warm_client(bool strict) {
        config.retry.max_attempts = 1;
        config.retry.resend_open = !strict;
        auto const first = stop(90);
        run_until_done(*first);
        net.server = [](request const&) {
            answer a;
            a.delay = 1s;
            a.bytes = reply_text(200);
            return a;
        };
        auto const second = stop(91);
        auto const third = stop(92);
        run_until_done(*second);
        run_until_done(*third);
        BOOST_REQUIRE(net.live_streams == 2U);
    }

    std::shared_ptr<started> play(std::function<answer(request const&)> server) {
        net.server = std::move(server);
        auto const call = stop(0);
        run_until_done(*call);
        return call;
    }
};

std::size_t request_size() {
    world w;
    auto const call = w.stop(0);
    w.run_until_done(*call);
    return w.net.ledger.at(0).request.size();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(stale_connections)

BOOST_AUTO_TEST_CASE(repeated_at_once_wherever_sending_ends) {
    std::size_t const size = request_size();
    for (bool strict : {false, true}) {
        sweep_report report(strict ? "stale connections, strict" : "stale connections");
        for (std::size_t at = 0; at <= size; ++at) {
            warm_client w(strict);
            std::size_t tries = 0;
            auto const call = w.play([&](request const&) {
                bool const first = tries++ == 0;
                if (!first) return reply(reply_text(200));
                return at == size ? reply({}, ending::clean) : cut(at);
            });
            bool const repeated = !strict || at == 0;
            bool right = call->completions == 1 && call->result.elapsed == 0s;
            right = right && call->result.attempts == (repeated ? 2U : 1U);
            right = right && call->result.outcome == (repeated ? outcome::stopped : outcome::unknown);
            report.add(right, [&] { return "at byte " + std::to_string(at) + ": " + show(*call); });
        }
    }
}

BOOST_AUTO_TEST_CASE(not_where_a_byte_of_a_reply_came) {
    warm_client w(false);
    auto const call = w.play([](request const&) { return reply("H", ending::clean); });
    BOOST_TEST(call->result.attempts == 1U);
    BOOST_TEST(call->result.outcome == outcome::unknown);
    BOOST_TEST(call->code == error_code(errc::connection_closed), show(*call));
}

BOOST_AUTO_TEST_CASE(not_on_a_fresh_connection) {
    world w;
    w.config.retry.max_attempts = 1;
    w.net.server = [](request const&) { return reply({}, ending::clean); };
    auto const call = w.stop(0);
    w.run_until_done(*call);
    BOOST_TEST(call->result.attempts == 1U);
    BOOST_TEST(call->result.outcome == outcome::unknown);
}

// "Repeated once at once on a fresh one": the other idle connection is likely to be as stale.
BOOST_AUTO_TEST_CASE(on_a_fresh_connection_even_where_another_one_is_idle) {
    warm_client w(false);
    auto const call = w.play(
        [](request const& r) { return r.on_connection > 0 ? reply({}, ending::clean) : reply(reply_text(200)); });
    BOOST_TEST(call->result.outcome == outcome::stopped, show(*call));
    BOOST_TEST(call->result.attempts == 2U);
}

BOOST_AUTO_TEST_CASE(at_most_once_a_call) {
    warm_client w(false);
    auto const call = w.play([](request const&) { return reply({}, ending::clean); });
    BOOST_TEST(call->result.attempts == 2U, show(*call));
    BOOST_TEST(call->result.outcome == outcome::unknown);
}

BOOST_AUTO_TEST_CASE(takes_nothing_from_an_empty_budget) {
    world w;
    w.config.retry.project_budget = w.config.retry.endpoint_budget = 0;
    w.config.retry.budget_per_success = 0;
    auto const first = w.stop(90);
    w.run_until_done(*first);
    w.net.server = [](request const& r) { return r.number == 1 ? reply({}, ending::clean) : reply(reply_text(200)); };
    auto const call = w.stop(0);
    w.run_until_done(*call);
    BOOST_TEST(call->result.outcome == outcome::stopped, show(*call));
    BOOST_TEST((call->result.spent.backoff == 0s));
}

// What nobody asked for would be the answer to whoever comes next.
BOOST_AUTO_TEST_CASE(not_used_on_with_bytes_behind_a_reply) {
    world w;
    w.config.pool.max_connections = 1;
    w.run_until_done(*w.stop(9));
    std::vector<std::size_t> on_connection;
    std::weak_ptr<channel> line;
    auto const replied = w.time.now() + 10ms;
    w.net.server = [&](request const& r) {
        if (on_connection.empty()) line = r.channel;
        on_connection.push_back(r.on_connection);
        return after(10ms, reply_text(200));
    };
    w.time.on_look = [&] {  // while the reply is taken
        if (w.time.now() < replied) return;
        speak(line, error_text(400, "OMS.0054"));
        line.reset();
    };
    auto const first = w.stop(0);
    auto const second = w.stop(1);  // goes out with the first's reply
    w.run_until_done(*second);
    BOOST_TEST(first->result.outcome == outcome::stopped);
    BOOST_TEST(second->result.outcome == outcome::stopped, show(*second));
    BOOST_TEST(on_connection == (std::vector<std::size_t>{1, 0}));
}

BOOST_AUTO_TEST_CASE(an_idle_one_that_speaks_is_closed) {
    struct closings final : observer {
        void on_connection(connection_event const& e) noexcept override {
            if (e.what == connection_event::kind::closed) reasons.push_back(e.reason);
        }
        std::vector<close_reason> reasons;
    };
    auto const heard = std::make_shared<closings>();
    world w;
    w.config.observer = heard;
    std::weak_ptr<channel> line;
    w.net.server = [&](request const& r) {
        line = r.channel;
        return after(10ms, reply_text(200));
    };
    w.run_until_done(*w.stop(0));
    w.run_for(100ms);
    speak(line, reply_text(400));
    w.run_for(100ms);
    BOOST_TEST(w.net.live_streams == 0U);
    BOOST_TEST((heard->reasons == std::vector{close_reason::stray_bytes}));
    auto const next = w.stop(1);
    w.run_until_done(*next);
    BOOST_TEST(next->result.outcome == outcome::stopped);
    BOOST_TEST(next->result.attempts == 1U);
}

// Right behind a reply nothing can have come; a while later it is looked whether something has.
BOOST_AUTO_TEST_CASE(looked_at_before_it_is_used_on_a_while_later) {
    for (bool const waits : {false, true}) {
        world w;
        w.config.pool.max_connections = 1;
        auto const first = w.stop(0);
        std::shared_ptr<started> second;
        first->on_done = [&] {
            if (waits) w.time.pass(10ms);
            w.net.operations.clear();
            second = w.stop(1);
        };
        w.run_until_done(*first);
        BOOST_REQUIRE(second);
        w.run_until_done(*second);
        BOOST_REQUIRE(!w.net.operations.empty());
        BOOST_TEST((w.net.operations.front() == operation::read) == waits);
    }
}

BOOST_AUTO_TEST_SUITE_END()
