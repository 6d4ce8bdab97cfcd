// SPDX-License-Identifier: BSL-1.0
//
// TLS over two buffers against OpenSSL's own server, as its documents ask:
// records in pieces, key updates, renegotiation, goodbyes, the error queue,
// and sessions.
#include "transport/tls_engine.hpp"
#include "testing/certificate.hpp"
#include "testing/tls_session.hpp"
#include "transport/stream.hpp"
#include "transport/tls_context.hpp"

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

using namespace oms;
using namespace oms::transport;

namespace {

std::string const request(2400, 'q');
std::string const answer(300, 'r');
constexpr std::size_t whole = 1 << 20;

testing::identity const& root() {
    static testing::identity const made = testing::make_root("root");
    return made;
}

testing::ssl_ctx_ptr server_context(int version) {
    static testing::identity const own = testing::make_server(root(), {});
    auto context = testing::make_server_context(own);
    SSL_CTX_clear_options(context.get(), SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_min_proto_version(context.get(), version);
    SSL_CTX_set_max_proto_version(context.get(), version);
    return context;
}

std::shared_ptr<tls_context> client_context(bool trusting = true) {
    tls_options options;
    options.ca_pem = testing::to_pem(*root().certificate);
    if (!trusting) options.dangerously_disable_verification();
    return std::make_shared<tls_context>(options);
}

// The server's end.
class server {
public:
    explicit server(SSL_CTX& context) : ssl(SSL_new(&context)), in_(BIO_new(BIO_s_mem())), out_(BIO_new(BIO_s_mem())) {
        BIO_set_mem_eof_return(in_, -1);
        SSL_set_bio(ssl.get(), in_, out_);
        SSL_set_accept_state(ssl.get());
        SSL_set_msg_callback(ssl.get(), &server::see);
        SSL_set_msg_callback_arg(ssl.get(), this);
    }

    void take(std::string& ciphertext) {
        BIO_write(in_, ciphertext.data(), static_cast<int>(ciphertext.size()));
        ciphertext.clear();
    }
    std::string give() {
        char* data = nullptr;
        auto const size = BIO_get_mem_data(out_, &data);
        std::string bytes(data, static_cast<std::size_t>(size));
        BIO_reset(out_);
        return bytes;
    }
    std::string read() {
        std::string all;
        std::array<char, 4096> buffer{};
        std::size_t size = 0;
        while (SSL_read_ex(ssl.get(), buffer.data(), buffer.size(), &size) == 1)
            all.append(buffer.data(), size);
        return all;
    }
    void write(std::string_view plain) {
        std::size_t size = 0;
        BOOST_REQUIRE(SSL_write_ex(ssl.get(), plain.data(), plain.size(), &size) == 1);
    }

    ssl_ptr ssl;
    unsigned key_updates = 0;  ///< That the client sent.

private:
    static void see(int sent, int, int type, void const* bytes, std::size_t size, SSL*, void* self) {
        bool const update =
            type == SSL3_RT_HANDSHAKE && size > 0 && *static_cast<unsigned char const*>(bytes) == SSL3_MT_KEY_UPDATE;
        if (sent == 0 && update) ++static_cast<server*>(self)->key_updates;
    }

    BIO* in_;   // owned by `ssl`
    BIO* out_;  // likewise
};

struct session {
    server peer;
    tls_engine engine;
    error_code last;  ///< Of the client's last operation.

    session(SSL_CTX& theirs, std::shared_ptr<tls_context> ours)
        : peer(theirs), engine(std::move(ours), "localhost", false, "localhost:443") {}

    // Gives the client what the server has sent, in pieces; returns the plain text in it.
    std::string deliver(std::size_t piece = whole) {
        std::string plain;
        std::string const bytes = peer.give();
        for (std::size_t at = 0; at < bytes.size() && (!last || would_block(last)); at += piece) {
            engine.feed(std::string_view(bytes).substr(at, piece));
            read(plain);
            engine.take_rest();
        }
        return plain;
    }
    void read(std::string& plain) {
        std::array<char, 512> buffer{};
        do {
            std::size_t const n = engine.read(buffer, last);
            plain.append(buffer.data(), n);
        } while (!last);
    }
    void shake(std::size_t piece = whole) {
        engine.handshake(last);
        for (int turns = 0; would_block(last) && turns < 10; ++turns) {
            peer.take(engine.output());
            SSL_do_handshake(peer.ssl.get());
            std::string const bytes = peer.give();
            for (std::size_t at = 0; at < bytes.size() && would_block(last); at += piece) {
                engine.feed(std::string_view(bytes).substr(at, piece));
                engine.handshake(last);
                engine.take_rest();
            }
        }
        BOOST_REQUIRE_MESSAGE(!last, last.message());
        peer.take(engine.output());
        SSL_do_handshake(peer.ssl.get());
        last = boost::asio::error::would_block;
    }
    // One request and its reply.
    void exchange(std::size_t piece = whole) {
        engine.write(request, last);
        BOOST_REQUIRE_MESSAGE(!last, last.message());
        peer.take(engine.output());
        BOOST_REQUIRE(peer.read() == request);
        peer.write(answer);
        BOOST_REQUIRE(deliver(piece) == answer);
        BOOST_TEST(would_block(last), last.message());
    }
};

struct each_version {
    static constexpr std::array<int, 2> all{TLS1_2_VERSION, TLS1_3_VERSION};
};

std::size_t queued_errors() {
    std::size_t count = 0;
    while (ERR_get_error() != 0)
        ++count;
    return count;
}

// What a ClientHello asks for: its versions, suites and extensions; not what is drawn by lot.
std::map<unsigned, std::string> asked_for(std::string_view hello) {
    std::size_t at = 0;
    auto const take = [&](std::size_t size) { return hello.substr(std::exchange(at, at + size), size); };
    auto const number = [&](std::size_t size) {
        unsigned value = 0;
        for (char const c : take(size))
            value = value * 256 + static_cast<unsigned char>(c);
        return value;
    };
    constexpr unsigned key_share = 51;
    std::map<unsigned, std::string> found;
    take(5 + 4);                             // of the record and the message
    found[1000] = take(2);                   // the version
    take(32);                                // random
    take(number(1));                         // a session's id
    found[1001] = take(number(2));           // suites
    found[1002] = take(number(1));           // compression
    std::size_t const end = number(2) + at;  // extensions
    while (at < end) {
        unsigned const type = number(2);
        auto const value = take(number(2));
        found[type] = type == key_share ? "drawn" : std::string(value);
    }
    return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tls_engines)

// What is offered changes ALPN, and nothing else of what a peer sees.
BOOST_AUTO_TEST_CASE(http_2_is_offered_by_alpn_alone) {
    constexpr unsigned application_layer_protocol = 16;
    std::map<alpn, std::map<unsigned, std::string>> asked;
    for (alpn const offered : {alpn::none, alpn::either, alpn::http_2}) {
        tls_engine engine(client_context(), "oms.example", false, "oms.example:443", offered);
        error_code ec;
        engine.handshake(ec);
        BOOST_TEST(would_block(ec));
        asked[offered] = asked_for(engine.output());
    }
    BOOST_TEST(asked[alpn::none].count(application_layer_protocol) == 0U);
    BOOST_TEST(asked[alpn::either][application_layer_protocol] == std::string("\0\x0c\x02h2\x08http/1.1", 14));
    BOOST_TEST(asked[alpn::http_2][application_layer_protocol] == std::string("\0\x03\x02h2", 5));
    for (alpn const offered : {alpn::either, alpn::http_2}) {
        asked[offered].erase(application_layer_protocol);
        BOOST_TEST((asked[offered] == asked[alpn::none]));
    }
}

BOOST_AUTO_TEST_CASE(a_dot_at_the_end_of_a_name_is_not_sent) {
    auto const context = client_context();
    for (auto const* host : {"oms.example", "oms.example."}) {
        auto const ssl = context->new_client(host, false, "peer");
        BOOST_TEST(SSL_get_servername(ssl.get(), TLSEXT_NAMETYPE_host_name) == std::string("oms.example"), host);
        BOOST_TEST(X509_VERIFY_PARAM_get0_host(SSL_get0_param(ssl.get()), 0) == std::string("oms.example"), host);
    }
}

// OpenSSL has 127 for a process, for whatever kinds of I/O its libraries add.
BOOST_AUTO_TEST_CASE(a_context_takes_no_number_of_a_kind_of_io) {
    int const number = BIO_get_new_index();
    client_context();
    BOOST_TEST(BIO_get_new_index() == number + 1);
}

BOOST_AUTO_TEST_CASE(whatever_the_pieces_that_arrive) {
    for (int const version : each_version::all) {
        for (std::size_t const piece : {whole, std::size_t{1000}, std::size_t{7}, std::size_t{1}}) {
            auto const theirs = server_context(version);
            session s(*theirs, client_context());
            s.shake(piece);
            BOOST_TEST(SSL_version(s.peer.ssl.get()) == version);
            for (int i = 0; i < 3; ++i) {
                s.exchange(piece);
                s.engine.trim();  // costs nothing but memory
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_request_is_one_record) {
    for (int const version : each_version::all) {
        auto const theirs = server_context(version);
        session s(*theirs, client_context());
        s.shake();
        s.engine.write(request, s.last);
        std::string const& sent = s.engine.output();
        BOOST_REQUIRE(sent.size() > request.size() + 5);
        auto const byte = [&](std::size_t at) { return static_cast<unsigned char>(sent[at]); };
        BOOST_TEST(unsigned{byte(0)} == 23U);  // application data
        BOOST_TEST(byte(3) * 256U + byte(4) == sent.size() - 5);
    }
}

// OpenSSL takes all that has come, records behind the one that it reads among it: nobody may wait for these.
BOOST_AUTO_TEST_CASE(what_came_with_a_record_is_unread_until_it_is_read) {
    for (int const version : each_version::all) {
        auto const theirs = server_context(version);
        session s(*theirs, client_context());
        s.shake();
        s.exchange();  // tickets are through
        s.peer.write("first");
        std::string bytes = s.peer.give();
        s.peer.write("second");
        std::size_t const one = bytes.size();
        bytes += s.peer.give();
        for (std::size_t const cut : {bytes.size(), bytes.size() - 1, one + 1, one}) {
            BOOST_TEST_CONTEXT("TLS " << version << ", " << cut << " of " << bytes.size() << " bytes") {
                std::array<char, 512> buffer{};
                auto const read = [&] {
                    std::size_t const n = s.engine.read(buffer, s.last);
                    return std::string(buffer.data(), n);
                };
                BOOST_TEST(!s.engine.has_unread());
                s.engine.feed(std::string_view(bytes).substr(0, cut));
                BOOST_TEST(read() == "first");
                s.engine.take_rest();
                if (cut > one) BOOST_TEST(s.engine.has_unread());
                if (cut < bytes.size()) {
                    BOOST_TEST(read() == "");
                    BOOST_TEST(would_block(s.last));
                    BOOST_TEST(!s.engine.has_unread());
                    s.engine.feed(std::string_view(bytes).substr(cut));
                }
                BOOST_TEST(read() == "second");
                s.engine.take_rest();
                BOOST_TEST(!s.engine.has_unread());
                s.engine.trim();
                s.exchange();
            }
            s.peer.write("first");
            bytes = s.peer.give();
            s.peer.write("second");
            bytes += s.peer.give();
        }
    }
}

BOOST_AUTO_TEST_CASE(what_came_with_the_end_of_a_handshake_is_unread) {
    auto const theirs = server_context(TLS1_2_VERSION);
    session s(*theirs, client_context());
    std::string bytes;
    for (int turns = 0; SSL_is_init_finished(s.peer.ssl.get()) == 0 && turns < 10; ++turns) {
        s.engine.feed(bytes);
        s.engine.handshake(s.last);
        BOOST_REQUIRE(would_block(s.last));
        s.engine.take_rest();
        s.peer.take(s.engine.output());
        SSL_do_handshake(s.peer.ssl.get());
        bytes = s.peer.give();
    }
    s.peer.write(answer);
    bytes += s.peer.give();
    s.engine.feed(bytes);
    s.engine.handshake(s.last);
    BOOST_REQUIRE_MESSAGE(!s.last, s.last.message());
    s.engine.take_rest();
    BOOST_TEST(s.engine.has_unread());
    std::string plain;
    s.read(plain);
    BOOST_TEST(plain == answer);
    BOOST_TEST(!s.engine.has_unread());
}

// Whatever the sink takes of a record, the output has the rest, and all that follows.
BOOST_AUTO_TEST_CASE(a_sink_takes_what_it_can) {
    struct narrow final : tls_sink {
        std::size_t room;
        std::string got;
        unsigned asked = 0;

        explicit narrow(std::size_t r) : room(r) {}
        std::size_t take(std::string_view ciphertext) noexcept override {
            ++asked;
            std::size_t const n = std::min(room, ciphertext.size());
            got.append(ciphertext.substr(0, n));
            room -= n;
            return n;
        }
    };
    std::string const large(tls_context::sent_record + 1, 'x');  // two records
    std::string const full(tls_context::sent_record, 'x');
    for (int const version : each_version::all) {
        for (std::size_t const room : {std::size_t{0}, std::size_t{1}, std::size_t{20'000}, whole}) {
            auto const theirs = server_context(version);
            session s(*theirs, client_context());
            s.shake();
            for (std::string const& what : {request, full, large}) {
                narrow sink(room);
                s.engine.write(what, s.last, &sink);
                BOOST_REQUIRE_MESSAGE(!s.last, s.last.message());
                // What takes several records leaves at once, and not each by itself.
                bool const one_record = what.size() <= tls_context::sent_record;
                BOOST_TEST(sink.asked == (one_record ? 1U : 0U));
                BOOST_TEST((one_record && sink.room > 0) == s.engine.output().empty());
                sink.got += std::exchange(s.engine.output(), {});
                s.peer.take(sink.got);
                std::string read;
                while (read.size() < what.size()) {
                    std::string const piece = s.peer.read();
                    BOOST_REQUIRE(!piece.empty());
                    read += piece;
                }
                BOOST_TEST((read == what));
            }
            // Behind what waits nothing is sent before it.
            s.engine.output() = "first";
            narrow sink(whole);
            s.engine.write(request, s.last, &sink);
            BOOST_TEST(sink.asked == 0U);
            BOOST_TEST(s.engine.output().starts_with("first"));
        }
    }
}

BOOST_AUTO_TEST_CASE(keys_are_updated_between_and_within_exchanges) {
    auto const theirs = server_context(TLS1_3_VERSION);
    for (int const kind : {SSL_KEY_UPDATE_REQUESTED, SSL_KEY_UPDATE_NOT_REQUESTED}) {
        for (std::size_t const piece : {whole, std::size_t{1}}) {
            session s(*theirs, client_context());
            s.shake();
            s.exchange();
            for (unsigned i = 0; i < 20; ++i) {
                s.engine.write(request, s.last);
                s.peer.take(s.engine.output());
                BOOST_REQUIRE(s.peer.read() == request);
                // Before the reply, or in the middle of it; an even one follows the reply.
                SSL_key_update(s.peer.ssl.get(), kind);
                s.peer.write(answer.substr(0, 100));
                SSL_key_update(s.peer.ssl.get(), kind);
                s.peer.write(answer.substr(100));
                SSL_key_update(s.peer.ssl.get(), kind);
                SSL_do_handshake(s.peer.ssl.get());
                BOOST_REQUIRE(s.deliver(piece) == answer);
                BOOST_TEST(would_block(s.last), s.last.message());
                if (i % 3 == 0) s.engine.trim();
            }
            s.exchange(piece);
            // Asked for, the client changes its own keys, too, before what it sends next.
            if (kind == SSL_KEY_UPDATE_REQUESTED) {
                BOOST_TEST(s.peer.key_updates >= 20U);
            } else {
                BOOST_TEST(s.peer.key_updates == 0U);
            }
        }
    }
}

// TLS 1.2 can ask for a new handshake within the connection. It is refused, and nothing else is lost.
BOOST_AUTO_TEST_CASE(renegotiation_is_refused) {
    auto const theirs = server_context(TLS1_2_VERSION);
    session s(*theirs, client_context());
    s.shake();
    s.exchange();
    s.peer.write(answer);
    BOOST_REQUIRE(SSL_renegotiate(s.peer.ssl.get()) == 1);
    SSL_do_handshake(s.peer.ssl.get());  // asks
    BOOST_TEST(s.deliver() == answer);
    BOOST_TEST(would_block(s.last), s.last.message());
    std::string const& said = s.engine.output();
    BOOST_REQUIRE(!said.empty());
    BOOST_TEST(static_cast<int>(said.front()) == 21);  // an alert, and no hello
    ERR_clear_error();
    s.peer.take(s.engine.output());
    s.peer.read();
    BOOST_TEST(ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_NO_RENEGOTIATION);
    ERR_clear_error();
}

// A peer that asks again and again, and reads nothing.
BOOST_AUTO_TEST_CASE(refusals_that_nobody_reads_end) {
    auto const theirs = server_context(TLS1_2_VERSION);
    session s(*theirs, client_context());
    s.shake();
    s.exchange();
    std::size_t asked = 0;
    for (; would_block(s.last) && asked < 10'000; ++asked) {
        BOOST_REQUIRE(SSL_renegotiate(s.peer.ssl.get()) == 1);
        SSL_do_handshake(s.peer.ssl.get());
        s.deliver();
        BOOST_REQUIRE(s.engine.output().size() < 17U * 1024U);
    }
    BOOST_TEST(asked > 100U);
    BOOST_TEST((s.last == errc::malformed_reply), s.last.message());

    // Of those that it reads there is no end.
    session other(*theirs, client_context());
    other.shake();
    for (asked = 0; asked < 2'000; ++asked) {
        BOOST_REQUIRE(SSL_renegotiate(other.peer.ssl.get()) == 1);
        SSL_do_handshake(other.peer.ssl.get());
        other.deliver();
        BOOST_REQUIRE(would_block(other.last));
        BOOST_REQUIRE(!other.engine.output().empty());
        other.engine.output().clear();
    }
}

BOOST_AUTO_TEST_CASE(goodbyes_are_heard_and_said) {
    for (int const version : each_version::all) {
        for (std::size_t const piece : {whole, std::size_t{1}}) {
            auto const theirs = server_context(version);
            session s(*theirs, client_context());
            s.shake();
            s.exchange();
            s.peer.write(answer);
            SSL_shutdown(s.peer.ssl.get());
            BOOST_TEST(s.deliver(piece) == answer);
            BOOST_TEST(s.last == error_code(boost::asio::error::eof), s.last.message());
            s.engine.shutdown();
            s.peer.take(s.engine.output());
            s.peer.read();
            BOOST_TEST((SSL_get_shutdown(s.peer.ssl.get()) & SSL_RECEIVED_SHUTDOWN) != 0);
            ERR_clear_error();
        }
    }
}

BOOST_AUTO_TEST_CASE(what_is_broken_is_no_goodbye) {
    for (int const version : each_version::all) {
        auto const theirs = server_context(version);
        {  // a record that was changed on its way
            session s(*theirs, client_context());
            s.shake();
            s.exchange();
            s.peer.write(answer);
            std::string bytes = s.peer.give();
            bytes[bytes.size() - 1] = static_cast<char>(bytes.back() ^ 1);
            s.engine.feed(bytes);
            std::string plain;
            s.read(plain);
            BOOST_TEST(plain.empty());
            BOOST_TEST(s.last == error_code(errc::connection_lost), s.last.message());
        }
        {  // an alert
            session s(*theirs, client_context());
            s.shake();
            s.exchange();
            s.peer.write(answer);
            std::string nonsense = "\x17\x03\x03\x00\x20" + std::string(32, 'n');
            s.peer.take(nonsense);
            s.peer.read();  // ends with bad_record_mac
            ERR_clear_error();
            BOOST_TEST(s.deliver() == answer);
            BOOST_TEST(s.last == error_code(errc::connection_lost), s.last.message());
        }
        BOOST_TEST(queued_errors() == 0U);
    }
}

// One byte of the server's side of the dialogue is another one: what is read is the reply, or nothing is.
BOOST_AUTO_TEST_CASE(no_changed_byte_is_believed) {
    for (int const version : each_version::all) {
        auto const theirs = server_context(version);
        auto const ours = client_context();
        std::size_t refused = 0, unharmed = 0;
        for (std::size_t at = 0;; at += 13) {
            session s(*theirs, ours);
            std::size_t seen = 0;
            auto const pass_on = [&] {
                std::string bytes = s.peer.give();
                if (at >= seen && at < seen + bytes.size()) bytes[at - seen] ^= 0x10;
                seen += bytes.size();
                return bytes;
            };
            s.engine.handshake(s.last);
            for (int turns = 0; would_block(s.last) && turns < 4; ++turns) {
                s.peer.take(s.engine.output());
                SSL_do_handshake(s.peer.ssl.get());
                std::string const bytes = pass_on();
                if (bytes.empty()) break;
                s.engine.feed(bytes);
                s.engine.handshake(s.last);
                s.engine.take_rest();
            }
            std::string plain;
            if (!s.last) {
                s.engine.write(request, s.last);
                s.peer.take(s.engine.output());
                if (s.peer.read() == request) s.peer.write(answer);
                std::string const bytes = pass_on();
                s.engine.feed(bytes);
                s.read(plain);
            }
            BOOST_REQUIRE((plain.empty() || plain == answer));
            plain.empty() ? ++refused : ++unharmed;
            ERR_clear_error();
            if (at >= seen) break;  // nothing was changed
            ours->forget("localhost:443");
        }
        BOOST_TEST(unharmed >= 1U);
        BOOST_TEST(refused >= 30U);
        BOOST_TEST_MESSAGE("TLS " << version << ": " << refused << " refused, " << unharmed << " unharmed");
    }
}

// The queue is the thread's: what others left in it says nothing of this connection, and we leave nothing.
BOOST_AUTO_TEST_CASE(the_error_queue_belongs_to_others) {
    for (int const version : each_version::all) {
        auto const theirs = server_context(version);
        session s(*theirs, client_context());
        auto const foreign = [] { ERR_raise(ERR_LIB_SSL, SSL_R_CERTIFICATE_VERIFY_FAILED); };
        s.shake();
        ERR_clear_error();
        s.exchange();
        BOOST_TEST(queued_errors() == 0U);
        for (int i = 0; i < 3; ++i) {
            foreign();
            s.engine.write(request, s.last);
            BOOST_TEST(!s.last, s.last.message());
            BOOST_TEST(queued_errors() == 1U);
            s.peer.take(s.engine.output());
            BOOST_TEST(s.peer.read() == request);
            s.peer.write(answer);
            queued_errors();
            foreign();
            BOOST_TEST(s.deliver(1) == answer);
            BOOST_TEST(would_block(s.last), s.last.message());
            BOOST_TEST(queued_errors() == 1U);
        }
        SSL_shutdown(s.peer.ssl.get());
        foreign();
        s.deliver();
        BOOST_TEST(s.last == error_code(boost::asio::error::eof), s.last.message());
        BOOST_TEST(queued_errors() == 1U);
    }
}

// An alert that other code met and left in the queue is not the peer's: the goodbye stays one.
BOOST_AUTO_TEST_CASE(an_alert_of_others_is_not_taken_for_the_peers) {
    for (int const version : each_version::all) {
        auto const theirs = server_context(version);
        session s(*theirs, client_context());
        s.shake();
        s.exchange();
        SSL_shutdown(s.peer.ssl.get());
        ERR_clear_error();
        ERR_raise(ERR_LIB_SSL, SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE);
        s.deliver();
        BOOST_TEST(s.last == error_code(boost::asio::error::eof), s.last.message());
        BOOST_TEST(s.engine.alert() == policy::no_alert);
        BOOST_TEST(queued_errors() == 1U);
    }
    // Nor is it where the handshake ends with a goodbye.
    tls_engine engine(client_context(), "localhost", false, "localhost:443");
    error_code ec;
    engine.handshake(ec);
    ERR_raise(ERR_LIB_SSL, SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE);
    engine.feed(std::string_view("\x15\x03\x03\x00\x02\x01\x00", 7));
    engine.handshake(ec);
    BOOST_TEST(ec == error_code(errc::handshake_truncated), ec.message());
    BOOST_TEST(engine.alert() == policy::no_alert);
    ERR_clear_error();
}

BOOST_AUTO_TEST_CASE(every_alert_that_ends_a_handshake_is_told) {
    auto const ours = client_context();
    for (int alert = 1; alert < 256; ++alert) {
        tls_engine engine(ours, "localhost", false, "localhost:443");
        error_code ec;
        engine.handshake(ec);
        BOOST_REQUIRE(would_block(ec));
        std::string record("\x15\x03\x03\x00\x02\x02", 6);
        record += static_cast<char>(alert);
        engine.feed(record);
        engine.handshake(ec);
        BOOST_TEST(engine.alert() == alert);
        errc const expected = alert == SSL_AD_PROTOCOL_VERSION ? errc::tls_version_unsupported : errc::handshake_failed;
        BOOST_TEST(ec == error_code(expected), alert << ": " << ec.message());
    }
    BOOST_TEST(queued_errors() == 0U);
}

BOOST_AUTO_TEST_CASE(aes_of_128_bits_comes_first_and_any_other_suite_will_do) {
    auto const chosen = [](char const* offered) {
        auto const theirs = server_context(TLS1_3_VERSION);
        if (offered != nullptr) BOOST_REQUIRE(SSL_CTX_set_ciphersuites(theirs.get(), offered) == 1);
        session s(*theirs, client_context());
        s.shake();
        s.exchange();
        return std::string(SSL_get_cipher_name(s.peer.ssl.get()));
    };
    BOOST_TEST(chosen(nullptr) == "TLS_AES_128_GCM_SHA256");
    for (auto const* const only : {"TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256"})
        BOOST_TEST(chosen(only) == only);
}

BOOST_AUTO_TEST_CASE(nearly_all_reconnects_are_resumed) {
    for (int const version : each_version::all) {
        for (bool const orderly : {true, false}) {
            auto const theirs = server_context(version);
            auto const ours = client_context();
            unsigned resumed = 0;
            constexpr unsigned reconnects = 100;
            for (unsigned i = 0; i <= reconnects; ++i) {
                session s(*theirs, ours);
                s.shake();
                resumed += SSL_session_reused(s.peer.ssl.get()) == 1 ? 1U : 0U;
                BOOST_TEST(s.engine.resumed() == (SSL_session_reused(s.peer.ssl.get()) == 1));
                s.exchange();
                if (orderly) s.engine.shutdown();
            }
            BOOST_TEST_MESSAGE("TLS " << version << ": " << resumed << " of " << reconnects);
            BOOST_TEST(resumed >= reconnects * 95 / 100);
        }
    }
}

// The sessions of connections that are open at the same time, however they end.
BOOST_AUTO_TEST_CASE(a_bad_end_spoils_no_session) {
    for (int const version : each_version::all) {
        auto const theirs = server_context(version);
        auto const ours = client_context();
        std::array<std::optional<session>, 8> open;
        for (auto& each : open) {
            each.emplace(*theirs, ours);
            each->shake();
            each->exchange();
        }
        for (auto& each : open) {
            std::string const broken = "\x17\x03\x03\x00\x20" + std::string(32, 'n');
            each->engine.feed(broken);
            std::string plain;
            each->read(plain);
            BOOST_TEST(each->last == error_code(errc::connection_lost));
            each.reset();
        }
        session next(*theirs, ours);
        next.shake();
        BOOST_TEST(next.engine.resumed());
        next.exchange();
    }
}

BOOST_AUTO_TEST_CASE(no_session_is_offered_across_trust) {
    for (int const version : each_version::all) {
        auto const theirs = server_context(version);
        std::array<std::shared_ptr<tls_context>, 3> const trusts{client_context(), client_context(),
                                                                 client_context(false)};
        for (int round = 0; round < 2; ++round) {
            for (auto const& each : trusts) {
                session s(*theirs, each);
                s.shake();
                BOOST_TEST(s.engine.resumed() == (round > 0));
                s.exchange();
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
