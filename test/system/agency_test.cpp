// SPDX-License-Identifier: BSL-1.0
// Acting for another account through its agency, against the simulator's IAM over TLS.
#include "system/support/rig.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace oms;
using namespace oms::test;

namespace {

struct agency_rig {
    testing::simulator sim;
    std::vector<task_ref> const tasks = sim.tasks();
    asio::io_context context;
    client_config config;
    agency_options options;

    explicit agency_rig(testing::simulator_options const& with = running(2, 4)) : sim(with) {
        sim.add_user({"operator", "the-password", "ours"});
        sim.add_key({"AKOPERATOR", "the-secret"});
        sim.add_agency({"operators", "theirs", {"operator", "AKOPERATOR"}});
        sim.add_project("ours-1", "our-region");
        options.agency = "operators";
        options.domain_name = "theirs";
        options.endpoint = sim.iam_endpoint();
        config.endpoint = sim.endpoint();
        config.tls.ca_pem = sim.ca_pem();
        options.acting_project = "ours-1";
    }

    std::shared_ptr<credentials_provider> user() const {
        iam_options log_in;
        log_in.endpoint = sim.iam_endpoint();
        log_in.domain = "ours";
        log_in.user = "operator";
        log_in.password = secret("the-password");
        return iam_token_credentials(log_in);
    }
    static std::shared_ptr<credentials_provider> key() { return key_credentials("AKOPERATOR", "the-secret"); }

    stop_receipt stop(client& c, std::size_t number) {
        stop_receipt got;
        c.async_stop(tasks.at(number), got.handler());
        BOOST_REQUIRE(run_until(context, [&] { return got.calls > 0; }));
        return got;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(agencies)

BOOST_AUTO_TEST_CASE(a_thousand_stops_in_a_row_make_one_log_in) {
    constexpr std::size_t count = 1'000;
    for (bool const by_token : {true, false}) {
        agency_rig rig(running(1, count));
        rig.config.credentials = by_token ? agency_token_credentials(rig.options, rig.user())
                                          : agency_key_credentials(rig.options, rig.key());
        client c(rig.context, rig.config);
        for (std::size_t i = 0; i < count; ++i)
            BOOST_REQUIRE(!rig.stop(c, i).code);
        auto const got = rig.sim.iam(by_token ? "operator" : "AKOPERATOR");
        BOOST_TEST(got.agency_tokens == (by_token ? 1U : 0U));
        BOOST_TEST(got.agency_keys == (by_token ? 0U : 1U));
        BOOST_TEST(got.log_ins == (by_token ? 1U : 0U));
        BOOST_TEST(rig.sim.requests() == count + (by_token ? 2U : 1U));
        BOOST_TEST(rig.sim.mismatches().total() == 0U);
    }
}

BOOST_AUTO_TEST_CASE(who_acts_may_be_a_key_or_a_token_for_either) {
    for (bool const by_token : {true, false}) {
        for (bool const for_token : {true, false}) {
            agency_rig rig;
            auto const acting = by_token ? rig.user() : rig.key();
            rig.config.credentials =
                for_token ? agency_token_credentials(rig.options, acting) : agency_key_credentials(rig.options, acting);
            client c(rig.context, rig.config);
            for (std::size_t i = 0; i < rig.tasks.size(); ++i)
                BOOST_TEST(!rig.stop(c, i).code);
            auto const got = rig.sim.iam(by_token ? "operator" : "AKOPERATOR");
            BOOST_TEST(got.agency_tokens == (for_token ? 2U : 0U));
            BOOST_TEST(got.agency_keys == (for_token ? 0U : 1U));
        }
    }
}

BOOST_AUTO_TEST_CASE(an_agency_that_is_not_there_or_not_for_us_is_asked_for_once) {
    for (bool const for_token : {true, false}) {
        for (bool const is_there : {true, false}) {
            agency_rig rig(running(1, 20));
            if (is_there) rig.sim.add_agency({"operators", "theirs", {"somebody-else"}});
            if (!is_there) rig.sim.remove_agency("operators", "theirs");
            rig.config.credentials = for_token ? agency_token_credentials(rig.options, rig.key())
                                               : agency_key_credentials(rig.options, rig.key());
            client c(rig.context, rig.config);
            for (std::size_t i = 0; i < 20; ++i) {
                auto const got = rig.stop(c, i);
                BOOST_TEST((got.code == errc::credentials_unavailable));
                BOOST_TEST((got.result.outcome == outcome::not_sent));
                BOOST_TEST(got.result.service_message.find(is_there ? "not authorized" : "Could not find agency") !=
                           std::string::npos);
            }
            BOOST_TEST(rig.sim.iam("AKOPERATOR").agency_refused == 1U);
            BOOST_TEST(rig.sim.requests() == 1U);
        }
    }
}

BOOST_AUTO_TEST_CASE(an_agency_for_one_project_closes_the_others_only) {
    agency_rig rig;
    testing::agency only("operators", "theirs");
    only.projects = {rig.tasks.front().project_id};
    rig.sim.add_agency(only);
    rig.config.credentials = agency_token_credentials(rig.options, rig.key());
    client c(rig.context, rig.config);
    BOOST_TEST((rig.stop(c, 4).code == errc::credentials_unavailable));
    BOOST_TEST(!rig.stop(c, 0).code);
    BOOST_TEST((rig.stop(c, 5).code == errc::credentials_unavailable));
    BOOST_TEST(rig.sim.iam("AKOPERATOR").refused == 1U);
}

BOOST_AUTO_TEST_CASE(a_wrong_key_is_tried_once) {
    agency_rig rig(running(1, 20));
    rig.config.credentials = agency_key_credentials(rig.options, key_credentials("AKOPERATOR", "not-the-secret"));
    client c(rig.context, rig.config);
    for (std::size_t i = 0; i < 20; ++i)
        BOOST_TEST((rig.stop(c, i).code == errc::credentials_rejected));
    BOOST_TEST(rig.sim.key("AKOPERATOR").bad_signatures == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_over_by_the_services_clock_is_renewed_with_who_acts) {
    for (bool const for_token : {true, false}) {
        agency_rig rig;
        rig.config.credentials = for_token ? agency_token_credentials(rig.options, rig.user())
                                           : agency_key_credentials(rig.options, rig.user());
        client c(rig.context, rig.config);
        BOOST_TEST(!rig.stop(c, 0).code);
        auto const before = rig.sim.iam("operator");
        BOOST_TEST(before.log_ins == 1U);
        rig.sim.set_clock_skew(25h);
        // A signature is over, too, by more than can be made up for.
        BOOST_TEST(!rig.stop(c, 1).code == for_token);
        if (!for_token) continue;
        BOOST_TEST(rig.sim.iam("operator").log_ins == 2U);
        BOOST_TEST(rig.sim.iam("operator").agency_tokens == 2U);
    }
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_wrong_is_made_up_for) {
    for (auto const ahead : {std::chrono::seconds(20min), std::chrono::seconds(-20min)}) {
        agency_rig rig;
        rig.sim.set_clock_skew(ahead);
        rig.config.credentials = agency_key_credentials(rig.options, rig.key());
        client c(rig.context, rig.config);
        BOOST_TEST(!rig.stop(c, 0).code);
        BOOST_TEST(rig.sim.key("AKOPERATOR").out_of_time == 1U);
        BOOST_TEST(rig.sim.iam("AKOPERATOR").agency_keys == 1U);
    }
}

BOOST_AUTO_TEST_SUITE_END()
