// SPDX-License-Identifier: BSL-1.0
// Proxies that give no tunnel, and calls that end while one is asked.

#include "system/connect_proxy.hpp"
#include "system/proxy_rig.hpp"
#include "system/support/black_hole.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace asio = boost::asio;
using namespace proxy_test;
using namespace std::chrono_literals;
using oms::test::connect_proxy;
using oms::test::proxy_manner;
using oms::test::stop_once;
using then = oms::test::proxy_manner::then;

namespace {

// Keeps every question.
struct silent_resolver final : oms::host_resolver {
    void async_resolve(std::string, handler done) override { kept.push_back(std::move(done)); }
    std::vector<handler> kept;
};

// Until the proxy has a request; it never answers.
void run_until_asked(asio::io_context& context, connect_proxy const& via) {
    for (int i = 0; i < 2000 && !via.wait_for_requests(1, 0ms); ++i)
        context.run_one_for(10ms);
    BOOST_REQUIRE(via.wait_for_requests(1, 0ms));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(proxy_failures)

BOOST_AUTO_TEST_CASE(bad_replies_are_refused_and_explained) {
    struct bad_reply {
        std::string reply;
        then after;
        oms::errc code;
        oms::error_code cause;
        std::string says;
    };
    auto const status = [](int value) { return oms::error_code(value, oms::http_category()); };
    using oms::errc;
    bad_reply const cases[] = {
        {"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 3\r\n\r\nno!", then::wait,
         errc::proxy_auth_required, status(407), "407"},
        {"HTTP/1.0 401 Unauthorized\r\n\r\n", then::close, errc::proxy_auth_required, status(401), "401"},
        {"HTTP/1.1 403 Forbidden\r\n\r\n", then::wait, errc::proxy_failed, status(403), "403"},
        // The credential comes back; it is not shown.
        {"HTTP/1.1 502 " + std::string(basic) + "\r\nX: " + std::string(basic) + "\r\n\r\np@ssw0rd", then::wait,
         errc::proxy_failed, status(502), "502"},
        {"HTTP/1.1 503 Busy\r\nContent-Length: 100000\r\n\r\n", then::wait, errc::proxy_failed, status(503), "503"},
        {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", then::wait, errc::proxy_failed, status(101), "101"},
        {"HTTP/1.1 302 Found\r\nLocation: http://x/\r\n\r\n", then::wait, errc::proxy_failed, status(302), "302"},
        {"SSH-2.0-OpenSSH_9.2\r\n", then::wait, errc::proxy_failed, errc::malformed_reply, "no HTTP"},
        {std::string(30'000, 'x'), then::wait, errc::proxy_failed, errc::malformed_reply, "no HTTP"},
        {"HTTP/1.1 2000 OK\r\n\r\n", then::wait, errc::proxy_failed, errc::bad_status, "outside 100-599"},
        {"HTTP/1.1 600 x\r\n", then::wait, errc::proxy_failed, errc::bad_status, "outside 100-599"},
        {"HTTP/1.1 200 OK\nContent-Length : 0\n\n", then::wait, errc::proxy_failed, errc::malformed_reply, "no HTTP"},
        {"HTTP/1.1 200 OK\nX: y\n z\n\n", then::wait, errc::proxy_failed, errc::malformed_reply, "no HTTP"},
        {"HTTP/1.1 200 OK\nX: y\rz\n\n", then::wait, errc::proxy_failed, errc::malformed_reply, "no HTTP"},
        {std::string("HTTP/1.1 200 OK\nX: \0\n\n", 22), then::wait, errc::proxy_failed, errc::malformed_reply,
         "no HTTP"},
        {"HTTP/1.1 200 OK\n\nx", then::wait, errc::proxy_failed, errc::malformed_reply, "behind its reply"},
        {"", then::close, errc::proxy_failed, errc::connection_closed, "closed"},
        {"HTTP/1.1 200 Conn", then::close, errc::proxy_failed, errc::connection_closed, "closed"},
        {"HTTP/1.1 200 OK\r\nX: y\r\n", then::close, errc::proxy_failed, errc::connection_closed, "closed"},
        {"HTTP/1.1 200 OK\r\nX: " + std::string(17'000, 'x'), then::wait, errc::proxy_failed, errc::header_too_large,
         "header"},
        {"HTTP/1.1 200 OK\r\n\r\n\x16\x03", then::wait, errc::proxy_failed, errc::malformed_reply, "behind its reply"},
    };
    oms::testing::simulator const sim(two_tasks());
    for (auto const& each : cases) {
        BOOST_TEST_CONTEXT(each.reply.substr(0, 60)) {
            proxy_manner manner;
            manner.reply = each.reply;
            manner.after = each.after;
            connect_proxy const via(manner);
            auto config = config_for(sim, via.address());
            oms::test::never_repeat(config);
            auto const watcher = std::make_shared<scribe>();
            config.observer = watcher;
            auto const got = stop_once(config, sim.tasks()[0]);
            BOOST_TEST(got.code == oms::error_code(each.code));
            BOOST_TEST((got.code == oms::condition::proxy_failed), got.code.message());
            BOOST_TEST(got.result.cause == each.cause);
            BOOST_TEST(got.result.outcome == oms::outcome::not_sent);
            std::string const text = got.result.details().connection;
            for (auto const& part : {sim.endpoint().substr(8), via.address(), each.says}) {
                BOOST_TEST(text.find(part) != std::string::npos, text);
            }
            check_no_secret(got);
            check_no_secret(watcher->text.str());
        }
    }
    BOOST_TEST(sim.connections() == 0U);
}

BOOST_AUTO_TEST_CASE(a_wrong_credential_is_tried_once_for_all_that_wait) {
    oms::testing::simulator const sim(two_tasks());
    proxy_manner manner;
    manner.authorization = "Basic other";
    connect_proxy const via(manner);
    auto config = config_for(sim, via.address());
    config.pool.max_handshakes = 1;
    asio::io_context context(1);
    std::optional<oms::client> client(std::in_place, context, config);
    unsigned pending = 100;
    for (unsigned i = 0; i < 100; ++i) {
        client->async_stop(sim.tasks()[i % 2], [&](oms::error_code ec, oms::stop_result const& r) {
            BOOST_TEST(ec == oms::error_code(oms::errc::proxy_auth_required));
            BOOST_TEST(r.outcome == oms::outcome::not_sent);
            if (--pending == 0) client.reset();
        });
    }
    context.run_for(30s);
    BOOST_TEST(pending == 0U);
    BOOST_TEST(via.requests().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_proxy_that_is_busy_is_asked_again) {
    oms::testing::simulator const sim(two_tasks());
    proxy_manner manner;
    manner.reply = "HTTP/1.1 503 Busy\r\n\r\n";
    manner.after = then::close;
    connect_proxy const via(manner);
    auto config = config_for(sim, via.address());
    config.retry.base_delay = 1ms;
    config.retry.max_delay = 5ms;
    // Long enough for three of them, however slow the machine.
    std::size_t asked = 0;
    for (config.timeouts.total = 300ms; asked <= 2 && config.timeouts.total < 1min; config.timeouts.total *= 4) {
        std::size_t const before = via.requests().size();
        auto const got = stop_once(config, sim.tasks()[0]);
        BOOST_TEST((got.code == oms::condition::timed_out || got.code == oms::errc::proxy_failed), got.code.message());
        BOOST_TEST(got.result.outcome == oms::outcome::not_sent);
        asked = via.requests().size() - before;
    }
    BOOST_TEST(asked > 2U);
}

// By `connect`; that `total` bounds it, too, and how long each takes, is tried in virtual time: here it would depend on
// how far the call comes before a tenth of a second is over.
BOOST_AUTO_TEST_CASE(a_silent_proxy_is_hung_up_on) {
    oms::testing::simulator const sim(two_tasks());
    proxy_manner manner;
    manner.after = then::wait;
    for (std::string const& reply : {std::string(), std::string("HTTP/1.1 200 OK\r\nX: y")}) {
        BOOST_TEST_CONTEXT(reply) {
            manner.reply = reply;
            connect_proxy const via(manner);
            auto config = config_for(sim, via.address());
            oms::test::never_repeat(config);
            config.timeouts.connect = 100ms;
            auto const got = stop_once(config, sim.tasks()[0]);
            BOOST_TEST(got.code == oms::error_code(oms::errc::proxy_timeout));
            BOOST_TEST((got.code == oms::condition::timed_out), got.code.message());
            BOOST_TEST(got.result.outcome == oms::outcome::not_sent);
            BOOST_CHECK(got.result.elapsed >= 100ms);
            BOOST_TEST(via.wait_for_hang_ups(1, 20s));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_call_can_be_cancelled_while_the_proxy_is_asked) {
    oms::testing::simulator const sim(two_tasks());
    proxy_manner manner;
    manner.reply.clear();
    manner.after = then::wait;
    connect_proxy const via(manner);
    asio::io_context context(1);
    std::optional<oms::client> client(std::in_place, context, config_for(sim, via.address()));
    asio::cancellation_signal signal;
    oms::error_code code;
    client->async_stop(sim.tasks()[0],
                       asio::bind_cancellation_slot(signal.slot(), [&](oms::error_code ec, oms::stop_result) {
                           code = ec;
                           client.reset();
                       }));
    run_until_asked(context, via);
    signal.emit(asio::cancellation_type::total);
    context.restart();
    context.run_for(30s);
    BOOST_TEST(code == oms::error_code(oms::errc::cancelled));
    BOOST_TEST(via.wait_for_hang_ups(1, 20s));
}

// Before the proxy is asked, and behind its tunnel.
BOOST_AUTO_TEST_CASE(every_phase_through_a_proxy_is_bounded_and_can_be_cancelled) {
    oms::testing::simulator const sim(two_tasks());  // has the tokens
    asio::io_context elsewhere(1);
    oms::test::black_hole const hole(elsewhere, "127.0.0.2");
    connect_proxy const via;
    asio::ip::tcp::acceptor const silent(elsewhere, {asio::ip::address_v4::loopback(), 0});  // nobody accepts
    struct stall {
        std::string address;
        oms::duration oms::timeout_options::*limit;
        oms::errc code;
        oms::phase in;
    };
    for (stall const& each : {
             stall{"proxy.example:3128", &oms::timeout_options::resolve, oms::errc::proxy_timeout, oms::phase::resolve},
             stall{"127.0.0.2:" + std::to_string(hole.port()), &oms::timeout_options::connect, oms::errc::proxy_timeout,
                   oms::phase::connect},
             stall{via.address(), &oms::timeout_options::handshake, oms::errc::handshake_timeout,
                   oms::phase::handshake},
         }) {
        BOOST_TEST_CONTEXT(each.address) {
            auto config = config_for(sim, each.address);
            config.endpoint = "https://localhost:" + std::to_string(silent.local_endpoint().port());
            config.resolver = std::make_shared<silent_resolver>();
            oms::test::never_repeat(config);
            auto limited = config;
            limited.timeouts.*each.limit = 100ms;
            auto const late = stop_once(limited, sim.tasks()[0]);
            BOOST_TEST(late.code == oms::error_code(each.code), late.code.message());
            BOOST_TEST(late.result.phase == each.in);
            BOOST_TEST(late.result.outcome == oms::outcome::not_sent);
            check_no_secret(late);
            limited = config;
            limited.timeouts.total = 100ms;
            auto const out_of_time = stop_once(limited, sim.tasks()[0]);
            BOOST_TEST((out_of_time.code == oms::condition::timed_out), out_of_time.code.message());
            BOOST_TEST(out_of_time.result.outcome == oms::outcome::not_sent);

            asio::io_context context(1);
            std::optional<oms::client> client(std::in_place, context, config);
            asio::cancellation_signal signal;
            oms::error_code code;
            client->async_stop(sim.tasks()[0],
                               asio::bind_cancellation_slot(signal.slot(), [&](oms::error_code ec, oms::stop_result) {
                                   code = ec;
                                   client.reset();
                               }));
            context.run_for(50ms);
            signal.emit(asio::cancellation_type::total);
            context.restart();
            context.run_for(30s);
            BOOST_TEST(code == oms::error_code(oms::errc::cancelled));
            BOOST_TEST(context.stopped());  // nothing goes on
        }
    }
    BOOST_TEST(sim.connections() == 0U);
}

BOOST_AUTO_TEST_CASE(a_context_may_go_while_the_proxy_is_asked) {
    oms::testing::simulator const sim(two_tasks());
    proxy_manner manner;
    manner.reply.clear();
    manner.after = then::wait;
    connect_proxy const via(manner);
    auto const alive = std::make_shared<int>(0);
    {
        std::optional<oms::client> client;
        asio::io_context context(1);
        client.emplace(context, config_for(sim, via.address()));
        client->async_stop(sim.tasks()[0], [alive](oms::error_code, oms::stop_result) { BOOST_ERROR("called"); });
        run_until_asked(context, via);
    }
    BOOST_TEST(alive.use_count() == 1);
    BOOST_TEST(via.wait_for_hang_ups(1, 20s));  // nothing keeps the connection
}

BOOST_AUTO_TEST_SUITE_END()
