// SPDX-License-Identifier: BSL-1.0
// Several addresses of one host, some of which do not answer (RFC 8305).
#include "transport/connect_race.hpp"
#include "policy/durations.hpp"
#include "system/support/black_hole.hpp"
#include "system/support/fixed_resolver.hpp"
#include "system/support/open_files.hpp"
#include "system/support/rig.hpp"
#include "system/support/tcp_peer.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

using namespace oms::test;
using oms::transport::address_list;
using oms::transport::connect_race;
using oms::transport::interleave;

namespace {

using steady = std::chrono::steady_clock;

double milliseconds(steady::duration d) {
    return std::chrono::duration<double, std::milli>(d).count();
}

asio::ip::address at(char const* text) {
    return asio::ip::make_address(text);
}

struct raced {
    asio::io_context context{1};
    tcp::acceptor good{context, {asio::ip::address_v4::loopback(), 0}};
    std::uint16_t const port = good.local_endpoint().port();
    std::shared_ptr<connect_race> race;
    std::size_t files = 0;  // open at the start
    steady::time_point begun;

    bool done = false;
    oms::error_code code;
    std::string peer;
    std::string origin;
    oms::transport::local_end from;
    std::size_t more_files = 0;  // open at the end, and not at the start
    steady::duration took{};

    void start(address_list const& addresses) {
        oms::transport::strand const strand(asio::any_io_executor(context.get_executor()));
        race = std::make_shared<connect_race>(strand, addresses, port, address_list(), from);
        files = open_files();
        begun = steady::now();
        asio::post(strand, [this] {
            race->start([this](oms::error_code ec, tcp::socket socket) {
                took = steady::now() - begun;
                more_files = open_files() - files;
                code = ec;
                if (!ec) peer = socket.remote_endpoint().address().to_string();
                if (!ec) origin = socket.local_endpoint().address().to_string();
                done = true;
            });
        });
    }
    void run(address_list const& addresses) {
        start(addresses);
        BOOST_REQUIRE(run_until(context, [this] { return done; }));
        BOOST_TEST_MESSAGE("after " << milliseconds(took) << " ms");
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(connect_races, raced)

BOOST_AUTO_TEST_CASE(families_take_turns) {
    auto const a = at("192.0.2.1"), b = at("192.0.2.2"), x = at("2001:db8::1"), y = at("2001:db8::2"),
               z = at("2001:db8::3");
    BOOST_TEST((interleave({x, y, z, a, b}) == address_list{x, a, y, b, z}));
    BOOST_TEST((interleave({a, b, x}) == address_list{a, x, b}));
    BOOST_TEST((interleave({a, b}) == address_list{a, b}));
}

BOOST_AUTO_TEST_CASE(the_next_is_tried_while_the_first_says_nothing) {
    black_hole const hole(context, "127.0.0.2", port);
    run({at("127.0.0.2"), at("127.0.0.1")});
    BOOST_TEST(!code, code.message());
    BOOST_TEST(peer == "127.0.0.1");
    BOOST_TEST((took >= oms::durations::head_start));
    BOOST_TEST((took < 2s));  // and not when the system gives up, minutes later
#if defined(__linux__)
    BOOST_TEST(more_files == 1u);  // the loser is closed
#endif
}

BOOST_AUTO_TEST_CASE(each_gets_a_head_start) {
    black_hole const hole(context, "127.0.0.2", port);
    black_hole const other(context, "127.0.0.3", port);
    run({at("127.0.0.2"), at("127.0.0.3"), at("127.0.0.1")});
    BOOST_TEST(peer == "127.0.0.1");
    BOOST_TEST((took >= 2 * oms::durations::head_start));
#if defined(__linux__)
    BOOST_TEST(more_files == 1u);
#endif
}

BOOST_AUTO_TEST_CASE(the_next_is_tried_at_once_where_one_refuses) {
    address_list addresses;
    for (int i = 2; i < 22; ++i)
        addresses.push_back(at(("127.0.0." + std::to_string(i)).c_str()));
    addresses.push_back(at("127.0.0.1"));
    run(addresses);
    BOOST_TEST(peer == "127.0.0.1");
    BOOST_TEST((took < 20 * oms::durations::head_start));
}

BOOST_AUTO_TEST_CASE(the_last_failure_is_told_where_none_is_left) {
    run({at("127.0.0.2"), at("127.0.0.3")});
    BOOST_TEST((code == boost::system::errc::connection_refused), code.message());
    BOOST_TEST(more_files <= 1u);  // the failed socket, in the handler
}

BOOST_AUTO_TEST_CASE(given_up_it_closes_all) {
    black_hole const hole(context, "127.0.0.2", port);
    black_hole const other(context, "127.0.0.3", port);
    start({at("127.0.0.2"), at("127.0.0.3")});
#if defined(__linux__)
    BOOST_REQUIRE(run_until(context, [this] { return open_files() == files + 2; }));
#endif
    race->abandon();
    BOOST_TEST(open_files() == files);
    context.poll();
    BOOST_TEST(!done);
}

BOOST_AUTO_TEST_CASE(it_begins_where_it_is_told) {
    run({at("127.0.0.1")});
    BOOST_TEST(origin == "127.0.0.1");
    from.address = at("127.0.0.5");
    done = false;
    run({at("127.0.0.1")});
    BOOST_TEST(!code, code.message());
    BOOST_TEST(origin == "127.0.0.5");
    from.interface = "lo";
    done = false;
    run({at("127.0.0.1")});
    BOOST_TEST(!code, code.message());
    BOOST_TEST(origin == "127.0.0.5");
}

BOOST_AUTO_TEST_CASE(an_end_that_this_machine_has_not_fails) {
    from.address = at("192.0.2.1");
    run({at("127.0.0.1")});
    BOOST_TEST((code == boost::system::errc::address_not_available), code.message());
    from = {};
    from.interface = "no-such-one";
    done = false;
    run({at("127.0.0.1")});
    BOOST_TEST((code == boost::system::errc::no_such_device), code.message());
}

BOOST_AUTO_TEST_CASE(addresses_of_the_other_family_are_left_out) {
    from.address = at("127.0.0.1");
    run({at("::1"), at("127.0.0.1")});
    BOOST_TEST(peer == "127.0.0.1");
    BOOST_TEST(race->failed().empty());
    done = false;
    run({at("::1")});
    BOOST_TEST(static_cast<bool>(code));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(client_addresses, rig)

BOOST_AUTO_TEST_CASE(one_that_says_nothing_costs_a_call_its_head_start) {
    black_hole const hole(context, "127.0.0.2", sim.port());
    config.endpoint = "https://oms.test:" + std::to_string(sim.port());
    config.resolver = std::make_shared<fixed_resolver>(address_list{at("127.0.0.2"), at("127.0.0.1")});
    config.tls.dangerously_disable_verification();  // the certificate is for this machine
    config.timeouts.connect = oms::unlimited;
    auto const got = stop(task(0));
    BOOST_TEST(!got.code, got.code.message());
    BOOST_TEST(got.result.attempts == 1u);
    BOOST_TEST((got.result.spent.connect >= oms::durations::head_start));
    BOOST_TEST((got.result.elapsed < 5s));
    BOOST_TEST_MESSAGE("connected within " << milliseconds(got.result.spent.connect) << " ms");
}

BOOST_AUTO_TEST_SUITE_END()
