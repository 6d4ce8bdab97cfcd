// SPDX-License-Identifier: BSL-1.0
// Whatever fails, and however much is written down of it: no secret is in it.
#include "system/connect_proxy.hpp"
#include "system/stop_once.hpp"
#include "system/support/secret_rig.hpp"
#include "system/temporary_directory.hpp"
#include "testing/certificate.hpp"

#include <openssl/bio.h>
#include <openssl/pem.h>

#include <memory>
#include <string>
#include <string_view>

using namespace oms::test;

namespace {

class bad_provider final : public oms::credentials_provider {
public:
    enum class manner { throws, odd_token, endless_token, drops, nothing, odd_key };
    explicit bad_provider(manner how) : how_(how) {}
    void async_get(oms::credential_request, oms::credential_handler handler) override {
        switch (how_) {
            case manner::throws:
                throw std::runtime_error("cannot use " + token);
            case manner::odd_token:
                return handler({}, oms::credential::from_token(token + "\n"));
            case manner::endless_token:
                return handler({}, oms::credential::from_token(token + std::string(20'000, 'T')));
            case manner::odd_key:
                return handler({}, oms::credential::from_keys("A\nB", secret_key, security_token));
            case manner::nothing:
                return handler({}, {});
            case manner::drops:
                break;
        }
    }

private:
    manner const how_;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(secrets, secret_rig)

BOOST_AUTO_TEST_CASE(credentials_that_the_service_refuses) {
    BOOST_TEST((stop(oms::token_credentials(token)) == oms::condition::unauthenticated));
    BOOST_TEST(sim.count(401) == 1u);
    std::string const id(access_key);
    BOOST_TEST((stop(oms::key_credentials(id, secret_key + "x", security_token)) == oms::condition::unauthenticated));
    BOOST_TEST((stop(oms::key_credentials(id, secret_key)) == oms::condition::unauthenticated));
    BOOST_TEST((stop(oms::key_credentials(id, secret_key, security_token)) == oms::condition::not_found));
    BOOST_TEST(sim.key(access_key).bad_signatures == 1u);
    sim.set_clock_skew(1h);
    BOOST_TEST((stop(oms::key_credentials(id, secret_key, security_token)) == oms::condition::unauthenticated));
    BOOST_TEST((stop(oms::token_credentials(token, "another")) == oms::errc::credentials_wrong_project));
    BOOST_TEST(written > 1'000u);
}

BOOST_AUTO_TEST_CASE(replies_that_repeat_what_they_were_sent) {
    std::string const id(access_key);
    for (auto const& secret : {token, security_token, secret_key}) {
        for (auto const& body : echoes(secret)) {
            for (unsigned const status : {400U, 401U, 403U, 404U, 418U, 429U, 500U, 503U}) {
                sim.clear_faults();
                sim.on(oms::testing::any()).reply(status, body, {{"X-Request-Id", secret}, {"Location", secret}});
                auto changed = config;
                changed.retry.max_attempts = 2;
                changed.credentials = secret == token ? oms::token_credentials(token)
                                                      : oms::key_credentials(id, secret_key, security_token);
                BOOST_TEST(!!stop(changed));
            }
        }
        sim.clear_faults();
        sim.on(oms::testing::any()).reply(200, secret, {{"X-Request-Id", secret}});
        BOOST_TEST(!stop(secret == token ? oms::token_credentials(token)
                                         : oms::key_credentials(id, secret_key, security_token)));
    }
}

BOOST_AUTO_TEST_CASE(replies_that_are_none) {
    auto const head = "HTTP/1.1 400 " + token + "\r\n";
    for (auto const& bytes :
         {token, head + token, head + "Content-Length: " + token + "\r\n\r\n",
          head + "X-Request-Id: " + token + "\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
          head + "Content-Length: 9000\r\n\r\n" + token, head + "Transfer-Encoding: chunked\r\n\r\n" + token}) {
        sim.clear_faults();
        sim.on(oms::testing::any()).raw(bytes).close_after_bytes(bytes.size());
        auto changed = config;
        changed.credentials = oms::token_credentials(token);
        changed.retry.max_attempts = 1;
        BOOST_TEST(!!stop(changed));
    }
    sim.clear_faults();
    sim.on(oms::testing::any()).reset_before_reply();
    BOOST_TEST((stop(oms::token_credentials(token)) == oms::condition::connection_failed));
    auto hasty = config;
    hasty.credentials = oms::token_credentials(token);
    hasty.timeouts.total = 50ms;
    sim.clear_faults();
    sim.on(oms::testing::any()).no_reply();
    BOOST_TEST((stop(hasty) == oms::condition::timed_out));
}

BOOST_AUTO_TEST_CASE(connections_that_are_none) {
    config.credentials = oms::token_credentials(token);
    config.retry.max_attempts = 1;
    auto untrusted = config;
    untrusted.tls.ca_pem = oms::testing::to_pem(*oms::testing::make_root("another root").certificate);
    BOOST_TEST((stop(untrusted) == oms::condition::tls_failed));
    auto elsewhere = config;
    elsewhere.endpoint = "https://127.0.0.2:" + std::to_string(sim.port());
    elsewhere.timeouts.total = 200ms;
    BOOST_TEST(!!stop(elsewhere));
    sim.stop();
    auto refused_config = config;
    refused_config.timeouts.total = 200ms;
    BOOST_TEST(!!stop(refused_config));
}

BOOST_AUTO_TEST_CASE(proxies_that_refuse) {
    config.credentials = oms::token_credentials(token);
    never_repeat(config);
    std::string const sent = "dTpTRUNSRVRQUk9YWQ==";  // u:SECRETPROXY
    for (auto const& reply : {"HTTP/1.1 407 No\r\n\r\n", "HTTP/1.1 403 No\r\n\r\n", "no HTTP\r\n\r\n"}) {
        proxy_manner manner;
        manner.reply = std::string(reply) + proxy_password + sent;
        manner.after = proxy_manner::then::close;
        connect_proxy const via(manner);
        config.proxy.url = "http://u:" + proxy_password + "@" + via.address();
        BOOST_TEST((stop(config) == oms::condition::proxy_failed));
        BOOST_TEST(via.requests().at(0).find(sent) != std::string::npos);  // it was used
    }
    for (auto const* const url : {"http://u:SECRETPROXY@", "http://u:SECRETPROXY@host:port", "ftp://u:SECRETPROXY@host",
                                  "u:SECRETPROXY@host", "http://u:SECRETPROXY%zz@host"}) {
        config.proxy.url = url;
        BOOST_TEST(refused(config) == "proxy.url", url);
    }
}

BOOST_AUTO_TEST_CASE(providers_that_fail) {
    using manner = bad_provider::manner;
    for (auto const how :
         {manner::throws, manner::odd_token, manner::endless_token, manner::drops, manner::nothing, manner::odd_key}) {
        auto const code = stop(std::make_shared<bad_provider>(how));
        BOOST_TEST((code.category() == oms::client_category()), code.message());
    }
    BOOST_TEST(refused_by([] { oms::token_credentials(token + "\r\nX: y"); }) == "token");
    BOOST_TEST(refused_by([] { oms::key_credentials("A", secret_key + "\n"); }) == "secret_key");
    BOOST_TEST(refused_by([] { oms::key_credentials("A", "", security_token); }) == "secret_key");

    temporary_directory const directory;
    for (std::string const& content :
         {"[basic]\n" + secret_key + "\n", "[basic\nsk=" + secret_key, "[basic]\nak=A\nsecret=" + secret_key + "\n",
          "[basic]\nsk=" + secret_key + "\nsecurity_token=" + security_token}) {
        auto const path = directory.write("credentials", content);
        BOOST_TEST((stop(oms::profile_credentials(path)) == oms::errc::credentials_unavailable), content);
    }
}

BOOST_AUTO_TEST_CASE(keys_of_certificates) {
    auto const me = oms::testing::make_self_signed({});
    std::unique_ptr<BIO, oms::testing::openssl_deleter<BIO_free_all>> const bio(BIO_new(BIO_s_mem()));
    std::string phrase = passphrase;
    BOOST_REQUIRE(PEM_write_bio_PrivateKey(bio.get(), me.key.get(), EVP_aes_256_cbc(),
                                           reinterpret_cast<unsigned char*>(phrase.data()),
                                           static_cast<int>(phrase.size()), nullptr, nullptr) == 1);
    char* data = nullptr;
    auto const size = BIO_get_mem_data(bio.get(), &data);
    config.tls.certificate_pem = oms::testing::to_pem(*me.certificate);
    config.tls.private_key_pem = oms::secret(std::string(data, static_cast<std::size_t>(size)));
    for (std::string const& wrong : {passphrase + "x", std::string(), passphrase + std::string(5'000, 'x')}) {
        config.tls.passphrase = [&] { return oms::secret(wrong); };
        BOOST_TEST(refused(config).starts_with("tls."));
    }
    config.tls.passphrase = nullptr;
    BOOST_TEST(refused(config).starts_with("tls."));
    config.tls.private_key_pem = oms::secret("-----BEGIN PRIVATE KEY-----\n" + secret_key + "\n-----END");
    BOOST_TEST(refused(config) != "");
}

BOOST_AUTO_TEST_SUITE_END()
