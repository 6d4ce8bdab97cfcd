// SPDX-License-Identifier: BSL-1.0
//
// What a handshake costs the client, a full one and a resumed one, against
// OpenSSL's own client in the same run; the server is in memory and not counted.

#include "figures.hpp"
#include "testing/certificate.hpp"
#include "testing/tls_session.hpp"
#include "transport/stream.hpp"
#include "transport/tls_context.hpp"
#include "transport/tls_engine.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

using namespace oms::bench;
using oms::testing::tls_session;
using oms::transport::openssl_ptr;
using oms::transport::session_ptr;
using oms::transport::ssl_ptr;
using oms::transport::tls_context;
using oms::transport::tls_engine;

namespace {

using std::chrono::nanoseconds;

[[noreturn]] void give_up(char const* what) {
    std::fprintf(stderr, "%s\n", what);
    std::exit(1);
}

struct authority {
    oms::testing::identity root = oms::testing::make_root();
    oms::testing::identity own = oms::testing::make_server(root, {});
    oms::testing::ssl_ctx_ptr server = oms::testing::make_server_context(own);
    std::string pem = oms::testing::to_pem(*root.certificate);
};

// OpenSSL's client over memory BIOs, verifying alike.
class plain_client {
public:
    explicit plain_client(authority const& a) : ctx_(SSL_CTX_new(TLS_client_method())) {
        SSL_CTX_set_min_proto_version(ctx_.get(), TLS1_2_VERSION);
        SSL_CTX_set_verify(ctx_.get(), SSL_VERIFY_PEER, nullptr);
        X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx_.get()), a.root.certificate.get());
        SSL_CTX_set_session_cache_mode(ctx_.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_set_app_data(ctx_.get(), this);
        SSL_CTX_sess_set_new_cb(ctx_.get(), [](SSL* ssl, SSL_SESSION* s) {
            static_cast<plain_client*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)))->kept_.reset(s);
            return 1;
        });
    }

    struct connection {
        ssl_ptr ssl;
        BIO* in = nullptr;
        BIO* out = nullptr;
    };
    connection connect(bool resume) {
        connection c;
        c.ssl.reset(SSL_new(ctx_.get()));
        c.in = BIO_new(BIO_s_mem());
        c.out = BIO_new(BIO_s_mem());
        SSL_set_bio(c.ssl.get(), c.in, c.out);
        SSL_set_connect_state(c.ssl.get());
        SSL_set_tlsext_host_name(c.ssl.get(), "localhost");
        SSL_set1_host(c.ssl.get(), "localhost");
        if (resume && kept_) SSL_set_session(c.ssl.get(), kept_.get());
        return c;
    }

private:
    openssl_ptr<SSL_CTX, SSL_CTX_free> ctx_;
    session_ptr kept_;
};

struct timing {
    nanoseconds spent{};
    bool resumed = false;
};

// Adds up what the client's steps take.
class stop_watch {
public:
    template <class Step>
    void step(Step&& s) {
        auto const before = thread_time();
        s();
        spent += thread_time() - before;
    }
    nanoseconds spent{};
};

timing shake_plain(plain_client& client, authority const& a, bool resume) {
    stop_watch watch;
    tls_session server(*a.server);
    std::string ignored;
    plain_client::connection c;
    watch.step([&] { c = client.connect(resume); });
    int done = 0;
    for (int turn = 0; turn < 6; ++turn) {
        std::string sent;
        watch.step([&] {
            ERR_clear_error();
            done = SSL_do_handshake(c.ssl.get());
            char* data = nullptr;
            auto const size = BIO_get_mem_data(c.out, &data);
            sent.assign(data, static_cast<std::size_t>(size));
            BIO_reset(c.out);
        });
        server.receive(sent, ignored);
        if (done == 1) break;
        auto const back = server.output();
        watch.step([&] { BIO_write(c.in, back.data(), static_cast<int>(back.size())); });
        server.clear_output();
    }
    if (done != 1) give_up("no handshake");
    timing t;
    t.resumed = SSL_session_reused(c.ssl.get()) == 1;
    server.send("x");
    auto const back = server.output();
    watch.step([&] {
        BIO_write(c.in, back.data(), static_cast<int>(back.size()));
        std::array<char, 16> buffer{};
        std::size_t size = 0;
        SSL_read_ex(c.ssl.get(), buffer.data(), buffer.size(), &size);
        SSL_set_shutdown(c.ssl.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
        c.ssl.reset();
    });
    t.spent = watch.spent;
    return t;
}

timing shake_ours(std::shared_ptr<tls_context> const& client, authority const& a) {
    stop_watch watch;
    tls_session server(*a.server);
    std::string ignored;
    std::unique_ptr<tls_engine> engine;
    watch.step([&] { engine = std::make_unique<tls_engine>(client, "localhost", false, "localhost:443"); });
    oms::error_code ec;
    for (int turn = 0; turn < 6; ++turn) {
        watch.step([&] { engine->handshake(ec); });
        std::string const sent = engine->output();
        engine->output().clear();
        server.receive(sent, ignored);
        if (!ec) break;
        auto const back = server.output();
        watch.step([&] { engine->feed(back); });
        if (turn > 0) continue;
        watch.step([&] {
            engine->handshake(ec);
            engine->take_rest();
        });
        server.clear_output();
        if (ec) continue;
        std::string const last = engine->output();
        engine->output().clear();
        server.receive(last, ignored);
        break;
    }
    if (ec) give_up("no handshake of ours");
    timing t;
    t.resumed = engine->resumed();
    server.send("x");
    auto const back = server.output();
    watch.step([&] {
        engine->feed(back);
        std::array<char, 16> buffer{};
        engine->read(buffer, ec);
        engine->take_rest();
        engine.reset();
    });
    t.spent = watch.spent;
    return t;
}

double micros(nanoseconds total, int count) {
    return std::chrono::duration<double, std::micro>(total).count() / count;
}

void compare(authority const& a, bool resume) {
    constexpr int rounds = 7, count = 150;
    plain_client theirs(a);
    oms::tls_options options;
    options.ca_pem = a.pem;
    options.resume_sessions = resume;
    auto const ours = std::make_shared<tls_context>(options);
    shake_plain(theirs, a, resume);
    shake_ours(ours, a);
    double least_plain = 1e9, least_ours = 1e9;
    for (int round = 0; round < rounds; ++round) {
        nanoseconds plain{}, own{};
        for (int i = 0; i < count; ++i) {
            auto const p = shake_plain(theirs, a, resume);
            auto const o = shake_ours(ours, a);
            if (p.resumed != resume || o.resumed != resume) give_up("not the handshake that was meant");
            plain += p.spent;
            own += o.spent;
        }
        least_plain = std::min(least_plain, micros(plain, count));
        least_ours = std::min(least_ours, micros(own, count));
    }
    char const* what = resume ? "a resumed handshake" : "a full handshake";
    std::printf("%s: %.1f us, OpenSSL's own client %.1f us\n", what, least_ours, least_plain);
    print(std::string(what) + ", against OpenSSL's own", least_ours / least_plain, "x", 1.05);
}

}  // namespace

int main() {
    authority const a;
    compare(a, false);
    compare(a, true);
}
