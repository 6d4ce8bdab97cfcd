// SPDX-License-Identifier: BSL-1.0
// Where credentials come from: what goes wrong there tells no secret, wherever it was put.
#include "system/support/secret_rig.hpp"
#include "system/temporary_directory.hpp"

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace oms::test;

namespace {

using provider_ptr = std::shared_ptr<oms::credentials_provider>;

constexpr std::string_view key_path = "/openstack/latest/securitykey";
constexpr std::string_view idp_path = "/v3.0/OS-AUTH/id-token/tokens";
constexpr std::string_view idp_key_path = "/v3.0/OS-CREDENTIAL/securitytokens";

// Variables of the process, until the end of the scope.
class variables {
public:
    variables() = default;
    explicit variables(std::vector<std::pair<std::string, std::string>> const& all) {
        for (auto const& [name, value] : all)
            set(name, value);
    }
    variables(variables const&) = delete;
    variables& operator=(variables const&) = delete;
    ~variables() {
        for (auto const& each : names_)
            ::unsetenv(each.c_str());
    }
    void set(std::string const& name, std::string const& value) {
        ::setenv(name.c_str(), value.c_str(), 1);
        names_.push_back(name);
    }

private:
    std::vector<std::string> names_;
};

// Each source that asks over the network, with a secret of its own to ask with.
struct source_rig : secret_rig {
    source_rig() {
        config.retry.max_attempts = 1;
        process.set("HC_CONTAINER_CREDENTIALS_FULL_URI", sim.pod_identity_uri());
        process.set("HC_CONTAINER_AUTHORIZATION_TOKEN_FILE", token_file);
    }

    provider_ptr iam() const {
        oms::iam_options options;
        options.endpoint = sim.iam_endpoint();
        options.domain = "account";
        options.user = "user";
        options.password = oms::secret(password);
        return oms::iam_token_credentials(options);
    }
    provider_ptr metadata() const {
        oms::metadata_options options;
        options.endpoint = sim.metadata_endpoint();
        return oms::metadata_credentials(options);
    }
    provider_ptr idp() const {
        oms::idp_options options;
        options.endpoint = sim.iam_endpoint();
        options.idp_id = "the-idp";
        options.id_token_file = token_file;
        return oms::idp_credentials(options);
    }
    oms::agency_options agency() const {
        oms::agency_options options;
        options.agency = "agency";
        options.domain_name = "account";
        options.endpoint = sim.iam_endpoint();
        return options;
    }
    provider_ptr agency_token() const { return oms::agency_token_credentials(agency(), oms::token_credentials(token)); }
    provider_ptr agency_key() const {
        return oms::agency_key_credentials(agency(),
                                           oms::key_credentials(std::string(access_key), secret_key, security_token));
    }
    // Earlier steps succeed, and give the same token.
    void answer_before(std::string_view path) {
        sim.clear_faults();
        if (path == key_path) sim.on(oms::testing::path("/meta-data/")).reply(200, token);
        if (path == idp_key_path) {
            sim.on(oms::testing::path(std::string(idp_path))).reply(201, "{}", {{"X-Subject-Token", token}});
        }
    }

    temporary_directory const directory;
    std::string const token_file = directory.write("token", token + "\n");
    std::string const pod_path = sim.pod_identity_uri().substr(sim.pod_identity_uri().find('/', 8));
    variables process;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(secret_sources, source_rig)

BOOST_AUTO_TEST_CASE(what_a_source_was_sent_may_come_back) {
    struct exchange {
        std::string_view path;
        std::string const& sent;
        std::function<provider_ptr()> make;
    };
    for (auto const& each :
         {exchange{"/v3/auth/tokens", password, [&] { return iam(); }},
          exchange{key_path, token, [&] { return metadata(); }}, exchange{idp_path, token, [&] { return idp(); }},
          exchange{idp_key_path, token, [&] { return idp(); }},
          exchange{"/v3/auth/tokens", token, [&] { return agency_token(); }},
          exchange{idp_key_path, security_token, [&] { return agency_key(); }},
          exchange{idp_key_path, secret_key, [&] { return agency_key(); }},
          exchange{pod_path, token, [] { return oms::pod_identity_credentials(); }}}) {
        for (auto const& body : echoes(each.sent)) {
            for (unsigned const status : {200U, 201U, 400U, 401U, 403U, 503U}) {
                answer_before(each.path);
                sim.on(oms::testing::path(std::string(each.path)))
                    .reply(status, body, {{"X-Subject-Token", each.sent + " "}, {"Location", each.sent}});
                BOOST_TEST(!!stop(each.make()), each.path << ' ' << status);
            }
        }
        BOOST_TEST(sim.count(oms::testing::path(std::string(each.path))) > 0U, each.path);
    }
    BOOST_TEST(sim.count(oms::testing::path("/v2/")) == 0U);
    BOOST_TEST(written > 10'000U);
}

BOOST_AUTO_TEST_CASE(what_a_source_gives_may_be_broken) {
    std::string const id(access_key);
    std::string const whole = R"({"credential":{"access":")" + id + R"(","secret":")" + secret_key +
                              R"(","securitytoken":")" + security_token + R"(","expires_at":"2099-01-01T00:00:00Z"}})";
    auto const with = [&](std::string_view part, std::string const& other) {
        std::string text = whole;
        return text.replace(text.find(part), part.size(), other);
    };
    std::vector<std::string> const broken{
        whole.substr(0, whole.size() - 1),
        whole.substr(0, whole.find("securitytoken")),
        whole + whole,
        with("2099", "never"),
        with("2099", "1999"),
        with("\"expires_at\"", "\"expires\""),
        with("\"secret\"", "\"secrets\""),
        with(id, ""),
        with(id, secret_key + "\\n"),  // put into the wrong place
        with(secret_key, secret_key + "\\n"),
        with(security_token, security_token + "\\u0001"),
        with(security_token, security_token + std::string(20'000, 'S')),
    };
    for (auto const& body : broken) {
        for (std::string_view const path : {key_path, idp_key_path, std::string_view(pod_path)}) {
            answer_before(path);
            sim.on(oms::testing::path(std::string(path))).reply(path == idp_key_path ? 201 : 200, body);
            auto const source = path == key_path       ? metadata()
                                : path == idp_key_path ? idp()
                                                       : oms::pod_identity_credentials();
            BOOST_TEST(!!stop(source), path << ' ' << body.substr(0, 40));
            if (path == idp_key_path) BOOST_TEST(!!stop(agency_key()), body.substr(0, 40));
        }
    }
    for (std::string const body : {"", "{}", R"({"token":{"expires_at":"never"}})"}) {
        sim.clear_faults();
        sim.on(oms::testing::path("/v3/auth/")).reply(201, body, {{"X-Subject-Token", token}});
        BOOST_TEST(!!stop(iam()));
        BOOST_TEST(!!stop(agency_token()));
    }
    BOOST_TEST(sim.count(oms::testing::path("/v2/")) == 0U);
}

BOOST_AUTO_TEST_CASE(what_a_source_gave_may_come_back_from_the_service) {
    std::string const body = R"({"token":{"expires_at":"2099-01-01T00:00:00Z"}})";
    std::string const key = R"({"credential":{"access":")" + std::string(access_key) + R"(","secret":")" + secret_key +
                            R"(","securitytoken":")" + security_token + R"(","expires_at":"2099-01-01T00:00:00Z"}})";
    for (auto const& [source, secret] : {std::pair(iam(), token), std::pair(metadata(), security_token),
                                         std::pair(agency_token(), token), std::pair(agency_key(), security_token)}) {
        for (auto const& echo : echoes(secret)) {
            for (unsigned const status : {401U, 403U, 500U}) {
                sim.clear_faults();
                sim.on(oms::testing::path("/v3/auth/")).reply(201, body, {{"X-Subject-Token", token}});
                sim.on(oms::testing::path(std::string(key_path))).reply(200, key);
                sim.on(oms::testing::path(std::string(idp_key_path))).reply(201, key);
                sim.on(oms::testing::path("/v2/")).reply(status, echo, {{"X-Request-Id", secret}});
                BOOST_TEST(!!stop(source));
            }
        }
    }
    BOOST_TEST(sim.count(oms::testing::path("/v2/")) > 10U);
}

BOOST_AUTO_TEST_CASE(settings_may_hold_a_secret_in_the_wrong_place) {
    using settings = std::vector<std::pair<std::string, std::string>>;
    std::string const control = token + "\r\nX-Evil: \x1b[31m";
    std::string const id(access_key);
    for (auto const& each : std::vector<settings>{
             {{"HUAWEICLOUD_SDK_AK", control}, {"HUAWEICLOUD_SDK_SK", secret_key}},
             {{"HUAWEICLOUD_SDK_AK", id}, {"HUAWEICLOUD_SDK_SK", secret_key + "\n"}},
             {{"HUAWEICLOUD_SDK_AK", id},
              {"HUAWEICLOUD_SDK_SK", secret_key},
              {"HUAWEICLOUD_SDK_SECURITY_TOKEN", control}},
             {{"HUAWEICLOUD_SDK_AK", id}, {"HUAWEICLOUD_SDK_SK", secret_key}, {"HUAWEICLOUD_SDK_PROJECT_ID", token}},
             {{"HUAWEICLOUD_SDK_SK", secret_key}},
             {{"HUAWEICLOUD_SDK_AK", secret_key}},
         }) {
        variables const set(each);
        BOOST_TEST(!!stop(oms::environment_credentials()));
    }
    for (auto const& where : {secret_key, token, control, "/nowhere/" + control}) {
        variables const set({{"HUAWEICLOUD_SDK_CREDENTIALS_FILE", where},
                             {"HUAWEICLOUD_SDK_IDP_ID", "the-idp"},
                             {"HUAWEICLOUD_SDK_ID_TOKEN_FILE", where}});
        BOOST_TEST((stop(oms::profile_credentials()) == oms::errc::credentials_unavailable));
        BOOST_TEST((stop(oms::idp_credentials()) == oms::errc::credentials_unavailable));
        process.set("HC_CONTAINER_AUTHORIZATION_TOKEN_FILE", where);
        BOOST_TEST((stop(oms::pod_identity_credentials()) == oms::errc::credentials_unavailable));
    }
    for (auto const& uri : {"http://u:" + password + "@127.0.0.1/", "https://" + token, control}) {
        process.set("HC_CONTAINER_CREDENTIALS_FULL_URI", uri);
        BOOST_TEST((stop(oms::pod_identity_credentials()) == oms::errc::credentials_unavailable));
    }
    BOOST_TEST(sim.requests() == 0U);
}

BOOST_AUTO_TEST_CASE(configurations_of_the_process_may_hold_one_too) {
    auto const refuses = [&](std::string const& name, std::string const& value) {
        variables const set({{"OMS_REGION", "cn-north-4"}, {name, value}});
        try {
            oms::client_config::from_environment();
            BOOST_ERROR(name << " was taken");
        } catch (oms::config_error const& e) {
            BOOST_TEST(e.field().starts_with(name), e.field());
            seen->add(e.what(), e.field());
            check();
        }
    };
    std::string const control = token + "\r\n\x1b[31m";
    for (auto const& each : {token, control, "https://u:" + password + "@host", "https://host/" + token}) {
        for (auto const* const name :
             {"OMS_ENDPOINT", "HUAWEICLOUD_SDK_REGION_OMS_CN_NORTH_4", "HUAWEICLOUD_SDK_IAM_ENDPOINT", "https_proxy"}) {
            if (each.starts_with("https://u:") && std::string_view(name) == "https_proxy") continue;
            refuses(name, each);
        }
    }
    for (auto const& each : {token, control}) {
        refuses("OMS_REGION", each);
        refuses("OMS_CA_FILE", each);
        refuses("HUAWEICLOUD_SDK_REGIONS_FILE", each);
        variables const set({{"no_proxy", "a b," + each + "/99"}});  // a rule of no kind is left out, and told
        auto const taken = oms::client_config::from_environment();
        BOOST_TEST(!taken.proxy.skipped_rules.empty());
        auto told = config;
        told.proxy = taken.proxy;
        told.proxy.url = "http://127.0.0.1:1";
        told.retry.max_attempts = 1;
        told.timeouts.total = 1s;
        BOOST_TEST(!!stop(told));
    }
    for (std::string const& text :
         {"OMS: *" + token, "OMS:\n- " + token, "OMS:\n- id: \"" + token + "\"\n  endpoint: http://x\n",
          "OMS:\n- id: x\n  endpoint: \"https://u:" + password + "@x\"\n", "OMS:\n- id: &" + token + " [\n",
          "OMS: \"\\" + secret_key + "\"", "{" + token + ": {", std::string(2 * 1024 * 1024, '#')}) {
        refuses("HUAWEICLOUD_SDK_REGIONS_FILE", directory.write("regions.yaml", text));
    }
    for (auto const& each : {"https://u:" + password + "@host", control}) {
        variables const set({{"HUAWEICLOUD_SDK_IAM_ENDPOINT", each}});
        try {
            oms::default_credentials();
            BOOST_ERROR("it was taken");
        } catch (oms::config_error const& e) {
            BOOST_TEST(e.field() == "HUAWEICLOUD_SDK_IAM_ENDPOINT");
            seen->add(e.what(), e.field());
            check();
        }
    }
    BOOST_TEST(written > 1'000U);
}

BOOST_AUTO_TEST_SUITE_END()
