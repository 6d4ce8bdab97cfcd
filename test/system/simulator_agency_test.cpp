// SPDX-License-Identifier: BSL-1.0
// The simulator's agencies: who may act, what IAM gives through one, and what of it the service takes.

#include "simulator_peer.hpp"

#include "wire/signature.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

using namespace simulator_test;
using namespace std::chrono_literals;
using oms::testing::agency;

namespace {

namespace json = boost::json;

constexpr std::string_view token_target = "/v3/auth/tokens?nocatalog=true";
constexpr std::string_view key_target = "/v3.0/OS-CREDENTIAL/securitytokens";

struct agency_rig {
    agency_rig() : sim(options_with(2, 2)), iam(port_of(sim.iam_endpoint()), sim), service(sim) {
        sim.add_key({"AK1", "secret-one"});
        sim.add_key({"AK2", "secret-two"});
        agency made("operators", "theirs", {"AK1"});
        made.projects = {p0};
        sim.add_agency(made);
        sim.add_agency({"open", "theirs"});
        sim.add_project(p0, "cn-north-4");
    }

    static json::object role(std::string name = "operators", std::string domain = "theirs") {
        return {{"agency_name", name}, {"domain_name", domain}};
    }
    static std::string body_of(json::object role, json::object project = {}) {
        json::object auth{{"identity", {{"methods", json::array{"assume_role"}}, {"assume_role", std::move(role)}}}};
        if (!project.empty()) auth["scope"] = json::object{{"project", std::move(project)}};
        return json::serialize(json::object{{"auth", std::move(auth)}});
    }
    static std::string length_of(std::string const& body) {
        return "Content-Length: " + std::to_string(body.size()) + "\r\n";
    }
    received by_token(std::string_view target, std::string const& body, std::string const& token) {
        return iam.ask(request("POST", target, token, length_of(body)) + body);
    }
    received by_key(std::string_view target, std::string const& body, char const* ak = "AK1",
                    char const* sk = "secret-one") {
        auto const question = target.find('?');
        std::string text = request("POST", target, {}, length_of(body));
        text.resize(text.size() - 2);
        oms::wire::signer signer(oms::wire::sign_algorithm::sdk_hmac_sha256, {ak, sk, {}});
        signer.append_headers(text,
                              {"POST",
                               target.substr(0, question),
                               question == std::string_view::npos ? std::string_view() : target.substr(question + 1),
                               "localhost",
                               {},
                               body},
                              std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
        return iam.ask(text + "\r\n" + body);
    }
    received stop(std::string const& project, json::object const& key, std::chrono::seconds off = 0s) {
        std::string const path = "/v2/" + project + "/sync-tasks/" + sim.task_id(0, 0) + "/stop";
        std::string text = "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n";
        auto const of = [&](char const* name) { return std::string_view(key.at(name).as_string()); };
        oms::wire::signer signer(oms::wire::sign_algorithm::sdk_hmac_sha256,
                                 {of("access"), of("secret"), of("securitytoken")});
        signer.append_headers(text, {"POST", path, "", "localhost", project},
                              std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) + off);
        return service.ask(text + "\r\n");
    }

    std::string const p0 = simulator::project_id(0), p1 = simulator::project_id(1);
    simulator sim;
    peer iam, service;
};

// IAM's own form.
bool failed(received const& r, unsigned status, std::string_view title) {
    BOOST_TEST(r.status == status, r.body);
    auto const error = r.json().at("error").as_object();
    return error.at("code").as_int64() == status && error.at("title").as_string() == title;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(simulator_agencies)

BOOST_AUTO_TEST_CASE(an_agency_gives_a_token_of_its_accounts_project) {
    agency_rig r;
    auto const got = r.by_key(token_target, agency_rig::body_of(agency_rig::role(), {{"id", r.p0}}));
    BOOST_TEST(got.status == 201u, got.body);
    auto const token = got.json().at("token").as_object();
    BOOST_TEST(token.at("methods").as_array().at(0).as_string() == "assume_role");
    BOOST_TEST(token.at("project").at("domain").at("name").as_string() == "theirs");
    BOOST_TEST(token.at("expires_at").as_string() > token.at("issued_at").as_string());
    auto const stop = [&](std::string const& project) {
        return r.service.ask(request("POST", "/v2/" + project + "/sync-tasks/" + r.sim.task_id(0, 0) + "/stop",
                                     got.header("X-Subject-Token")));
    };
    BOOST_TEST(stop(r.p0).status == 200u);
    BOOST_TEST(stop(r.p1).code() == "APIGW.0302");
    auto const named = r.by_token(token_target, agency_rig::body_of(agency_rig::role("open"), {{"name", "cn-north-4"}}),
                                  r.sim.token(r.p1));
    BOOST_TEST(named.json().at("token").at("project").at("id").as_string() == r.p0);
    BOOST_TEST(r.sim.iam("AK1").agency_tokens == 1u);
    BOOST_TEST(r.sim.iam().agency_tokens == 2u);
    BOOST_TEST(r.sim.iam().log_ins == 0u);
}

BOOST_AUTO_TEST_CASE(an_agency_gives_a_key_for_as_long_as_was_asked) {
    agency_rig r;
    auto role = agency_rig::role();
    role.erase("domain_name");
    role["domain_id"] = "theirs";
    auto const brief = r.by_key(key_target, agency_rig::body_of(role)).json().at("credential").as_object();
    role["duration_seconds"] = 7200;
    auto const got = r.by_key(key_target, agency_rig::body_of(role));
    BOOST_TEST(got.status == 201u, got.body);
    auto const key = got.json().at("credential").as_object();
    BOOST_TEST(r.stop(r.p0, key).status == 200u);
    BOOST_TEST(r.stop(r.p1, key).code() == "APIGW.0302");
    BOOST_TEST(r.stop(r.p0, brief).code() == "OMS.0066");
    r.sim.set_clock_skew(16min);
    BOOST_TEST(r.stop(r.p0, brief, 16min).code() == "APIGW.0301");
    BOOST_TEST(r.stop(r.p0, key, 16min).code() == "OMS.0066");
    r.sim.set_clock_skew(121min);
    BOOST_TEST(r.stop(r.p0, key, 121min).code() == "APIGW.0301");
    BOOST_TEST(r.sim.iam("AK1").agency_keys == 2u);
}

BOOST_AUTO_TEST_CASE(who_may_not_act_and_what_is_not_there_is_told_and_counted) {
    agency_rig r;
    for (auto const target : {token_target, key_target}) {
        json::object const project{{"id", r.p0}};
        BOOST_TEST(failed(r.by_key(target, agency_rig::body_of(agency_rig::role(), project), "AK2", "secret-two"), 403,
                          "Forbidden"));
        BOOST_TEST(failed(r.by_token(target, agency_rig::body_of(agency_rig::role(), project), r.sim.token(r.p0)), 403,
                          "Forbidden"));
        BOOST_TEST(failed(r.by_key(target, agency_rig::body_of(agency_rig::role("none"), project)), 404, "Not Found"));
        BOOST_TEST(
            failed(r.by_key(target, agency_rig::body_of(agency_rig::role("open", "x"), project)), 404, "Not Found"));
        BOOST_TEST(r.by_token(target, agency_rig::body_of(agency_rig::role(), project), "nonsense").status == 401u);
        BOOST_TEST(r.by_key(target, agency_rig::body_of(agency_rig::role(), project), "AK1", "wrong").status == 401u);
    }
    BOOST_TEST(
        failed(r.by_key(token_target, agency_rig::body_of(agency_rig::role(), {{"id", r.p1}})), 404, "Not Found"));
    BOOST_TEST(r.sim.iam("AK2").agency_refused == 2u);
    BOOST_TEST(r.sim.iam("AK1").agency_refused == 4u);
    BOOST_TEST(r.sim.iam("AK1").refused == 1u);
    r.sim.remove_agency("operators", "theirs");
    BOOST_TEST(failed(r.by_key(key_target, agency_rig::body_of(agency_rig::role())), 404, "Not Found"));
    BOOST_TEST(r.sim.iam().agency_keys + r.sim.iam().agency_tokens == 0u);
}

BOOST_AUTO_TEST_CASE(what_no_agency_understands) {
    agency_rig r;
    auto both = agency_rig::role();
    both["domain_id"] = "theirs";
    auto neither = agency_rig::role();
    neither.erase("domain_name");
    auto nameless = agency_rig::role();
    nameless.erase("agency_name");
    for (auto const& role : {both, neither, nameless, json::object{}}) {
        BOOST_TEST(failed(r.by_key(key_target, agency_rig::body_of(role)), 400, "Bad Request"));
        BOOST_TEST(failed(r.by_key(token_target, agency_rig::body_of(role, {{"id", r.p0}})), 400, "Bad Request"));
    }
    for (json::value const& duration : {json::value(899), json::value(86'401), json::value("3600")}) {
        auto role = agency_rig::role();
        role["duration_seconds"] = duration;
        BOOST_TEST(failed(r.by_key(key_target, agency_rig::body_of(role)), 400, "Bad Request"));
    }
    BOOST_TEST(failed(r.by_key(token_target, agency_rig::body_of(agency_rig::role())), 400, "Bad Request"));
    BOOST_TEST(failed(r.by_key(key_target, "{"), 400, "Bad Request"));
}

BOOST_AUTO_TEST_SUITE_END()
