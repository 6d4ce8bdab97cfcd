// SPDX-License-Identifier: BSL-1.0
// What a report tells of some of its tasks, and what becomes of that.

#include "tool/tool_rig.hpp"

#include "json_task.hpp"
#include "report_lines.hpp"
#include "report_text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <csignal>
#include <thread>

namespace {

using oms::test::running_tasks;
using oms::test::tool_rig;

// One is refused, and nobody knows of another.
struct listing_rig : tool_rig {
    std::vector<oms::task_ref> all = sim.tasks();

    listing_rig() {
        sim.on(oms::testing::task(all[0])).method("POST").reply(403, R"({"error_code":"OMS.0206","error_msg":"no"})");
        sim.on(oms::testing::task(all[4])).method("POST").no_reply();
        BOOST_REQUIRE(run({"--from", path("tasks"), "--report", path("report"), "--timeout", "500ms"}) == 1);
        sim.clear_faults();
    }
    std::string path_of(std::size_t i) const { return all[i].project_id + "/" + all[i].task_id; }
    std::size_t lines() const { return static_cast<std::size_t>(std::ranges::count(out, '\n')); }
    int list(std::vector<std::string> const& only, std::string const& format = {}) {
        std::vector<std::string> arguments{"report", path("report")};
        for (std::string const& each : only)
            arguments.insert(arguments.end(), {"--only", each});
        if (!format.empty()) arguments.insert(arguments.end(), {"--format", format});
        return run(std::move(arguments), false);
    }
};

BOOST_AUTO_TEST_SUITE(listing)

BOOST_FIXTURE_TEST_CASE(tasks_by_outcome_code_and_project, listing_rig) {
    BOOST_TEST(list({"stopped"}) == 1);
    BOOST_TEST(lines() == 4u, out);
    BOOST_TEST(list({"refused"}) == 1);
    BOOST_TEST(out == path_of(0) + "  refused  OMS.0206\n");
    BOOST_TEST(list({"OMS.0206"}) == 1);
    BOOST_TEST(out == path_of(0) + "  refused  OMS.0206\n");
    BOOST_TEST(list({"refused", "unknown"}) == 1);
    BOOST_TEST(lines() == 2u, out);
    BOOST_TEST(list({all[0].project_id}) == 1);
    BOOST_TEST(lines() == 3u, out);
    BOOST_TEST(err.empty(), err);
    BOOST_TEST(list({"not-attempted"}) == 1);
    BOOST_TEST(out.empty(), out);
    // A word that is misspelt must not look like good news.
    BOOST_TEST(list({"refused", "unkown"}) == 1);
    BOOST_TEST(lines() == 1u, out);
    BOOST_TEST(err == "--only: no task of this report has the outcome, code or project \"unkown\"\n");
}

// Who looks while it goes on must not be told to resume it.
BOOST_FIXTURE_TEST_CASE(a_run_that_goes_on_was_not_cut_short, tool_rig) {
    sim.on(oms::testing::any()).method("POST").held();
    auto const process = start({"--from", path("tasks"), "--report", path("running")});
    while (process->running() && sim.held() < 6)
        std::this_thread::yield();
    BOOST_REQUIRE(process->running());
    auto const looked = [&] { return directory.read("looked").find("goes on, for ") != std::string::npos; };
    oms::test::run({"/bin/sh", "-c", OMS_STOP " report " + path("running") + " >" + path("looked") + "; true"});
    BOOST_TEST(looked(), directory.read("looked"));
    process->send(SIGKILL);
    end(*process);
    oms::test::run({"/bin/sh", "-c", OMS_STOP " report " + path("running") + " >" + path("looked") + "; true"});
    BOOST_TEST(!looked());
    BOOST_TEST(directory.read("looked").find("was cut short after ") != std::string::npos);
    sim.release();
}

BOOST_FIXTURE_TEST_CASE(each_format_is_read_by_others, listing_rig) {
    BOOST_TEST(list({"unknown"}, "json") == 1);
    auto const line = boost::json::parse(out).as_object();
    BOOST_TEST(oms_stop::text_of(line, "task") == all[4].task_id);
    BOOST_TEST(oms_stop::text_of(line, "outcome") == "unknown");
    BOOST_TEST(list({"stopped"}, "csv") == 1);
    BOOST_TEST(out.starts_with("region,project,task,kind,outcome,code,end,"), out);
    BOOST_TEST(lines() == 5u, out);
    directory.write("list.csv", out);
    BOOST_TEST(run({"--from", path("list.csv"), "--dry-run"}) == 0, err);
    BOOST_TEST(told("would stop 0 tasks; 4 already read stopped"), err);
    // What is left, as a plan of its own.
    BOOST_TEST(list({"refused"}, "plan") == 1);
    directory.write("plan", out);
    BOOST_TEST(run({"--from", path("plan")}) == 0, err);
    BOOST_TEST(told("stopped          1\n"), out);
    BOOST_TEST(sim.stops(all[0]) == 1u);
}

// A migration task that waits for its turn does not run either, and is not stopped for that.
BOOST_FIXTURE_TEST_CASE(what_is_said_not_to_run_and_may_wait_is_told_as_that, tool_rig) {
    oms::task_ref const waits = oms::migration_task(sim.tasks()[0].project_id, "77");
    sim.add_task(waits);
    sim.on(oms::testing::task(waits))
        .method("POST")
        .reply(400, R"({"error_code":"OMS.0066","error_msg":"The task is not running."})");
    sim.on(oms::testing::task(waits)).method("GET").reply(200, R"({"id":77,"status":1})");
    std::string const one = waits.project_id + "/77";
    BOOST_TEST(run({one, "--kind", "task", "--report", path("report")}) == 1, err);
    BOOST_TEST(told("It may wait for its turn: look at it, then --resume"), out);
    BOOST_TEST(told("The task is said not to run, but no end of it was read"), out);
    BOOST_TEST(!told("nothing is to be done"), out);
    BOOST_TEST(report().condition(0) == "not_confirmed_stopped");
    sim.clear_faults();
    BOOST_TEST(run({"--resume", path("report")}, false) == 0, err);
    BOOST_TEST(sim.stops(waits) == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_line_of_json_calls_no_task_a_success_that_still_runs, tool_rig) {
    auto const task = sim.tasks().front();
    sim.on(oms::testing::task(task)).method("POST").reply(200).then_execute(false);
    std::string const one = task.project_id + "/" + task.task_id;
    BOOST_TEST(run({one, "--json", "--confirm-for", "100ms"}) == 1, err);
    BOOST_TEST(out.find("\"success\":false") != std::string::npos, out);
    BOOST_TEST(out.find("\"outcome\":\"stopped\"") != std::string::npos, out);
}

BOOST_AUTO_TEST_CASE(every_condition_has_a_name_and_an_advice) {
    std::string const none(oms_stop::advice_for("none of them"));
    for (oms::error_code const code :
         {oms::error_code(oms::errc::not_running), oms::error_code(oms::errc::not_confirmed_stopped),
          oms::error_code(oms::errc::connect_failed), oms::error_code(oms::errc::endpoint_blocked),
          oms::error_code(oms::errc::cancelled)}) {
        BOOST_TEST(!oms_stop::condition_name(code).empty(), code.message());
        BOOST_TEST(oms_stop::advice_for(oms_stop::condition_name(code)) != none, code.message());
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
