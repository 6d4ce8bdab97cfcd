// SPDX-License-Identifier: BSL-1.0
//
// What `key_options` makes of a request.
#include "io/harness/world.hpp"
#include "wire/signature.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

std::string authorization_of(world& w) {
    auto const call = w.stop();
    w.run_until_done(*call);
    BOOST_REQUIRE(!call->code);
    std::string const& text = w.net.ledger.back().request;
    auto const at = text.find("Authorization: ") + 15;
    return text.substr(at, text.find('\r', at) - at);
}

// By the signer itself, which the published vectors prove.
std::string expected(wire::sign_algorithm how, wire::signing_scope scope) {
    wire::signer by(how, {"AK", "SK", {}}, std::move(scope));
    std::string headers;
    wire::plain_request r;
    r.verb = "POST";
    r.path = "/v2/p/sync-tasks/t0/stop";
    r.host = "oms.test";
    r.project_id = "p";
    by.append_headers(headers, r, std::chrono::sys_days(std::chrono::year(2026) / 1 / 1));
    auto const at = headers.find("Authorization: ") + 15;
    return headers.substr(at, headers.find('\r', at) - at);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(signing_options)

BOOST_AUTO_TEST_CASE(the_algorithm_is_the_one_that_was_chosen) {
    world plain;
    plain.config.credentials = key_credentials("AK", "SK");
    BOOST_TEST(authorization_of(plain) == expected(wire::sign_algorithm::sdk_hmac_sha256, {}));
    key_options options;
    options.algorithm = signing::hmac_sm3;
    world sm3;
    sm3.config.credentials = key_credentials("AK", "SK", {}, options);
    BOOST_TEST(authorization_of(sm3) == expected(wire::sign_algorithm::sdk_hmac_sm3, {}));
    options.algorithm = signing::v11_hmac_sha256;
    options.region = "cn-north-4";
    world v11;
    v11.config.credentials = key_credentials("AK", "SK", {}, options);
    BOOST_TEST(authorization_of(v11) == expected(wire::sign_algorithm::v11_hmac_sha256, {"cn-north-4", "oms"}));
    options.service = "other";
    world named;
    named.config.credentials = key_credentials("AK", "SK", {}, options);
    BOOST_TEST(authorization_of(named) == expected(wire::sign_algorithm::v11_hmac_sha256, {"cn-north-4", "other"}));
}

BOOST_AUTO_TEST_CASE(a_derived_key_needs_its_region_and_service) {
    for (std::string const part : {"", "a/b", "a b", "a,b", "a\r\nb"}) {
        for (bool region : {true, false}) {
            key_options options;
            options.algorithm = signing::v11_hmac_sha256;
            options.region = region ? part : "cn-north-4";
            if (!region) options.service = part;
            BOOST_CHECK_EXCEPTION(key_credentials("AK", "SK", {}, options), config_error, [&](config_error const& e) {
                return e.field() == (region ? "signing_region" : "signing_service");
            });
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
