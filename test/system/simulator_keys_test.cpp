// SPDX-License-Identifier: BSL-1.0
// The simulator's judgement of signatures, over TLS: who passes, what it answers, and what it counts.

#include "simulator_peer.hpp"

#include "wire/signature.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

using namespace simulator_test;
using namespace std::chrono_literals;
using oms::testing::access_key;
using oms::testing::simulator_options;
using oms::wire::sign_algorithm;

namespace {

struct keys_rig {
    explicit keys_rig(simulator_options options = options_with(2, 2)) : sim(std::move(options)), client(sim) {
        sim.add_key({"AK1", "secret-one"});
    }

    // A stop of a project's task, signed for the project that `header` names.
    std::string signed_stop(oms::wire::signing_keys keys, std::string const& header, std::size_t project = 0,
                            std::chrono::seconds off = 0s,
                            sign_algorithm algorithm = sign_algorithm::sdk_hmac_sha256) const {
        auto const path = path_of(oms::sync_task(sim.project_id(project), sim.task_id(project, 0))) + "/stop";
        std::string text = "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n";
        auto const now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        oms::wire::signer signer(algorithm, keys, {"cn-north-4", "oms"});
        signer.append_headers(text, {"POST", path, "", "localhost", header}, now + off);
        return text + "\r\n";
    }
    received ask(oms::wire::signing_keys keys, std::size_t project = 0, std::chrono::seconds off = 0s) {
        return client.ask(signed_stop(keys, sim.project_id(project), project, off));
    }

    simulator sim;
    peer client;
    oms::wire::signing_keys const one{"AK1", "secret-one", {}};
};

std::string message_of(received const& r) {
    return r.json().at("error_msg").as_string().c_str();
}

bool says(received const& r, std::string_view words) {
    BOOST_TEST(r.status == 401u, r.body);
    BOOST_TEST(r.code() == "APIGW.0301", r.body);
    return message_of(r).find(words) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(simulator_keys)

BOOST_AUTO_TEST_CASE(a_signed_request_stops_its_task) {
    keys_rig r;
    BOOST_TEST(r.ask(r.one).status == 200u);
    for (auto const algorithm : {sign_algorithm::v11_hmac_sha256, sign_algorithm::sdk_hmac_sm3}) {
        auto const again = r.client.ask(r.signed_stop(r.one, r.sim.project_id(1), 1, 0s, algorithm));
        BOOST_TEST((again.status == 200u || again.code() == "OMS.0066"));
    }
    BOOST_TEST(r.client.ask(r.signed_stop(r.one, "", 0)).code() == "OMS.0066");  // the header is not needed
    auto const counts = r.sim.key("AK1");
    BOOST_TEST(counts.requests == 4u);
    BOOST_TEST(counts.accepted == 4u);
    BOOST_TEST(r.sim.mismatches().total() == 0u);
    BOOST_TEST(r.sim.key("AK2").requests == 0u);
}

BOOST_AUTO_TEST_CASE(an_unknown_key_or_none_is_refused) {
    keys_rig r;
    BOOST_TEST(says(r.ask({"AK2", "secret-one", {}}), "Get secretKey failed"));
    BOOST_TEST(
        says(r.client.ask(request("POST", "/v2/p/sync-tasks/t/stop", {}, "Authorization: Basic x\r\n")), "malformed"));
    BOOST_TEST(r.sim.key("AK2").requests == 1u);
    r.sim.remove_key("AK1");
    BOOST_TEST(says(r.ask(r.one), "Get secretKey failed"));
    BOOST_TEST(r.sim.key("AK1").locks == 0u);
}

BOOST_AUTO_TEST_CASE(a_temporary_key_needs_its_security_token) {
    keys_rig r;
    r.sim.add_key({"AK3", "secret-three", "token three"});
    BOOST_TEST(r.ask({"AK3", "secret-three", "token three"}).status == 200u);
    BOOST_TEST(says(r.ask({"AK3", "secret-three", {}}), "Get secretKey failed"));
    BOOST_TEST(says(r.ask({"AK3", "secret-three", "token four"}), "Get secretKey failed"));
    BOOST_TEST(says(r.ask({"AK1", "secret-one", "token three"}), "Get secretKey failed"));
    BOOST_TEST(r.sim.key("AK3").accepted == 1u);
}

BOOST_AUTO_TEST_CASE(five_wrong_signatures_lock_a_key) {
    keys_rig r;
    for (int i = 0; i < 5; ++i)
        BOOST_TEST(says(r.ask({"AK1", "wrong", {}}), "verify aksk signature fail"));
    BOOST_TEST(says(r.ask(r.one), "AK access failed to reach the limit,forbidden"));
    auto const counts = r.sim.key("AK1");
    BOOST_TEST(counts.bad_signatures == 5u);
    BOOST_TEST(counts.locks == 1u);
    BOOST_TEST(counts.while_locked == 1u);
    BOOST_TEST(r.sim.mismatches().signature == 5u);
}

BOOST_AUTO_TEST_CASE(the_lock_is_a_setting) {
    auto options = options_with(2, 2);
    options.bad_signatures_to_lock = 2;
    options.key_lock = 0ns;
    keys_rig r(options);
    BOOST_TEST(says(r.ask({"AK1", "wrong", {}}), "verify aksk signature fail"));
    BOOST_TEST(says(r.ask({"AK1", "wrong", {}}), "verify aksk signature fail"));
    BOOST_TEST(r.sim.key("AK1").locks == 1u);
    BOOST_TEST(r.ask(r.one).status == 200u);
    options.bad_signatures_to_lock = 0;
    BOOST_CHECK_THROW(simulator{options}, std::invalid_argument);
    options.bad_signatures_to_lock = 1;
    options.key_lock = -1ns;
    BOOST_CHECK_THROW(simulator{options}, std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(the_date_of_a_signature_counts_by_the_simulators_clock) {
    keys_rig r;
    BOOST_TEST(r.ask(r.one, 0, 14min).status == 200u);
    BOOST_TEST(says(r.ask(r.one, 1, 16min), "signature expires"));
    BOOST_TEST(says(r.ask(r.one, 1, -16min), "signature expires"));
    r.sim.set_clock_skew(-1h);
    BOOST_TEST(says(r.ask(r.one, 1), "signature expires"));
    BOOST_TEST(r.ask(r.one, 1, -1h).status == 200u);
    BOOST_TEST(r.sim.key("AK1").out_of_time == 3u);
    BOOST_TEST(r.sim.key("AK1").bad_signatures == 0u);
}

BOOST_AUTO_TEST_CASE(what_does_not_belong_together_is_counted) {
    keys_rig r;
    access_key narrow("AK5", "secret-five");
    narrow.projects = {r.sim.project_id(1)};
    r.sim.add_key(narrow);
    BOOST_TEST(r.ask({"AK5", "secret-five", {}}, 1).status == 200u);
    BOOST_TEST(r.ask({"AK5", "secret-five", {}}, 0).code() == "APIGW.0302");
    BOOST_TEST(r.sim.key("AK5").other_project == 1u);
    BOOST_TEST(r.client.ask(r.signed_stop(r.one, r.sim.project_id(1), 0)).code() == "APIGW.0302");
    auto const path = path_of(oms::sync_task(r.sim.project_id(0), "t"));
    BOOST_TEST(r.client.ask(request("GET", path, r.sim.token(r.sim.project_id(1)))).status == 403u);
    BOOST_TEST(r.ask({"AK1", "wrong", {}}).status == 401u);
    auto const counts = r.sim.mismatches();
    BOOST_TEST(counts.key_project == 1u);
    BOOST_TEST(counts.header_project == 1u);
    BOOST_TEST(counts.token_project == 1u);
    BOOST_TEST(counts.signature == 1u);
    BOOST_TEST(counts.total() == 4u);
}

BOOST_AUTO_TEST_CASE(the_date_header_follows_the_simulators_clock) {
    keys_rig r;
    r.sim.set_clock_skew(-24h * 400);
    auto const past = r.ask(r.one).header("Date");
    r.sim.set_clock_skew(24h * 400);
    auto const future = r.ask(r.one).header("Date");
    auto const year = [](std::string const& date) { return std::stoi(date.substr(12, 4)); };
    BOOST_TEST(year(future) - year(past) >= 2);
}

BOOST_AUTO_TEST_SUITE_END()
