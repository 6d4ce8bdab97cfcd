// SPDX-License-Identifier: BSL-1.0
// Between a plan and its use the world may change.

#include "tool/tool_rig.hpp"

#include "json_task.hpp"

namespace {

using oms::test::running_tasks;
using oms::test::tool_rig;

struct plan_rig : tool_rig {
    std::vector<oms::task_ref> all = sim.tasks();

    void make_plan() {
        BOOST_REQUIRE(run({"--from", path("tasks"), "--dry-run"}) == 0);
        directory.write("plan", out);
    }
    std::string path_of(std::size_t i) const { return all[i].project_id + "/" + all[i].task_id; }
    void show(std::size_t i, std::string const& body) {
        sim.on(oms::testing::task(all[i])).method("GET").reply(200, body);
    }
};

BOOST_AUTO_TEST_SUITE(plans)

BOOST_FIXTURE_TEST_CASE(a_plan_that_was_cut_or_changed_stops_nothing, plan_rig) {
    make_plan();
    std::string const plan = directory.read("plan");
    for (std::string const& text : {plan.substr(0, plan.size() / 2), plan.substr(0, plan.rfind("{\"plan_end")),
                                    plan.substr(0, plan.rfind("{\"plan_end")) + "{\"plan_end\":6}\n"}) {
        directory.write("cut", text);
        BOOST_TEST(run({"--from", path("cut")}) == 2);
        BOOST_TEST(run({"--from", path("cut"), "--skip-invalid"}) == 2);
        BOOST_TEST(told("was cut or changed"), err);
    }
    BOOST_TEST(changes() == 0u);
    // Without what frames it, it is a list like others.
    std::size_t const first = plan.find('\n') + 1;
    directory.write("list", plan.substr(first, plan.rfind("{\"plan_end") - first));
    BOOST_TEST(run({"--from", path("list")}) == 0, err);
}

// On a disk that is full, in place of a plan that says that there is nothing to do.
BOOST_FIXTURE_TEST_CASE(a_plan_that_does_not_fit_is_no_plan, plan_rig) {
    BOOST_TEST(run_in("ulimit -f 1; exec \"$@\" >" + path("plan"), {"--from", path("tasks"), "--dry-run"}) == 6);
    BOOST_TEST(told("(" + path("plan") + "): File too large"), err);
    BOOST_TEST(run({"--from", path("plan")}) == 2);
    BOOST_TEST(changes() == 0u);
}

BOOST_FIXTURE_TEST_CASE(what_changed_since_the_plan_is_named_and_left_alone, plan_rig) {
    make_plan();
    sim.add_task(all[0], "STOPPED");
    // Started again since, and in a state that the plan does not know.
    show(1, R"({"sync_task_id":")" + all[1].task_id + R"(","status":"SYNCHRONIZING","last_start_time":1900000000000})");
    show(2, R"({"sync_task_id":")" + all[2].task_id + R"(","status":"RESTING"})");
    sim.on(oms::testing::task(all[3])).method("GET").reply(403);
    BOOST_TEST(run({"--from", path("plan"), "--report", path("report")}) == 1, err);
    BOOST_TEST(changes() == 2u);
    for (std::size_t i = 0; i < 4; ++i)
        BOOST_TEST(sim.stops(all[i]) == 0u);
    BOOST_TEST(told(path_of(1) + " has changed since the plan was made: it was started at 2030-"), err);
    BOOST_TEST(told(path_of(2) + " has changed since the plan was made: it reads RESTING, planned when SYNCHRONIZING"));
    BOOST_TEST(told(path_of(3) + " cannot be compared with the plan: "), err);
    for (char const* const row :
         {"stopped          2\n", "already stopped  1\n", "changed          2\n", "not sent         1\n"})
        BOOST_TEST(told(row), out);
    BOOST_TEST(run({"report", path("report")}, false) == 1);
    BOOST_TEST(told("changed          2\n"), out);

    BOOST_TEST(run({"--from", path("plan"), "--accept-changes"}) == 0, err);
    for (std::size_t i = 1; i < 4; ++i)
        BOOST_TEST(sim.stops(all[i]) == 1u);
}

BOOST_FIXTURE_TEST_CASE(what_reads_stopped_is_counted_apart, plan_rig) {
    sim.add_task(all[0], "STOPPED");
    make_plan();
    BOOST_TEST(told("would stop 5 tasks; 1 already read stopped; nothing was stopped"), err);
    BOOST_TEST(run({"--from", path("plan"), "--already-stopped-fails"}) == 1, err);
    BOOST_TEST(sim.stops(all[0]) == 0u);
    BOOST_TEST(changes() == 5u);
}

BOOST_FIXTURE_TEST_CASE(a_selection_is_what_meets_all_conditions, plan_rig) {
    sim.add_task(all[0], "STOPPED");
    BOOST_TEST(run({"--from", path("tasks"), "--where", "status=SYNC*", "--dry-run"}) == 0, err);
    BOOST_TEST(told("would stop 5 tasks"), err);
    BOOST_TEST(told("1 left out by --where"), err);
    BOOST_TEST(out.find(all[0].task_id) == std::string::npos, out);
    BOOST_TEST(run({"--all-running", "--where", "source_bucket=elsewhere", "--yes"}) == 0, err);
    BOOST_TEST(changes() == 0u);
    BOOST_TEST(run({"--from", path("tasks"), "--where", "source_bucket=sou*ce", "--where", "status!=STOPPED"}) == 0,
               err);
    BOOST_TEST(changes() == 5u);
    // What it leaves out counts for no limit.
    BOOST_TEST(run({"--from", path("tasks"), "--where", "status=NONE", "--max-stops", "1"}) == 0, err);
    BOOST_TEST(run({"--from", path("tasks"), "--max-stops", "1"}) == 5);
    BOOST_TEST(run({"--from", path("tasks"), "--where", "colour=red"}) == 2);
    BOOST_TEST(told("the name is none of status, "), err);
}

BOOST_FIXTURE_TEST_CASE(what_changed_is_left_alone_where_there_are_conditions_too, plan_rig) {
    make_plan();
    sim.add_task(all[0], "STOPPED");
    show(1, R"({"sync_task_id":")" + all[1].task_id + R"(","status":"SYNCHRONIZING","last_start_time":1900000000000})");
    BOOST_TEST(run({"--from", path("plan"), "--where", "status=SYNC*"}) == 1, err);
    BOOST_TEST(told("1 task left out by --where"), err);
    BOOST_TEST(told("changed          1\n"), out);
    BOOST_TEST(sim.stops(all[1]) == 0u);
    BOOST_TEST(changes() == 4u);
}

BOOST_FIXTURE_TEST_CASE(ids_that_a_list_could_not_hold_are_left_out_where_they_come_from, plan_rig) {
    std::string const project = all[0].project_id;
    sim.on(oms::testing::project(project))
        .method("GET")
        .reply(
            200,
            R"({"tasks":[{"sync_task_id":"good","status":"SYNCHRONIZING"},{"sync_task_id":"a/b","status":"SYNCHRONIZING"},)"
            R"({"sync_task_id":"\u202eevil","status":"SYNCHRONIZING"}],"count":3})");
    BOOST_TEST(run({"--all-running", "--project", project, "--dry-run"}) == 1, err);
    BOOST_TEST(told("\"a/b\", which is left out: the task has a slash"), err);
    BOOST_TEST(told("\"\\u202eevil\", which is left out: the task has a control character"), err);
    BOOST_TEST(told("would stop 1 task; 2 left out, which could not be read"), err);
    directory.write("plan", out);
    BOOST_TEST(run({"--from", path("plan"), "--accept-changes", "--report", path("report")}) == 1, err);
    BOOST_TEST(run({"report", path("report")}, false) == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
