// SPDX-License-Identifier: BSL-1.0
#include "auth/credential_book.hpp"
#include "auth/credential_chain.hpp"
#include "auth/profile_credentials.hpp"

#include <oms/config.hpp>
#include <oms/credentials.hpp>

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>
#include <unistd.h>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

using namespace oms;

namespace {

struct given {
    unsigned answers = 0;
    error_code code;
    credential value;
    std::string reason;
};

// What a source that answers at once says.
given ask(credentials_provider& source, std::string const& project = "p") {
    given got;
    credential_request request;
    request.project_id = project;
    source.async_get(std::move(request),
                     credential_handler([&got](error_code code, credential value, std::string reason) {
                         ++got.answers;
                         got.code = code;
                         got.value = std::move(value);
                         got.reason = std::move(reason);
                     }));
    BOOST_REQUIRE(got.answers == 1U);
    return got;
}

// None of the variables, until the end of the scope.
class clean_environment {
public:
    clean_environment() {
        for (char const* name : names) {
            if (char const* const value = std::getenv(name)) before_[name] = value;
            ::unsetenv(name);
        }
    }
    ~clean_environment() {
        for (char const* name : names)
            ::unsetenv(name);
        for (auto const& [name, value] : before_)
            ::setenv(name.c_str(), value.c_str(), 1);
    }
    void set(char const* name, std::string const& value) { ::setenv(name, value.c_str(), 1); }

private:
    static constexpr char const* names[] = {"HUAWEICLOUD_SDK_AK",
                                            "HUAWEICLOUD_SDK_SK",
                                            "HUAWEICLOUD_SDK_SECURITY_TOKEN",
                                            "HUAWEICLOUD_SDK_PROJECT_ID",
                                            "HUAWEICLOUD_SDK_CREDENTIALS_FILE",
                                            "HC_CONTAINER_CREDENTIALS_FULL_URI",
                                            "HC_CONTAINER_AUTHORIZATION_TOKEN_FILE",
                                            "CLOUD_SDK_AK",
                                            "CLOUD_SDK_SK",
                                            "HOME"};
    std::map<std::string, std::string> before_;
};

class file_of_a_test {
public:
    file_of_a_test() : path_(std::filesystem::temp_directory_path() / ("oms-profile-" + std::to_string(::getpid()))) {}
    ~file_of_a_test() { std::filesystem::remove_all(path_); }
    std::string path() const { return path_.string(); }
    void write(std::string const& text) const { std::ofstream(path_, std::ios::binary | std::ios::trunc) << text; }

private:
    std::filesystem::path path_;
};

class fixed_answer final : public credentials_provider {
public:
    fixed_answer(std::string label, std::string reason) : label_(std::move(label)), reason_(std::move(reason)) {}
    void async_get(credential_request, credential_handler handler) override {
        ++asked;
        if (reason_.empty()) return handler({}, credential::from_token(label_ + "-token"));
        handler.fail(errc::credentials_unavailable, reason_);
    }
    void invalidate(credential const&) noexcept override { ++invalidated; }
    std::string label() const override { return label_; }
    void give() { reason_.clear(); }

    unsigned asked = 0;
    unsigned invalidated = 0;

private:
    std::string const label_;
    std::string reason_;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(credential_sources, clean_environment)

BOOST_AUTO_TEST_CASE(keys_given_in_code) {
    auto const got = ask(*key_credentials("ak", "sk", "st"));
    BOOST_TEST(!got.code);
    BOOST_TEST((got.value == credential::from_keys("ak", "sk", "st")));
    BOOST_TEST(!got.value.expires_at.has_value());
}

BOOST_AUTO_TEST_CASE(environment_reads_every_variable) {
    auto const source = environment_credentials();
    set("HUAWEICLOUD_SDK_AK", "AK1");
    set("HUAWEICLOUD_SDK_SK", "SK1");
    auto got = ask(*source);
    BOOST_TEST(!got.code);
    BOOST_TEST((got.value == credential::from_keys("AK1", "SK1")));
    BOOST_TEST(got.value.project_id.empty());
    set("HUAWEICLOUD_SDK_SECURITY_TOKEN", "ST1");
    set("HUAWEICLOUD_SDK_PROJECT_ID", "project-1");
    set("CLOUD_SDK_AK", "other");
    set("CLOUD_SDK_SK", "other");
    got = ask(*source);
    BOOST_TEST((got.value == credential::from_keys("AK1", "SK1", "ST1")));
    BOOST_TEST(got.value.project_id == "project-1");
}

BOOST_AUTO_TEST_CASE(environment_falls_back_to_the_names_of_the_samples) {
    set("CLOUD_SDK_AK", "AK2");
    set("CLOUD_SDK_SK", "SK2");
    auto const source = environment_credentials();
    BOOST_TEST((ask(*source).value == credential::from_keys("AK2", "SK2")));
    set("HUAWEICLOUD_SDK_AK", "AK1");  // half a pair is a mistake, not a reason to take another one
    BOOST_TEST(ask(*source).reason == "HUAWEICLOUD_SDK_SK is not set");
}

BOOST_AUTO_TEST_CASE(environment_says_what_it_lacks) {
    auto const source = environment_credentials();
    auto const got = ask(*source);
    BOOST_TEST((got.code == error_code(errc::credentials_unavailable)));
    BOOST_TEST(got.reason == "HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not set");
    set("HUAWEICLOUD_SDK_SK", "SK1");
    set("HUAWEICLOUD_SDK_AK", "");  // counts as not set
    BOOST_TEST(ask(*source).reason == "HUAWEICLOUD_SDK_AK is not set");
}

BOOST_AUTO_TEST_CASE(profile_reads_every_key) {
    file_of_a_test const file;
    file.write("[global]\nak=x\nsk=y\n[basic]\nak = AK3\nsk = a%b\nsecurity_token = ST3\nproject_id = project-3\n");
    auto const got = ask(*profile_credentials(file.path()));
    BOOST_TEST(!got.code);
    BOOST_TEST((got.value == credential::from_keys("AK3", "a%b", "ST3")));
    BOOST_TEST(got.value.project_id == "project-3");
}

BOOST_AUTO_TEST_CASE(profile_path_comes_from_the_variable_or_the_home) {
    file_of_a_test const home;
    std::filesystem::create_directories(home.path() + "/.huaweicloud");
    std::ofstream(home.path() + "/.huaweicloud/credentials") << "[basic]\nak=HOME\nsk=s\n";
    std::ofstream(home.path() + "/named") << "[basic]\nak=NAMED\nsk=s\n";
    BOOST_TEST(ask(*profile_credentials()).reason ==
               "neither HUAWEICLOUD_SDK_CREDENTIALS_FILE nor a home directory is set");
    set("HOME", home.path());
    BOOST_TEST(ask(*profile_credentials()).value.access_key == "HOME");
    set("HUAWEICLOUD_SDK_CREDENTIALS_FILE", home.path() + "/named");
    BOOST_TEST(ask(*profile_credentials()).value.access_key == "NAMED");
}

BOOST_AUTO_TEST_CASE(profile_says_what_it_lacks) {
    file_of_a_test const file;
    BOOST_TEST(ask(*profile_credentials(file.path())).reason == file.path() + " cannot be read");
    file.write("[global]\nak=x\n");
    BOOST_TEST(ask(*profile_credentials(file.path())).reason == file.path() + " has no section [basic]");
    file.write("[basic]\nak=x\n");
    auto const got = ask(*profile_credentials(file.path()));
    BOOST_TEST((got.code == error_code(errc::credentials_unavailable)));
    BOOST_TEST(got.reason == file.path() + ": in its section [basic] sk is not set");
}

BOOST_AUTO_TEST_CASE(profile_is_read_again_when_changed_and_once_a_second_at_most) {
    file_of_a_test const file;
    file.write("[basic]\nak=FIRST\nsk=s\n");
    std::chrono::steady_clock::time_point now;
    auto const source = auth::make_profile(file.path(), [&now] { return now; });
    auto const got = ask(*source);
    BOOST_TEST(got.value.access_key == "FIRST");
    BOOST_REQUIRE(got.value.expires_at.has_value());
    BOOST_TEST((*got.value.expires_at <= std::chrono::system_clock::now() + std::chrono::seconds(1)));
    file.write("[basic]\nak=SECOND\nsk=s\n");
    now += std::chrono::milliseconds(999);
    BOOST_TEST(ask(*source).value.access_key == "FIRST");
    now += std::chrono::milliseconds(1);
    BOOST_TEST(ask(*source).value.access_key == "SECOND");
}

BOOST_AUTO_TEST_CASE(profile_waits_for_no_pipe_and_reads_no_huge_file) {
    file_of_a_test const pipe;
    BOOST_REQUIRE(::mkfifo(pipe.path().c_str(), 0600) == 0);
    BOOST_TEST(ask(*profile_credentials(pipe.path())).reason == pipe.path() + " cannot be read");
    BOOST_TEST(ask(*profile_credentials("/dev/zero")).reason == "/dev/zero cannot be read");
    std::filesystem::remove(pipe.path());
    pipe.write("[basic]\nak=a\nsk=s\n" + std::string(1024 * 1024, '#'));
    BOOST_TEST(ask(*profile_credentials(pipe.path())).reason == pipe.path() + " cannot be read");
}

BOOST_AUTO_TEST_CASE(what_is_no_absolute_path_is_not_repeated) {
    set("HUAWEICLOUD_SDK_CREDENTIALS_FILE", "hunter2");
    BOOST_TEST(ask(*profile_credentials()).reason ==
               "the file that HUAWEICLOUD_SDK_CREDENTIALS_FILE names cannot be read");
    BOOST_TEST(ask(*profile_credentials("/a\nb")).reason == "the file that profile_credentials names cannot be read");
}

BOOST_AUTO_TEST_CASE(each_project_has_its_own_provider) {
    auto const a = std::make_shared<fixed_answer>("a", "");
    auto const b = std::make_shared<fixed_answer>("b", "");
    std::map<std::string, std::shared_ptr<credentials_provider>, std::less<>> const by_project{{"pa", a},
                                                                                               {"null", nullptr}};
    auto const alone = per_project_credentials(by_project);
    BOOST_TEST(ask(*alone, "pa").value.token.reveal() == "a-token");
    BOOST_TEST((ask(*alone, "pb").code == error_code(errc::credentials_unavailable)));
    BOOST_TEST((ask(*alone, "null").code == error_code(errc::credentials_unavailable)));
    auto const fallen_back = per_project_credentials(by_project, b);
    BOOST_TEST(ask(*fallen_back, "pa").value.token.reveal() == "a-token");
    BOOST_TEST(ask(*fallen_back, "pb").value.token.reveal() == "b-token");
    BOOST_TEST(ask(*fallen_back, "null").value.token.reveal() == "b-token");
    fallen_back->invalidate(credential::from_token("a-token"));
    BOOST_TEST(a->invalidated == 1U);
    using function = std::function<std::shared_ptr<credentials_provider>(std::string const&)>;
    BOOST_CHECK_EXCEPTION(per_project_credentials(function()), config_error,
                          [](config_error const& e) { return e.field() == "per_project_credentials::by_project"; });
}

BOOST_AUTO_TEST_CASE(chain_lists_what_each_lacked) {
    set("HUAWEICLOUD_SDK_CREDENTIALS_FILE", "/nonexistent/oms");
    auto const chain = auth::make_chain({environment_credentials(), profile_credentials()});
    auto const got = ask(*chain);
    BOOST_TEST((got.code == error_code(errc::credentials_unavailable)));
    BOOST_TEST(got.reason ==
               "environment: HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not set; "
               "profile: /nonexistent/oms cannot be read");
    BOOST_TEST(chain->label() == "default chain");
}

BOOST_AUTO_TEST_CASE(chain_keeps_to_the_first_that_has_one) {
    auto const a = std::make_shared<fixed_answer>("a", "nothing");
    auto const b = std::make_shared<fixed_answer>("b", "");
    auto const c = std::make_shared<fixed_answer>("c", "");
    auto const chain = auth::make_chain({a, b, c});
    BOOST_TEST(ask(*chain).value.token.reveal() == "b-token");
    a->give();
    BOOST_TEST(ask(*chain).value.token.reveal() == "b-token");
    chain->invalidate(credential::from_token("b-token"));
    BOOST_TEST(a->asked == 1U);
    BOOST_TEST(b->asked == 2U);
    BOOST_TEST(c->asked == 0U);
    BOOST_TEST(a->invalidated == 0U);
    BOOST_TEST(b->invalidated == 1U);
    BOOST_TEST(chain->label() == "b");
}

BOOST_AUTO_TEST_CASE(the_default_chain_takes_the_environment_before_the_profile) {
    file_of_a_test const file;
    file.write("[basic]\nak=PROFILE\nsk=s\n");
    set("HUAWEICLOUD_SDK_CREDENTIALS_FILE", file.path());
    BOOST_TEST(ask(*default_credentials()).value.access_key == "PROFILE");
    set("HUAWEICLOUD_SDK_AK", "ENVIRONMENT");
    set("HUAWEICLOUD_SDK_SK", "s");
    BOOST_TEST(ask(*default_credentials()).value.access_key == "ENVIRONMENT");
}

BOOST_AUTO_TEST_CASE(profile_that_stays_broken_is_believed_at_the_second_look) {
    file_of_a_test const file;
    file.write("[basic]\nak=FIRST\nsk=s\n");
    std::chrono::steady_clock::time_point now;
    auto const source = auth::make_profile(file.path(), [&now] { return now; });
    BOOST_TEST(ask(*source).value.access_key == "FIRST");
    file.write("[basic]\nak=half\n");  // an editor may be at it
    now += std::chrono::seconds(1);
    BOOST_TEST(ask(*source).value.access_key == "FIRST");
    now += std::chrono::seconds(1);
    BOOST_TEST((ask(*source).code == errc::credentials_unavailable));
}

BOOST_AUTO_TEST_CASE(chain_ends_where_its_caller_does) {
    for (errc const end : {errc::cancelled, errc::shut_down}) {
        struct ends final : credentials_provider {
            explicit ends(errc e) : how(e) {}
            void async_get(credential_request, credential_handler handler) override { handler(how, {}); }
            errc const how;
        };
        auto const next = std::make_shared<fixed_answer>("next", "");
        auto const got = ask(*auth::make_chain({std::make_shared<ends>(end), next}));
        BOOST_TEST((got.code == end));
        BOOST_TEST(next->asked == 0U);
    }
}

// By these names rejected ones are told from others.
BOOST_AUTO_TEST_CASE(no_two_credentials_have_one_digest) {
    auto const of = [](char const* ak, char const* sk, char const* token) {
        return auth::active_credential(credential::from_keys(ak, sk, token)).digest;
    };
    BOOST_TEST(of("AK", "key", "t") == of("AK", "key", "t"));
    BOOST_TEST(of("AK", "key", "t") != of("AKk", "ey", "t"));
    BOOST_TEST(of("AK", "key", "t") != of("AK", "keyt", ""));
    BOOST_TEST(of("AK", "key", "") != auth::active_credential(credential::from_token("AKkey")).digest);
}

BOOST_AUTO_TEST_SUITE_END()
