// SPDX-License-Identifier: BSL-1.0
//
// Keys of pod identity and for id tokens, over scripted connections and in virtual time.
#include "io/credential_cloud.hpp"

#include <boost/test/unit_test.hpp>

#include <unistd.h>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

BOOST_AUTO_TEST_SUITE(pod_identity_and_idp)

namespace {

class variables {
public:
    void set(char const* name, std::string const& value) {
        ::setenv(name, value.c_str(), 1);
        names_.emplace_back(name);
    }
    ~variables() {
        for (auto const& each : names_)
            ::unsetenv(each.c_str());
    }

private:
    std::vector<std::string> names_;
};

std::string file_with(std::string const& text) {
    auto const path = std::filesystem::temp_directory_path() / ("oms-token-" + std::to_string(::getpid()));
    std::ofstream(path) << text;
    return path.string();
}

constexpr char const* pod_key = R"({"credentials":{"accessKeyId":"POD","secretAccessKey":"s","securityToken":"st",)"
                                R"("expiration":"2026-01-01T06:00:00Z"}})";

}  // namespace

BOOST_AUTO_TEST_CASE(a_pod_has_its_key) {
    variables v;
    std::string const path = file_with(" the-token\n");
    v.set("HC_CONTAINER_AUTHORIZATION_TOKEN_FILE", path);
    v.set("HC_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.2/v1/key?x=y");
    world w;
    w.config.credentials = pod_identity_credentials();
    std::string asked;
    std::size_t times = 0;
    w.net.server = [&](request const& r) {
        answer a;
        a.bytes = reply_text(200);
        if (r.target != "/v1/key?x=y") return a;
        ++times;
        asked = r.text;
        a.bytes = reply_text(200, pod_key);
        return a;
    };
    for (int i = 0; i < 20; ++i)
        BOOST_TEST(!stop_now(w, "p" + std::to_string(i))->code);
    BOOST_TEST(times == 1U);
    BOOST_TEST(w.net.peers.front() == "169.254.170.2:80");
    BOOST_TEST(asked.starts_with("POST /v1/key?x=y HTTP/1.1\r\n"));
    BOOST_TEST(asked.find("\r\nAuthorization: the-token\r\n") != std::string::npos);
    BOOST_TEST(asked.ends_with("\r\n\r\n{}"));
    BOOST_TEST(w.net.ledger.back().request.find("Access=POD,") != std::string::npos);
    std::filesystem::remove(path);
}

BOOST_AUTO_TEST_CASE(where_a_pod_must_not_ask) {
    std::string const path = file_with("t");
    for (std::string const uri : {"http://example.test/", "http://10.0.0.1/", "ftp://127.0.0.1/", "127.0.0.1",
                                  "http://127.0.0.1/a b", "http:///", "http://127.0.0.1:99999/"}) {
        variables v;
        v.set("HC_CONTAINER_AUTHORIZATION_TOKEN_FILE", path);
        v.set("HC_CONTAINER_CREDENTIALS_FULL_URI", uri);
        world w;
        w.config.credentials = pod_identity_credentials();
        auto const call = stop_now(w);
        BOOST_TEST((call->code == error_code(errc::credentials_unavailable)), uri);
        BOOST_TEST(w.net.dialed == 0U);
    }
    for (std::string const uri :
         {"https://example.test/", "http://127.0.0.1:81/", "http://[::1]/", "http://localhost"}) {
        variables v;
        v.set("HC_CONTAINER_AUTHORIZATION_TOKEN_FILE", path);
        v.set("HC_CONTAINER_CREDENTIALS_FULL_URI", uri);
        world w;
        w.config.credentials = pod_identity_credentials();
        w.net.server = [](request const&) {
            answer a;
            a.bytes = reply_text(200, pod_key);
            return a;
        };
        BOOST_TEST(!stop_now(w)->code, uri);
    }
    std::filesystem::remove(path);
}

BOOST_AUTO_TEST_CASE(an_id_token_gives_a_key) {
    std::string const path = file_with("jwt\n");
    world w;
    idp_options options;
    options.idp_id = "the-idp";
    options.id_token_file = path;
    options.endpoint = "https://iam.test";
    w.config.credentials = idp_credentials(options);
    std::vector<std::string> asked;
    unsigned status = 201;
    w.net.server = [&](request const& r) {
        answer a;
        a.bytes = reply_text(200);
        if (r.target == "/v3.0/OS-AUTH/id-token/tokens") {
            asked.push_back(r.text);
            a.bytes = reply_text(status, R"({"token":{}})", "X-Subject-Token: unscoped\r\n");
        } else if (r.target == "/v3.0/OS-CREDENTIAL/securitytokens") {
            asked.push_back(r.text);
            a.bytes = reply_text(201, key_reply("IDP").substr(key_reply("IDP").find("{\"cred")));
        }
        return a;
    };
    BOOST_TEST(!stop_now(w)->code);
    BOOST_REQUIRE(asked.size() == 2U);
    BOOST_TEST(asked[0].find("\r\nX-Idp-Id: the-idp\r\n") != std::string::npos);
    BOOST_TEST(asked[0].ends_with(R"({"auth":{"id_token":{"id":"jwt"}}})"));
    BOOST_TEST(asked[1].ends_with(
        R"({"auth":{"identity":{"methods":["token"],"token":{"id":"unscoped","duration_seconds":21600}}}})"));
    BOOST_TEST(w.net.peers.front() == "iam.test:443");
    BOOST_TEST(w.net.ledger.back().request.find("Access=IDP,") != std::string::npos);

    world u;
    u.config.credentials = idp_credentials(options);
    u.net.server = w.net.server;
    status = 401;
    for (int i = 0; i < 20; ++i)
        BOOST_TEST((stop_now(u, "p" + std::to_string(i))->code == error_code(errc::credentials_rejected)));
    BOOST_TEST(asked.size() == 3U);
    status = 201;
    u.run_for(5min);
    BOOST_TEST(!stop_now(u)->code);
    std::filesystem::remove(path);
}

BOOST_AUTO_TEST_CASE(idp_options_are_read) {
    variables v;
    v.set("HUAWEICLOUD_SDK_IDP_ID", "by-variable");
    std::string const path = file_with("jwt");
    world w;
    w.config.credentials = idp_credentials();
    BOOST_TEST(stop_now(w)->result.service_message.find("HUAWEICLOUD_SDK_ID_TOKEN_FILE is not set") !=
               std::string::npos);
    v.set("HUAWEICLOUD_SDK_ID_TOKEN_FILE", path);
    std::string asked;
    w.net.server = [&](request const& r) {
        asked = r.text;
        return no_answer();
    };
    idp_options options;
    options.timeout = 3s;
    world u;
    u.net.server = w.net.server;
    u.config.credentials = idp_credentials(options);
    BOOST_TEST((stop_now(u)->code == error_code(errc::first_byte_timeout)));
    BOOST_TEST((u.time.elapsed() == 3s));
    BOOST_TEST(asked.find("\r\nX-Idp-Id: by-variable\r\n") != std::string::npos);
    std::filesystem::remove(path);
    auto const names = [](std::string field) {
        return [field = "idp_options::" + field](config_error const& e) { return e.field() == field; };
    };
    options.timeout = 0s;
    BOOST_CHECK_EXCEPTION(idp_credentials(options), config_error, names("timeout"));
    options.timeout = 3s;
    options.idp_id = "a\nb";
    BOOST_CHECK_EXCEPTION(idp_credentials(options), config_error, names("idp_id"));
    options.idp_id.clear();
    options.endpoint = "http://x";
    BOOST_CHECK_EXCEPTION(idp_credentials(options), config_error, names("endpoint"));
    options.endpoint.clear();
    options.ca_file = "/nowhere";
    BOOST_CHECK_EXCEPTION(idp_credentials(options), config_error, names("ca_file"));
    options.ca_file.clear();
    options.ca_pem = "nothing";
    BOOST_CHECK_EXCEPTION(idp_credentials(options), config_error, names("ca_pem"));
}

BOOST_AUTO_TEST_CASE(the_default_chain_says_what_each_link_lacks) {
    variables v;
    for (char const* name : {"HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK", "CLOUD_SDK_AK", "CLOUD_SDK_SK"})
        v.set(name, "");
    v.set("HUAWEICLOUD_SDK_CREDENTIALS_FILE", "/nowhere/credentials");
    world w;
    w.config.credentials = default_credentials();
    bool answers = false;
    w.net.dials_to = [&](std::string const&) -> std::vector<dial_step> {
        if (answers) return {};
        return {{phase::connect, 10ms, errc::connect_failed}};
    };
    cloud c(w);
    auto const call = stop_now(w);
    BOOST_TEST((call->code == error_code(errc::credentials_unavailable)));
    BOOST_TEST((call->result.outcome == outcome::not_sent));
    std::string const said = call->result.service_message;
    for (std::string const part : {"identity provider: HUAWEICLOUD_SDK_IDP_ID is not set",
                                   "environment: HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not set",
                                   "profile: /nowhere/credentials cannot be read",
                                   "metadata: ", "pod identity: HC_CONTAINER_CREDENTIALS_FULL_URI is not set"}) {
        BOOST_TEST(said.find(part) != std::string::npos, said << " lacks " << part);
    }
    answers = true;
    w.run_for(5s);
    BOOST_TEST(!stop_now(w)->code);
    BOOST_TEST(w.net.ledger.back().request.find("Access=AK1,") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
