// SPDX-License-Identifier: BSL-1.0
// One name, two addresses, the first of which is bad, in each way: over real sockets.
#include "system/support/fixed_resolver.hpp"
#include "system/support/rig.hpp"
#include "system/support/tcp_peer.hpp"
#include "system/tls_rig.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

using namespace oms::test;
using namespace tls_test;

namespace {

constexpr auto bad_one = "127.0.0.2";

oms::testing::identity server_of(char const* name) {
    oms::testing::certificate_request request;
    request.common_name = name;
    request.alternative_names = std::string("DNS:") + name;
    return oms::testing::make_server(trusted(), request);
}

struct two_addresses {
    oms::testing::identity const own = server_of("oms.example");
    tls_peer const good{own};
    std::uint16_t const port = static_cast<std::uint16_t>(std::stoi(good.port()));

    oms::client_config config() const {
        auto result = config_for(good, "oms.example");
        result.resolver = std::make_shared<fixed_resolver>(
            std::vector{asio::ip::make_address(bad_one), asio::ip::make_address("127.0.0.1")});
        result.timeouts.handshake = 2s;  // long enough for the good one on a machine that is busy
        return result;
    }
};

void check_stopped(two_addresses const& w) {
    auto const got = stop(w.config());
    BOOST_TEST(!got.code, got.code.message() << "; " << got.result.details().connection);
    BOOST_TEST(got.result.outcome == oms::outcome::stopped);
    BOOST_TEST(got.result.attempts == 1u);
    BOOST_CHECK(got.result.elapsed < 5s);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(bad_addresses, two_addresses)

BOOST_AUTO_TEST_CASE(the_good_one_is_dialled_where_the_first_is_no_server) {
    struct {
        char const* name;
        tcp_peer::behaviour act;
        std::uint16_t argument;
    } const cases[] = {{"silent", behaves::by_saying_nothing, 0},    {"closes", behaves::by_hanging_up, 0},
                       {"resets", behaves::by_resetting, 0},         {"plain HTTP", behaves::as_plain_http, 0},
                       {"internal_error", behaves::by_an_alert, 80}, {"handshake_failure", behaves::by_an_alert, 40}};
    for (auto const& each : cases) {
        BOOST_TEST_CONTEXT(each.name) {
            asio::io_context context(1);
            std::optional<tcp_peer> bad(std::in_place, context, each.act, each.argument, bad_one, port);
            std::jthread const beside([&] { context.run(); });
            check_stopped(*this);
            BOOST_TEST(bad->connections() == 1u);
            context.stop();
        }
    }
}

BOOST_AUTO_TEST_CASE(the_good_one_is_dialled_where_the_first_is_anothers) {
    peer_manner manner;
    manner.address = bad_one;
    manner.port = port;
    auto const other = server_of("elsewhere.example");
    tls_peer const bad(other, manner);
    check_stopped(*this);
}

BOOST_AUTO_TEST_CASE(a_wrong_certificate_at_both_is_told_at_once) {
    peer_manner manner;
    manner.address = bad_one;
    manner.port = port;
    auto const other = server_of("elsewhere.example");
    tls_peer const bad(other, manner);
    auto wrong = config();
    wrong.endpoint = "https://third.example:" + good.port();
    wrong.retry.classify = nullptr;
    check_refused(stop(wrong), oms::errc::certificate_host_mismatch, {"third.example"});
}

BOOST_AUTO_TEST_CASE(a_peer_that_speaks_no_tls_fails_a_call_within_a_second) {
    for (auto const& [act, argument, code] :
         {std::tuple(&behaves::as_plain_http, std::uint16_t{0}, oms::errc::peer_not_tls),
          std::tuple(&behaves::by_an_alert, std::uint16_t{40}, oms::errc::handshake_failed)}) {
        asio::io_context context(1);
        tcp_peer const bad(context, act, argument);
        std::jthread const beside([&] { context.run(); });
        auto c = config();
        c.endpoint = "https://oms.example:" + std::to_string(bad.port());
        c.retry.classify = nullptr;
        auto const got = stop(c);
        BOOST_TEST(got.code == oms::error_code(code), got.code.message());
        BOOST_TEST(got.result.outcome == oms::outcome::not_sent);
        BOOST_TEST_MESSAGE(std::chrono::duration<double>(got.result.elapsed).count() << " s");
        BOOST_CHECK(got.result.elapsed < 5s);  // of 90
        BOOST_TEST(bad.connections() == 3u);
        context.stop();
    }
}

BOOST_AUTO_TEST_SUITE_END()
