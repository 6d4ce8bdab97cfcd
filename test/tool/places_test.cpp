// SPDX-License-Identifier: BSL-1.0
// As whom, where, and how far: what the options that bound a run do to it.

#include "system/connect_proxy.hpp"
#include "tool/tool_rig.hpp"

#include <map>
#include <thread>

namespace {

using namespace std::chrono_literals;
using oms::test::running_tasks;
using oms::test::tool_rig;

using counts = std::pair<std::size_t, std::size_t>;

BOOST_AUTO_TEST_SUITE(places_and_limits)

BOOST_AUTO_TEST_CASE(accounts_serve_their_projects_in_their_regions) {
    auto options = running_tasks(2, 3);
    options.regions = {"cn-north-4", "cn-east-3"};
    tool_rig r(options);
    auto const first = oms::testing::simulator::project_id(0), second = oms::testing::simulator::project_id(1);
    r.directory.write("accounts", "[day]\nsource = token\nvariable = DAY\nprojects = " + first +
                                      "\n[night]\nsource = token-file\nfile = " + r.path("tokens") +
                                      "\nprojects = " + second + "\n");
    std::string lines;
    for (auto const& task : r.sim.tasks()) {
        std::string const region = task.project_id == first ? "cn-north-4" : "cn-east-3";
        lines += region + "/" + task.project_id + "/" + task.task_id + "\n";
    }
    r.directory.write("tasks", lines);
    std::vector<std::string> const arguments{"--accounts", r.path("accounts"),
                                             "--ca-file",  r.path("ca.pem"),
                                             "--endpoint", "cn-north-4=" + r.sim.endpoint("cn-north-4"),
                                             "--endpoint", "cn-east-3=" + r.sim.endpoint("cn-east-3"),
                                             "--from",     r.path("tasks")};
    BOOST_TEST(r.run(arguments, false) == 2);
    BOOST_TEST(r.err.find("DAY is not set") != std::string::npos, r.err);
    BOOST_TEST(r.run(arguments, false, {"DAY=" + r.sim.token(first)}) == 0, r.err);
    std::size_t stopped = 0;
    for (auto const& e : r.sim.ledger())
        stopped += e.took_effect ? 1 : 0;
    BOOST_TEST(stopped == 6u);
}

BOOST_AUTO_TEST_CASE(a_task_without_region_where_several_could_be_meant) {
    auto options = running_tasks(2, 3);
    options.regions = {"cn-north-4", "cn-east-3"};
    tool_rig r(options);
    std::vector<std::string> arguments{"--token-file", r.path("tokens"),
                                       "--ca-file",    r.path("ca.pem"),
                                       "--endpoint",   "cn-north-4=" + r.sim.endpoint("cn-north-4"),
                                       "--endpoint",   "cn-east-3=" + r.sim.endpoint("cn-east-3"),
                                       "--from",       r.path("tasks")};
    BOOST_TEST(r.run(arguments, false) == 2);
    BOOST_TEST(r.err.find("--region") != std::string::npos, r.err);
    BOOST_TEST(r.sim.requests() == 0u);
}

BOOST_AUTO_TEST_CASE(all_that_runs_is_found_in_the_regions_of_its_projects) {
    auto options = running_tasks(4, 3);
    options.regions = {"cn-north-4", "cn-east-3"};
    tool_rig r(options);
    std::vector<std::string> arguments{"--token-file",
                                       r.path("tokens"),
                                       "--ca-file",
                                       r.path("ca.pem"),
                                       "--endpoint",
                                       "cn-north-4=" + r.sim.endpoint("cn-north-4"),
                                       "--endpoint",
                                       "cn-east-3=" + r.sim.endpoint("cn-east-3"),
                                       "--all-running",
                                       "--yes",
                                       "--json",
                                       "--project",
                                       "cn-north-4/" + oms::testing::simulator::project_id(0)};
    r.directory.write("projects", "cn-east-3/" + oms::testing::simulator::project_id(1) + "\n");
    arguments.insert(arguments.end(), {"--projects-from", r.path("projects")});
    BOOST_TEST(r.run(arguments, false) == 0, r.err);
    std::map<std::string, std::size_t> effects;
    for (auto const& e : r.sim.ledger())
        effects[e.region] += e.took_effect ? 1 : 0;
    BOOST_TEST(effects["cn-north-4"] == 3u);
    BOOST_TEST(effects["cn-east-3"] == 3u);
    BOOST_TEST(r.out.find("\"region\":\"cn-east-3\"") != std::string::npos, r.out);

    // Which region is meant is not guessed.
    arguments.insert(arguments.end(), {"--project", oms::testing::simulator::project_id(2)});
    BOOST_TEST(r.run(arguments, false) == 2);
    BOOST_TEST(r.err.find("--region") != std::string::npos, r.err);
    arguments.insert(arguments.end(), {"--region", "cn-north-4"});
    BOOST_TEST(r.run(arguments, false) == 0, r.err);
    std::size_t stopped = 0;
    for (auto const& e : r.sim.ledger())
        stopped += e.took_effect ? 1 : 0;
    BOOST_TEST(stopped == 9u);
}

BOOST_FIXTURE_TEST_CASE(one_credential_of_two_refused, tool_rig) {
    directory.write("tokens",
                    tokens.substr(0, tokens.find('\n') + 1) + oms::testing::simulator::project_id(1) + " MIIwrong\n");
    BOOST_TEST(run({"--from", path("tasks")}) == 5);
    BOOST_TEST(err.find("nothing was stopped: 1 of 2 tests") != std::string::npos, err);
    BOOST_TEST(told("failed; the first, project " + oms::testing::simulator::project_id(1) + ": "), err);
    BOOST_TEST(err.find("MIIwrong") == std::string::npos, err);
    BOOST_TEST(changes() == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_proxy_is_asked_for_every_connection, tool_rig) {
    oms::test::connect_proxy proxy;
    BOOST_TEST(run({"--from", path("tasks"), "--proxy", "http://" + proxy.address()}) == 0, err);
    BOOST_TEST((stops() == counts(1, 1)));
    BOOST_TEST(!proxy.requests().empty());
    auto const before = proxy.requests().size();
    BOOST_TEST(run({"--from", path("tasks")}, true, {"HTTPS_PROXY=http://" + proxy.address()}) == 0, err);
    auto const those = proxy.requests().size();
    BOOST_TEST(those > before);
    std::vector<std::string> const without{"HTTPS_PROXY=http://" + proxy.address(), "NO_PROXY=localhost"};
    BOOST_TEST(run({"--from", path("tasks")}, true, without) == 0, err);
    BOOST_TEST(proxy.requests().size() == those);
}

BOOST_FIXTURE_TEST_CASE(the_environment_says_where, tool_rig) {
    std::vector<std::string> const arguments{"--token-file", path("tokens"), "--from",
                                             path("tasks"),  "--report",     path("report")};
    BOOST_TEST(run(arguments, false,
                   {"OMS_ENDPOINT=" + sim.endpoint(), "OMS_CA_FILE=" + path("ca.pem"), "OMS_REGION=cn-north-4"}) == 0,
               err);
    BOOST_TEST((stops() == counts(1, 1)));
    // A run goes on where it was, whatever the environment says by then.
    auto const before = sim.requests();
    BOOST_TEST(run({"--resume", path("report"), "--recheck"}, false,
                   {"OMS_ENDPOINT=https://127.0.0.1:1", "OMS_CA_FILE=" + path("ca.pem"), "OMS_REGION=cn-east-3"}) == 0,
               err);
    BOOST_TEST(sim.requests() >= before + 6);
}

BOOST_AUTO_TEST_CASE(each_account_has_its_source) {
    tool_rig r(running_tasks(4, 1));
    auto const project = [](std::size_t i) { return oms::testing::simulator::project_id(i); };
    oms::testing::iam_user user("ops", "SECRETPASSWORD-01", "acme");
    user.projects = {project(0)};
    r.sim.add_user(user);
    r.sim.add_key({"AKOFPROFILE00001", "SECRETPROFILE-01"});
    r.sim.add_key({"AKOFENVIRON00001", "SECRETENVIRON-01"});
    r.directory.write("password", "SECRETPASSWORD-01\n");
    r.directory.write("profile", "[basic]\nak = AKOFPROFILE00001\nsk = SECRETPROFILE-01\n");
    std::string const rest = "\n[file]\nsource = profile\nfile = profile\nprojects = " + project(1) +
                             "\n[env]\nsource = environment\nprojects = " + project(2) +
                             "\n[machine]\nsource = metadata\nendpoint = " + r.sim.metadata_endpoint() +
                             "\nprojects = *\n";
    std::string const log_in = "[user]\nsource = iam\ndomain = acme\nuser = ops\nendpoint = " + r.sim.iam_endpoint() +
                               "\nprojects = " + project(0);
    std::vector<std::string> const arguments{"--accounts", r.path("accounts"), "--ca-file", r.path("ca.pem"),
                                             "--endpoint", r.sim.endpoint(),   "--from",    r.path("tasks")};
    std::vector<std::string> const variables{"HUAWEICLOUD_SDK_AK=AKOFENVIRON00001",
                                             "HUAWEICLOUD_SDK_SK=SECRETENVIRON-01", "OPS=SECRETPASSWORD-01"};
    r.directory.write("accounts", log_in + "\nfile = password" + rest);
    auto first = arguments;
    first.insert(first.end(), {"--report", r.path("report")});
    BOOST_TEST(r.run(first, false, variables) == 0, r.err);
    BOOST_TEST((r.stops() == counts(1, 1)));
    BOOST_TEST(r.sim.iam("ops").log_ins == 1u);
    BOOST_TEST(r.sim.key("AKOFPROFILE00001").accepted == 2u);  // the preflight, and a stop
    BOOST_TEST(r.sim.key("AKOFENVIRON00001").accepted == 2u);
    BOOST_TEST(r.sim.metadata().keys >= 1u);
    std::string const text = r.directory.read("report");
    for (char const* label : {"IAM log-in of ops", "ak AKOF…0001", "metadata"})
        BOOST_TEST(text.find(label) != std::string::npos, text);
    BOOST_TEST((text + r.out + r.err).find("SECRET") == std::string::npos, text);

    r.directory.write("accounts", log_in + "\nvariable = OPS" + rest);
    BOOST_TEST(r.run(arguments, false, variables) == 0, r.err);
    BOOST_TEST(r.out.find("already stopped  4\n") != std::string::npos, r.out);
    BOOST_TEST(r.sim.iam("ops").log_ins == 2u);
    BOOST_TEST(r.run(arguments, false) == 2);
    BOOST_TEST(r.err.find("account \"user\" has no password: OPS is not set") != std::string::npos, r.err);
    r.directory.write("accounts", "[a]\nsource = metadata\nendpoint = nonsense\nprojects = *\n");
    BOOST_TEST(r.run(arguments, false) == 2);
    BOOST_TEST(r.err.find("account \"a\": ") != std::string::npos, r.err);
}

BOOST_AUTO_TEST_CASE(an_account_acts_for_others) {
    tool_rig r(running_tasks(4, 2));
    auto const project = [](std::size_t i) { return oms::testing::simulator::project_id(i); };
    oms::testing::iam_user user("ops", "SECRETPASSWORD-01", "acme");
    user.projects = {project(0)};
    r.sim.add_user(user);
    r.sim.add_key({"AKOFENVIRON00001", "SECRETENVIRON-01"});
    oms::testing::agency first("operators", "other", {"ops"}), second("operators", "third", {"AKOFENVIRON00001"});
    first.projects = {project(1), project(2)};
    second.projects = {project(3)};
    r.sim.add_agency(first);
    r.sim.add_agency(second);
    std::string const iam = "\nendpoint = " + r.sim.iam_endpoint();
    auto const agency = [&](std::string const& name, std::string const& source, std::string const& domain,
                            std::string const& acting, std::string const& projects) {
        return "\n[" + name + "]\nsource = " + source + "\nagency = operators\ndomain = " + domain +
               "\nacting = " + acting + iam + "\nprojects = " + projects;
    };
    std::string const ours = "\n[ours]\nsource = iam\ndomain = acme\nuser = ops\nvariable = OPS" + iam +
                             "\nprojects = " + project(0) + "\n[key]\nsource = environment\n";
    std::vector<std::string> const arguments{"--accounts", r.path("accounts"), "--ca-file", r.path("ca.pem"),
                                             "--endpoint", r.sim.endpoint(),   "--from",    r.path("tasks"),
                                             "--report",   r.path("report")};
    std::vector<std::string> const variables{"HUAWEICLOUD_SDK_AK=AKOFENVIRON00001",
                                             "HUAWEICLOUD_SDK_SK=SECRETENVIRON-01", "OPS=SECRETPASSWORD-01"};
    r.directory.write("accounts", agency("a", "agency-token", "other", "ours", project(1) + " " + project(2)) +
                                      agency("b", "agency", "third", "key", "*") + ours);
    BOOST_TEST(r.run(arguments, false, variables) == 0, r.err);
    BOOST_TEST((r.stops() == counts(1, 1)));
    BOOST_TEST(r.sim.iam("ops").agency_tokens == 2u);
    BOOST_TEST(r.sim.iam("ops").log_ins == 2u);  // for its own project, and to act
    BOOST_TEST(r.sim.iam("AKOFENVIRON00001").agency_keys == 1u);
    BOOST_TEST(r.sim.mismatches().total() == 0u);
    std::string const text = r.directory.read("report");
    for (char const* label : {"agency operators of other", "agency operators of third"})
        BOOST_TEST(text.find(label) != std::string::npos, text);
    BOOST_TEST((text + r.out + r.err).find("SECRET") == std::string::npos, text);

    r.directory.write("accounts", agency("a", "agency", "nobody", "key", "*") + ours);
    std::filesystem::remove(r.path("report"));
    BOOST_TEST(r.run(arguments, false, variables) != 0);
    BOOST_TEST(r.told("Could not find agency"), r.err);
    r.directory.write("accounts", agency("a", "agency", "third", "a", "*") + ours);
    BOOST_TEST(r.run(arguments, false, variables) == 2);
    BOOST_TEST(r.told(r.path("accounts") + ":6: acting: an account does not act for itself"), r.err);
}

BOOST_AUTO_TEST_CASE(all_that_runs_in_the_projects_of_accounts) {
    auto options = running_tasks(2, 2);
    options.regions = {"cn-north-4", "cn-east-3"};
    tool_rig r(options);
    r.directory.write("accounts", "[a]\nsource = token-file\nfile = tokens\nprojects = cn-north-4/" +
                                      oms::testing::simulator::project_id(0) + " cn-east-3/" +
                                      oms::testing::simulator::project_id(1) + "\n");
    BOOST_TEST(r.run({"--accounts", r.path("accounts"), "--ca-file", r.path("ca.pem"), "--endpoint",
                      "cn-north-4=" + r.sim.endpoint("cn-north-4"), "--endpoint",
                      "cn-east-3=" + r.sim.endpoint("cn-east-3"), "--all-running", "--yes"},
                     false) == 0,
               r.err);
    for (auto const& task : r.sim.tasks())
        BOOST_TEST(r.sim.state(task) == "STOPPED");
}

BOOST_AUTO_TEST_CASE(an_outage_ends_the_run_when_its_patience_is_over) {
    auto options = running_tasks(2, 20);
    options.latency = 20ms;
    tool_rig r(options);
    auto const process = r.start(
        {"--from", r.path("tasks"), "--yes", "--concurrency", "2", "--outage", "500ms", "--report", r.path("report")});
    while (r.changes() == 0 && process->running())
        std::this_thread::yield();
    r.sim.stop();
    BOOST_TEST(process->wait_for(1min).value_or(-1) == 1, r.directory.read("err"));
    std::string const told = r.directory.read("out") + r.directory.read("err");
    BOOST_TEST(told.find("not attempted    0\n") == std::string::npos, told);
    BOOST_TEST(told.find("no more tasks were started: ") != std::string::npos, told);
    BOOST_TEST(told.find("to go on: oms-stop --resume " + r.path("report")) != std::string::npos, told);
    BOOST_TEST(told.find("system:") == std::string::npos, told);  // no code of the system for one of ours
}

BOOST_FIXTURE_TEST_CASE(projects_of_a_file, tool_rig) {
    auto const project = oms::testing::simulator::project_id(1);
    directory.write("projects", "# those of today\n" + project + "\n");
    BOOST_TEST(run({"--all-running", "--yes", "--projects-from", path("projects")}) == 0, err);
    for (auto const& task : sim.tasks())
        BOOST_TEST(sim.stops(task) == (task.project_id == project ? 1u : 0u));
}

// Ten requests a second after the first few: six tasks and the preflight take their time.
BOOST_FIXTURE_TEST_CASE(a_rate_spreads_the_stops, tool_rig) {
    auto const begun = std::chrono::steady_clock::now();
    BOOST_TEST(run({"--from", path("tasks"), "--rate", "8"}) == 0, err);
    BOOST_TEST((std::chrono::steady_clock::now() - begun >= 300ms));
    BOOST_TEST((stops() == counts(1, 1)));
}

BOOST_AUTO_TEST_CASE(a_project_has_no_more_under_way_than_it_may) {
    auto options = running_tasks(1, 8);
    options.latency = 20ms;
    tool_rig r(options);
    BOOST_TEST(r.run({"--from", r.path("tasks"), "--per-project", "1"}) == 0, r.err);
    BOOST_TEST((r.stops() == counts(1, 1)));
    BOOST_TEST(r.sim.connections() == 1u);  // one at a time needs one
}

BOOST_FIXTURE_TEST_CASE(a_device_that_is_full_takes_no_report, tool_rig) {
    BOOST_TEST(run({"--from", path("tasks"), "--report", "/dev/full"}) == 6);
    BOOST_TEST(changes() == 0u);
}

BOOST_FIXTURE_TEST_CASE(of_the_tasks_only_those_of_some_projects, tool_rig) {
    auto const project = oms::testing::simulator::project_id(1);
    BOOST_TEST(run({"--from", path("tasks"), "--project", project}) == 0, err);
    BOOST_TEST(changes() == 3u);
    for (auto const& task : sim.tasks())
        BOOST_TEST(sim.stops(task) == (task.project_id == project ? 1u : 0u));
}

BOOST_FIXTURE_TEST_CASE(too_many_failures_start_no_more, tool_rig) {
    sim.on(oms::testing::any()).method("POST").reply(403, R"({"error_code":"OMS.0206","error_msg":"no"})");
    BOOST_TEST(run({"--from", path("tasks"), "--max-failures", "1", "--concurrency", "1"}) == 1);
    BOOST_TEST(changes() == 2u);
    BOOST_TEST(out.find("not attempted    4\n") != std::string::npos, out);
}

BOOST_AUTO_TEST_CASE(too_large_a_share_of_failures_starts_no_more) {
    tool_rig r(running_tasks(10, 20));
    auto const all = r.sim.tasks();
    for (std::size_t i = 0; i < 5; ++i)
        r.sim.on(oms::testing::project(oms::testing::simulator::project_id(i))).method("POST").reply(403);
    // Half of them fail: that is not more than 60 %, but than 40 %, once there are a hundred.
    BOOST_TEST(r.run({"--from", r.path("tasks"), "--yes", "--max-failures", "60%"}) == 1, r.err);
    BOOST_TEST(r.changes() == 200u);
    BOOST_TEST(r.run({"--from", r.path("tasks"), "--yes", "--max-failures", "40%"}) == 1, r.err);
    BOOST_TEST(r.changes() >= 300u);
    BOOST_TEST(r.changes() < 400u);
}

BOOST_AUTO_TEST_CASE(a_report_that_hits_a_limit_stops_admission) {
    auto options = running_tasks(4, 10);
    options.latency = 10ms;
    tool_rig r(options);
    // The plan fits into 8 KiB, all results do not.
    oms::test::child_process tool(
        {"/bin/sh", "-c", "ulimit -f 16; exec \"$@\" 2>" + r.path("err") + " >" + r.path("out"), "sh", OMS_STOP,
         "--endpoint", r.sim.endpoint(), "--ca-file", r.path("ca.pem"), "--token-file", r.path("tokens"), "--from",
         r.path("tasks"), "--yes", "--report", r.path("report"), "--concurrency", "2"});
    int const status = tool.wait_for(1min).value_or(-1);
    BOOST_TEST(status == 6, r.directory.read("err"));
    BOOST_TEST(r.changes() >= 1u);
    BOOST_TEST(r.changes() < 40u);
    // What it holds is still good to go on with.
    BOOST_TEST(r.run({"--resume", r.path("report")}, false) == 0, r.err);
    BOOST_TEST((r.stops() == counts(1, 1)));
}

BOOST_AUTO_TEST_CASE(one_report_has_one_writer) {
    auto options = running_tasks(2, 3);
    options.latency = 300ms;
    tool_rig r(options);
    auto const first = r.start({"--from", r.path("tasks"), "--report", r.path("report")});
    while (r.changes() == 0 && first->running())
        std::this_thread::yield();
    oms::test::child_process second(
        {"/bin/sh", "-c", "exec \"$@\" 2>" + r.path("err2"), "sh", OMS_STOP, "--resume", r.path("report")});
    BOOST_TEST(second.wait_for(1min).value_or(-1) == 2);
    BOOST_TEST(r.directory.read("err2").find("another run writes") != std::string::npos);
    BOOST_TEST(first->wait_for(1min).value_or(-1) == 0);
}

BOOST_FIXTURE_TEST_CASE(a_reader_that_goes_away_ends_nothing, tool_rig) {
    oms::test::child_process tool({"/bin/sh", "-c",
                                   "( \"$@\" 2>" + path("err") + "; echo $? >" + path("status") + " ) | true", "sh",
                                   OMS_STOP, "--endpoint", sim.endpoint(), "--ca-file", path("ca.pem"), "--token-file",
                                   path("tokens"), "--from", path("tasks"), "--json"});
    tool.wait_for(1min);
    BOOST_TEST(directory.read("status") == "0\n", directory.read("err"));
    BOOST_TEST((stops() == counts(1, 1)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
