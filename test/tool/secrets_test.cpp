// SPDX-License-Identifier: BSL-1.0
// Runs that fail in many ways: no secret stands in what the programs print, or write to their reports.

#include "tool/tool_rig.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <csignal>
#include <initializer_list>
#include <string_view>

namespace {

using oms::test::child_process;
using oms::test::tool_rig;

// Looks for each of these in all that there is to read.
void check_hidden(tool_rig const& r, std::initializer_list<std::string_view> secrets) {
    std::string all = r.out + r.err;
    for (auto const* const file : {"report", "journal"}) {
        try {
            all += r.directory.read(file);
        } catch (std::exception const&) {  // this run wrote none
        }
    }
    BOOST_TEST(!all.empty());
    for (auto const secret : secrets)
        BOOST_TEST(all.find(secret) == std::string::npos, secret << " in " << all);
}

BOOST_AUTO_TEST_SUITE(tool_secrets)

BOOST_FIXTURE_TEST_CASE(a_reply_that_repeats_the_token_is_not_quoted, tool_rig) {
    auto const project = oms::testing::simulator::project_id(0);
    auto const token = sim.token(project);
    boost::json::object const body{{"error_code", "OMS.0001"}, {"error_msg", "no: " + token}, {"error_detail", token}};
    for (unsigned const status : {400U, 403U}) {
        sim.clear_faults();
        sim.on(oms::testing::project(project))
            .method("POST")
            .reply(status, boost::json::serialize(body), {{"X-Request-Id", token}});
        auto const* const report = status == 400 ? "report" : "journal";
        BOOST_TEST(run({"--from", path("tasks"), "--report", path(report), "--verbose"}) != 0);
        check_hidden(*this, {token, std::string_view(token).substr(token.size() - 32)});
        BOOST_TEST(directory.read(report).find("no: ***") != std::string::npos, directory.read(report));
    }
}

BOOST_FIXTURE_TEST_CASE(keys_of_the_environment_are_not_shown, tool_rig) {
    std::vector<std::string> const keys{"HUAWEICLOUD_SDK_AK=AKIDENTIFIER0001",
                                        "HUAWEICLOUD_SDK_SK=SECRETKEY-0123456789",
                                        "HUAWEICLOUD_SDK_SECURITY_TOKEN=SECRETSESSION-0123456789"};
    sim.add_key({"AKIDENTIFIER0001", "another"});
    std::vector<std::string> const arguments{"--endpoint", sim.endpoint(), "--ca-file", path("ca.pem"),
                                             "--from",     path("tasks"),  "--report",  path("report")};
    BOOST_TEST(run(arguments, false, keys) != 0);
    BOOST_TEST(sim.key("AKIDENTIFIER0001").requests >= 1u);  // they were used
    check_hidden(*this, {"SECRETKEY", "SECRETSESSION"});
}

BOOST_FIXTURE_TEST_CASE(a_proxys_password_is_not_shown, tool_rig) {
    for (std::string const proxy : {"http://user:SECRETPROXY@127.0.0.1:1", "http://user:SECRETPROXY@127.0.0.1:x"}) {
        BOOST_TEST(run({"--from", path("tasks"), "--report", path("report"), "--outage", "300ms"}, true,
                       {"https_proxy=" + proxy, "no_proxy="}) > 0);
        check_hidden(*this, {"SECRETPROXY"});
    }
}

BOOST_FIXTURE_TEST_CASE(the_simulator_prints_no_token, tool_rig) {
    directory.write("out", "");
    child_process simulator({"/bin/sh", "-c", "exec \"$@\" >" + path("out") + " 2>" + path("err"), "sh", OMS_SIMULATOR,
                             "--projects", "1", "--tasks-per-project", "1", "--token-out", path("own-tokens")});
    for (int i = 0; i < 2'000 && simulator.running(); ++i) {
        simulator.wait_for(std::chrono::milliseconds(10));
        if (directory.read("out").find("listening") != std::string::npos) break;
    }
    simulator.send(SIGTERM);
    BOOST_TEST(simulator.wait_for(std::chrono::minutes(1)).value_or(-1) == 0);
    out = directory.read("out");
    err = directory.read("err");
    BOOST_TEST(out.find("requests 0") != std::string::npos, out);
    auto const written = directory.read("own-tokens");
    auto const token = written.substr(written.find(' ') + 1, 64);
    BOOST_TEST(token.size() == 64u);
    check_hidden(*this, {token, std::string_view(token).substr(40)});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
