// SPDX-License-Identifier: BSL-1.0
// A run that was cut short is gone on with.

#include "tool/json_lines.hpp"
#include "tool/tool_rig.hpp"

#include "json_task.hpp"
#include "report_line.hpp"

#include <csignal>
#include <cstdlib>
#include <map>
#include <thread>

namespace {

using namespace std::chrono_literals;
using oms::test::lines_of;
using oms::test::running_tasks;
using oms::test::tool_rig;

using counts = std::pair<std::size_t, std::size_t>;

BOOST_AUTO_TEST_SUITE(resuming)

BOOST_FIXTURE_TEST_CASE(what_has_no_result_is_looked_at_and_the_rest_is_stopped, tool_rig) {
    auto const all = sim.tasks();
    BOOST_TEST(run({"--from", path("tasks"), "--report", path("report")}) == 0, err);
    // As if it had been killed: the first task's result was lost, and the last two were never begun.
    std::string cut, text = directory.read("report");
    for (auto const& line : lines_of(text)) {
        auto const result = oms_stop::number_of(line, "result"), sent = oms_stop::number_of(line, "sent");
        if (result == 1 || result >= 5 || sent >= 5 || oms_stop::text_of(line, "type") == "end") continue;
        std::size_t const end = text.find(oms_stop::text_of(line, "sum"));
        std::size_t const begin = text.rfind('\n', end) + 1;
        cut += text.substr(begin, text.find('\n', end) + 1 - begin);
    }
    directory.write("report", cut + "{\"result\":6,\"outcome");
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
    BOOST_TEST(report().all_done());
    BOOST_TEST(report().state(0).unsure);
    BOOST_TEST(run({"report", path("report")}, false) == 0);
    BOOST_TEST(told("found stopped, perhaps by this run: task, from, to, last start\n  " + all[0].project_id + "/" +
                    all[0].task_id));
    BOOST_TEST(sim.state(all[4]) == "STOPPED");
}

// The plan's first line is lost, and with it the first project's tasks: the others keep their numbers.
BOOST_FIXTURE_TEST_CASE(a_damaged_report_is_gone_on_with_as_far_as_it_is_known, tool_rig) {
    auto const all = sim.tasks();
    for (std::size_t i = 3; i < 6; ++i)
        sim.on(oms::testing::task(all[i])).method("POST").reply(403);
    BOOST_TEST(run({"--from", path("tasks"), "--report", path("report")}) == 1, err);
    std::string text = directory.read("report");
    text[text.find(all[1].task_id)] ^= 1;
    directory.write("report", text);
    BOOST_TEST(run({"report", path("report")}, false) == 1);
    BOOST_TEST(told("lines of this report are broken:\n" + path("report") + ":2: its checksum is wrong"), err);
    BOOST_TEST(told("lost             3\n"), out);
    sim.clear_faults();
    BOOST_TEST(run({"--resume", path("report")}, false) == 1, err);
    BOOST_TEST(told("tasks that are not known because of that: 3; find them with --all-running"), err);
    BOOST_TEST((stops() == counts(1, 1)));
    auto const record = report();
    for (unsigned n = 0; n < 3; ++n) {
        BOOST_TEST((record.tasks.task(n) == all[3 + n]));
        BOOST_TEST(record.done(n));
    }
}

BOOST_FIXTURE_TEST_CASE(a_recheck_stops_what_runs_again, tool_rig) {
    BOOST_TEST(run({"--from", path("tasks"), "--report", path("report")}) == 0, err);
    auto const task = sim.tasks().back();
    sim.add_task(task, "SYNCHRONIZING");
    auto const before = changes();
    BOOST_TEST(run({"--resume", path("report")}, false) == 0, err);
    BOOST_TEST(told("nothing is left of this run"), err);
    BOOST_TEST(changes() == before);
    BOOST_TEST(run({"--resume", path("report"), "--recheck"}, false) == 0, err);
    BOOST_TEST(changes() == before + 1);
    BOOST_TEST(sim.state(task) == "STOPPED");
}

BOOST_FIXTURE_TEST_CASE(what_is_no_report, tool_rig) {
    // It stays as it is.
    directory.write("report", "my notes\nof today");
    BOOST_TEST(run({"--resume", path("report")}, false) == 2);
    BOOST_TEST(directory.read("report") == "my notes\nof today");
    directory.write("report", "{\"type\":\"planned\"}\n");
    BOOST_TEST(run({"--resume", path("report")}, false) == 2);
    directory.write("report", "");
    BOOST_TEST(run({"--resume", path("report")}, false) == 2);
    directory.write("report", oms_stop::sealed({{"type", "run"}, {"schema", 2}, {"tasks", 3}}) + "\n");
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
    BOOST_TEST(r.report().all_done());
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
