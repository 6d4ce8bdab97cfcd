// SPDX-License-Identifier: BSL-1.0
// The simulator over HTTP/2: with a client of our own, with curl, and with nghttp2's clients.
#include "system/child_process.hpp"
#include "system/simulator_http2_peer.hpp"
#include "system/temporary_directory.hpp"
#include "unit/http2_printing.hpp"

#include <oms/testing/simulator.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

using namespace simulator_test;
using namespace std::chrono_literals;
using oms::testing::any;
using oms::testing::http_versions;
using kind = oms::http2::event::kind;
using oms::http2::failure;
using oms::http2::reason;
using oms::http2::standing;

namespace {

oms::testing::simulator_options options_of(http_versions http, std::size_t tasks = 8) {
    auto options = options_with(2, tasks);
    options.http = http;
    return options;
}

struct setup {
    simulator sim{options_of(http_versions::both)};
    oms::task_ref const task = sim.tasks()[0];
    oms::task_ref const other = sim.tasks()[1];
};

template <class Condition>
bool becomes_true(Condition condition) {
    auto const end = std::chrono::steady_clock::now() + 10s;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::yield();
    }
    return true;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(simulator_http2, setup)

BOOST_AUTO_TEST_CASE(the_handshake_chooses) {
    BOOST_TEST(http2_peer(sim).protocol() == "h2");
    BOOST_TEST(http2_peer(sim.port(), sim, "\10http/1.1\2h2").protocol() == "h2");
    BOOST_TEST(http2_peer(sim.port(), sim, "\10http/1.1").protocol() == "http/1.1");
    peer old(sim);  // which asks for nothing
    BOOST_TEST(old.ask(stop_request(sim, task)).status == 200u);
    BOOST_CHECK_THROW(http2_peer(sim.port(), sim, "\3foo"), boost::system::system_error);

    simulator only(options_of(http_versions::http_2));
    BOOST_TEST(http2_peer(only).protocol() == "h2");
    BOOST_CHECK_THROW(http2_peer(only.port(), only, "\10http/1.1"), boost::system::system_error);
    peer late(only);
    boost::system::error_code why;
    BOOST_TEST(late.drain(why).empty());

    simulator first(options_of(http_versions::http_1_1));
    BOOST_TEST(http2_peer(first.port(), first, "\2h2\10http/1.1").protocol() == "");
}

BOOST_AUTO_TEST_CASE(it_serves_the_same_routes) {
    http2_peer client(sim);
    auto const& stopped = client.stop(sim, task);
    BOOST_TEST(stopped.what == kind::reply);
    BOOST_TEST(stopped.status == 200u);
    BOOST_TEST(!stopped.request_id.empty());
    BOOST_TEST(!stopped.date.empty());
    BOOST_TEST(sim.stops(task) == 1u);
    auto const again = client.stop(sim, task);
    BOOST_TEST(again.status == 400u);
    BOOST_TEST(again.body.find("OMS.0066") != std::string::npos);
    auto const shown = client.wait(client.start("GET", path_of(task) + "?query_time=1726000000000",
                                                {{"x-auth-token", sim.token(task.project_id)}}));
    BOOST_TEST(shown.status == 200u);
    BOOST_TEST(shown.body.find(task.task_id) != std::string::npos);
    BOOST_TEST(client.wait(client.start("POST", path_of(task) + "/stop", {{"content-length", "0"}})).status == 401u);
    BOOST_TEST(client.wait(client.start("GET", "/nowhere", {})).status == 404u);
    auto const ledger = sim.ledger();
    BOOST_REQUIRE_EQUAL(ledger.size(), 5u);
    BOOST_TEST(ledger[0].method == "POST");
    BOOST_TEST(ledger[0].task_id == task.task_id);
    BOOST_TEST(ledger[0].status == 200u);
    BOOST_TEST(ledger[0].took_effect);
    BOOST_TEST(ledger[0].reply_sent);
    BOOST_TEST(ledger[0].request_id == stopped.request_id);
    BOOST_TEST(ledger[1].attempt == 2u);
    for (auto const& each : ledger)
        BOOST_TEST(each.connection == 1u);
    BOOST_TEST(sim.handshakes() == 1u);
}

BOOST_AUTO_TEST_CASE(many_streams_share_a_connection) {
    simulator many(options_of(http_versions::both, 100));
    http2_peer client(many);
    std::vector<oms::http2::stream_id> ids;
    auto const tasks = many.tasks();
    for (std::size_t i = 0; i < 100; ++i)
        ids.push_back(client.start_stop(many, tasks[i]));
    for (auto const id : ids)
        BOOST_TEST(client.wait(id).status == 200u);
    BOOST_TEST(many.count(200) == 100u);
    BOOST_TEST(many.connections() == 1u);
    // The token, of 2 KiB, went out twice, and from then on as one byte.
    BOOST_TEST(client.sent_bytes < 2 * 2100u + 100 * 150u);
}

BOOST_AUTO_TEST_CASE(a_request_with_a_body_comes_whole) {
    sim.on(any()).reply([](auto const& request) {
        oms::testing::scripted_reply made;
        made.status = 200;
        made.body = std::string(request.body);
        return made;
    });
    http2_peer client(sim);
    std::string const body(200'000, 'b');  // more than the windows hold at first
    BOOST_TEST(client.wait(client.start("POST", "/v2/p/sync-tasks/t/start", {}, body)).body == body);
}

BOOST_AUTO_TEST_CASE(replies_of_its_own_and_delays) {
    sim.on(any()).times(1).reply(503, "{}", {{"Retry-After", "7"}, {"X-Own", "v"}}).delay(20ms);
    http2_peer client(sim);
    auto const slow = client.start_stop(sim, task);
    auto const quick = client.start_stop(sim, other);
    BOOST_TEST(client.wait(quick).status == 200u);
    BOOST_TEST(!client.answers[slow].over);  // nobody waits for it
    BOOST_TEST(client.wait(slow).status == 503u);
    BOOST_TEST(client.answers[slow].body == "{}");
    BOOST_TEST(sim.stops(task) == 0u);
}

BOOST_AUTO_TEST_CASE(held_replies_wait_by_themselves) {
    sim.on(oms::testing::task(task)).held();
    http2_peer client(sim);
    auto const held = client.start_stop(sim, task);
    BOOST_TEST(client.stop(sim, other).status == 200u);
    BOOST_TEST(becomes_true([&] { return sim.held() == 1; }));
    BOOST_TEST(!client.answers[held].over);
    sim.release();
    BOOST_TEST(client.wait(held).status == 200u);
    BOOST_TEST(becomes_true([&] { return sim.ledger()[0].reply_sent; }));
}

BOOST_AUTO_TEST_CASE(refused_streams_have_no_effect) {
    sim.on(any()).times(1).refuse_stream();
    http2_peer client(sim);
    auto const& refused = client.stop(sim, task);
    BOOST_TEST(refused.what == kind::failed);
    BOOST_TEST(refused.failure == failure::reset);
    BOOST_TEST(refused.code == reason::refused_stream);
    BOOST_TEST(refused.standing == standing::unprocessed);
    BOOST_TEST(sim.stops(task) == 0u);
    BOOST_TEST(sim.ledger()[0].status == 0u);
    BOOST_TEST(client.stop(sim, task).status == 200u);  // on the same connection
    BOOST_TEST(sim.connections() == 1u);
}

BOOST_AUTO_TEST_CASE(streams_are_reset_with_any_code) {
    for (std::uint32_t code : {0u, 2u, 8u, 11u, 13u}) {
        sim.on(any()).times(1).reset_stream(code);
        http2_peer client(sim);
        auto const& reset = client.stop(sim, task);
        BOOST_TEST(reset.failure == failure::reset);
        BOOST_TEST(static_cast<std::uint32_t>(reset.code) == code);
        BOOST_TEST(reset.standing == standing::open);
        BOOST_TEST(client.stop(sim, other).what == kind::reply);
        sim.clear_faults();
    }
    BOOST_TEST(sim.stops(task) == 1u);  // the first had its effect
}

BOOST_AUTO_TEST_CASE(going_away_answers_what_came_before) {
    sim.on(oms::testing::task(task)).delay(20ms);
    sim.on(oms::testing::task(other)).go_away();
    http2_peer client(sim);
    auto const before = client.start_stop(sim, task);
    auto const refused = client.start_stop(sim, other);
    auto const after = client.start_stop(sim, sim.tasks()[2]);
    client.wait_for_end();
    BOOST_TEST(client.going_away);
    BOOST_TEST(client.answers[before].status == 200u);
    BOOST_TEST(client.answers[refused].failure == failure::going_away);
    BOOST_TEST(client.answers[refused].standing == standing::unprocessed);
    BOOST_TEST(client.answers[after].standing == standing::unprocessed);
    BOOST_TEST(sim.stops(task) == 1u);
    BOOST_TEST(sim.stops(other) == 0u);
    BOOST_TEST(sim.stops(sim.tasks()[2]) == 0u);
    BOOST_CHECK(client.end_code == asio::error::eof);  // with close_notify
}

BOOST_AUTO_TEST_CASE(a_delayed_farewell_refuses_its_request_alone) {
    sim.on(oms::testing::task(task)).go_away().delay(20ms);
    http2_peer client(sim);
    auto const refused = client.start_stop(sim, task);
    auto const after = client.start_stop(sim, other);
    client.wait_for_end();
    BOOST_TEST(client.answers[refused].standing == standing::unprocessed);
    BOOST_TEST(client.answers[after].status == 200u);
    BOOST_TEST(sim.stops(task) == 0u);
    BOOST_TEST(sim.stops(other) == 1u);
}

BOOST_AUTO_TEST_CASE(connections_end_at_any_byte_of_a_reply) {
    bool whole = false;
    for (std::size_t bytes = 0; !whole; bytes += bytes < 20 ? 1 : 23) {
        sim.on(any()).times(1).reply(200, std::string(100, 'x')).close_after_bytes(bytes);
        http2_peer client(sim);
        auto const id = client.start_stop(sim, task);
        client.wait_for_end();
        auto const& got = client.answers[id];
        BOOST_CHECK(client.end_code == asio::error::eof);
        whole = got.what == kind::reply;
        if (!whole) {
            BOOST_TEST(got.failure == failure::closed);
            BOOST_CHECK(got.standing != standing::unprocessed);
            BOOST_TEST(!sim.ledger().back().reply_sent);
        }
        BOOST_REQUIRE(bytes < 1000u);
        sim.clear_faults();
    }
    BOOST_TEST(becomes_true([&] { return sim.ledger().back().reply_sent; }));
}

BOOST_AUTO_TEST_CASE(connections_are_reset) {
    sim.on(any()).times(1).reset_before_reply();
    sim.on(any()).times(1).reset_after_headers();
    for (bool header : {false, true}) {
        http2_peer client(sim);
        auto const id = client.start_stop(sim, task);
        client.wait_for_end();
        BOOST_CHECK(client.end_code == asio::error::connection_reset);
        if (!header) BOOST_CHECK(client.answers[id].standing == standing::open);
    }
}

BOOST_AUTO_TEST_CASE(a_stalled_stream_stalls_no_other) {
    for (std::size_t bytes : {0u, 10u, 150u}) {
        sim.on(oms::testing::task(task)).reply(200, std::string(500, 'x')).stall_after_bytes(bytes);
        http2_peer client(sim);
        auto const stalled = client.start_stop(sim, task);
        BOOST_TEST(client.stop(sim, other).what == kind::reply);
        BOOST_TEST(!client.answers[stalled].over);
        client.cancel(stalled);
        BOOST_TEST(client.stop(sim, other).what == kind::reply);
        sim.clear_faults();
    }
}

BOOST_AUTO_TEST_CASE(replies_drip) {
    sim.on(any()).reply(200, std::string(50, 'x')).drip(7, 1ms);
    http2_peer client(sim);
    auto const a = client.start_stop(sim, task);
    auto const b = client.start_stop(sim, other);
    BOOST_TEST(client.wait(a).body == std::string(50, 'x'));
    BOOST_TEST(client.wait(b).body == std::string(50, 'x'));
    BOOST_TEST(becomes_true([&] { return sim.ledger()[0].reply_sent && sim.ledger()[1].reply_sent; }));
}

BOOST_AUTO_TEST_CASE(large_replies_keep_to_the_windows) {
    std::string const body(900'000, 'x');
    sim.on(any()).reply(200, body);
    http2_peer client(sim);
    auto const a = client.start_stop(sim, task);
    auto const b = client.start_stop(sim, other);
    BOOST_TEST((client.wait(a).body == body));
    BOOST_TEST((client.wait(b).body == body));
}

BOOST_AUTO_TEST_CASE(raw_bytes_are_sent_as_they_are) {
    sim.on(any()).raw("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    http2_peer client(sim);
    client.start_stop(sim, task);
    client.wait_for_end();
    BOOST_TEST(client.answers[1].failure == failure::protocol);
}

BOOST_AUTO_TEST_CASE(cancelled_streams_keep_the_connection) {
    sim.on(oms::testing::task(task)).held();
    http2_peer client(sim);
    auto const id = client.start_stop(sim, task);
    client.flush();
    BOOST_TEST(sim.wait_for_requests(1, any(), 10s));
    client.cancel(id);
    BOOST_TEST(client.stop(sim, other).status == 200u);
    BOOST_TEST(sim.connections() == 1u);
    BOOST_TEST(!sim.ledger()[0].reply_sent);
    sim.release();
    BOOST_TEST(client.stop(sim, other).status == 400u);
}

BOOST_AUTO_TEST_CASE(streams_at_a_time_are_bounded) {
    auto options = options_of(http_versions::both);
    options.max_streams = 2;
    simulator small(options);
    small.on(oms::testing::path("/v2/")).held();
    http2_peer client(small);
    auto const tasks = small.tasks();
    std::vector<oms::http2::stream_id> ids;
    for (std::size_t i = 0; i < 3; ++i)
        ids.push_back(client.start_stop(small, tasks[i]));  // before it has heard of the limit
    BOOST_TEST(client.wait(ids[2]).code == reason::refused_stream);
    BOOST_TEST(client.session().room() == 0u);
    BOOST_TEST(becomes_true([&] { return small.held() == 2; }));
    small.release();
    BOOST_TEST(client.wait(ids[0]).status == 200u);
    BOOST_TEST(client.wait(ids[1]).status == 200u);
    BOOST_TEST(client.session().room() == 2u);
}

BOOST_AUTO_TEST_CASE(it_closes_idle_connections) {
    sim.on(any()).times(1).close_idle_after(1ms);
    http2_peer client(sim);
    BOOST_TEST(client.stop(sim, task).status == 200u);
    client.wait_for_end();
    BOOST_CHECK(client.end_code == asio::error::eof);
    sim.clear_faults();
    sim.on(any()).close_idle_after(2);
    http2_peer second(sim);
    BOOST_TEST(second.stop(sim, task).status == 400u);
    BOOST_TEST(second.stop(sim, task).status == 400u);
    second.wait_for_end();
}

BOOST_AUTO_TEST_CASE(over_http_1_1_its_words_close_the_connection) {
    sim.on(any()).times(1).refuse_stream();
    sim.on(any()).times(1).go_away();
    sim.on(any()).times(1).reset_stream(8);
    for (std::size_t stops : {0u, 0u, 1u}) {
        peer client(sim);
        auto const r = client.ask(stop_request(sim, task));
        BOOST_CHECK(r.error == asio::error::eof);
        BOOST_TEST(sim.stops(task) == stops);
    }
}

BOOST_AUTO_TEST_CASE(a_stream_ends_once) {
    BOOST_CHECK_THROW(sim.on(any()).refuse_stream().go_away(), std::invalid_argument);
    BOOST_CHECK_THROW(sim.on(any()).reset_stream(1).no_reply(), std::invalid_argument);
    BOOST_CHECK_THROW(sim.on(any()).go_away().drip(1, 1ms), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(curl_talks_to_it) {
    simulator only(options_of(http_versions::http_2));
    oms::test::temporary_directory where;
    auto const ask = [&](simulator const& of, std::string const& version, oms::task_ref const& which) {
        oms::test::run({OMS_CURL, "--silent", version, "--cacert", where.write("ca.pem", of.ca_pem()), "--request",
                        "POST", "--output", where.file("out"), "--header",
                        "X-Auth-Token: " + of.token(which.project_id), "--header", "Content-Length: 0",
                        of.endpoint() + path_of(which) + "/stop"});
    };
    ask(only, "--http2", task);
    BOOST_TEST(only.stops(task) == 1u);
    ask(only, "--http2", task);
    BOOST_TEST(where.read("out").find("OMS.0066") != std::string::npos);
    BOOST_CHECK_THROW(ask(only, "--http1.1", task), std::runtime_error);
    ask(sim, "--http1.1", task);
    ask(sim, "--http2", other);
    BOOST_TEST(sim.stops(task) == 1u);
    BOOST_TEST(sim.stops(other) == 1u);
}

BOOST_AUTO_TEST_CASE(h2load_talks_to_it) {
    simulator many(options_of(http_versions::http_2));
    auto const which = many.tasks()[0];
    oms::test::run({"/bin/sh", "-c", R"(exec "$0" "$@" > /dev/null)", OMS_H2LOAD, "--requests=2000", "--clients=3",
                    "--max-concurrent-streams=50", "--header", "x-auth-token: " + many.token(which.project_id),
                    "--header", ":method: POST",
                    "https://127.0.0.1:" + std::to_string(many.port()) + path_of(which) + "/stop"});
    BOOST_TEST(many.requests() == 2000u);
    BOOST_TEST(many.count(200) == 1u);
    BOOST_TEST(many.count(400) == 1999u);
    BOOST_TEST(many.connections() == 3u);
}

BOOST_AUTO_TEST_SUITE_END()
