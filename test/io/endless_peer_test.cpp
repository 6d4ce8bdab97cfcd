// SPDX-License-Identifier: BSL-1.0
//
// A peer that sends without end gets neither all the memory nor a thread for
// itself, and what arrived together is not left lying.
#include "testing/certificate.hpp"
#include "testing/tls_session.hpp"
#include "transport/basic_tls_stream.hpp"
#include "transport/http1_connection.hpp"
#include "transport/reply_reader.hpp"
#include "transport/tls_context.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>

using namespace oms;
using namespace oms::transport;

namespace {

constexpr std::size_t limit = 4096;

// How much is taken of `endless`, in pieces, behind `begin`.
std::size_t taken_of(std::string_view begin, std::string_view endless, std::size_t piece, error_code& ec) {
    reply_reader reader;
    reader.start(limit, limit);
    BOOST_REQUIRE(reader.put(begin, ec) == reply_reader::progress::more);
    std::string bytes;
    while (bytes.size() < piece)
        bytes += endless;
    std::size_t taken = 0;
    while (taken < 100 * limit &&
           reader.put(std::string_view(bytes).substr(0, piece), ec) == reply_reader::progress::more)
        taken += piece;
    return taken;
}

// There is always another chunk.
class endless_stream final : public stream {
public:
    explicit endless_stream(std::shared_ptr<stream_user>& waiting, std::size_t& reads)
        : waiting_(waiting), reads_(reads) {}

    std::size_t read_some(std::span<char> into, error_code& ec) noexcept override {
        ec.clear();
        if (!asked_) {
            ec = boost::asio::error::would_block;
            return 0;
        }
        BOOST_REQUIRE(++reads_ < 100'000U);
        std::string_view const begin = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        std::string_view const next = reads_ == 1 ? begin : "1\r\nx\r\n";
        return next.copy(into.data(), into.size());
    }
    void write(std::string_view, error_code& ec) noexcept override {
        asked_ = true;
        ec.clear();
    }
    void flush(error_code& ec) noexcept override { ec.clear(); }
    bool handed_over() const noexcept override { return asked_; }
    bool has_unread() const noexcept override { return false; }
    void async_wait(readiness, std::shared_ptr<stream_user> user) override { waiting_ = std::move(user); }
    void trim() noexcept override {}
    void close(bool) noexcept override {}

private:
    std::shared_ptr<stream_user>& waiting_;
    std::size_t& reads_;
    bool asked_ = false;
};

struct witness final : connection_owner {
    void on_reply(exchange&, reply const& r) override { truncated = r.body_truncated; }
    void on_drained(connection&) override {}
    void on_exchange_failed(exchange&, exchange_failure const&) override { failed = true; }
    void on_idle_closed(connection&, error_code const&) override {}
    bool truncated = false;
    bool failed = false;
};

// A socket whose other end is a string each way.
struct memory_socket {
    struct ends {
        boost::asio::io_context io;
        std::string in;
        std::string out;
        std::size_t most = 1 << 20;  // of a read
        std::size_t reads = 0;
        bool waited = false;
    };
    std::shared_ptr<ends> at;

    void non_blocking(bool, error_code& ec) noexcept { ec.clear(); }
    template <class Option>
    void set_option(Option const&, error_code& ec) noexcept {
        ec.clear();
    }
    bool is_open() const noexcept { return true; }
    void close(error_code& ec) noexcept { ec.clear(); }
    auto get_executor() const noexcept { return at->io.get_executor(); }
    std::size_t read_some(boost::asio::mutable_buffer into, error_code& ec) {
        ec.clear();
        if (at->in.empty()) ec = boost::asio::error::would_block;
        std::size_t const n = at->in.copy(static_cast<char*>(into.data()), std::min(into.size(), at->most));
        at->in.erase(0, n);
        ++at->reads;
        return n;
    }
    std::size_t write_some(boost::asio::const_buffer bytes, error_code& ec) {
        ec.clear();
        at->out.append(static_cast<char const*>(bytes.data()), bytes.size());
        return bytes.size();
    }
    template <class Handler>
    void async_wait(boost::asio::socket_base::wait_type, Handler&&) {
        at->waited = true;
    }
    template <class Handler>
    void async_read_some(boost::asio::mutable_buffer into, Handler handler) {
        error_code ec;
        std::size_t const n = read_some(into, ec);
        at->waited = would_block(ec);
        if (!ec) boost::asio::post(at->io, [handler, n] { handler({}, n); });
    }
};

// Shaken hands with OpenSSL's server, whose tickets have been read.
struct secured {
    secured() : root(testing::make_root("root")), server(context()) {
        tls_options trust;
        trust.ca_pem = testing::to_pem(*root.certificate);
        error_code ec;
        auto engine = std::make_unique<tls_engine>(std::make_shared<tls_context>(trust), "localhost", false, "peer");
        ours = std::make_unique<basic_tls_stream<memory_socket>>(memory_socket{ends}, std::move(engine), ec);
        do {
            ours->handshake(ec);
            pass_on();
        } while (would_block(ec));
        BOOST_REQUIRE(!ec);
        BOOST_TEST(read(ec).empty());
    }
    SSL_CTX& context() {
        own = testing::make_server_context(testing::make_server(root, {}));
        return *own;
    }
    void pass_on() {
        std::string ignored;
        server.receive(ends->out, ignored);
        ends->out.clear();
        ends->in += server.output();
        server.clear_output();
    }
    std::string read(error_code& ec) {
        std::array<char, 4096> buffer{};
        std::size_t const n = ours->read_some(buffer, ec);
        return {buffer.data(), n};
    }

    testing::identity root;
    testing::ssl_ctx_ptr own;
    testing::tls_session server;
    std::shared_ptr<memory_socket::ends> ends = std::make_shared<memory_socket::ends>();
    std::unique_ptr<basic_tls_stream<memory_socket>> ours;
};

struct counted_user final : stream_user {
    void on_ready(readiness, error_code) override { ++times; }
    int times = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(endless_peers)

BOOST_AUTO_TEST_CASE(no_line_is_kept_beyond_the_limit_of_the_header) {
    std::string const header = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (std::size_t const piece : {std::size_t{1}, std::size_t{777}, std::size_t{16'384}}) {
        for (auto const& [begin, endless] :
             {std::pair("5;name=", "x"), std::pair("0\r\n", "X-Trailer: value\r\n"), std::pair("0;name=", "x")}) {
            error_code ec;
            std::size_t const taken = taken_of(header + begin, endless, piece, ec);
            BOOST_TEST(taken <= limit + piece);
            BOOST_TEST(ec == error_code(errc::header_too_large), ec.message());
        }
    }
}

// Each line whole, so that nothing is kept of it.
BOOST_AUTO_TEST_CASE(nor_are_lines_of_a_header_taken_one_by_one_beyond_it) {
    std::string const line = "X-Header: value\r\n";
    error_code ec;
    BOOST_TEST(taken_of("HTTP/1.1 200 OK\r\n", line, line.size(), ec) <= limit);
    BOOST_TEST(ec == error_code(errc::header_too_large), ec.message());
}

BOOST_AUTO_TEST_CASE(others_have_their_turn) {
    std::shared_ptr<stream_user> waiting;
    std::size_t reads = 0;
    auto const owner = std::make_shared<witness>();
    auto const c = std::make_shared<http1_connection>(std::make_unique<endless_stream>(waiting, reads), owner);
    c->watch();
    auto const x = c->offer();
    x->request = "request";
    x->header_limit = limit;
    x->body_limit = 200;
    BOOST_REQUIRE(x->start());
    std::size_t turns = 0;
    for (; waiting && turns < 10 && !owner->truncated; ++turns) {
        std::size_t const before = reads;
        std::exchange(waiting, nullptr)->on_ready(readiness::read, {});
        BOOST_TEST(reads - before <= 64U);
    }
    BOOST_TEST(turns == 4U);  // a byte of the body a read; the owner is told once there is more than fits
    x->abandon();
}

// In one record of TLS, a byte at a time.
BOOST_AUTO_TEST_CASE(nor_does_tls_keep_the_thread) {
    secured s;
    std::string const text(500, 't');
    s.server.send(text);
    s.pass_on();
    s.ends->most = 1;
    std::string got;
    for (int calls = 0; got.empty() && calls < 20; ++calls) {
        std::size_t const before = s.ends->reads;
        error_code ec;
        got = s.read(ec);
        BOOST_TEST(s.ends->reads - before <= 64U);
        BOOST_TEST((!ec || would_block(ec)));
    }
    BOOST_TEST((got == text));
}

// Two records that arrived together: nothing more may ever come, so the socket would not tell of the second.
BOOST_AUTO_TEST_CASE(what_the_engine_holds_is_there_to_be_read) {
    secured s;
    auto const user = std::make_shared<counted_user>();
    s.server.send("one");
    s.server.send("two");
    s.pass_on();
    error_code ec;
    BOOST_TEST(s.read(ec) == "one");
    BOOST_TEST(s.ours->has_unread());
    s.ours->async_wait(readiness::read, user);
    s.ours->async_receive(user);
    s.ends->io.run();
    BOOST_TEST(user->times == 2);
    BOOST_TEST(!s.ends->waited);
    BOOST_TEST(s.read(ec) == "two");
    BOOST_TEST(s.read(ec).empty());
    BOOST_TEST(!s.ours->has_unread());
    s.ours->async_wait(readiness::read, user);
    BOOST_TEST(s.ends->waited);
}

// What the peer sent besides may still be where it was.
BOOST_AUTO_TEST_CASE(a_receive_that_filled_its_buffer_may_have_left_something) {
    constexpr std::size_t record = 5 + 16 + 1;  // a header, a tag, and the kind of what is inside
    for (std::size_t const room : {std::size_t{4'095}, std::size_t{4'096}}) {
        secured s;
        auto const user = std::make_shared<counted_user>();
        s.server.send(std::string(room - record, 't'));
        s.server.send("stray");
        s.pass_on();
        s.ends->most = room;
        s.ours->async_receive(user);
        s.ends->io.run();
        error_code ec;
        BOOST_TEST(s.read(ec).size() == room - record);
        BOOST_TEST(!ec);
        BOOST_TEST(s.ours->has_unread() == (room == 4'096));
    }
}

// As many bytes as there is room for come with the wait, the others when they are read.
BOOST_AUTO_TEST_CASE(what_came_with_the_wait_is_read_first) {
    for (std::size_t const size : {std::size_t{5}, std::size_t{4'000}, std::size_t{4'096}, std::size_t{10'000}}) {
        secured s;
        auto const user = std::make_shared<counted_user>();
        std::string const text(size, 't');
        s.server.send(text);
        s.pass_on();
        s.ours->async_receive(user);
        BOOST_TEST(user->times == 0);
        s.ends->io.run();
        BOOST_TEST(user->times == 1);
        std::string got;
        error_code ec;
        while (!ec)
            got += s.read(ec);
        BOOST_TEST(would_block(ec));
        BOOST_TEST((got == text));
        s.ours->async_receive(user);
        BOOST_TEST(s.ends->waited);
    }
}

BOOST_AUTO_TEST_SUITE_END()
