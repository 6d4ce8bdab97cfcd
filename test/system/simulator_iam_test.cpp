// SPDX-License-Identifier: BSL-1.0
// The simulator's IAM: log-ins, the tokens that they give, and projects.

#include "simulator_peer.hpp"

#include "wire/signature.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

using namespace simulator_test;
using namespace std::chrono_literals;
using oms::testing::access_key;
using oms::testing::iam_user;
using oms::testing::service_kind;
using oms::testing::simulator_options;

namespace {

namespace json = boost::json;

struct iam_rig {
    explicit iam_rig(simulator_options options = options_with(2, 2))
        : sim(std::move(options)), iam(port_of(sim.iam_endpoint()), sim), service(sim) {
        iam_user anna("anna", "pass\"word", "account");
        anna.projects = {p0, "p-other"};
        sim.add_user(anna);
        sim.add_user({"root", "root's", "account"});
        sim.add_project(p0, "cn-north-4");
        sim.add_project(p1, "cn-south-1");
        sim.add_project("p-other", "shared");
        sim.add_project("p-third", "shared");
    }

    received post(std::string const& body, std::string_view target = "/v3/auth/tokens?nocatalog=true") {
        return iam.ask(request("POST", target, {}, "Content-Length: " + std::to_string(body.size()) + "\r\n") + body);
    }
    static std::string body_of(std::string user, std::string password, json::object project) {
        json::object const who{{"name", user}, {"password", password}, {"domain", {{"name", "account"}}}};
        return json::serialize(
            json::object{{"auth",
                          {{"identity", {{"methods", json::array{"password"}}, {"password", {{"user", who}}}}},
                           {"scope", {{"project", project}}}}}});
    }
    received log_in(json::object project, std::string user = "anna", std::string password = "pass\"word") {
        return post(body_of(std::move(user), std::move(password), std::move(project)));
    }
    received stop(std::string const& project, std::string const& token) {
        return service.ask(request("POST", "/v2/" + project + "/sync-tasks/" + sim.task_id(0, 0) + "/stop", token));
    }

    std::string const p0 = simulator::project_id(0), p1 = simulator::project_id(1);
    simulator sim;
    peer iam, service;
};

// IAM's own form.
bool failed(received const& r, unsigned status, std::string_view title) {
    auto const error = r.json().at("error").as_object();
    return r.status == status && error.at("code").as_int64() == status && error.at("title").as_string() == title &&
           !error.at("message").as_string().empty();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(simulator_iam)

BOOST_AUTO_TEST_CASE(a_log_in_gives_a_token_for_one_project) {
    iam_rig r;
    auto const got = r.log_in({{"id", r.p0}});
    BOOST_TEST(got.status == 201u);
    BOOST_TEST(!got.header("X-IAM-Trace-Id").empty());
    BOOST_TEST(!got.header("Date").empty());
    auto const token = got.header("X-Subject-Token");
    BOOST_TEST(token.size() == 2048u);
    auto const body = got.json().at("token").as_object();
    BOOST_TEST(body.at("project").as_object().at("id").as_string() == r.p0);
    BOOST_TEST(body.at("project").as_object().at("name").as_string() == "cn-north-4");
    BOOST_TEST(body.at("expires_at").as_string().size() == 27u);
    BOOST_TEST(body.at("expires_at").as_string() > body.at("issued_at").as_string());
    BOOST_TEST(body.at("catalog").as_array().empty());

    BOOST_TEST(r.stop(r.p0, token).status == 200u);
    BOOST_TEST(r.stop(r.p1, token).code() == "APIGW.0302");
    BOOST_TEST(r.sim.mismatches().token_project == 1u);
    auto const again = r.log_in({{"id", r.p0}}).header("X-Subject-Token");
    BOOST_TEST(again != token);
    BOOST_TEST(r.stop(r.p0, token).code() == "OMS.0066");  // older ones stay good
    BOOST_TEST(r.sim.iam().log_ins == 2u);
    BOOST_TEST(r.sim.iam("anna").log_ins == 2u);
    BOOST_TEST(r.sim.iam("root").log_ins == 0u);
    BOOST_TEST((r.sim.ledger().front().service == service_kind::iam));
    BOOST_TEST((r.sim.ledger().back().service == service_kind::oms));
}

BOOST_AUTO_TEST_CASE(a_project_may_be_named) {
    iam_rig r;
    BOOST_TEST(r.stop(r.p0, r.log_in({{"name", "cn-north-4"}}).header("X-Subject-Token")).status == 200u);
    auto const shared = r.log_in({{"name", "shared"}});  // the one of the two that is anna's
    BOOST_TEST(shared.json().at("token").at("project").at("id").as_string() == "p-other");
    auto const whole = r.post(iam_rig::body_of("root", "root's", {{"name", "cn-south-1"}}), "/v3/auth/tokens");
    BOOST_TEST(!whole.json().at("token").at("catalog").as_array().empty());
    BOOST_TEST(r.stop(r.p1, whole.header("X-Subject-Token")).status == 400u);
    // A user of all projects needs none that has a name.
    BOOST_TEST(r.log_in({{"id", "p-nameless"}}, "root", "root's").status == 201u);
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_a_log_in_is_told_and_counted) {
    iam_rig r;
    BOOST_TEST(failed(r.log_in({{"id", r.p0}}, "anna", "wrong"), 401, "Unauthorized"));
    BOOST_TEST(failed(r.log_in({{"id", r.p0}}, "nobody", "wrong"), 401, "Unauthorized"));
    BOOST_TEST(failed(r.log_in({{"id", r.p1}}), 403, "Forbidden"));
    BOOST_TEST(failed(r.log_in({{"name", "cn-south-1"}}), 403, "Forbidden"));
    BOOST_TEST(failed(r.log_in({{"id", "p-unknown"}}), 404, "Not Found"));
    BOOST_TEST(failed(r.log_in({{"name", "xx-none-9"}}, "root", "root's"), 404, "Not Found"));
    for (std::string const body : {"", "{", "[]", R"({"auth":{"identity":{"methods":["totp"]}}})"}) {
        BOOST_TEST(failed(r.post(body), 400, "Bad Request"), body);
    }
    BOOST_TEST(failed(r.log_in({{"id", r.p0}, {"name", "both"}}), 400, "Bad Request"));
    BOOST_TEST(failed(r.iam.ask(request("GET", "/v3/auth/tokens", {})), 404, "Not Found"));
    auto const counts = r.sim.iam();
    BOOST_TEST(counts.log_ins == 0u);
    BOOST_TEST(counts.failures == 2u);
    BOOST_TEST(counts.refused == 4u);
    BOOST_TEST(r.sim.iam("anna").failures == 1u);
    BOOST_TEST(r.sim.iam("nobody").failures == 1u);
}

BOOST_AUTO_TEST_CASE(failures_in_a_row_lock_a_user) {
    auto options = options_with(2, 1);
    options.log_in_failures_to_lock = 3;
    iam_rig r(options);
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(r.log_in({{"id", r.p0}}, "anna", "wrong").status == 401u);
    auto const locked = r.log_in({{"id", r.p0}});
    BOOST_TEST(failed(locked, 401, "Unauthorized"));
    BOOST_TEST(locked.body.find("locked") != std::string::npos);
    BOOST_TEST(r.log_in({{"id", r.p0}}, "root", "root's").status == 201u);
    BOOST_TEST(r.sim.iam("anna").locks == 1u);
    BOOST_TEST(r.sim.iam().while_locked == 1u);

    options.account_lock = 0ns;
    iam_rig brief(options);
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(brief.log_in({{"id", brief.p0}}, "anna", "wrong").status == 401u);
    BOOST_TEST(brief.sim.iam("anna").locks == 1u);
    BOOST_TEST(brief.log_in({{"id", brief.p0}}).status == 201u);
}

BOOST_AUTO_TEST_CASE(tokens_end_by_the_simulators_clock) {
    auto options = options_with(2, 1);
    options.token_lifetime = 1h;
    iam_rig r(options);
    auto const token = r.log_in({{"id", r.p0}}).header("X-Subject-Token");
    r.sim.set_clock_skew(50min);
    BOOST_TEST(r.stop(r.p0, token).status == 200u);
    r.sim.set_clock_skew(61min);
    auto const refused = r.stop(r.p0, token);
    BOOST_TEST(refused.status == 401u);
    BOOST_TEST(refused.code() == "APIGW.0307");
    BOOST_TEST(r.stop(r.p0, r.sim.token(r.p0)).code() == "OMS.0066");  // these do not
}

BOOST_AUTO_TEST_CASE(a_revoked_token_is_unknown) {
    iam_rig r;
    auto const token = r.log_in({{"id", r.p0}}).header("X-Subject-Token");
    r.sim.revoke(token);
    BOOST_TEST(r.stop(r.p0, token).status == 401u);
    BOOST_TEST(r.stop(r.p0, r.sim.token(r.p0)).status == 200u);
    r.sim.revoke(r.sim.token(r.p0));
    BOOST_TEST(r.stop(r.p0, r.sim.token(r.p0)).code() == "APIGW.0301");
    BOOST_TEST(r.stop(r.p0, r.log_in({{"id", r.p0}}).header("X-Subject-Token")).code() == "OMS.0066");
}

BOOST_AUTO_TEST_CASE(projects_are_found_by_name) {
    iam_rig r;
    auto const ids = [&](received const& got) {
        std::string out;
        auto const object = got.json();
        for (auto const& each : object.at("projects").as_array()) {
            out.append(each.at("id").as_string()).append(" ");
        }
        return out;
    };
    auto const token = r.log_in({{"id", r.p0}}).header("X-Subject-Token");
    auto const ask = [&](std::string const& query) { return r.iam.ask(request("GET", "/v3/projects" + query, token)); };
    BOOST_TEST(ids(ask("?name=cn-north-4")) == r.p0 + " ");
    BOOST_TEST(ids(ask("?name=cn-south-1")) == "");  // not anna's
    BOOST_TEST(ids(ask("?name=shared")) == "p-other ");
    BOOST_TEST(ids(ask("?name=cn%2Dnorth-4")) == r.p0 + " ");
    BOOST_TEST(ask("?name=%").status == 400u);
    BOOST_TEST(r.iam.ask(request("GET", "/v3/projects", "no-token")).status == 401u);
    BOOST_TEST(r.iam.ask(request("GET", "/v3/projects", {})).status == 401u);
    BOOST_TEST(r.sim.iam("anna").look_ups == 5u);

    access_key key("AK1", "secret-one");
    key.projects = {r.p1};
    r.sim.add_key(key);
    auto const sign = [&](std::string const& name, std::string_view secret) {
        std::string text = "GET /v3/projects?name=" + name + " HTTP/1.1\r\nHost: localhost\r\n";
        oms::wire::signer signer(oms::wire::sign_algorithm::sdk_hmac_sha256, {"AK1", secret, {}});
        signer.append_headers(text, {"GET", "/v3/projects", "name=" + name, "localhost", {}},
                              std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
        return r.iam.ask(text + "\r\n");
    };
    BOOST_TEST(ids(sign("cn-south-1", "secret-one")) == r.p1 + " ");
    BOOST_TEST(ids(sign("cn-north-4", "secret-one")) == "");
    BOOST_TEST(sign("cn-south-1", "wrong").status == 401u);
    BOOST_TEST(r.sim.key("AK1").bad_signatures == 1u);
    BOOST_TEST(r.sim.iam().look_ups == 7u);
}

BOOST_AUTO_TEST_CASE(faults_work_here_as_well) {
    iam_rig r;
    r.sim.on(oms::testing::path("/v3/auth/tokens")).times(1).reply(503, "{}");
    BOOST_TEST(r.log_in({{"id", r.p0}}).status == 503u);
    BOOST_TEST(r.sim.iam().log_ins == 0u);
    BOOST_TEST(r.log_in({{"id", r.p0}}).status == 201u);
    r.sim.on(oms::testing::any()).reset_before_reply();
    BOOST_TEST((r.log_in({{"id", r.p0}}).error == boost::asio::error::connection_reset));
    BOOST_TEST(r.sim.iam().log_ins == 2u);
}

BOOST_AUTO_TEST_CASE(its_settings_are_checked) {
    auto const refused = [](auto change) {
        simulator_options options;
        change(options);
        try {
            simulator const sim(options);
            return false;
        } catch (std::invalid_argument const&) {
            return true;
        }
    };
    BOOST_TEST(refused([](auto& o) { o.log_in_failures_to_lock = 0; }));
    BOOST_TEST(refused([](auto& o) { o.account_lock = -1ns; }));
    BOOST_TEST(refused([](auto& o) { o.token_lifetime = -1s; }));
    BOOST_TEST(refused([](auto& o) { o.key_lifetime = 0s; }));
    BOOST_TEST(refused([](auto& o) { o.port = 65'534; }));
}

BOOST_AUTO_TEST_SUITE_END()
