// SPDX-License-Identifier: BSL-1.0
#include "client/environment.hpp"

#include "client/region_file.hpp"
#include "system/temporary_directory.hpp"

#include <oms/client.hpp>
#include <oms/observer.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace oms;
using detail::config_from;
using detail::environment;

namespace {

constexpr auto* one_region = "HUAWEICLOUD_SDK_REGION_OMS_CN_NORTH_4";
constexpr auto* regions_file = "HUAWEICLOUD_SDK_REGIONS_FILE";

// What is wrong must be named, with advice, and without the value where that may be a secret.
void check_refused(environment const& variables, std::string const& field, std::string const& advice,
                   std::string const& never_said = "hunter2") {
    BOOST_TEST_CONTEXT("field " << field) {
        try {
            config_from(variables);
            BOOST_ERROR("nothing was thrown");
        } catch (config_error const& e) {
            std::string const what = e.what();
            BOOST_TEST((e.code() == errc::invalid_config));
            BOOST_TEST(e.field().starts_with(field), e.field());
            BOOST_TEST(what.find(field) != std::string::npos, what);
            BOOST_TEST(what.find(advice) != std::string::npos, what);
            BOOST_TEST(what.find(never_said) == std::string::npos, what);
        }
    }
}

using urls = std::vector<std::string>;

detail::region_table regions_of(std::string const& text) {
    std::string reason;
    auto table = detail::parse_region_file(text, "oms", reason);
    BOOST_REQUIRE_MESSAGE(table, reason);
    return *std::move(table);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(environments)

BOOST_AUTO_TEST_CASE(nothing_is_set) {
    for (environment const& variables : {environment{}, environment{{"OMS_REGION", ""},
                                                                    {"OMS_ENDPOINT", ""},
                                                                    {"OMS_CA_FILE", ""},
                                                                    {"HUAWEICLOUD_SDK_IAM_ENDPOINT", ""},
                                                                    {one_region, ""},
                                                                    {"HTTPS_PROXY", ""},
                                                                    {"NO_PROXY", ""},
                                                                    {regions_file, ""},
                                                                    {"HOME", ""}}}) {
        client_config const config = config_from(variables);
        BOOST_TEST(config.region.empty());
        BOOST_TEST(config.endpoint.empty());
        BOOST_TEST(config.endpoints.empty());
        BOOST_TEST(config.iam_endpoint.empty());
        BOOST_TEST(config.tls.ca_file.empty());
        BOOST_TEST(config.proxy.url.empty());
        BOOST_TEST(config.proxy.no_proxy.empty());
        BOOST_TEST(!config.credentials);
    }
}

BOOST_AUTO_TEST_CASE(region_and_endpoint) {
    client_config config = config_from({{"OMS_REGION", "cn-north-4"}});
    BOOST_TEST(config.region == "cn-north-4");
    config = config_from({{"OMS_ENDPOINT", "https://a.example:8443 , b.example/"}, {"OMS_REGION", "any name"}});
    BOOST_TEST(config.endpoint == "https://a.example:8443,https://b.example/");
    BOOST_TEST(config.region == "any name");
    check_refused({{"OMS_REGION", "nowhere"}}, "OMS_REGION", "cn-north-4");
    check_refused({{"OMS_ENDPOINT", "http://a.example"}}, "OMS_ENDPOINT", "https://");
    check_refused({{"OMS_ENDPOINT", "https://a.example,,https://b.example"}}, "OMS_ENDPOINT", "https://");
    check_refused({{"OMS_ENDPOINT", "https://user:hunter2@a.example"}}, "OMS_ENDPOINT", "https://");
}

BOOST_AUTO_TEST_CASE(iam_has_an_endpoint_of_its_own) {
    BOOST_TEST(config_from({{"HUAWEICLOUD_SDK_IAM_ENDPOINT", "https://iam.example"}}).iam_endpoint ==
               "https://iam.example");
    check_refused({{"HUAWEICLOUD_SDK_IAM_ENDPOINT", "http://iam.example"}}, "HUAWEICLOUD_SDK_IAM_ENDPOINT", "https://");
}

BOOST_AUTO_TEST_CASE(proxies_lower_case_first) {
    client_config config = config_from({{"HTTPS_PROXY", "http://upper:1"}, {"NO_PROXY", "a.example"}});
    BOOST_TEST(config.proxy.url == "http://upper:1");
    BOOST_TEST(config.proxy.no_proxy == "a.example");
    config = config_from({{"HTTPS_PROXY", "http://upper:1"},
                          {"https_proxy", "http://user:hunter2@lower:1"},
                          {"NO_PROXY", "a.example"},
                          {"no_proxy", "b.example"}});
    BOOST_TEST(config.proxy.url == "http://user:hunter2@lower:1");
    BOOST_TEST(config.proxy.no_proxy == "b.example");
    config = config_from({{"HTTP_PROXY", "http://upper:1"}, {"ALL_PROXY", "http://upper:1"}});
    BOOST_TEST(config.proxy.url.empty());
    BOOST_TEST(config_from({{"https_proxy", "proxy.example:3128"}}).proxy.url == "http://proxy.example:3128");
    config = config_from({{"HTTPS_PROXY", "https://user:hunter2@lower:1"}});
    BOOST_TEST(config.proxy.url == "https://user:hunter2@lower:1");
    check_refused({{"HTTPS_PROXY", "socks4://user:hunter2@proxy"}}, "HTTPS_PROXY", "http://");
    check_refused({{"https_proxy", "http://user:hunter2@proxy:x"}}, "https_proxy", "http://");
}

// Other tools read the same variable, and have rules of other kinds.
BOOST_AUTO_TEST_CASE(proxy_rules_of_other_tools_are_left_out_and_told) {
    for (auto const* name : {"no_proxy", "NO_PROXY"}) {
        for (std::string const rule :
             {"192.168.*", "<local>", "fe80::1%eth0", "\"quoted.example\"", "'q.example'", "a.example;b.example",
              "10.0.0.0/33", "10.0.0.0/", "http://a.example", "a..b", "[::1", "a.example:0", "*.*"}) {
            client_config const config = config_from({{name, "A.example, " + rule + " ,10.0.0.0/8,," + rule}});
            BOOST_TEST(config.proxy.no_proxy == "A.example,10.0.0.0/8", rule);
            BOOST_REQUIRE(config.proxy.skipped_rules.size() == 2U);
            BOOST_TEST(config.proxy.skipped_rules.front() == rule);
        }
    }
    client_config const config = config_from({{"no_proxy", "a.example b.example:8443\t*"}});
    BOOST_TEST(config.proxy.no_proxy == "a.example,b.example:8443,*");
    BOOST_TEST(config.proxy.skipped_rules.empty());
}

BOOST_AUTO_TEST_CASE(rules_without_a_proxy_do_not_matter) {
    struct warnings final : observer {
        void on_warning(warning_event const& e) noexcept override {
            BOOST_TEST(e.code == "no_proxy_rules_skipped");
            text = e.text;
        }
        std::string text;
    };
    for (bool const proxied : {false, true}) {
        client_config config = config_from({{"no_proxy", "a.example,192.168.*,<local>\x1b"}});
        auto const seen = std::make_shared<warnings>();
        config.observer = seen;
        config.endpoint = "https://oms.example";
        config.credentials = token_credentials("t");
        if (proxied) config.proxy.url = "http://proxy.example";
        boost::asio::io_context context;
        client const one(context, config);
        BOOST_TEST(seen->text.starts_with("2 of the rules") == proxied, seen->text);
        BOOST_TEST(seen->text.find("192.168") == std::string::npos);  // what a variable holds may be a secret
        BOOST_TEST(seen->text.empty() == !proxied);

        config.proxy.no_proxy = "192.168.*";  // the program's own word is no other tool's
        if (proxied) {
            BOOST_CHECK_EXCEPTION(client(context, config), config_error,
                                  [](config_error const& e) { return e.field() == "proxy.no_proxy"; });
        } else {
            BOOST_CHECK_NO_THROW(client(context, config));
        }
    }
}

BOOST_AUTO_TEST_CASE(endpoints_of_single_regions) {
    client_config const config = config_from({{one_region, "https://a.example, https://b.example"},
                                              {"HUAWEICLOUD_SDK_REGION_OMS_MY_REGION", "c.example"},
                                              {"HUAWEICLOUD_SDK_REGION_IAM_CN_NORTH_1", "https://iam.example"},
                                              {"OMS_REGION", "my-region"}});
    BOOST_TEST(config.endpoints.size() == 2U);
    BOOST_TEST(config.endpoints.at("cn-north-4") == "https://a.example,https://b.example");
    BOOST_TEST(config.endpoints.at("my-region") == "https://c.example");
    BOOST_TEST(config.region == "my-region");
    check_refused({{one_region, "ftp://a.example"}}, one_region, "https://");
}

BOOST_AUTO_TEST_CASE(region_files_and_what_overrules_them) {
    test::temporary_directory const directory;
    std::string const path = directory.write("r.yaml",
                                             "OMS:\n- id: cn-north-4\n  endpoint: https://f.example\n"
                                             "- id: my-region-1\n  endpoint: https://g.example\n");
    client_config config = config_from({{regions_file, path}});
    BOOST_TEST(config.endpoints.at("cn-north-4") == "https://f.example");
    BOOST_TEST(config.endpoints.at("my-region-1") == "https://g.example");
    config = config_from({{regions_file, path}, {one_region, "https://a.example"}});
    BOOST_TEST(config.endpoints.at("cn-north-4") == "https://a.example");
    BOOST_TEST(config.endpoints.at("my-region-1") == "https://g.example");

    check_refused({{regions_file, directory.file("missing.yaml")}}, regions_file, "readable");
    check_refused({{regions_file, directory.file("")}}, regions_file, "readable");
    check_refused({{regions_file, "/dev/zero"}}, regions_file, "up to 1 MiB");
    check_refused({{regions_file, "hunter2"}}, regions_file, "readable");
    check_refused({{regions_file, directory.write("list.yaml", "- a\n- b\n")}}, regions_file, "line 1");
    check_refused({{regions_file, directory.write("torn.yaml", "OMS:\n  - id: [\n")}}, regions_file, "line ");
    check_refused({{regions_file, directory.write("url.yaml", "OMS:\n- {id: x, endpoint: 'http://x'}\n")}},
                  regions_file, "region x");
}

BOOST_AUTO_TEST_CASE(the_default_region_file_need_not_be_there) {
    test::temporary_directory const home;
    BOOST_TEST(config_from({{"HOME", home.file("")}}).endpoints.empty());
    std::filesystem::create_directory(home.file(".huaweicloud"));
    home.write(".huaweicloud/regions.yaml", "OMS: [{id: cn-north-4, endpoint: f.example}]");
    BOOST_TEST(config_from({{"HOME", home.file("")}}).endpoints.at("cn-north-4") == "https://f.example");
    BOOST_TEST(config_from({{"USERPROFILE", home.file("")}}).endpoints.at("cn-north-4") == "https://f.example");
    home.write(".huaweicloud/regions.yaml", "OMS: 1");
    check_refused({{"HOME", home.file("")}}, regions_file, "regions.yaml");
}

BOOST_AUTO_TEST_CASE(what_a_region_file_says) {
    BOOST_TEST(regions_of("").empty());
    BOOST_TEST(regions_of("ECS:\n- id: x\n  endpoint: y\n").empty());
    BOOST_TEST(regions_of("OMS:\n").empty());
    BOOST_TEST(regions_of("OMS:\n- endpoint: nameless\n- id:\n  endpoint: nameless\n").empty());
    auto const table = regions_of(
        "oms:\n"
        "  - id: one\n"
        "    endpoint: https://single.example\n"
        "    endpoints:\n"
        "      - https://a.example\n"
        "      - https://b.example\n"
        "  - {id: two, endpoints: [c.example], note: {any: thing}}\n"
        "  - {id: three, endpoint: old.example}\n"
        "  - {id: three, endpoint: new.example}\n"
        "ECS: 1\n");
    BOOST_TEST(table.size() == 3U);
    BOOST_TEST(table.at("one") == (urls{"https://a.example", "https://b.example", "https://single.example"}),
               boost::test_tools::per_element());
    BOOST_TEST(table.at("two") == urls{"c.example"}, boost::test_tools::per_element());
    BOOST_TEST(table.at("three") == urls{"new.example"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_is_no_region_file) {
    for (auto const& [text, line] : std::vector<std::pair<std::string, std::string>>{
             {"text", "line 1"},
             {"OMS: text", "line 1"},
             {"OMS:\n- text\n", "line 2"},
             {"OMS:\n- id: x\n", "line 2"},
             {"OMS:\n- id: x\n  endpoint: [a]\n", "line 3"},
             {"OMS:\n- id: x\n  endpoints: a\n", "line 3"},
             {"OMS:\n- id: x\n  endpoints: [[a]]\n", "line 3"},
             {"OMS:\n- id: {a: b}\n  endpoint: x\n", "line 2"},
             {"OMS:\n\t- id: x\n", "line 2"},
             {"OMS: *unknown\n", "line 1"},
             {std::string(100'000, '['), "line 1"},
         }) {
        std::string reason;
        BOOST_TEST(!detail::parse_region_file(text, "oms", reason), text.substr(0, 50));
        BOOST_TEST(reason.starts_with(line), reason);
    }
}

BOOST_AUTO_TEST_CASE(of_this_very_process) {
    ::setenv("OMS_REGION", "ap-southeast-1", 1);
    ::setenv("HUAWEICLOUD_SDK_REGION_OMS_AP_SOUTHEAST_1", "https://a.example", 1);
    ::setenv("https_proxy", "http://proxy.example:3128", 1);
    ::setenv("no_proxy", "b.example", 1);
    ::setenv("HUAWEICLOUD_SDK_REGIONS_FILE", "/dev/null", 1);
    client_config const config = client_config::from_environment();
    BOOST_TEST(config.region == "ap-southeast-1");
    BOOST_TEST(config.endpoints.at("ap-southeast-1") == "https://a.example");
    BOOST_TEST(config.proxy.url == "http://proxy.example:3128");
    BOOST_TEST(config.proxy.no_proxy == "b.example");
    BOOST_REQUIRE(config.credentials);
    BOOST_TEST(config.credentials->label() == default_credentials()->label());
    ::setenv("OMS_REGION", "nowhere", 1);
    BOOST_CHECK_THROW(client_config::from_environment(), config_error);
    for (auto const* name : {"OMS_REGION", "HUAWEICLOUD_SDK_REGION_OMS_AP_SOUTHEAST_1", "https_proxy", "no_proxy",
                             "HUAWEICLOUD_SDK_REGIONS_FILE"}) {
        ::unsetenv(name);
    }
}

BOOST_AUTO_TEST_CASE(an_empty_variable_hides_no_other) {
    auto const config = config_from({{"https_proxy", ""}, {"HTTPS_PROXY", "http://proxy.example:3128"}});
    BOOST_TEST(config.proxy.url == "http://proxy.example:3128");
}

BOOST_AUTO_TEST_SUITE_END()
