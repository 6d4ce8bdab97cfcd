// SPDX-License-Identifier: BSL-1.0
// Whatever fails, and however much is written down of it: no secret is in it.
#include "system/connect_proxy.hpp"
#include "system/stop_once.hpp"
#include "system/support/rig.hpp"
#include "system/temporary_directory.hpp"
#include "testing/certificate.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <openssl/bio.h>
#include <openssl/pem.h>

#include <array>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace oms::test;

namespace {

// Made so that no part of one is a part of anything else.
std::string const token = "SECRETTOKEN/a+b=c:" + std::string(300, 'T') + "/END";
std::string const secret_key = "SECRETKEY/0123456789+abcdefghijklmnop";
std::string const security_token = "SECRETSESSION/with==" + std::string(500, 'S') + ",and-a-comma";
std::string const proxy_password = "SECRETPROXY";
std::string const passphrase = "SECRETPHRASE";
std::string const password = "SECRETPASSWORD";
constexpr std::string_view mark = "SECRET";  // each of them begins so
constexpr std::string_view access_key = "AKIDENTIFIER0001";

// Writes everything down that a client says, in every way that it can say it.
class transcript final : public oms::observer {
public:
    void on_call_begin(oms::call_begin_event const& e) noexcept override { add(e.operation, *e.task, e.call.tag); }
    void on_call_end(oms::call_end_event const& e) noexcept override {
        add(*e.task);
        result(e.code, *e.result);
    }
    void on_phase(oms::phase_event const& e) noexcept override {
        add(e.phase, e.code, e.code.message(), e.http_status);
    }
    void on_retry(oms::retry_event const& e) noexcept override {
        add(e.code, e.code.message(), e.reason, e.request_id, e.http_status);
    }
    void on_connection(oms::connection_event const& e) noexcept override {
        add(e.endpoint, e.code, e.code.message(), e.reason);
    }
    void on_warning(oms::warning_event const& e) noexcept override { add(e.code, e.text); }

    void result(oms::error_code code, oms::stop_result const& r) {
        auto const& more = r.details();
        add(code, code.message(), code.to_string(), r.outcome, r.phase, r.request_id, r.error_code, r.error_message,
            r.final_status, r.cause, r.cause.message(), more.error_detail, more.encoded_authorization_message,
            more.body, more.connection);
        for (auto const& each : more.sub_errors)
            add(each.error_code, each.error_message);
        if (!code) return;
        add(oms::describe_failure(code, r));
        add(oms::error_with_details(code, r, oms::sync_task("p", "t")).what());
    }
    void page(oms::client const& client) {
        add(client.describe());
        for (auto const& each : client.metrics().retries)
            add(each.reason);
        for (auto const& each : client.metrics().completions)
            add(each.reason);
    }
    template <class... Parts>
    void add(Parts const&... parts) {
        std::lock_guard const lock(mutex_);
        ((text_ << parts << '\n'), ...);
    }
    std::string take() {
        std::lock_guard const lock(mutex_);
        return std::exchange(text_, std::ostringstream()).str();
    }

private:
    std::mutex mutex_;
    std::ostringstream text_;
};

struct setup {
    setup() : sim(running(1, 1)) {
        oms::testing::access_key known{std::string(access_key), secret_key, security_token};
        sim.add_key(known);
        config = config_for(sim);
        config.observer = seen;
        config.retry.base_delay = config.retry.throttled_delay = config.retry.max_delay = 1ms;
    }

    // One stop by a client of its own; says what it came to.
    oms::error_code stop(oms::client_config const& with) {
        asio::io_context context(1);
        oms::client client(context, with);
        stop_receipt got;
        client.async_stop(oms::sync_task(sim.project_id(0), "no-such-task"), got.handler());
        BOOST_REQUIRE(run_until(context, [&] { return got.calls > 0; }));
        seen->result(got.code, got.result);
        seen->page(client);
        check();
        return got.code;
    }
    oms::error_code stop(std::shared_ptr<oms::credentials_provider> with) {
        auto changed = config;
        changed.credentials = std::move(with);
        return stop(changed);
    }
    // The field at fault of a configuration that no client takes.
    std::string refused(oms::client_config const& with) {
        asio::io_context context(1);
        try {
            oms::client const client(context, with);
        } catch (oms::config_error const& e) {
            seen->add(e.what(), e.field(), e.code().message());
            check();
            return e.field();
        }
        return {};
    }
    void check() {
        auto const text = seen->take();
        written += text.size();
        auto const at = text.find(mark);
        auto const around = at == std::string::npos ? "" : text.substr(at > 300 ? at - 300 : 0, 400);
        BOOST_TEST(at == std::string::npos, "a secret was told: " << around);
        for (std::string_view const tail : {"TTTTTTTT", "SSSSSSSS", "/END", "0123456789+abc"})
            BOOST_TEST(text.find(tail) == std::string::npos, tail);
    }

    oms::testing::simulator sim;
    std::shared_ptr<transcript> const seen = std::make_shared<transcript>();
    oms::client_config config;
    std::size_t written = 0;
};

std::string with_escaped_slashes(std::string text) {
    for (std::size_t at = 0; (at = text.find('/', at)) != std::string::npos; at += 2)
        text.insert(at, 1, '\\');
    return text;
}

// Replies that repeat a secret, in each shape that errors come in.
std::vector<std::string> echoes(std::string const& secret) {
    namespace json = boost::json;
    json::object const plain{{"error_code", "OMS.0001"}, {"error_msg", "wrong: " + secret + "!"}};
    json::object const sub{{"error_code", secret}, {"error_msg", secret}};
    json::object const rich{{"error_code", secret},
                            {"error_msg", secret},
                            {"error_detail", secret},
                            {"request_id", secret},
                            {"encoded_authorization_message", secret},
                            {"details", json::array{sub, sub}}};
    json::object const keystone{{"error", {{"code", 401}, {"message", secret}, {"title", secret}}}};
    return {json::serialize(plain),
            with_escaped_slashes(json::serialize(plain)),
            json::serialize(rich),
            json::serialize(keystone),
            "<html>" + secret + "</html>",
            secret,
            std::string(4'000, ' ') + "x" + secret,         // cut where the body is kept no further
            "x" + std::string(4'040, 'y') + secret + "!"};  // and where the message is
}

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

BOOST_FIXTURE_TEST_SUITE(secrets, setup)

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
                                  "https://u:SECRETPROXY@host", "http://u:SECRETPROXY%zz@host"}) {
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
    BOOST_TEST((stop(oms::token_credentials(token + "\r\nX: y")) == oms::errc::credentials_invalid));
    BOOST_TEST(
        (stop(oms::key_credentials("A", secret_key + "\n")) == oms::errc::credentials_invalid || sim.requests() > 0));
    BOOST_TEST((stop(oms::key_credentials("A", "", security_token)) == oms::errc::credentials_invalid));

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
