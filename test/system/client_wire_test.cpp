// SPDX-License-Identifier: BSL-1.0
// What the service sees of each kind of task.
#include "system/support/rig.hpp"

#include <set>
#include <string>
#include <vector>

using namespace oms::test;

namespace {

struct setup : rig {
    std::string const project = oms::testing::simulator::project_id(0);

    void seen_as(oms::task_ref const& which, std::string const& method, std::string const& target) {
        sim.add_task(which);
        auto const got = stop(which);
        BOOST_TEST(!got.code, got.code.message());
        auto const ledger = sim.ledger();
        BOOST_REQUIRE(ledger.size() == 1u);
        auto const& entry = ledger.front();
        BOOST_TEST(entry.method == method);
        BOOST_TEST(entry.target == target);
        BOOST_TEST((entry.kind == which.kind));
        BOOST_TEST(entry.project_id == which.project_id);
        BOOST_TEST(entry.task_id == which.task_id);
        BOOST_TEST(entry.status == 200u);
        BOOST_TEST(entry.took_effect);
        BOOST_TEST(got.result.request_id == entry.request_id);
        BOOST_TEST(sim.stops(which) == 1u);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(client_wire, setup)

BOOST_AUTO_TEST_CASE(a_sync_task) {
    seen_as(oms::sync_task(project, "0d146099-8cf4-437d-b6ef-88e043771c8b"), "POST",
            "/v2/" + project + "/sync-tasks/0d146099-8cf4-437d-b6ef-88e043771c8b/stop");
}

BOOST_AUTO_TEST_CASE(a_migration_task) {
    seen_as(oms::migration_task(project, "1726000000"), "POST", "/v2/" + project + "/tasks/1726000000/stop");
}

BOOST_AUTO_TEST_CASE(a_task_group) {
    seen_as(oms::task_group(project, "group-1"), "PUT", "/v2/" + project + "/taskgroups/group-1/stop");
}

BOOST_AUTO_TEST_CASE(each_reply_reports_the_id_of_its_request) {
    std::set<std::string> ids;
    for (std::size_t i = 0; i < 20; ++i)
        ids.insert(stop(task(i % 4, i)).result.request_id);
    BOOST_TEST(ids.size() == 20u);
    for (auto const& entry : sim.ledger())
        BOOST_TEST(ids.contains(entry.request_id));
}

BOOST_AUTO_TEST_CASE(the_words_of_a_refusal_are_the_services) {
    auto const unknown = oms::sync_task(project, "no-such-task");
    auto const got = stop(unknown);
    BOOST_TEST((got.code == oms::condition::not_found), got.code.message());
    BOOST_TEST(got.code.category().name() == std::string("oms.service"));
    BOOST_TEST(got.code.value() == 1009);
    BOOST_TEST(got.result.outcome == oms::outcome::refused);
    BOOST_TEST(got.result.http_status == 400u);
    BOOST_TEST(got.result.service_code == "OMS.1009");
    BOOST_TEST(got.result.service_message == "No resources found.");
    BOOST_TEST(got.result.request_id == sim.ledger().front().request_id);
    BOOST_TEST(got.result.details().body.find("OMS.1009") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_token_of_another_project_is_the_gateways_to_refuse) {
    oms::call_options options;
    options.credentials = oms::token_credentials(sim.token("another"));
    auto const got = stop(task(0), options);
    BOOST_TEST((got.code == oms::condition::permission_denied), got.code.message());
    BOOST_TEST(got.result.http_status == 403u);
    BOOST_TEST(got.result.service_code == "APIGW.0302");
    BOOST_TEST(got.result.outcome == oms::outcome::refused);
}

BOOST_AUTO_TEST_CASE(a_wrong_token_is_tried_once_and_then_closed) {
    oms::call_options options;
    options.credentials = oms::token_credentials("nonsense");
    auto const first = stop(task(0), options);
    BOOST_TEST((first.code == oms::condition::unauthenticated), first.code.message());
    BOOST_TEST(first.result.service_code == "APIGW.0301");
    auto const second = stop(task(1), options);
    BOOST_TEST((second.code == oms::errc::credentials_rejected), second.code.message());
    BOOST_TEST(second.result.outcome == oms::outcome::not_sent);
    BOOST_TEST(sim.requests() == 1u);
    BOOST_TEST(!stop(task(2)).code);  // the client's own is another one
}

BOOST_AUTO_TEST_CASE(an_endpoint_with_another_api_is_misrouted) {
    sim.on(oms::testing::any())
        .reply(404, R"({"error_code":"APIGW.0101","error_msg":"The API does not exist","request_id":"r"})");
    auto const got = stop(task(0));
    BOOST_TEST((got.code == oms::condition::misrouted), got.code.message());
    BOOST_TEST((got.code != oms::condition::not_found));
    BOOST_TEST(got.result.outcome == oms::outcome::refused);
}

BOOST_AUTO_TEST_SUITE_END()
