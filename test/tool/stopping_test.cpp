// SPDX-License-Identifier: BSL-1.0
#include "tool/json_lines.hpp"
#include "tool/tool_rig.hpp"

#include "digest.hpp"
#include "json_task.hpp"
#include "report_lines.hpp"

#include <csignal>
#include <map>
#include <thread>

namespace {

using namespace std::chrono_literals;
using oms::test::lines_of;
using oms::test::running_tasks;
using oms::test::tool_rig;

using counts = std::pair<std::size_t, std::size_t>;

BOOST_AUTO_TEST_SUITE(stopping)

BOOST_FIXTURE_TEST_CASE(tasks_of_a_file_are_stopped_and_reported, tool_rig) {
    BOOST_TEST(run({"--from", path("tasks"), "--report", path("report"), "--reason", "why"}) == 0, err);
    BOOST_TEST((stops() == counts(1, 1)));
    BOOST_TEST(out.find("stopped          6\n") != std::string::npos, out);
    std::string const text = directory.read("report");
    check_secrets(text);
    auto const lines = lines_of(text);
    // Three tasks of a project are planned in a line.
    BOOST_REQUIRE(lines.size() == 1u + 2 + 2 * 6 + 1);
    BOOST_TEST(oms_stop::text_of(lines[0], "type") == "run");
    BOOST_TEST(oms_stop::number_of(lines[0], "tasks") == 6);
    BOOST_TEST(oms_stop::text_of(lines[0], "reason") == "why");
    BOOST_TEST(oms_stop::text_of(lines.back(), "type") == "end");
    // Of each task: planned, then sent, then its result, with the request id that the server gave.
    auto const all = sim.tasks();
    auto const ledger = sim.ledger();
    for (std::size_t i = 0; i < all.size(); ++i) {
        auto const number = static_cast<std::int64_t>(i) + 1;
        std::string order;
        for (auto const& line : lines) {
            if (oms_stop::number_of(line, "sent") == number) order += "sent ";
            if (oms_stop::number_of(line, "result") != number) continue;
            order += "result ";
            auto const served =
                std::ranges::find_if(ledger, [&](auto const& e) { return e.task_id == all[i].task_id; });
            BOOST_TEST(oms_stop::text_of(line, "request_id") == served->request_id);
        }
        BOOST_TEST(order == "sent result ");
    }
    BOOST_TEST(run({"report", path("report")}, false) == 0);
    BOOST_TEST(out.find("stopped          6\n") != std::string::npos, out);
}

BOOST_FIXTURE_TEST_CASE(a_report_has_a_page, tool_rig) {
    auto const refused = sim.tasks().front();
    sim.on(oms::testing::task(refused)).method("POST").reply(403);
    BOOST_TEST(run({"--from", path("tasks"), "--report", path("report")}) == 1, err);
    std::string const before = directory.read("report");
    BOOST_TEST(run({"report", path("report"), "--html", path("page")}, false) == 1, err);
    BOOST_TEST(out.empty(), out);
    std::string const page = directory.read("page");
    check_secrets(page);
    BOOST_TEST(page.find("<b>5</b>stopped") != std::string::npos, page);
    BOOST_TEST(page.find("<td>" + refused.project_id + "</td><td>1</td>") != std::string::npos, page);
    BOOST_TEST(run({"report", path("report"), "--html", "-"}, false) == 1, err);
    BOOST_TEST(out == page);

    BOOST_TEST(run({"report", path("report"), "--html", path("report")}, false) == 2);
    BOOST_TEST(directory.read("report") == before);
    BOOST_TEST(run({"report", path("report"), "--html", path("none/page")}, false) == 6);
}

BOOST_FIXTURE_TEST_CASE(confirmed_stops_are_read_until_they_have_stopped, tool_rig) {
    BOOST_TEST(run({"--from", path("tasks"), "--report", path("report"), "--confirm"}) == 0, err);
    std::map<std::string, std::size_t> reads;
    for (auto const& e : sim.ledger()) {
        if (e.method == "GET" && !e.task_id.empty()) ++reads[e.task_id];
    }
    for (auto const& task : sim.tasks())
        BOOST_TEST(reads[task.task_id] == 1u);
    for (auto const& line : lines_of(directory.read("report"))) {
        if (!line.contains("result")) continue;
        BOOST_TEST(line.at("read_stopped").as_bool());
        BOOST_TEST(oms_stop::text_of(line, "read") == "STOPPED");
        BOOST_TEST(oms_stop::number_of(line, "took") <= oms_stop::number_of(line, "ms"));
    }
}

BOOST_FIXTURE_TEST_CASE(what_is_not_known_of_a_task_is_a_dash, tool_rig) {
    auto const task = sim.tasks()[0];
    std::string const path = task.project_id + "/" + task.task_id;
    BOOST_TEST(run({path}) == 0, err);
    BOOST_TEST(told("to start again: task, from, to, last start\n  " + path + "  -  -  -\n"), out);
}

BOOST_FIXTURE_TEST_CASE(what_is_not_read_as_stopped_is_not_confirmed, tool_rig) {
    auto const all = sim.tasks();
    sim.on(oms::testing::task(all[0])).method("GET").reply(403);
    sim.on(oms::testing::task(all[1]))
        .method("GET")
        .reply(200, R"({"sync_task_id":")" + all[1].task_id + R"(","status":"RESTING"})");
    sim.on(oms::testing::task(all[2])).method("POST").reply(200).then_execute(false);
    BOOST_TEST(run({"--from", path("tasks"), "--report", path("report"), "--confirm-for", "300ms"}) == 1, err);
    BOOST_TEST(told("confirmed 3 of 6\n"), out);
    BOOST_TEST(told("stopped          6\n"), out);
    BOOST_TEST(run({"report", path("report")}, false) == 1);
    BOOST_TEST(told("confirmed 3 of 6\n"), out);
    BOOST_TEST(told(all[0].task_id + "  stopped, not read as stopped"), out);
    // It is asked again at a resume, and stays so where that tells nothing else.
    BOOST_TEST(run({"--resume", path("report")}, false) == 1, err);
    BOOST_TEST(told("confirmed 3 of 6\n"), out);
    sim.clear_faults();
    BOOST_TEST(run({"--resume", path("report")}, false) == 0, err);
    BOOST_TEST(told("confirmed 6 of 6\n"), out);
    BOOST_TEST(sim.state(all[2]) == "STOPPED");
}

BOOST_AUTO_TEST_CASE(a_state_is_read_as_stopped_where_it_is_one) {
    oms::task_ref const sync("p", "t");
    oms::stop_result result;
    result.outcome = oms::outcome::stopped;
    result.final_status = "STOPPED";
    BOOST_TEST(!oms_stop::read_as_stopped(sync, result));
    result.confirmed = true;
    BOOST_TEST(oms_stop::read_as_stopped(sync, result));
    result.final_status = "SYNCHRONIZING";
    BOOST_TEST(!oms_stop::read_as_stopped(sync, result));
    result.final_status = "3";
    BOOST_TEST(oms_stop::read_as_stopped(oms::task_ref("p", "t", oms::task_kind::migration_task), result));
}

BOOST_FIXTURE_TEST_CASE(every_try_is_reported, tool_rig) {
    auto const task = sim.tasks().front();
    sim.on(oms::testing::task(task)).method("POST").attempt(1).reply(503);
    BOOST_TEST(run({task.project_id + "/" + task.task_id, "--report", path("report")}) == 0, err);
    auto const lines = lines_of(directory.read("report"));
    auto const& result = lines.at(lines.size() - 2);
    auto const& tries = result.at("tries").as_array();
    BOOST_REQUIRE(tries.size() == 2u);
    std::vector<std::string> served;
    for (auto const& e : sim.ledger()) {
        if (e.method == "POST") served.push_back(e.request_id);
    }
    BOOST_REQUIRE(served.size() == 2u);
    BOOST_TEST(oms_stop::text_of(tries[0].as_object(), "request_id") == served[0]);
    BOOST_TEST(oms_stop::number_of(tries[0].as_object(), "http") == 503);
    BOOST_TEST(oms_stop::text_of(tries[1].as_object(), "request_id") == served[1]);
}

BOOST_FIXTURE_TEST_CASE(a_repeat_is_told_to_who_wants_more, tool_rig) {
    auto const task = sim.tasks().front();
    sim.on(oms::testing::task(task)).method("POST").attempt(1).reply(503);
    std::string const path_of_task = task.project_id + "/" + task.task_id;
    BOOST_TEST(run({path_of_task, "--verbose"}) == 0, err);
    BOOST_TEST(err.find(path_of_task + ": ") != std::string::npos, err);
    BOOST_TEST(err.find("; again in ") != std::string::npos, err);
}

BOOST_FIXTURE_TEST_CASE(a_task_that_goes_on_is_read_for_as_long_as_wanted, tool_rig) {
    auto const task = sim.tasks().front();
    sim.on(oms::testing::task(task)).method("POST").reply(200).then_execute(false);
    auto const begun = std::chrono::steady_clock::now();
    BOOST_TEST(run({task.project_id + "/" + task.task_id, "--confirm-for", "700ms"}) == 1, err);
    BOOST_TEST((std::chrono::steady_clock::now() - begun < 50s));  // it would be a minute
    auto const ledger = sim.ledger();
    BOOST_TEST(std::ranges::count_if(ledger, [](auto const& e) { return e.method == "GET" && !e.task_id.empty(); }) >=
               2);
    BOOST_TEST(err.find("it still reads SYNCHRONIZING") != std::string::npos, err);
}

BOOST_FIXTURE_TEST_CASE(nothing_is_sent_where_a_line_is_wrong, tool_rig) {
    directory.write("bad", paths + "nonsense\n");
    BOOST_TEST(run({"--from", path("bad")}) == 2);
    BOOST_TEST(err.find("bad:7: ") != std::string::npos, err);
    BOOST_TEST(sim.requests() == 0u);
    BOOST_TEST(run({"--from", path("bad"), "--skip-invalid"}) == 0, err);
    BOOST_TEST((stops() == counts(1, 1)));
}

BOOST_FIXTURE_TEST_CASE(a_project_without_account_ends_it_before_the_first_request, tool_rig) {
    BOOST_TEST(run({"p/t", "--from", path("tasks")}) == 2);
    BOOST_TEST(err.find("no account covers project p") != std::string::npos, err);
    BOOST_TEST(sim.requests() == 0u);
}

BOOST_FIXTURE_TEST_CASE(refused_tasks_are_named_with_what_to_do, tool_rig) {
    auto const task = sim.tasks().front();
    std::string const other = task.project_id + "/no-such-task";
    BOOST_TEST(run({other, "--from", path("tasks")}) == 1);
    BOOST_TEST(out.find("stopped          6\n") != std::string::npos, out);
    BOOST_TEST(out.find("1 x OMS.1009: ") != std::string::npos, out);
    BOOST_TEST(out.find(other) != std::string::npos, out);
}

BOOST_FIXTURE_TEST_CASE(every_credential_refused, tool_rig) {
    auto const task = sim.tasks().front();
    BOOST_TEST(run({"--endpoint", sim.endpoint(), "--ca-file", path("ca.pem"), task.project_id + "/" + task.task_id},
                   false, {"OMS_TOKEN=MIIwrong"}) == 3);
    BOOST_TEST(err.find("MIIwrong") == std::string::npos, err);
    BOOST_TEST(changes() == 0u);
}

BOOST_FIXTURE_TEST_CASE(the_preflight_ends_it_where_nobody_listens, tool_rig) {
    std::string const endpoint = sim.endpoint();
    sim.stop();
    BOOST_TEST(run({"--from", path("tasks"), "--outage", "300ms"}) == 5);
    BOOST_TEST(told("nothing was stopped"), err);
    std::string const host = endpoint.substr(endpoint.find("//") + 2);
    BOOST_TEST(told("the endpoint " + host + " cannot be reached: "), err);
    BOOST_TEST(told("the endpoint " + host + " was out of reach for longer than --outage"), err);
}

BOOST_AUTO_TEST_CASE(more_than_twenty_need_consent) {
    tool_rig r(running_tasks(3, 7));
    BOOST_TEST(r.run({"--from", r.path("tasks")}) == 5);
    BOOST_TEST(r.run({"--from", r.path("tasks"), "--yes", "--max-stops", "20"}) == 5);
    BOOST_TEST(r.changes() == 0u);
    BOOST_TEST(r.run({"--from", r.path("tasks"), "--yes", "--max-stops", "21"}) == 0, r.err);
    BOOST_TEST((r.stops() == counts(1, 1)));
}

BOOST_FIXTURE_TEST_CASE(all_that_runs_is_found_and_stopped, tool_rig) {
    BOOST_TEST(run({"--all-running"}) == 5);
    BOOST_TEST(changes() == 0u);
    BOOST_TEST(run({"--all-running", "--yes"}) == 0, err);
    BOOST_TEST((stops() == counts(1, 1)));
}

BOOST_FIXTURE_TEST_CASE(what_runs_after_all_is_named, tool_rig) {
    auto const task = sim.tasks().front();
    sim.on(oms::testing::task(task)).method("POST").reply(200).then_execute(false);
    BOOST_TEST(run({"--all-running", "--yes"}) == 1);
    BOOST_TEST(err.find(task.task_id + " still runs") != std::string::npos, err);
}

BOOST_FIXTURE_TEST_CASE(a_dry_run_only_reads_and_its_plan_is_input, tool_rig) {
    oms::task_ref const group = oms::task_group(sim.tasks().front().project_id, "g1");
    oms::task_ref const migration = oms::migration_task(group.project_id, "77");
    sim.add_task(group);
    sim.add_task(migration);
    BOOST_TEST(run({"--from", path("tasks"), "--dry-run"}) == 0, err);
    std::string plan = out;
    BOOST_TEST(run({group.project_id + "/g1", "--kind", "group", "--dry-run"}) == 0, err);
    plan += out;
    BOOST_TEST(run({group.project_id + "/77", "--kind", "task", "--dry-run"}) == 0, err);
    plan += out;
    BOOST_TEST(run({"--all-running", "--dry-run"}) == 0, err);
    BOOST_TEST(lines_of(out).size() == 1u + 6 + 1);
    BOOST_TEST(changes() == 0u);
    auto const lines = lines_of(plan);
    BOOST_REQUIRE(lines.size() == 3u * 2 + 8);
    BOOST_TEST(oms_stop::number_of(lines[0], "plan") == 2);
    BOOST_TEST(!oms_stop::text_of(lines[0], "at").empty());
    BOOST_TEST(oms_stop::text_of(lines[1], "status") == "SYNCHRONIZING");
    BOOST_TEST(!oms_stop::text_of(lines[1], "source_bucket").empty());
    BOOST_TEST(oms_stop::number_of(lines[7], "plan_end") == 6);

    directory.write("plan", plan);
    BOOST_TEST(run({"--from", path("plan"), "--report", path("report")}) == 0, err);
    BOOST_TEST((stops() == counts(1, 1)));
    BOOST_TEST(sim.stops(group) == 1u);
    BOOST_TEST(sim.stops(migration) == 1u);
    BOOST_TEST(oms_stop::text_of(report().run(), "plan_sha256") == oms_stop::sha256(plan));
    BOOST_TEST(out.find("to start again") == std::string::npos, out);
    BOOST_TEST(err.find("oms-stop report " + path("report")) != std::string::npos, err);
    BOOST_TEST(run({"report", path("report")}, false) == 0);
    BOOST_TEST(out.find("to start again") != std::string::npos, out);
}

BOOST_FIXTURE_TEST_CASE(standard_output_is_data_alone, tool_rig) {
    BOOST_TEST(run({"--from", path("tasks"), "--json", "--verbose"}) == 0, err);
    BOOST_TEST(lines_of(out).size() == 6u);
    BOOST_TEST(run({"--from", path("tasks"), "--quiet"}) == 0);
    BOOST_TEST(out.empty(), out);
    BOOST_TEST(err.empty(), err);
}

BOOST_FIXTURE_TEST_CASE(already_stopped_is_success_unless_it_is_not, tool_rig) {
    BOOST_TEST(run({"--from", path("tasks")}) == 0, err);
    BOOST_TEST(run({"--from", path("tasks")}) == 0, err);
    BOOST_TEST(out.find("already stopped  6\n") != std::string::npos, out);
    BOOST_TEST(run({"--from", path("tasks"), "--already-stopped-fails"}) == 1);
}

BOOST_FIXTURE_TEST_CASE(a_report_that_exists_is_not_written_over, tool_rig) {
    directory.write("report", "mine");
    BOOST_TEST(run({"--from", path("tasks"), "--report", path("report")}) == 2);
    BOOST_TEST(directory.read("report") == "mine");
    BOOST_TEST(changes() == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_report_that_cannot_be_written, tool_rig) {
    BOOST_TEST(run({"--from", path("tasks"), "--report", path("no/such/place")}) == 6);
    BOOST_TEST(changes() == 0u);
}

// Interrupts a run whose replies take a while, once the first stop has come.
int interrupted(tool_rig& r, int signal, bool twice) {
    auto const process =
        r.start({"--from", r.path("tasks"), "--yes", "--report", r.path("report"), "--concurrency", "2"});
    auto const end = std::chrono::steady_clock::now() + 30s;
    while (r.changes() == 0 && std::chrono::steady_clock::now() < end)
        std::this_thread::yield();
    process->send(signal);
    if (twice) {
        while (r.directory.read("err").find("once more") == std::string::npos && std::chrono::steady_clock::now() < end)
            std::this_thread::yield();
        process->send(signal);
    }
    return process->wait_for(1min).value_or(-1);
}

BOOST_AUTO_TEST_CASE(one_signal_finishes_what_is_under_way) {
    for (int const signal : {SIGINT, SIGTERM, SIGHUP}) {
        auto options = running_tasks(5, 10);
        options.latency = 50ms;
        tool_rig r(options);
        BOOST_TEST(interrupted(r, signal, false) == 128 + signal);
        auto const record = r.report();
        std::size_t stopped = 0;
        for (unsigned n = 0; n < record.size(); ++n) {
            BOOST_TEST(!record.unknown(n));
            BOOST_TEST(record.done(n) == (r.sim.stops(record.tasks.task(n)) == 1));
            stopped += record.done(n) ? 1 : 0;
        }
        BOOST_TEST(oms_stop::text_of(record.sessions[0].ended, "how").starts_with("interrupted by SIG"));
        BOOST_TEST(stopped >= 1u);
        BOOST_TEST(stopped < 50u);
    }
}

BOOST_AUTO_TEST_CASE(two_signals_cancel) {
    for (int const signal : {SIGINT, SIGTERM, SIGHUP}) {
        tool_rig r;
        r.sim.on(oms::testing::any()).method("POST").no_reply();
        BOOST_TEST(interrupted(r, signal, true) == 128 + signal);
        auto const record = r.report();
        bool unknown = false;
        for (unsigned n = 0; n < record.size(); ++n)
            unknown = unknown || record.unknown(n);
        BOOST_TEST(unknown);
    }
}

BOOST_AUTO_TEST_CASE(the_deadline_ends_the_run) {
    tool_rig r;
    r.sim.on(oms::testing::any()).method("POST").no_reply();
    BOOST_TEST(r.run({"--from", r.path("tasks"), "--deadline", "300ms"}) == 4);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
