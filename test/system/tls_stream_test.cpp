// SPDX-License-Identifier: BSL-1.0
// What the stream makes of bytes that came while nobody read.
#include "transport/tls_stream.hpp"
#include "system/tls_rig.hpp"
#include "transport/tls_context.hpp"
#include "transport/tls_engine.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <memory>
#include <thread>

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace tls_test;

namespace {

// Shakes hands, sends the tickets that follow, and goes without a word.
void serve_and_go(tcp::acceptor& from) {
    auto const own = oms::testing::make_server(trusted(), {});
    auto const context = oms::testing::make_server_context(own);
    oms::testing::tls_session session(*context);
    tcp::socket client = from.accept();
    std::string ignored;
    std::array<char, 16 * 1024> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init)
    while (!session.established()) {
        std::size_t const size = client.read_some(asio::buffer(buffer));
        session.receive({buffer.data(), size}, ignored);
        asio::write(client, asio::buffer(session.output().data(), session.output().size()));
        session.clear_output();
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tls_stream)

// A connection that was opened and not used yet: what lies before the end must not hide it.
BOOST_AUTO_TEST_CASE(an_end_behind_tickets_is_seen_at_the_first_read) {
    asio::io_context context;
    tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
    std::jthread server([&] { serve_and_go(acceptor); });

    oms::tls_options options;
    options.ca_pem = oms::testing::to_pem(*trusted().certificate);
    auto const tls = std::make_shared<oms::transport::tls_context>(options);
    tcp::socket socket(context);
    socket.connect(acceptor.local_endpoint());
    oms::error_code ec;
    oms::transport::tls_stream stream(
        std::move(socket), std::make_unique<oms::transport::tls_engine>(tls, "localhost", false, "localhost:443"), ec);
    BOOST_REQUIRE(!ec);
    do {
        stream.handshake(ec);
    } while (oms::transport::would_block(ec) && (std::this_thread::yield(), true));
    BOOST_REQUIRE_MESSAGE(!ec, ec.message());
    server.join();

    std::array<char, 512> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init)
    BOOST_TEST(stream.read_some(buffer, ec) == 0u);
    BOOST_TEST(ec == oms::error_code(oms::errc::connection_closed), ec.message());
}

BOOST_AUTO_TEST_SUITE_END()
