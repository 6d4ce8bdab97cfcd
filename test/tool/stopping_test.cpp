// SPDX-License-Identifier: BSL-1.0
#include "tool/tool_rig.hpp"

#include "digest.hpp"
#include "json_task.hpp"
#include "stop_run.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <csignal>
#include <cstdlib>
#include <map>
#include <thread>

namespace {

using namespace std::chrono_literals;
using oms::test::running_tasks;
using oms::test::tool_rig;

using counts = std::pair<std::size_t, std::size_t>;

std::vector<boost::json::object> lines_of(std::string const& text) {
    std::vector<boost::json::object> result;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t const end = text.find('\n', at);
        result.push_back(boost::json::parse(text.substr(at, end - at)).as_object());
        at = end + 1;
    }
    return result;
}

BOOST_AUTO_TEST_SUITE(stopping)

BOOST_FIXTURE_TEST_CASE(tasks_of_a_file_are_stopped_and_reported, tool_rig) {
    BOOST_TEST(run({"--from", path("tasks"), "--report", path("report"), "--reason", "why"}) == 0, err);
    BOOST_TEST((stops() == counts(1, 1)));
    BOOST_TEST(out.find("stopped          6\n") != std::string::npos, out);
    std::string const text = directory.read("report");
    check_secrets(text);
    auto const lines = lines_of(text);
    BOOST_REQUIRE(lines.size() == 1u + 3 * 6 + 1);
    BOOST_TEST(oms_stop::text_of(lines[0], "type") == "run");
    BOOST_TEST(oms_stop::number_of(lines[0], "tasks") == 6);
    BOOST_TEST(oms_stop::text_of(lines[0], "reason") == "why");
    BOOST_TEST(oms_stop::text_of(lines.back(), "type") == "end");
    // Of each task: planned, then sent, then its result, with the request ids that the server gave.
    for (auto const& task : sim.tasks()) {
        std::string order;
        for (auto const& line : lines) {
            if (oms_stop::text_of(line, "task") != task.task_id) continue;
            order += std::string(oms_stop::text_of(line, "type")) + " ";
            if (oms_stop::text_of(line, "type") != "result") continue;
            auto const& tries = line.at("tries").as_array();
            BOOST_REQUIRE(tries.size() == 1u);
            auto const ledger = sim.ledger();
            auto const served = std::ranges::find_if(ledger, [&](auto const& e) { return e.task_id == task.task_id; });
            BOOST_TEST(oms_stop::text_of(tries[0].as_object(), "request_id") == served->request_id);
        }
        BOOST_TEST(order == "planned sent result ");
    }
    BOOST_TEST(run({"report", path("report")}, false) == 0);
    BOOST_TEST(out.find("stopped          6\n") != std::string::npos, out);
}

BOOST_FIXTURE_TEST_CASE(a_report_has_a_page, tool_rig) {
    auto const refused = sim.tasks().front();
    sim.on(oms::testing::task(refused)).method("POST").reply(403);
    BOOST_TEST(run({"--from", path("tasks"), "--report", path("report")}) == 1, err);
    std::string const before = directory.read("report");
    BOOST_TEST(run({"report", path("report"), "--html", path("page")}, false) == 0, err);
    BOOST_TEST(out.empty(), out);
    std::string const page = directory.read("page");
    check_secrets(page);
    BOOST_TEST(page.find("<b>5</b>stopped") != std::string::npos, page);
    BOOST_TEST(page.find("<td>" + refused.project_id + "</td><td>1</td>") != std::string::npos, page);
    BOOST_TEST(run({"report", path("report"), "--html", "-"}, false) == 0, err);
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
        if (oms_stop::text_of(line, "type") != "result") continue;
        BOOST_TEST(line.at("confirmed").as_bool());
        BOOST_TEST(oms_stop::text_of(line, "final_status") == "STOPPED");
        BOOST_TEST((oms_stop::text_of(line, "start") <= oms_stop::text_of(line, "end")));
    }
}

BOOST_FIXTURE_TEST_CASE(a_stop_that_cannot_be_read_is_no_failure, tool_rig) {
    auto const task = sim.tasks().front();
    sim.on(oms::testing::task(task)).method("GET").reply(403);
    BOOST_TEST(run({"--from", path("tasks"), "--report", path("report"), "--confirm"}) == 0, err);
    std::size_t confirmed = 0;
    for (auto const& line : lines_of(directory.read("report")))
        confirmed += line.contains("confirmed");
    BOOST_TEST(confirmed == 5u);
}

BOOST_AUTO_TEST_CASE(a_task_that_was_read_at_work_was_seen_running) {
    oms::task_ref const sync("p", "t");
    oms::stop_result result;
    result.outcome = oms::outcome::stopped;
    result.final_status = "SYNCHRONIZING";
    BOOST_TEST(!oms_stop::seen_running(sync, result));
    result.confirmed = true;
    BOOST_TEST(oms_stop::seen_running(sync, result));
    result.final_status = "STOPPED";
    BOOST_TEST(!oms_stop::seen_running(sync, result));
    result.final_status = "2";
    BOOST_TEST(oms_stop::seen_running(oms::task_ref("p", "t", oms::task_kind::migration_task), result));
    result.outcome = oms::outcome::refused;
    BOOST_TEST(!oms_stop::seen_running(oms::task_ref("p", "t", oms::task_kind::migration_task), result));
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
    BOOST_TEST(run({"--from", path("tasks"), "--timeout", "500ms"}) == 5);
    BOOST_TEST(err.find("nothing was stopped") != std::string::npos, err);
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
    BOOST_TEST(lines_of(out).size() == 6u);
    BOOST_TEST(changes() == 0u);
    auto const lines = lines_of(plan);
    BOOST_REQUIRE(lines.size() == 8u);
    BOOST_TEST(oms_stop::text_of(lines[0], "status") == "SYNCHRONIZING");
    BOOST_TEST(!oms_stop::text_of(lines[0], "source_bucket").empty());

    directory.write("plan", plan);
    BOOST_TEST(run({"--from", path("plan"), "--report", path("report")}) == 0, err);
    BOOST_TEST((stops() == counts(1, 1)));
    BOOST_TEST(sim.stops(group) == 1u);
    BOOST_TEST(sim.stops(migration) == 1u);
    BOOST_TEST(oms_stop::text_of(report().run, "plan_sha256") == oms_stop::sha256(plan));
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
        BOOST_TEST(interrupted(r, signal, false) == 4);
        auto const record = r.report();
        std::size_t stopped = 0;
        for (auto const& e : record.entries) {
            BOOST_TEST(!e.unknown());
            BOOST_TEST(e.succeeded == (r.sim.stops(e.about.task) == 1));
            stopped += e.succeeded ? 1 : 0;
        }
        BOOST_TEST(stopped >= 1u);
        BOOST_TEST(stopped < 50u);
    }
}

BOOST_AUTO_TEST_CASE(two_signals_cancel) {
    for (int const signal : {SIGINT, SIGTERM, SIGHUP}) {
        tool_rig r;
        r.sim.on(oms::testing::any()).method("POST").no_reply();
        BOOST_TEST(interrupted(r, signal, true) == 4);
        bool unknown = false;
        for (auto const& e : r.report().entries)
            unknown = unknown || e.unknown();
        BOOST_TEST(unknown);
    }
}

BOOST_AUTO_TEST_CASE(the_deadline_ends_the_run) {
    tool_rig r;
    r.sim.on(oms::testing::any()).method("POST").no_reply();
    BOOST_TEST(r.run({"--from", r.path("tasks"), "--deadline", "300ms"}) == 4);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(resuming)

BOOST_FIXTURE_TEST_CASE(what_has_no_result_is_looked_at_and_the_rest_is_stopped, tool_rig) {
    auto const all = sim.tasks();
    BOOST_TEST(run({"--from", path("tasks"), "--report", path("report")}) == 0, err);
    // As if it had been killed: the first task's result was lost, and the last two were never begun.
    std::string cut;
    for (std::string const& line : [&] {
             std::vector<std::string> lines;
             std::string const text = directory.read("report");
             for (std::size_t at = 0; at < text.size();) {
                 std::size_t const end = text.find('\n', at) + 1;
                 lines.push_back(text.substr(at, end - at));
                 at = end;
             }
             return lines;
         }()) {
        auto const has = [&](oms::task_ref const& t) {
            return line.find("\"" + t.task_id + "\"") != std::string::npos;
        };
        bool const result = line.find("\"type\":\"result\"") != std::string::npos;
        bool const sent = line.find("\"type\":\"sent\"") != std::string::npos;
        if ((has(all[0]) && result) || ((has(all[4]) || has(all[5])) && (result || sent))) continue;
        if (line.find("\"type\":\"end\"") != std::string::npos) continue;
        cut += line;
    }
    directory.write("report", cut + "{\"type\":\"result\",\"project\":\"" + all[5].project_id);
    sim.add_task(all[4], "SYNCHRONIZING");
    auto const before = sim.ledger().size();
    BOOST_TEST(run({"--resume", path("report")}, false) == 0, err);
    std::size_t posts = 0, shows = 0;
    auto const ledger = sim.ledger();
    for (std::size_t i = before; i < ledger.size(); ++i) {
        if (ledger[i].task_id.empty()) continue;
        bool const post = ledger[i].method == "POST";
        ++(post ? posts : shows);
        BOOST_TEST((ledger[i].task_id == all[0].task_id) == !post);
    }
    BOOST_TEST(posts == 2u);
    BOOST_TEST(shows == 1u);
    BOOST_TEST(report().all_succeeded());
    BOOST_TEST(sim.state(all[4]) == "STOPPED");
}

BOOST_FIXTURE_TEST_CASE(a_recheck_stops_what_runs_again, tool_rig) {
    BOOST_TEST(run({"--from", path("tasks"), "--report", path("report")}) == 0, err);
    auto const task = sim.tasks().back();
    sim.add_task(task, "SYNCHRONIZING");
    auto const before = changes();
    BOOST_TEST(run({"--resume", path("report")}, false) == 0, err);
    BOOST_TEST(changes() == before);
    BOOST_TEST(run({"--resume", path("report"), "--recheck"}, false) == 0, err);
    BOOST_TEST(changes() == before + 1);
    BOOST_TEST(sim.state(task) == "STOPPED");
}

BOOST_FIXTURE_TEST_CASE(what_is_no_report, tool_rig) {
    directory.write("report", "{\"type\":\"planned\"}\n");
    BOOST_TEST(run({"--resume", path("report")}, false) == 2);
    directory.write("report", "");
    BOOST_TEST(run({"--resume", path("report")}, false) == 2);
    directory.write("report", "{\"type\":\"run\",\"schema\":1,\"tasks\":3}\n");
    BOOST_TEST(run({"--resume", path("report")}, false) == 2);
    BOOST_TEST(err.find("before its first stop") != std::string::npos, err);
    BOOST_TEST(run({"--resume", path("none")}, false) == 2);
}

BOOST_AUTO_TEST_CASE(killed_at_any_moment_it_goes_on) {
    char const* const wanted = std::getenv("OMS_KILLS");
    int const kills = wanted != nullptr ? std::atoi(wanted) : 20;
    unsigned chance = 1;
    auto options = running_tasks(kills > 20 ? 60 : 30, 10);
    options.latency = 5ms;
    tool_rig r(options);
    auto next = [&] { return std::chrono::milliseconds((chance = chance * 1664525U + 1013904223U) >> 25); };
    // The first run is killed once its plan is written: what goes on then is its report.
    {
        auto const first =
            r.start({"--from", r.path("tasks"), "--yes", "--report", r.path("report"), "--concurrency", "4"});
        while (r.changes() == 0 && first->running())
            std::this_thread::yield();
        first->send(SIGKILL);
        BOOST_TEST(first->wait_for(1min).value_or(-1) == 128 + SIGKILL);
    }
    int killed = 1;
    for (; killed < kills; ++killed) {
        auto const process = r.start({"--resume", r.path("report")}, false);
        if (process->wait_for(30ms + next())) break;
        process->send(SIGKILL);
        process->wait_for(1min);
    }
    BOOST_TEST_MESSAGE("killed " << killed << " times");
    BOOST_TEST(r.run({"--resume", r.path("report")}, false) == 0, r.err);
    BOOST_TEST(r.report().all_succeeded());
    for (auto const& task : r.sim.tasks())
        BOOST_TEST(r.sim.state(task) == "STOPPED");
    BOOST_TEST((r.stops() == counts(1, 1)));
    // What was recorded as stopped is posted no more: a task has more posts than one only where no result was written.
    std::map<std::string, int> posts;
    for (auto const& e : r.sim.ledger()) {
        if (e.method == "POST" && e.status == 200) ++posts[e.task_id];
    }
    for (auto const& [task, n] : posts)
        BOOST_TEST(n == 1, task);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
