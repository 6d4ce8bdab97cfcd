// SPDX-License-Identifier: BSL-1.0
//
// What of a credential no request may carry, and what is said of it.
#include "auth/credential_check.hpp"

#include <oms/config.hpp>

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>

using namespace oms;
using auth::credential_fault;
using auth::fault_of;

namespace {

std::string const longest(16384, 'x');

std::string said_of(credential const& value) {
    auto const fault = fault_of(value);
    return fault ? std::string(fault->part) + ' ' + fault->reason() : "good";
}

std::string said_of_token(std::string token) {
    return said_of(credential::from_token(std::move(token)));
}

credential derived(std::string region, std::string service) {
    credential result = credential::from_keys("ak", "sk");
    result.algorithm = signing::v11_hmac_sha256;
    result.signing_region = std::move(region);
    result.signing_service = std::move(service);
    return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(credential_checks)

BOOST_AUTO_TEST_CASE(what_can_be_sent_has_no_fault) {
    for (std::string const& each : {std::string("!~"), longest}) {
        BOOST_TEST(said_of_token(each) == "good");
        BOOST_TEST(said_of(credential::from_keys(each, "sk", each)) == "good");
    }
    BOOST_TEST(said_of(credential::from_keys("ak", std::string(1024, ' '))) == "good");
    BOOST_TEST(said_of(derived("cn-north-4", "oms")) == "good");
}

BOOST_AUTO_TEST_CASE(a_line_end_is_told_with_what_probably_made_it) {
    for (std::string const end : {"\n", "\r\n", "\n\n"})
        BOOST_TEST(
            said_of_token("abc" + end).starts_with("token ends with a line end, as text that was read from a file"));
    BOOST_TEST(said_of_token("abc\ndef") ==
               "token holds a line end at character 4; is it two values, or a whole file?");
    BOOST_TEST(said_of(credential::from_keys("ak", "sk\n")).starts_with("secret_key ends with a line end"));
    BOOST_TEST(said_of(credential::from_keys("ak\n", "sk")).starts_with("access_key ends with a line end"));
    BOOST_TEST(said_of(credential::from_keys("ak", "sk", "st\r\n")).starts_with("security_token ends with a line end"));
}

BOOST_AUTO_TEST_CASE(other_characters_are_told_where_they_are) {
    BOOST_TEST(said_of_token("ab c").starts_with("token holds a blank at character 3;"));
    BOOST_TEST(said_of_token("\tabc") == "token holds a control character at character 1");
    BOOST_TEST(said_of_token(std::string("a\0b", 3)) == "token holds a control character at character 2");
    BOOST_TEST(said_of_token("caf\xc3\xa9") == "token holds a character that is not ASCII at character 4");
    BOOST_TEST(said_of(derived("a/b", "oms")) ==
               "signing_region holds a '/', which separates the parts of a signature");
    BOOST_TEST(said_of(derived("a", "o,s")) == "signing_service holds a ',', which separates the parts of a signature");
}

BOOST_AUTO_TEST_CASE(what_is_missing_or_too_long_is_named) {
    BOOST_TEST(said_of({}).starts_with("type is empty"));
    BOOST_TEST(said_of_token("").starts_with("token is empty"));
    BOOST_TEST(said_of_token(longest + "x") == "token has 16385 characters, which is more than a request may carry");
    BOOST_TEST(said_of(credential::from_keys("", "sk")).starts_with("access_key is empty"));
    BOOST_TEST(said_of(credential::from_keys("ak", "")).starts_with("secret_key is empty"));
    BOOST_TEST(
        said_of(credential::from_keys("ak", std::string(1025, 's'))).starts_with("secret_key has 1025 characters"));
    BOOST_TEST(said_of(derived("", "oms")).starts_with("signing_region is empty"));
    BOOST_TEST(said_of(derived("a", "")).starts_with("signing_service is empty"));
}

BOOST_AUTO_TEST_CASE(what_is_made_of_a_bad_one_throws_and_tells_nothing_of_it) {
    std::string const secret = "TELLTALE";
    auto const check = [&](std::string const& part, auto make) {
        BOOST_CHECK_EXCEPTION(make(), config_error, [&](config_error const& e) {
            return e.field() == part && e.code() == errc::invalid_config &&
                   std::string(e.what()).find(secret) == std::string::npos;
        });
    };
    check("token", [&] { token_credentials(secret + "\n"); });
    check("access_key", [&] { key_credentials(secret + " ", secret); });
    check("secret_key", [&] { key_credentials("ak", secret + "\r\n"); });
    check("security_token", [&] { key_credentials("ak", secret, secret + "\n"); });
    key_options options;
    options.algorithm = signing::v11_hmac_sha256;
    check("signing_region", [&] { key_credentials("ak", secret, {}, options); });
}

BOOST_AUTO_TEST_SUITE_END()
