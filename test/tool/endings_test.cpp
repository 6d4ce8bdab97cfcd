// SPDX-License-Identifier: BSL-1.0
// How a run ends before its end: by signals, its time, an outage.

#include "tool/tool_rig.hpp"

#include "json_task.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <thread>

namespace {

using namespace std::chrono_literals;
using oms::test::child_process;
using oms::test::running_tasks;
using oms::test::tool_rig;

// Until something is so, or the program has ended.
template <class Is>
bool until(child_process& process, Is is) {
    while (process.running()) {
        if (is()) return true;
        std::this_thread::yield();
    }
    return is();
}

BOOST_AUTO_TEST_SUITE(endings)

// A shell must see the signal, or it goes on with the next command.
BOOST_FIXTURE_TEST_CASE(a_loop_of_a_shell_ends_with_the_run, tool_rig) {
    sim.on(oms::testing::any()).method("POST").no_reply();
    auto const shell = start_in("trap 'exit 99' INT; for i in 1 2 3; do echo $i; sh -c 'echo $$ >" + path("pid") +
                                    "; exec \"$@\"' sh \"$@\"; echo \"status $?\"; done >" + path("out"),
                                {"--from", path("tasks")});
    BOOST_REQUIRE(until(*shell, [&] { return changes() > 0; }));
    pid_t const tool = std::stoi(directory.read("pid"));
    kill(tool, SIGTERM);
    BOOST_REQUIRE(until(*shell, [&] { return directory.read("err").find("once more") != std::string::npos; }));
    kill(tool, SIGINT);
    // It ends by the first one, as the shell tells.
    BOOST_REQUIRE(until(*shell, [&] { return directory.read("out").find("status 143\n") != std::string::npos; }));
    shell->send(SIGINT);
    sim.clear_faults();
    shell->wait_for(1min);
}

BOOST_FIXTURE_TEST_CASE(what_is_ignored_at_the_start_stays_so, tool_rig) {
    auto options = running_tasks(1, 4);
    options.latency = 100ms;
    for (int const signal : {SIGHUP, SIGINT, SIGTERM}) {
        tool_rig r(options);
        auto const name = std::to_string(signal);
        auto const process =
            r.start_in("trap '' " + name + "; exec \"$@\" >" + r.path("out"),
                       {"--from", r.path("tasks"), "--concurrency", "1", "--report", r.path("report")});
        BOOST_REQUIRE(until(*process, [&] { return r.changes() > 0; }));
        process->send(signal);
        BOOST_TEST(r.end(*process) == 0, r.err);
        BOOST_TEST((r.stops() == std::pair<std::size_t, std::size_t>(1, 1)));
    }
}

BOOST_AUTO_TEST_CASE(a_deadline_ends_thousands_with_a_small_report) {
    tool_rig r(running_tasks(100, 200));
    r.sim.on(oms::testing::any()).method("POST").times(300).pass();
    r.sim.on(oms::testing::any()).method("POST").held();
    BOOST_TEST(r.run({"--from", r.path("tasks"), "--yes", "--deadline", "5s", "--report", r.path("report")}) == 4,
               r.err);
    BOOST_TEST(r.told("the time of --deadline is over"), r.err);
    BOOST_TEST(!r.told("connections"), r.out + r.err);  // more of them are of no use
    auto const record = r.report();
    std::size_t begun = 0;
    for (unsigned n = 0; n < record.size(); ++n) {
        begun += record.word(n) == "not attempted" ? 0 : 1;
        BOOST_TEST((record.state(n).ended || record.state(n).sent || record.word(n) == "not attempted"));
    }
    BOOST_TEST(begun < 20'000u);
    // 40 bytes a task of the plan, and what was begun; one line for all that was not.
    BOOST_TEST(r.directory.read("report").size() < 20'000u * 60 + begun * 400 + 2'000);
    BOOST_TEST(oms_stop::number_of(record.sessions[0].ended, "not_attempted") > 0);
}

BOOST_FIXTURE_TEST_CASE(a_deadline_counts_from_the_first_look_up_on, tool_rig) {
    sim.on(oms::testing::any()).method("GET").no_reply();
    BOOST_TEST(run({"--from", path("tasks"), "--deadline", "200ms"}) == 4, err);
    BOOST_TEST(run({"--all-running", "--yes", "--deadline", "200ms"}) == 4, err);
    BOOST_TEST(told("the time of --deadline is over"), err);
    sim.clear_faults();
    sim.on(oms::testing::task(sim.tasks()[0])).method("GET").no_reply();
    BOOST_TEST(run({"--from", path("tasks"), "--dry-run", "--deadline", "500ms"}) == 4, err);
    BOOST_TEST(changes() == 0u);
}

BOOST_FIXTURE_TEST_CASE(an_interrupt_ends_what_is_only_read, tool_rig) {
    sim.on(oms::testing::any()).method("GET").no_reply();
    auto const process = start({"--from", path("tasks"), "--dry-run"});
    BOOST_REQUIRE(until(*process, [&] { return sim.requests() > 0; }));
    process->send(SIGTERM);
    BOOST_TEST(end(*process) == 128 + SIGTERM, err);
    BOOST_TEST(told("interrupted: nothing was stopped"), err);
}

// It has told the report how it ended, and waits for somebody to read what it prints.
BOOST_FIXTURE_TEST_CASE(a_signal_after_the_last_result_changes_nothing, tool_rig) {
    std::string const pipe = path("pipe");
    auto const process = start_in("mkfifo " + pipe + "; exec 9<>" + pipe + "; dd if=/dev/zero of=" + pipe +
                                      " bs=4096 oflag=nonblock 2>/dev/null; exec \"$@\" >" + pipe,
                                  {"--from", path("tasks"), "--report", path("report")});
    bool const ended = until(*process, [&] {
        std::ifstream file(path("report"));
        std::string const lines{std::istreambuf_iterator<char>(file), {}};
        return lines.find("\"type\":\"end\"") != std::string::npos;
    });
    process->send(SIGTERM);
    BOOST_REQUIRE(ended);
    int const file = open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
    BOOST_REQUIRE(file >= 0);
    std::string text;
    char block[4096];
    while (process->running()) {
        ssize_t const size = read(file, block, sizeof block);
        if (size > 0) text.append(block, static_cast<std::size_t>(size));
    }
    for (ssize_t size = 1; (size = read(file, block, sizeof block)) > 0;)
        text.append(block, static_cast<std::size_t>(size));
    close(file);
    BOOST_TEST(process->wait_for(1min).value_or(-1) == 0, directory.read("err"));
    BOOST_TEST(text.find("stopped          6\n") != std::string::npos);
}

// The kernel gives process 1 of a container no signal that it handles by default, not even one of its own.
BOOST_FIXTURE_TEST_CASE(process_1_of_a_container_ends_by_the_number_of_the_signal, tool_rig) {
    try {
        oms::test::run({"/bin/sh", "-c", "unshare --user --map-root-user --pid --fork --kill-child true 2>/dev/null"});
    } catch (std::runtime_error const&) {
        BOOST_TEST_MESSAGE("no container can be made here");
        return;
    }
    sim.on(oms::testing::any()).method("POST").no_reply();
    auto const process =
        start_in("echo $$ >" + path("pid") +
                     "; exec unshare --user --map-root-user --pid --fork --kill-child sh -c 'exec \"$@\"' sh \"$@\" >" +
                     path("out"),
                 {"--from", path("tasks"), "--report", path("report")});
    BOOST_REQUIRE(until(*process, [&] { return changes() > 0; }));
    int const parent = std::stoi(directory.read("pid"));
    std::string const thread = "/proc/" + std::to_string(parent) + "/task/" + std::to_string(parent);
    pid_t tool = 0;
    std::ifstream(thread + "/children") >> tool;
    BOOST_REQUIRE(tool > 0);
    kill(tool, SIGTERM);
    BOOST_REQUIRE(until(*process, [&] { return directory.read("err").find("once more") != std::string::npos; }));
    kill(tool, SIGTERM);
    BOOST_TEST(end(*process) == 128 + SIGTERM, err);
}

BOOST_FIXTURE_TEST_CASE(too_many_failures_may_cut_the_run, tool_rig) {
    auto const all = sim.tasks();
    sim.on(oms::testing::task(all[0])).method("POST").reply(403);
    for (std::size_t i = 1; i < all.size(); ++i)
        sim.on(oms::testing::task(all[i])).method("POST").no_reply();
    BOOST_TEST(run({"--from", path("tasks"), "--max-failures", "0", "--halt", "now", "--report", path("report")}) == 4,
               err);
    BOOST_TEST(told("too many tasks failed"), err);
    BOOST_TEST(report().word(0) == "refused");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(pace)

BOOST_FIXTURE_TEST_CASE(waves_go_on_until_one_fails, tool_rig) {
    auto const all = sim.tasks();
    BOOST_TEST(run({"--from", path("tasks"), "--waves", "1,2,rest"}) == 5);
    BOOST_TEST(told("--wave-pause or --yes"), err);
    BOOST_TEST(changes() == 0u);
    sim.on(oms::testing::task(all[1])).method("POST").reply(403);
    BOOST_TEST(run({"--from", path("tasks"), "--waves", "1,2,rest", "--wave-pause", "1ms", "--max-failures", "0",
                    "--report", path("report")}) == 1,
               err);
    BOOST_TEST(told("wave 1: 1 stopped, 0 failed"), err);
    BOOST_TEST(!told("wave 3"), err);
    BOOST_TEST(sim.stops(all[0]) == 1u);
    BOOST_TEST(sim.stops(all[5]) == 0u);
    sim.clear_faults();
    BOOST_TEST(run({"--from", path("tasks"), "--waves", "1,2", "--yes", "--concurrency", "6"}) == 0, err);
    BOOST_TEST(told("wave 2: "), err);
    // No task of a wave is begun before the last of the wave before has ended.
    BOOST_TEST((stops() == std::pair<std::size_t, std::size_t>(1, 1)));
}

// Its stops are taken, and one of them is never seen to have stopped.
BOOST_FIXTURE_TEST_CASE(a_wave_that_is_not_confirmed_is_no_success, tool_rig) {
    auto const all = sim.tasks();
    auto const resting = [&](oms::task_ref const& task) {
        sim.on(oms::testing::task(task))
            .method("GET")
            .reply(200, R"({"sync_task_id":")" + task.task_id + R"(","status":"RESTING"})");
    };
    resting(all[0]);
    resting(all[3]);
    BOOST_TEST(run({"--from", path("tasks"), "--waves", "2,rest", "--yes", "--confirm-for", "100ms", "--max-failures",
                    "0"}) == 1,
               err);
    BOOST_TEST(told("wave 1: 0 stopped, 0 failed, 2 not read as stopped"), err);
    BOOST_TEST(told("no more tasks were started: too many tasks of wave 1 failed"), err);
    BOOST_TEST(changes() == 2u);
}

BOOST_FIXTURE_TEST_CASE(signals_change_the_pace, tool_rig) {
    sim.on(oms::testing::any()).method("POST").times(1).no_reply();
    auto const process = start({"--from", path("tasks"), "--concurrency", "4", "--rate", "100"});
    BOOST_REQUIRE(until(*process, [&] { return changes() > 0; }));
    auto const says = [&](char const* text) {
        return until(*process, [&] { return directory.read("err").find(text) != std::string::npos; });
    };
    process->send(SIGUSR2);
    BOOST_TEST(says("from now on 2 stops at a time, 50 a second"));
    process->send(SIGUSR2);
    BOOST_TEST(says("from now on 1 stop at a time, 25 a second"));
    process->send(SIGUSR1);
    BOOST_TEST(
        says("from now on 2 stops at a time, 50 a second\nfrom now on 1 stop at a time, 25 a second\n"
             "from now on 2 stops at a time, 50 a second"));
    process->send(SIGINT);
    BOOST_TEST(says("once more"));
    process->send(SIGINT);
    BOOST_TEST(end(*process) == 128 + SIGINT);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(what_is_said)

BOOST_FIXTURE_TEST_CASE(quiet_says_each_failure_in_a_line, tool_rig) {
    auto const task = sim.tasks().front();
    sim.on(oms::testing::task(task)).method("POST").reply(403, R"({"error_code":"OMS.0206","error_msg":"no"})");
    BOOST_TEST(run({"--from", path("tasks"), "--quiet"}) == 1);
    BOOST_TEST(out.empty(), out);
    BOOST_TEST(err.starts_with(task.project_id + "/" + task.task_id + ": "), err);
    BOOST_TEST(std::ranges::count(err, '\n') == 1, err);
}

BOOST_FIXTURE_TEST_CASE(a_log_file_has_times, tool_rig) {
    BOOST_TEST(run({"--from", path("tasks"), "--log-file", path("log"), "--project", "none"}) == 2);
    BOOST_TEST(run({"--from", path("tasks"), "--log-file", path("log"), "--report", path("report")}) == 0, err);
    std::string const log = directory.read("log");
    BOOST_TEST(log.find("Z no task is selected") == 24u - 1, log);
    BOOST_TEST(log.find("Z to see more of it, ") != std::string::npos, log);
    check_secrets(log);
}

BOOST_FIXTURE_TEST_CASE(a_log_file_that_is_full_is_told_of_once, tool_rig) {
    BOOST_TEST(run({"--from", path("tasks"), "--log-file", "/dev/full", "--verbose", "--report", path("report")}) == 0,
               err);
    std::string const sentence = "cannot write /dev/full: No space left on device; nothing more is written to it\n";
    BOOST_TEST(err.find(sentence) != std::string::npos, err);
    BOOST_TEST(err.find("/dev/full") == err.rfind("/dev/full"), err);
    BOOST_TEST(told("to see more of it, "), err);
    BOOST_TEST(report().all_done());
}

BOOST_FIXTURE_TEST_CASE(files_that_others_may_change_are_warned_of, tool_rig) {
    chmod(path("tokens").c_str(), 0600);
    BOOST_TEST(run({"--from", path("tasks"), "--report", path("report")}) == 0);
    BOOST_TEST(!told("warning: "), err);
    chmod(path("tokens").c_str(), 0644);
    directory.write("accounts", "[all]\nsource = token-file\nfile = tokens\nprojects = *\n");
    chmod(path("accounts").c_str(), 0666);
    std::filesystem::create_directory(path("open"));
    chmod(path("open").c_str(), 0777);
    BOOST_TEST(run({"--from", path("tasks"), "--report", path("open") + "/report"}) == 0);
    BOOST_TEST(told("warning: " + path("tokens") + ", which holds tokens, may be read by everybody: chmod 600 "), err);
    BOOST_TEST(told("warning: everybody may replace the report in " + path("open")), err);
    BOOST_TEST(run({"--endpoint", sim.endpoint(), "--ca-file", path("ca.pem"), "--accounts", path("accounts"), "--from",
                    path("tasks")},
                   false) == 0,
               err);
    BOOST_TEST(told("warning: " + path("accounts") + ", which says whose credentials are used, may be written by"),
               err);
}

BOOST_FIXTURE_TEST_CASE(nothing_of_the_service_steers_what_is_printed, tool_rig) {
    auto const task = sim.tasks().front();
    std::string const evil = "\\u001b[31m\\u202e\\u2028\\u009b\\u200b";
    sim.on(oms::testing::task(task))
        .method("GET")
        .reply(200, "{\"sync_task_id\":\"" + task.task_id + "\",\"status\":\"" + evil + "\",\"src_bucket\":\"" + evil +
                        "\",\"dst_region\":\"" + evil + "\"}");
    std::string all;
    auto const add = [&](std::vector<std::string> arguments, bool reach = true) {
        run(std::move(arguments), reach);
        all += out + err;
    };
    std::string const one = task.project_id + "/" + task.task_id;
    add({one, "--dry-run"});
    directory.write("plan", out);
    // With a sheet of what is to be started again.
    add({"--from", path("plan")});
    BOOST_TEST(told("to start again: task, from, to, last start\n  " + one + "  :\\x1b[31m\\u202e"), out);
    sim.add_task(task);
    add({"--from", path("plan"), "--report", path("stops")});
    add({"report", path("stops")}, false);
    BOOST_TEST(told("to start again"), out);
    add({"report", path("stops"), "--html", "-"}, false);
    add({"report", path("stops"), "--format", "csv"}, false);
    sim.on(oms::testing::any())
        .method("POST")
        .reply(403, "{\"error_code\":\"" + evil + "\",\"error_msg\":\"" + evil + "\"}",
               {{"X-Request-Id", "\xE2\x80\xAE"}});
    add({one, "--dry-run", "--table"});
    add({one, "--verbose", "--report", path("report"), "--log-file", path("log")});
    add({one, "--json", "--confirm-for", "10ms"});
    add({one, "--quiet"});
    add({"p/\xE2\x80\xAE\x1b", "--region", "\x1b[31m"});
    directory.write("odd", "p/\x1b[1m\nq/\xE2\x80\xA8\n");
    add({"--from", path("odd")});
    for (char const* const format : {"table", "json", "csv", "plan"})
        add({"report", path("report"), "--format", format}, false);
    add({"report", path("report")}, false);
    add({"report", path("report"), "--html", "-"}, false);
    all += directory.read("report") + directory.read("log");
    for (char const* const each : {"\x1b", "\xE2\x80\xAE", "\xE2\x80\xA8", "\xC2\x9B", "\xE2\x80\x8B", "\r", "\t"})
        BOOST_TEST(all.find(each) == std::string::npos, all);
    BOOST_TEST(all.find("\\u202e") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
