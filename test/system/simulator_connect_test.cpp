// SPDX-License-Identifier: BSL-1.0
// Connections that come to nothing, as a client of the library sees them.

#include "support/rig.hpp"

#include <oms/testing/simulator.hpp>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/test/unit_test.hpp>

#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

using namespace oms::test;
using boost::asio::ip::tcp;
using oms::errc;
using oms::testing::bad_certificate;
using oms::testing::connect_fault;
using oms::testing::service_kind;

namespace {

struct setup : rig {
    setup() : rig(running(1, 8)) {
        config = sim.client_config();
        config.endpoint = "https://127.0.0.1:" + std::to_string(sim.port());  // one address, so that one answer counts
        config.retry.max_attempts = 1;
        config.timeouts.total = config.timeouts.attempt = 20s;
    }

    // What a client says that never connected before.
    oms::error_code fresh_stop() {
        own.reset();
        return stop(sim.tasks()[next++]).code;
    }
    std::string refused(std::function<void(connect_fault&)> const& words, service_kind service = service_kind::oms) {
        try {
            connect_fault rule = sim.on_connect(service);
            words(rule);
        } catch (std::invalid_argument const& e) {
            return e.what();
        }
        return {};
    }

    std::size_t next = 0;
};

// A connection without TLS, and what comes of it after some bytes.
struct raw_peer {
    asio::io_context context;
    tcp::socket socket{context};
    oms::error_code code;
    std::string got;

    explicit raw_peer(std::uint16_t port, bool speak = false) {
        socket.connect({asio::ip::address_v4::loopback(), port}, code);
        if (code) return;
        if (speak) asio::write(socket, asio::buffer("hello", 5), code);
        if (!code) asio::read(socket, asio::dynamic_buffer(got), code);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(simulator_connect, setup)

BOOST_AUTO_TEST_CASE(bad_certificates) {
    std::pair<bad_certificate, errc> const cases[] = {
        {bad_certificate::expired, errc::certificate_expired},
        {bad_certificate::not_yet_valid, errc::certificate_not_yet_valid},
        {bad_certificate::foreign, errc::certificate_untrusted},
        {bad_certificate::self_signed, errc::certificate_self_signed},
        {bad_certificate::other_host, errc::certificate_host_mismatch},
    };
    for (auto const& [which, code] : cases) {
        sim.clear_faults();
        sim.on_connect().certificate(which);
        BOOST_TEST(fresh_stop() == oms::error_code(code));
    }
    sim.clear_faults();
    BOOST_TEST(!fresh_stop());
    BOOST_TEST(sim.requests() == 1u);
}

BOOST_AUTO_TEST_CASE(a_handshake_that_fails) {
    sim.on_connect().fail_handshake();
    BOOST_TEST((fresh_stop() == oms::condition::tls_failed));
    sim.clear_faults();
    for (std::size_t const bytes : {0u, 1u, 100u}) {
        sim.on_connect().times(1).cut_handshake(bytes);
        BOOST_TEST(!fresh_stop());  // one that was cut costs no attempt
        BOOST_TEST(sim.handshakes() == sim.requests());
    }
    sim.on_connect().times(1).fail_handshake();
    BOOST_TEST(raw_peer(sim.port(), true).got == std::string_view("\x15\x03\x03\0\x02\x02\x28", 7));
    BOOST_TEST(raw_peer(sim.port(), true).got == "");  // what is no hello has no answer, as ever
}

BOOST_AUTO_TEST_CASE(connections_that_are_dropped) {
    sim.on_connect().times(1).reset();
    sim.on_connect().times(1).close();
    BOOST_TEST((raw_peer(sim.port()).code == asio::error::connection_reset));
    raw_peer const closed(sim.port());
    BOOST_TEST((closed.code == asio::error::eof));
    BOOST_TEST(closed.got == "");
    BOOST_TEST(!fresh_stop());
    BOOST_TEST(sim.connections() == 3u);
    BOOST_TEST(becomes_true([&] { return sim.open_connections() == 1; }));
}

BOOST_AUTO_TEST_CASE(a_connection_that_stalls_ends_by_the_clients_patience) {
    sim.on_connect().stall();
    config.timeouts.handshake = 50ms;
    config.timeouts.total = config.timeouts.attempt = 200ms;
    BOOST_TEST((fresh_stop() == oms::condition::timed_out));
    own.reset();
    BOOST_TEST(run_until(context, [&] { return sim.open_connections() == 0; }));  // it notices who leaves
    BOOST_TEST(sim.handshakes() == 0u);
}

BOOST_AUTO_TEST_CASE(a_connection_may_be_slow_to_begin) {
    sim.on_connect().delay(1ms);
    BOOST_TEST(!fresh_stop());
}

BOOST_AUTO_TEST_CASE(the_nth_connection) {
    sim.on_connect().nth(2).reset();
    BOOST_TEST(!fresh_stop());
    own.reset();
    BOOST_TEST((raw_peer(sim.port()).code == asio::error::connection_reset));
    BOOST_TEST(!fresh_stop());
}

BOOST_AUTO_TEST_CASE(connections_that_are_refused) {
    auto const port = sim.port();
    BOOST_TEST(!fresh_stop());
    for (int round = 0; round < 3; ++round) {
        sim.refuse_connections();
        sim.refuse_connections();
        BOOST_TEST((raw_peer(port).code == asio::error::connection_refused));
        BOOST_TEST(!stop(sim.tasks()[next++]).code);  // what is connected goes on
        round == 1 ? sim.clear_faults() : sim.accept_connections();
        BOOST_TEST(sim.port() == port);
        BOOST_TEST(!fresh_stop());
    }
    sim.stop();
    sim.refuse_connections();  // does nothing
}

BOOST_AUTO_TEST_CASE(other_services_connections) {
    auto const port = [](std::string const& url) {
        return static_cast<std::uint16_t>(std::stoul(url.substr(url.rfind(':') + 1)));
    };
    sim.on_connect(service_kind::iam).reset();
    sim.refuse_connections(service_kind::metadata);
    BOOST_TEST((raw_peer(port(sim.iam_endpoint())).code == asio::error::connection_reset));
    BOOST_TEST((raw_peer(port(sim.metadata_endpoint())).code == asio::error::connection_refused));
    BOOST_TEST(!fresh_stop());
    sim.accept_connections(service_kind::metadata);
    sim.on_connect(service_kind::metadata).close();
    BOOST_TEST((raw_peer(port(sim.metadata_endpoint())).code == asio::error::eof));
    BOOST_CHECK_THROW(sim.refuse_connections("nowhere"), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(rules_without_effect_are_refused) {
    struct {
        char const* why;
        std::function<void(connect_fault&)> words;
        service_kind service = service_kind::oms;
    } const cases[] = {
        {"says nothing", [](connect_fault& f) { f.times(3); }},
        {"keep one", [](connect_fault& f) { f.reset().stall(); }},
        {"keep one", [](connect_fault& f) { f.fail_handshake().certificate(bad_certificate::expired); }},
        {"as usual", [](connect_fault& f) { f.pass().reset(); }},
        {"delay(0s)", [](connect_fault& f) { f.delay(0s); }},
        {"times(0)", [](connect_fault& f) { f.times(0).reset(); }},
        {"say nth alone", [](connect_fault& f) { f.nth(2).times(2).reset(); }},
        {"above 0", [](connect_fault& f) { f.share(-1).reset(); }},
        {"plain HTTP", [](connect_fault& f) { f.fail_handshake(); }, service_kind::metadata},
        {"certificate(9): there is no", [](connect_fault& f) { f.certificate(static_cast<bad_certificate>(9)); }},
        {"certificate(expired).stall(): a connection",
         [](connect_fault& f) { f.certificate(bad_certificate::expired).stall(); }},
    };
    for (auto const& each : cases) {
        auto const what = refused(each.words, each.service);
        BOOST_TEST(what.find(each.why) != std::string::npos, each.why << ": " << what);
        BOOST_TEST(what.find("simulator_connect_test.cpp:") != std::string::npos, what);
    }
    BOOST_TEST(refused([](connect_fault& f) { f.reset(); }) == "");
    BOOST_TEST(refused([](connect_fault& f) { f.reset(); }).find("takes all connections") != std::string::npos);
    BOOST_TEST(refused([](connect_fault& f) { f.reset(); }, service_kind::iam) == "");
    BOOST_CHECK_THROW((void)sim.on_connect("nowhere"), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
