// SPDX-License-Identifier: BSL-1.0
// A box on the way that forgets connections and tells nobody: over real sockets.
#include "system/support/rig.hpp"
#include "system/support/tcp_peer.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#ifdef __linux__
#    include <netinet/tcp.h>
#    include <sys/socket.h>
#endif

using namespace oms::test;

namespace {

std::atomic<unsigned> generation{0};  // connections of an older one are forgotten

asio::awaitable<void> copy_while_known(tcp::socket& from, tcp::socket& to, unsigned born) {
    std::array<char, 16 * 1024> buffer;
    for (;;) {
        auto const n = co_await from.async_read_some(asio::buffer(buffer), asio::use_awaitable);
        if (born == generation) co_await asio::async_write(to, asio::buffer(buffer, n), asio::use_awaitable);
    }
}

asio::awaitable<void> as_forgetful_box(tcp::socket socket, std::uint16_t port) {
    using namespace asio::experimental::awaitable_operators;
    unsigned const born = generation;
    tcp::socket other(socket.get_executor());
    tcp::endpoint const target(asio::ip::address_v4::loopback(), port);
    co_await other.async_connect(target, asio::use_awaitable);
    co_await (copy_while_known(socket, other, born) && copy_while_known(other, socket, born));
}

std::uint16_t port_of(oms::testing::simulator const& sim) {
    auto const& url = sim.endpoint();
    return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
}

struct forgetful_way {
    oms::testing::simulator sim{running(4, 20)};
    asio::io_context there{1};
    tcp_peer box{there, as_forgetful_box, port_of(sim)};
    std::jthread thread{[this] { there.run(); }};
    oms::client_config config = config_for(sim);

    forgetful_way() {
        config.endpoint = "https://localhost:" + std::to_string(box.port());
        config.timeouts.attempt = 4s;  // long enough for a try of its own on a machine that is busy
    }
    ~forgetful_way() {
        there.stop();
        thread.join();
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(silent_connections, forgetful_way)

BOOST_AUTO_TEST_CASE(each_call_meets_one_at_most) {
    asio::io_context context(1);
    oms::client client(context, config);
    auto const tasks = sim.tasks();
    auto const stop_from = [&](std::size_t from, std::size_t count) {
        std::vector<stop_receipt> got(count);
        for (std::size_t i = 0; i < count; ++i)
            client.async_stop(tasks[from + i], got[i].handler());
        BOOST_REQUIRE(run_until(context, [&] {
            std::size_t done = 0;
            for (auto const& each : got)
                done += each.calls;
            return done == count;
        }));
        return got;
    };
    stop_from(0, 16);
    auto const before = client.metrics();
    BOOST_TEST(before.handshakes > 1u);
    ++generation;
    for (std::size_t const count : {1u, 16u}) {
        for (auto const& each : stop_from(count == 1 ? 16 : 17, count)) {
            BOOST_TEST(!each.code, each.code.message());
            BOOST_TEST(each.result.attempts <= 2u);
            BOOST_TEST(!each.result.cause);
        }
        if (count == 1) ++generation;
    }
}

#ifdef TCP_USER_TIMEOUT
BOOST_AUTO_TEST_CASE(the_system_is_told_how_long_to_wait_for_a_sign_of_life) {
    for (auto const& [attempt, expected] : {std::pair(500ms, 10'000), std::pair(20'000ms, 20'000)}) {
        config.timeouts.attempt = attempt;
        asio::io_context context(1);
        oms::client client(context, config);
        stop_receipt got;
        client.async_stop(sim.tasks()[attempt == 500ms ? 40 : 41], got.handler());
        BOOST_REQUIRE(run_until(context, [&] { return got.calls > 0; }));
        BOOST_TEST(!got.code, got.code.message());
        std::vector<int> found;
        for (int fd = 0; fd < 1024; ++fd) {
            unsigned value = 0;
            socklen_t size = sizeof value;
            if (::getsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &value, &size) == 0 && value != 0)
                found.push_back(static_cast<int>(value));
        }
        BOOST_TEST(found == std::vector{expected}, boost::test_tools::per_element());
    }
}
#endif

BOOST_AUTO_TEST_SUITE_END()
