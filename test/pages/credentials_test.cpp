// SPDX-License-Identifier: BSL-1.0
// The functions of doc/guide/credentials.md, and what it says of refreshing.
#include "system/support/rig.hpp"
#include "system/temporary_directory.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace oms::test;
namespace match = oms::testing::match;

namespace {
#include "credentials.ipp"

oms::error_code ended(rig& r, oms::client_config const& config, oms::task_ref const& task) {
    r.own.emplace(r.context, config);
    return r.stop(task).code;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(credentials_page, rig)

BOOST_AUTO_TEST_CASE(a_user_logs_in_once_for_each_project) {
    sim.add_user({"user", "password", "account"});
    config.credentials = log_in(sim.iam_endpoint(), "account", "user", oms::secret("password"));
    BOOST_TEST(!stop(task(0, 0)).code);
    BOOST_TEST(!stop(task(1, 0)).code);
    BOOST_TEST(!stop(task(0, 1)).code);
    BOOST_TEST(sim.iam("user").log_ins == 2u);
}

BOOST_AUTO_TEST_CASE(a_wrong_password_is_tried_once) {
    sim.add_user({"user", "password", "account"});
    config.credentials = log_in(sim.iam_endpoint(), "account", "user", oms::secret("wrong"));
    for (std::size_t number = 0; number < 5; ++number) {
        auto const got = stop(task(0, number));
        BOOST_TEST((got.code == oms::errc::credentials_rejected));
        BOOST_TEST(got.result.outcome == oms::outcome::not_sent);
    }
    BOOST_TEST(sim.iam("user").failures == 1u);
    BOOST_TEST(sim.count(200) == 0u);
}

BOOST_AUTO_TEST_CASE(each_account_has_its_own_source) {
    sim.add_key({"AKOURS", "our-secret"});
    sim.add_key({"AKTHEIRS", "their-secret"});
    config = for_two_accounts(config, oms::key_credentials("AKOURS", "our-secret"),
                              oms::key_credentials("AKTHEIRS", "their-secret"), sim.project_id(1));
    for (std::size_t project = 0; project < 3; ++project)
        BOOST_TEST(!stop(task(project)).code);
    BOOST_TEST(sim.key("AKOURS").accepted == 2u);
    BOOST_TEST(sim.key("AKTHEIRS").accepted == 1u);
}

BOOST_AUTO_TEST_CASE(one_key_of_an_agency_serves_all_projects) {
    sim.add_key({"AKOURS", "our-secret"});
    sim.add_agency({"operators", "their-account", {"AKOURS"}});
    config.credentials = for_them(sim.iam_endpoint(), oms::key_credentials("AKOURS", "our-secret"));
    BOOST_TEST(!stop(task(0)).code);
    BOOST_TEST(!stop(task(1)).code);
    BOOST_TEST(sim.iam("AKOURS").agency_keys == 1u);

    sim.remove_agency("operators", "their-account");
    config.credentials = for_them(sim.iam_endpoint(), oms::key_credentials("AKOURS", "our-secret"));
    BOOST_TEST((ended(*this, config, task(2)) == oms::errc::credentials_unavailable));
}

BOOST_AUTO_TEST_CASE(what_is_rejected_is_asked_for_anew_once) {
    config.credentials = sim.credentials();
    BOOST_TEST(!stop(task(0, 0)).code);
    sim.revoke(sim.token(sim.project_id(0)));
    auto const got = stop(task(0, 1));
    BOOST_TEST(!got.code);
    BOOST_TEST(got.result.attempts == 2u);
    BOOST_TEST(sim.count(401) == 1u);
}

BOOST_AUTO_TEST_CASE(a_wrong_credential_is_tried_twice_at_most) {
    config.credentials = oms::token_credentials("wrong");
    std::size_t rejected = 0;
    for (std::size_t number = 0; number < 10; ++number) {
        auto const got = stop(task(0, number));
        BOOST_TEST((got.code == oms::condition::unauthenticated));
        rejected += got.code == oms::errc::credentials_rejected ? 1 : 0;
    }
    BOOST_TEST(rejected >= 8u);
    BOOST_TEST(sim.requests() <= 2u);
}

BOOST_AUTO_TEST_CASE(a_token_is_for_its_project_alone) {
    config.credentials = oms::token_credentials(sim.token(sim.project_id(0)), sim.project_id(0));
    BOOST_TEST(!stop(task(0)).code);
    BOOST_TEST((stop(task(1)).code == oms::errc::credentials_wrong_project));
    BOOST_TEST(sim.requests() == 1u);
}

BOOST_AUTO_TEST_CASE(iam_tells_the_id_of_a_name_once) {
    sim.add_key({"AKOURS", "our-secret"});
    sim.add_project(sim.project_id(3), "cn-north-4_backup");
    config.iam_endpoint = sim.iam_endpoint();
    config.credentials = oms::key_credentials("AKOURS", "our-secret");
    std::vector<std::string> found;
    run(context, [&]() -> asio::awaitable<void> {
        for (int i = 0; i < 2; ++i)
            found.push_back(co_await project_id(client(), "cn-north-4_backup"));
    });
    BOOST_TEST(found == std::vector<std::string>(2, sim.project_id(3)), boost::test_tools::per_element());
    BOOST_TEST(sim.iam("AKOURS").look_ups == 1u);
}

BOOST_AUTO_TEST_CASE(the_profile_file_is_as_the_page_shows_it) {
    temporary_directory const directory;
    sim.add_key({"AKOURS", "our-secret"});
    config.credentials =
        oms::profile_credentials(directory.write("credentials", "[basic]\nak = AKOURS\nsk = our-secret\n"));
    BOOST_TEST(!stop(task(0)).code);
    BOOST_TEST(sim.key("AKOURS").accepted == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
