// SPDX-License-Identifier: BSL-1.0
//
// Providers that break their contract: each way has its code, and nothing is sent.
#include "io/credential_script.hpp"

#include <boost/test/unit_test.hpp>

#include <openssl/evp.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

class rogue final : public credentials_provider {
public:
    using behaviour = std::function<void(credential_request&, credential_handler&)>;

    explicit rogue(behaviour b) : behaves_(std::move(b)) {}
    void async_get(credential_request request, credential_handler handler) override { behaves_(request, handler); }
    std::string label() const override { return "rogue"; }

private:
    behaviour behaves_;
};

// What a call ends with; nothing may have been sent.
std::shared_ptr<started> refused(rogue::behaviour behaves) {
    world w;
    w.config.credentials = std::make_shared<rogue>(std::move(behaves));
    auto const call = w.stop(0);
    w.run();
    BOOST_TEST(call->completions == 1U);
    BOOST_TEST(!call->inside);
    BOOST_TEST(call->result.outcome == outcome::not_sent);
    BOOST_TEST(w.net.dialed == 0U);
    return call;
}

rogue::behaviour gives(credential value) {
    return [value](credential_request&, credential_handler& handler) { handler({}, value); };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(credential_misbehaviour)

BOOST_AUTO_TEST_CASE(throws) {
    auto const call = refused([](auto&, auto&) { throw std::runtime_error("out of order"); });
    BOOST_TEST((call->code == error_code(errc::credentials_unavailable)));
}

BOOST_AUTO_TEST_CASE(throws_after_its_answer) {
    world w;
    w.config.credentials = std::make_shared<rogue>([](auto&, credential_handler& handler) {
        handler({}, credential::from_token("good"));
        throw std::runtime_error("too late to matter");
    });
    auto const call = w.stop(0);
    w.run();
    BOOST_TEST(!call->code);
    BOOST_TEST(w.net.ledger.size() == 1U);
}

BOOST_AUTO_TEST_CASE(returns_nothing) {
    BOOST_TEST((refused(gives({}))->code == error_code(errc::credentials_invalid)));
}

BOOST_AUTO_TEST_CASE(control_characters) {
    for (std::string const bad : {"a\r\nX-Evil: 1", "a\nb", "a\tb", "a\x7f", ""}) {
        BOOST_TEST((refused(gives(credential::from_token(bad)))->code == error_code(errc::credentials_invalid)));
        BOOST_TEST((refused(gives(credential::from_keys(bad, "sk")))->code == error_code(errc::credentials_invalid)));
        BOOST_TEST((refused(gives(credential::from_keys("ak", bad)))->code == error_code(errc::credentials_invalid)));
        if (bad.empty()) continue;
        BOOST_TEST(
            (refused(gives(credential::from_keys("ak", "sk", bad)))->code == error_code(errc::credentials_invalid)));
    }
}

BOOST_AUTO_TEST_CASE(over_long) {
    std::string const token(16385, 't');
    BOOST_TEST((refused(gives(credential::from_token(token)))->code == error_code(errc::credentials_invalid)));
    BOOST_TEST((refused(gives(credential::from_keys(token, "sk")))->code == error_code(errc::credentials_invalid)));
    BOOST_TEST((refused(gives(credential::from_keys("ak", token)))->code == error_code(errc::credentials_invalid)));
    BOOST_TEST(
        (refused(gives(credential::from_keys("ak", "sk", token)))->code == error_code(errc::credentials_invalid)));
}

BOOST_AUTO_TEST_CASE(ends_at_the_ends_of_time) {
    using wall = std::chrono::system_clock::time_point;
    for (wall const end : {wall::min(), wall(), wall::max()}) {
        world w;
        w.config.credentials = std::make_shared<rogue>([end](auto&, credential_handler& handler) {
            auto value = credential::from_token("good");
            value.expires_at = end;
            handler({}, std::move(value));
        });
        auto const call = w.stop(0);
        w.run();
        BOOST_TEST((call->code == (end == wall::max() ? error_code() : error_code(errc::credentials_unavailable))));
    }
}

// Where only approved algorithms are to be had, there is no SM3.
BOOST_AUTO_TEST_CASE(signs_by_what_is_not_there) {
    struct nothing_approved {
        nothing_approved() { EVP_set_default_properties(nullptr, "fips=yes"); }
        ~nothing_approved() { EVP_set_default_properties(nullptr, ""); }
    } const scope;
    auto value = credential::from_keys("ak", "sk");
    value.algorithm = signing::hmac_sm3;
    BOOST_TEST((refused(gives(value))->code == error_code(errc::credentials_invalid)));
    world w;
    key_options options;
    options.algorithm = signing::hmac_sm3;
    w.config.credentials = key_credentials("ak", "sk", {}, options);
    auto const call = w.stop(0);
    w.run();
    BOOST_TEST((call->code == error_code(errc::credentials_invalid)));
    BOOST_TEST(w.net.dialed == 0U);
}

BOOST_AUTO_TEST_CASE(never_completes) {
    std::optional<credential_handler> kept;
    auto const call = refused([&](auto&, credential_handler& handler) { kept.emplace(std::move(handler)); });
    BOOST_TEST((call->code == error_code(errc::credentials_timeout)));
    BOOST_TEST((call->code == condition::timed_out));
}

BOOST_AUTO_TEST_CASE(drops_its_handler) {
    auto const call =
        refused([](auto&, credential_handler& handler) { credential_handler const gone(std::move(handler)); });
    BOOST_TEST((call->code == error_code(errc::credentials_dropped)));
}

BOOST_AUTO_TEST_CASE(drops_its_handler_later) {
    world w;
    w.config.credentials = std::make_shared<rogue>([&w](auto&, credential_handler& handler) {
        auto const kept = std::make_shared<credential_handler>(std::move(handler));
        w.time.after(1s, [kept] {});
    });
    auto const call = w.stop(0);
    w.run_for(2s);
    BOOST_TEST((call->code == error_code(errc::credentials_dropped)));
    BOOST_TEST(w.net.dialed == 0U);
}

BOOST_AUTO_TEST_CASE(completes_twice) {
    world w;
    w.config.credentials = std::make_shared<rogue>([&w](auto&, credential_handler& handler) {
        auto const kept = std::make_shared<credential_handler>(std::move(handler));
        (*kept)({}, credential::from_token("first"));
        (*kept)({}, credential::from_token("second"));
        w.time.after(1s, [kept] { (*kept)({}, credential::from_token("third")); });
    });
    auto const call = w.stop(0);
    w.run();
    BOOST_TEST(call->completions == 1U);
    BOOST_TEST(!call->code);
    BOOST_REQUIRE(w.net.ledger.size() == 1U);
    BOOST_TEST(tokens_sent(w).front() == "first");
}

BOOST_AUTO_TEST_CASE(answers_when_nobody_waits_any_more) {
    world w;
    credential_handler kept;
    w.config.credentials =
        std::make_shared<rogue>([&](auto&, credential_handler& handler) { kept = std::move(handler); });
    auto const call = w.stop(0);
    w.run();
    BOOST_TEST((call->code == error_code(errc::credentials_timeout)));
    kept({}, credential::from_token("late"));
    w.run();
    BOOST_TEST(w.net.dialed == 0U);
}

BOOST_AUTO_TEST_CASE(fails_with_a_reason) {
    auto const call = refused(
        [](auto&, credential_handler& handler) { handler.fail(errc::credentials_unavailable, "the vault is sealed"); });
    BOOST_TEST((call->code == error_code(errc::credentials_unavailable)));
    BOOST_TEST(call->result.service_message == "rogue: the vault is sealed");
}

BOOST_AUTO_TEST_CASE(null_makes_the_constructor_throw) {
    world w;
    w.config.credentials = nullptr;
    BOOST_CHECK_EXCEPTION(w.open(), config_error, [](config_error const& e) { return e.field() == "credentials"; });
}

BOOST_AUTO_TEST_SUITE_END()
