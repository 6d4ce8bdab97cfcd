// SPDX-License-Identifier: BSL-1.0
//
// Memory runs out while a source of credentials is asked.
#include "io/credential_cloud.hpp"
#include "io/harness/memory_sweep.hpp"

#include <boost/test/unit_test.hpp>

#include <unistd.h>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

using source = std::shared_ptr<credentials_provider>;

source a_log_in() {
    iam_options options;
    options.domain = "account";
    options.user = "user";
    options.password = secret("password-of-the-user");
    return iam_token_credentials(options);
}

agency_options an_agency() {
    agency_options options;
    options.agency = "agency-of-the-others";
    options.domain_name = "account-of-the-others";
    return options;
}

source a_token_of_an_agency() {
    return agency_token_credentials(an_agency(), a_log_in());
}

source a_key_of_an_agency() {
    return agency_key_credentials(an_agency(), key_credentials("AK0123456789", "secret-key", "security-token"));
}

source a_machines_key() {
    return metadata_credentials();
}

source profile_of_the_environment() {
    return profile_credentials();
}

source a_key_pair() {
    return key_credentials("AK0123456789", "secret-key", "security-token");
}

/// Where the variables of this process, and what they name, say so.
class places {
public:
    places() {
        std::ofstream(profile_) << "[basic]\nak = AK0123456789\nsk = secret-key\n";
        ::setenv("HUAWEICLOUD_SDK_CREDENTIALS_FILE", profile_.c_str(), 1);
    }
    ~places() {
        ::unsetenv("HUAWEICLOUD_SDK_AK");
        ::unsetenv("HUAWEICLOUD_SDK_SK");
        ::unsetenv("HUAWEICLOUD_SDK_CREDENTIALS_FILE");
        std::filesystem::remove(profile_);
    }
    places(places const&) = delete;
    places& operator=(places const&) = delete;

    void set_keys() const {
        ::setenv("HUAWEICLOUD_SDK_AK", "AK0123456789", 1);
        ::setenv("HUAWEICLOUD_SDK_SK", "secret-key", 1);
    }

private:
    std::string const profile_ =
        (std::filesystem::temp_directory_path() / ("oms-profile-" + std::to_string(::getpid()))).string();
};

/// A stop that needs a credential first.
template <source (*From)()>
struct a_stop_by : a_stop {
    std::optional<cloud> all;
    a_stop_by() {
        config.credentials = From();
        all.emplace(*this);
        core.reset();
        open();
    }
    void check() const {
        if (first->completions == 0 || !first->code) return;
        BOOST_TEST((first->code == errc::out_of_memory), first->code.message());
        BOOST_TEST((first->result.outcome == (all->stops > 0 ? outcome::unknown : outcome::not_sent)));
    }
    bool run() {
        bool const begun = a_stop::run();
        run_for(1s);
        return begun;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(memory_credentials)

BOOST_AUTO_TEST_CASE(a_log_in_at_iam) {
    sweep_all<a_stop_by<a_log_in>>();
}

BOOST_AUTO_TEST_CASE(a_token_through_an_agency) {
    sweep_all<a_stop_by<a_token_of_an_agency>>();
}

BOOST_AUTO_TEST_CASE(a_key_through_an_agency) {
    sweep_all<a_stop_by<a_key_of_an_agency>>();
}

BOOST_AUTO_TEST_CASE(a_key_of_a_machine) {
    sweep_all<a_stop_by<a_machines_key>>();
}

BOOST_AUTO_TEST_CASE(a_signature) {
    sweep_all<a_stop_by<a_key_pair>>();
}

BOOST_AUTO_TEST_CASE(keys_of_the_environment) {
    places const p;
    p.set_keys();
    sweep_all<a_stop_by<environment_credentials>>();
}

BOOST_AUTO_TEST_CASE(keys_of_a_file) {
    places const p;
    sweep_all<a_stop_by<profile_of_the_environment>>();
}

BOOST_AUTO_TEST_CASE(a_chain_of_sources) {
    places const p;
    sweep_all<a_stop_by<default_credentials>>();
}

BOOST_AUTO_TEST_SUITE_END()
