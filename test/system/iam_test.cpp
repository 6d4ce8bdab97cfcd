// SPDX-License-Identifier: BSL-1.0
//
// Log-ins, look-ups and machine keys against the simulator's IAM and metadata service.
#include "system/support/rig.hpp"
#include "system/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

using namespace oms;
using namespace oms::test;

namespace {

struct iam_rig {
    testing::simulator sim;
    std::vector<task_ref> const tasks = sim.tasks();
    asio::io_context context;
    client_config config;
    iam_options user;

    explicit iam_rig(testing::simulator_options const& options = running(8, 4)) : sim(options) {
        sim.add_user({"user", "the-password", "account"});
        user.endpoint = sim.iam_endpoint();
        user.domain = "account";
        user.user = "user";
        user.password = secret("the-password");
        config.endpoint = sim.endpoint();
        config.tls.ca_pem = sim.ca_pem();
    }

    stop_receipt stop(client& c, std::size_t number) {
        stop_receipt got;
        c.async_stop(tasks.at(number), got.handler());
        BOOST_REQUIRE(run_until(context, [&] { return got.calls > 0; }));
        return got;
    }
};

// Remembers the token that another source gave last.
class tapped final : public credentials_provider {
public:
    explicit tapped(std::shared_ptr<credentials_provider> source) : source_(std::move(source)) {}

    void async_get(credential_request request, credential_handler handler) override {
        auto tap = [this, handler = std::move(handler)](error_code code, credential value, std::string reason) mutable {
            last = value.token.reveal();
            code ? handler.fail(code, std::move(reason)) : handler({}, std::move(value));
        };
        source_->async_get(std::move(request), credential_handler(std::move(tap)));
    }
    void invalidate(credential const& rejected) noexcept override { source_->invalidate(rejected); }

    std::string last;

private:
    std::shared_ptr<credentials_provider> const source_;
};

// When IAM heard of each log-in, in their order.
std::size_t log_ins_of(testing::simulator const& sim) {
    return sim.count(testing::path("/v3/auth/"));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(iam)

BOOST_AUTO_TEST_CASE(one_log_in_for_each_project) {
    iam_rig rig;
    rig.config.credentials = iam_token_credentials(rig.user);
    client c(rig.context, rig.config);
    for (std::size_t i = 0; i < rig.tasks.size(); ++i)
        BOOST_TEST(!rig.stop(c, i).code);
    BOOST_TEST(rig.sim.iam("user").log_ins == 8U);
    BOOST_TEST(rig.sim.mismatches().total() == 0U);
}

BOOST_AUTO_TEST_CASE(a_token_that_was_revoked_is_renewed_once) {
    iam_rig rig;
    auto const source = std::make_shared<tapped>(iam_token_credentials(rig.user));
    rig.config.credentials = source;
    client c(rig.context, rig.config);
    BOOST_TEST(!rig.stop(c, 0).code);
    rig.sim.revoke(source->last);
    auto const got = rig.stop(c, 1);
    BOOST_TEST(!got.code);
    BOOST_TEST(got.result.attempts == 2U);
    BOOST_TEST(rig.sim.iam("user").log_ins == 2U);
}

BOOST_AUTO_TEST_CASE(a_thousand_stops_in_a_row_make_one_log_in) {
    constexpr std::size_t count = 1'000;
    iam_rig rig(running(1, count));
    rig.config.credentials = iam_token_credentials(rig.user);
    client c(rig.context, rig.config);
    for (std::size_t i = 0; i < count; ++i)
        BOOST_REQUIRE(!rig.stop(c, i).code);
    BOOST_TEST(rig.sim.iam("user").log_ins == 1U);
    BOOST_TEST(rig.sim.requests() == count + 1);
}

BOOST_AUTO_TEST_CASE(ten_thousand_calls_with_a_token_that_is_over_make_one_log_in) {
    constexpr std::size_t count = 10'000;
    for (bool const revoked : {true, false}) {
        auto options = running(1, count + 1);
        options.keep_ledger = false;
        iam_rig rig(options);
        auto const source = std::make_shared<tapped>(iam_token_credentials(rig.user));
        rig.config.credentials = source;
        client c(rig.context, rig.config);
        BOOST_REQUIRE(!rig.stop(c, count).code);
        revoked ? rig.sim.revoke(source->last) : rig.sim.set_clock_skew(25h);  // its clock says when a token is over
        std::size_t ended = 0;
        std::size_t stopped = 0;
        for (std::size_t i = 0; i < count; ++i) {
            c.async_stop(rig.tasks.at(i), [&](error_code, stop_result const& r) {
                ++ended;
                stopped += r.outcome == outcome::stopped;
            });
        }
        BOOST_REQUIRE(run_until(rig.context, [&] { return ended == count; }));
        BOOST_TEST(stopped == count);
        BOOST_TEST(rig.sim.iam("user").log_ins == 2U);
        // Those that were under way with the old one when the first 401 came.
        BOOST_TEST(rig.sim.count(401) >= 1U);
        BOOST_TEST(rig.sim.count(401) <= rig.config.pool.max_connections);
    }
}

BOOST_AUTO_TEST_CASE(one_log_in_at_a_time_until_one_is_accepted_then_eight) {
    constexpr std::size_t projects = 60;
    constexpr std::size_t failing = 3;
    iam_rig rig(running(projects, 1));
    rig.sim.on(testing::path("/v3/auth/")).times(failing).reply(500).held();
    rig.sim.on(testing::path("/v3/auth/")).held();
    rig.config.credentials = iam_token_credentials(rig.user);
    client c(rig.context, rig.config);
    std::size_t ended = 0;
    std::size_t stopped = 0;
    for (auto const& each : rig.tasks) {
        c.async_stop(each, [&](error_code, stop_result const& r) {
            ++ended;
            stopped += r.outcome == outcome::stopped;
        });
    }
    // Until it is answered, a log-in is surely under way: what came before its reply was let go, came beside it.
    std::size_t asked = 0;
    for (std::size_t const together : {1, 1, 1, 1, 8, 8}) {
        BOOST_REQUIRE(run_until(rig.context, [&] { return rig.sim.held() == together; }));
        asked += together;
        rig.context.restart();
        rig.context.poll();
        BOOST_TEST(log_ins_of(rig.sim) == asked);
        rig.sim.release();
    }
    BOOST_REQUIRE(run_until(rig.context, [&] {
        BOOST_TEST(rig.sim.held() <= 8U);
        rig.sim.release();
        return ended == projects;
    }));
    BOOST_TEST(stopped == projects - failing);
    BOOST_TEST(rig.sim.iam("user").log_ins == projects - failing);
    BOOST_TEST(log_ins_of(rig.sim) == projects);
}

BOOST_AUTO_TEST_CASE(a_wrong_password_reaches_iam_once) {
    iam_rig rig;
    rig.user.password = secret("another");
    rig.config.credentials = iam_token_credentials(rig.user);
    client c(rig.context, rig.config);
    constexpr unsigned count = 10'000;
    unsigned ended = 0;
    unsigned right = 0;
    for (unsigned i = 0; i < count; ++i) {
        c.async_stop(sync_task("p" + std::to_string(i % 800), "t"), [&](error_code code, stop_result const& r) {
            ++ended;
            right += code == errc::credentials_rejected && r.outcome == outcome::not_sent;
        });
    }
    BOOST_REQUIRE(run_until(rig.context, [&] { return ended == count; }));
    BOOST_TEST(right == count);
    BOOST_TEST(rig.sim.iam("user").failures == 1U);
    BOOST_TEST(rig.sim.iam("user").locks == 0U);
}

BOOST_AUTO_TEST_CASE(iam_may_have_roots_of_its_own) {
    iam_rig rig;
    testing::simulator other(running(8, 4));  // another root
    other.add_user({"user", "the-password", "account"});
    rig.user.endpoint = other.iam_endpoint();
    rig.config.credentials = iam_token_credentials(rig.user);
    {
        client c(rig.context, rig.config);
        BOOST_TEST((rig.stop(c, 0).code == condition::tls_failed));
        BOOST_TEST(other.iam().log_ins == 0U);
    }
    rig.user.ca_pem = other.ca_pem();
    rig.config.credentials = iam_token_credentials(rig.user);
    client c(rig.context, rig.config);
    rig.stop(c, 0);
    BOOST_TEST(other.iam().log_ins > 0U);
}

BOOST_AUTO_TEST_CASE(a_project_is_found_by_its_name) {
    iam_rig rig;
    rig.sim.add_key({"AKIA", "the-secret"});
    std::string const project = rig.tasks.front().project_id;
    rig.sim.add_project(project, "cn-north-4");
    rig.config.iam_endpoint = rig.sim.iam_endpoint();
    for (bool by_key : {true, false}) {
        rig.config.credentials = by_key ? key_credentials("AKIA", "the-secret") : iam_token_credentials(rig.user);
        client c(rig.context, rig.config);
        unsigned ended = 0;
        for (int i = 0; i < 100; ++i) {
            c.async_find_project("cn-north-4", [&](error_code code, project_info const& found) {
                ++ended;
                BOOST_TEST(!code);
                BOOST_TEST(found.id == project);
            });
        }
        BOOST_REQUIRE(run_until(rig.context, [&] { return ended == 100; }));
    }
    BOOST_TEST(rig.sim.iam().look_ups == 2U);
}

BOOST_AUTO_TEST_CASE(a_machines_key_serves_all_and_is_renewed) {
    iam_rig rig;
    metadata_options options;
    options.endpoint = rig.sim.metadata_endpoint();
    rig.config.credentials = metadata_credentials(options);
    client c(rig.context, rig.config);
    for (std::size_t i = 0; i < 8; ++i)
        BOOST_TEST(!rig.stop(c, 4 * i % rig.tasks.size()).code);
    BOOST_TEST(rig.sim.metadata().keys == 1U);
    rig.sim.end_metadata_key();
    auto const got = rig.stop(c, 1);
    BOOST_TEST(!got.code);
    BOOST_TEST(rig.sim.metadata().keys == 2U);
}

BOOST_AUTO_TEST_CASE(a_metadata_token_that_ends_is_renewed) {
    auto options = running(2, 2);
    options.metadata_tokens = testing::metadata_token_use::required;
    testing::simulator sim(options);
    metadata_options where;
    where.endpoint = sim.metadata_endpoint();
    client_config config;
    config.endpoint = sim.endpoint();
    config.tls.ca_pem = sim.ca_pem();
    config.credentials = metadata_credentials(where);
    asio::io_context context;
    client c(context, config);
    for (std::size_t i = 0; i < 2; ++i) {
        stop_receipt got;
        c.async_stop(sim.tasks().at(i), got.handler());
        BOOST_REQUIRE(run_until(context, [&] { return got.calls > 0; }));
        BOOST_TEST(!got.code);
        sim.end_metadata_tokens();
        sim.end_metadata_key();
    }
    BOOST_TEST(sim.metadata().tokens == 2U);
    BOOST_TEST(sim.metadata().refused == 1U);
}

BOOST_AUTO_TEST_CASE(a_pods_key_serves) {
    iam_rig rig;
    temporary_directory const dir;
    std::string const file = dir.write("token", testing::simulator::pod_identity_token() + "\n");
    ::setenv("HC_CONTAINER_CREDENTIALS_FULL_URI", rig.sim.pod_identity_uri().c_str(), 1);
    ::setenv("HC_CONTAINER_AUTHORIZATION_TOKEN_FILE", file.c_str(), 1);
    rig.config.credentials = pod_identity_credentials();
    {
        client c(rig.context, rig.config);
        BOOST_TEST(!rig.stop(c, 0).code);
        BOOST_TEST(!rig.stop(c, 4).code);
    }
    ::unsetenv("HC_CONTAINER_CREDENTIALS_FULL_URI");
    ::unsetenv("HC_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    BOOST_TEST(rig.sim.metadata().pod_keys == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
