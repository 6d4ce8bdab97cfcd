// SPDX-License-Identifier: BSL-1.0
// What the stream makes of bytes that came while nobody read.
#include "transport/tls_stream.hpp"
#include "system/tls_rig.hpp"
#include "transport/tls_context.hpp"
#include "transport/tls_engine.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace tls_test;

namespace {

// Shakes hands, sends the tickets that follow and what else there is, and goes, with a goodbye or without.
void serve_and_go(tcp::acceptor& from, std::string_view last_words = {}, bool politely = false,
                  std::future<void> when = {}) {
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
    if (when.valid()) when.wait();
    session.send(last_words);
    if (politely) session.send_close_notify();
    oms::error_code ec;  // the client may be gone
    asio::write(client, asio::buffer(session.output().data(), session.output().size()), ec);
    client.shutdown(tcp::socket::shutdown_send, ec);
    while (client.read_some(asio::buffer(buffer), ec) > 0) {  // or what it sent might be lost with it
    }
}

// Connected to a server of which `tls` knows the root.
std::unique_ptr<oms::transport::tls_stream> connect(asio::io_context& context, tcp::acceptor const& to,
                                                    int* handle = nullptr) {
    oms::tls_options options;
    options.ca_pem = oms::testing::to_pem(*trusted().certificate);
    auto const tls = std::make_shared<oms::transport::tls_context>(options);
    oms::transport::process_socket socket(context.get_executor());
    socket.connect(to.local_endpoint());
    if (handle != nullptr) *handle = socket.native_handle();
    oms::error_code ec;
    auto stream = std::make_unique<oms::transport::tls_stream>(
        std::move(socket), std::make_unique<oms::transport::tls_engine>(tls, "localhost", false, "localhost:443"), ec);
    BOOST_REQUIRE(!ec);
    do {
        stream->handshake(ec);
    } while (oms::transport::would_block(ec) && (std::this_thread::yield(), true));
    BOOST_REQUIRE_MESSAGE(!ec, ec.message());
    return stream;
}

// Reads until nothing more comes.
std::string read_all(oms::transport::tls_stream& from, oms::error_code& ec) {
    std::string all;
    std::array<char, 512> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init)
    do {
        std::size_t const n = from.read_some(buffer, ec);
        all.append(buffer.data(), n);
    } while (!ec || (oms::transport::would_block(ec) && (std::this_thread::yield(), true)));
    return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tls_stream)

// A connection that was opened and not used yet: what lies before the end must not hide it.
BOOST_AUTO_TEST_CASE(an_end_behind_tickets_is_seen_at_the_first_read) {
    asio::io_context context;
    tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
    std::jthread server([&] { serve_and_go(acceptor); });
    auto const stream = connect(context, acceptor);
    oms::error_code ec;
    BOOST_TEST(read_all(*stream, ec).empty());
    BOOST_TEST(ec == oms::error_code(oms::errc::connection_closed), ec.message());
}

// Only a goodbye of TLS says that nothing was cut off.
BOOST_AUTO_TEST_CASE(an_end_with_a_goodbye_and_one_without) {
    for (bool const politely : {true, false}) {
        asio::io_context context;
        tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
        std::string const words(20'000, 'w');
        std::jthread server([&] { serve_and_go(acceptor, words, politely); });
        auto const stream = connect(context, acceptor);
        oms::error_code ec;
        BOOST_TEST((read_all(*stream, ec) == words));
        oms::error_code const expected =
            politely ? oms::error_code(asio::error::eof) : oms::error_code(oms::errc::connection_closed);
        BOOST_TEST(ec == expected, ec.message());
        stream->close(politely);
    }
}

// A goodbye that the peer does not take, for it reads nothing, is not waited for.
BOOST_AUTO_TEST_CASE(a_close_waits_for_nobody) {
    asio::io_context context;
    tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
    std::promise<void> end;
    std::jthread server([&] { serve_and_go(acceptor, {}, false, end.get_future()); });
    auto const stream = connect(context, acceptor);
    oms::error_code ec;
    for (std::string const words(64 * 1024, 'w'); !ec;)
        stream->write(words, ec);
    BOOST_TEST(oms::transport::would_block(ec), ec.message());
    stream->close(true);
    BOOST_TEST(stream->read_some({}, ec) == 0u);
    BOOST_TEST(!oms::transport::would_block(ec));
    end.set_value();
}

// What is small is sent at once, and not when an earlier byte was acknowledged.
BOOST_AUTO_TEST_CASE(nothing_is_held_back) {
    asio::io_context context;
    tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
    std::jthread server([&] { serve_and_go(acceptor); });
    int handle = -1;
    auto const stream = connect(context, acceptor, &handle);
    int on = 0;
    socklen_t size = sizeof on;
    BOOST_TEST(::getsockopt(handle, IPPROTO_TCP, TCP_NODELAY, &on, &size) == 0);
    BOOST_TEST(on != 0);
    stream->close(true);
}

BOOST_AUTO_TEST_SUITE_END()
