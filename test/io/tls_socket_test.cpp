// SPDX-License-Identifier: BSL-1.0
//
// TLS inside TLS, byte by byte: what is handed over, what is left unsent, and how the outer layer ends.
#include "transport/tls_socket.hpp"
#include "io/harness/proxied_session.hpp"
#include "testing/certificate.hpp"
#include "transport/tls_context.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

using namespace oms;
using namespace oms::transport;

namespace {

std::string const request(40'000, 'q');

// A socket whose other end is a string each way, and that has room for so many bytes.
struct memory_socket {
    struct ends {
        boost::asio::io_context io;
        std::string in;
        std::string out;
        std::size_t room = 1 << 20;
        std::shared_ptr<stream_user> waits;
        bool open = true;
    };
    std::shared_ptr<ends> at;

    void non_blocking(bool, error_code& ec) noexcept { ec.clear(); }
    template <class Option>
    void set_option(Option const&, error_code& ec) noexcept {
        ec.clear();
    }
    bool is_open() const noexcept { return at->open; }
    void close(error_code& ec) noexcept {
        ec.clear();
        at->open = false;
    }
    auto get_executor() const noexcept { return at->io.get_executor(); }
    std::size_t read_some(boost::asio::mutable_buffer into, error_code& ec) {
        ec.clear();
        if (at->in.empty()) ec = boost::asio::error::would_block;
        std::size_t const n = at->in.copy(static_cast<char*>(into.data()), into.size());
        at->in.erase(0, n);
        return n;
    }
    std::size_t write_some(boost::asio::const_buffer bytes, error_code& ec) {
        ec.clear();
        std::size_t const n = std::min(bytes.size(), at->room);
        if (n == 0) ec = boost::asio::error::would_block;
        at->out.append(static_cast<char const*>(bytes.data()), n);
        at->room -= n;
        return n;
    }
    template <class Handler>
    void async_wait(boost::asio::socket_base::wait_type, Handler&&) {}
    template <class Handler>
    void async_read_some(boost::asio::mutable_buffer, Handler) {}
};

using outer_stream = basic_tls_stream<memory_socket>;
using layer = basic_tls_socket<memory_socket>;
using inner_stream = basic_tls_stream<layer>;

struct counted_user final : stream_user {
    void on_ready(readiness, error_code) override { ++times; }
    int times = 0;
};

// Both hands shaken with a proxy and a server behind it.
struct nested {
    nested() : root(testing::make_root("root")), own(context()), peer(*own, *own, "HTTP/1.1 200 OK\r\n\r\n") {
        tls_options trust;
        trust.ca_pem = testing::to_pem(*root.certificate);
        auto const tls = std::make_shared<tls_context>(trust);
        auto const engine = [&](char const* name) {
            return std::make_unique<tls_engine>(tls, "localhost", false, name);
        };
        error_code ec;
        auto outer = std::make_unique<outer_stream>(memory_socket{ends}, engine("proxy"), ec);
        shake(*outer);
        outer->write("CONNECT\r\n\r\n", ec);
        pass_on();
        std::array<char, 100> reply{};
        BOOST_REQUIRE(outer->read_some(reply, ec) == 19U);
        below = outer.get();
        ours = std::make_unique<inner_stream>(layer(std::move(outer)), engine("peer"), ec);
        shake(*ours);
        BOOST_TEST(read(ec).empty());  // tickets
        BOOST_TEST(would_block(ec));
        heard.clear();
    }
    testing::ssl_ctx_ptr context() { return testing::make_server_context(testing::make_server(root, {})); }
    template <class Stream>
    void shake(Stream& stream) {
        error_code ec;
        do {
            stream.handshake(ec);
            pass_on();
        } while (would_block(ec));
        BOOST_REQUIRE_MESSAGE(!ec, ec.message());
    }
    void pass_on() {
        peer.receive(ends->out, heard);
        ends->out.clear();
        ends->in += peer.output();
        peer.clear_output();
    }
    std::string read(error_code& ec) {
        std::array<char, 4096> buffer{};
        std::size_t const n = ours->read_some(buffer, ec);
        return {buffer.data(), n};
    }

    testing::identity root;
    testing::ssl_ctx_ptr own;
    scripted::proxied_session peer;
    std::shared_ptr<memory_socket::ends> ends = std::make_shared<memory_socket::ends>();
    std::string heard;  // by the server
    outer_stream* below = nullptr;
    std::unique_ptr<inner_stream> ours;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(tls_sockets)

// The proxy can read no byte of a record that is not whole; but the kernel has it.
BOOST_AUTO_TEST_CASE(a_byte_of_the_outer_record_is_handed_over) {
    nested n;
    error_code ec;
    n.ends->room = 0;
    n.ours->write("request", ec);
    BOOST_TEST(would_block(ec));
    BOOST_TEST(!n.ours->handed_over());
    n.ours->flush(ec);
    BOOST_TEST(would_block(ec));
    BOOST_TEST(!n.ours->handed_over());
    BOOST_CHECK(n.ours->wanted() == readiness::write);
    n.ends->room = 1;
    n.ours->flush(ec);
    BOOST_TEST(would_block(ec));
    BOOST_TEST(n.ours->handed_over());
    n.ends->room = 1000;
    n.ours->flush(ec);
    BOOST_TEST(!ec, ec.message());
    n.pass_on();
    BOOST_TEST(n.heard == "request");
    n.ends->room = 0;
    n.ours->write("another", ec);
    BOOST_TEST(!n.ours->handed_over());
}

BOOST_AUTO_TEST_CASE(what_waits_is_sent_once_and_in_order) {
    for (std::size_t const room : {1, 7, 1000, 16'500, 33'000}) {
        nested n;
        error_code ec;
        n.ends->room = room;
        n.ours->write(request, ec);
        unsigned turns = 0;
        for (; would_block(ec); n.ours->flush(ec)) {
            BOOST_CHECK(n.ours->wanted() == readiness::write);
            n.ends->room = room;
            n.pass_on();
            ++turns;
        }
        BOOST_TEST(!ec, ec.message());
        BOOST_TEST(turns > 0U);
        n.pass_on();
        BOOST_TEST((n.heard == request), room);
        n.ends->room = request.size();
        n.ours->write("more", ec);
        BOOST_TEST(!ec);
        n.pass_on();
        BOOST_TEST((n.heard == request + "more"));
    }
}

// What the layer holds is no news of the socket's, and would be found by nobody.
BOOST_AUTO_TEST_CASE(what_the_layer_holds_needs_no_wait) {
    nested n;
    n.peer.send(std::string(2000, 'a'));
    n.peer.send("b");
    n.pass_on();
    error_code ec;
    std::string all = n.read(ec);
    BOOST_TEST(!ec);
    BOOST_TEST(n.ours->has_unread());
    auto const user = std::make_shared<counted_user>();
    n.ours->async_receive(user);
    n.ours->async_wait(readiness::read, user);
    n.ends->io.run();
    BOOST_TEST(user->times == 2);
    all += n.read(ec);
    BOOST_TEST((all == std::string(2000, 'a') + 'b'));
    n.read(ec);
    BOOST_TEST(would_block(ec));
    BOOST_TEST(!n.ours->has_unread());
}

// The proxy says goodbye and leaves the connection open: nothing else comes from the socket.
BOOST_AUTO_TEST_CASE(the_layers_end_is_the_connections) {
    nested n;
    testing::session& proxy = n.peer.proxy();
    proxy.send_close_notify();
    n.pass_on();
    auto const user = std::make_shared<counted_user>();
    for (int i = 1; i <= 3; ++i) {
        error_code ec;
        n.read(ec);
        BOOST_TEST(ec == error_code(errc::connection_closed), ec.message());
        n.ours->async_wait(readiness::read, user);
        n.ours->async_receive(user);
        n.ends->io.run();
        n.ends->io.restart();
        BOOST_TEST(user->times == 2 * i);
    }
}

BOOST_AUTO_TEST_CASE(goodbyes_go_to_both) {
    nested n;
    n.ours->close(true);
    BOOST_TEST(!n.ends->open);
    BOOST_CHECK(n.peer.receive(n.ends->out, n.heard) == testing::session::state::closed);
}

// What is wrong with the layer says nothing of the service's reply.
BOOST_AUTO_TEST_CASE(a_layer_that_breaks_is_a_connection_that_is_lost) {
    nested n;
    n.ends->in = std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'x');
    error_code ec;
    n.read(ec);
    BOOST_TEST(ec == error_code(errc::connection_lost), ec.message());
    n.read(ec);
    BOOST_TEST(ec == error_code(errc::connection_lost), ec.message());
}

BOOST_AUTO_TEST_SUITE_END()
