// SPDX-License-Identifier: BSL-1.0
// What was stopped is started again.

#include "tool/tool_rig.hpp"

#include "failure.hpp"
#include "json_task.hpp"
#include "start_keys_file.hpp"

#include <csignal>
#include <thread>

namespace {

using oms::test::tool_rig;
using oms_stop::start_keys_source;

struct start_rig : tool_rig {
    std::vector<oms::task_ref> all = sim.tasks();
    std::string const keys =
        directory.write("keys",
                        "source_access_key = SAK\nsource_secret_key = SECRETSOURCE\ndestination_access_key = DAK\n"
                        "destination_secret_key = SECRETDESTINATION\n");

    void stop_all() { BOOST_REQUIRE(run({"--from", path("tasks"), "--report", path("report")}) == 0); }
    int start(std::vector<std::string> more) {
        std::vector<std::string> arguments{"start", "--from", path("report")};
        std::ranges::move(more, std::back_inserter(arguments));
        int const status = run(std::move(arguments), false);
        BOOST_TEST((out + err).find("SECRET") == std::string::npos);
        return status;
    }
};

BOOST_AUTO_TEST_SUITE(starting)

BOOST_FIXTURE_TEST_CASE(what_a_report_stopped_is_started_again, start_rig) {
    sim.on(oms::testing::task(all[0])).method("POST").reply(403, R"({"error_code":"OMS.0206","error_msg":"no"})");
    BOOST_TEST(run({"--from", path("tasks"), "--report", path("report")}) == 1);
    BOOST_TEST(start({"--keys", keys}) == 5);  // nobody was asked
    BOOST_TEST(start({"--yes"}) == 2);
    BOOST_TEST(told("OMS_SOURCE_AK"), err);
    for (auto const& task : all)
        BOOST_TEST(sim.starts(task) == 0u);
    sim.clear_faults();
    BOOST_TEST(start({"--keys", keys, "--yes", "--report", path("starts")}) == 0, err);
    BOOST_TEST(told("started          5\n"), out);
    for (std::size_t i = 0; i < all.size(); ++i)
        BOOST_TEST(sim.starts(all[i]) == (i == 0 ? 0u : 1u));
    std::string const starts = directory.read("starts");
    BOOST_TEST(starts.find("SECRET") == std::string::npos);
    BOOST_TEST(run({"report", path("starts")}, false) == 0, err);
    BOOST_TEST(told("started          5\n"), out);
    // Once more they run already, which is as good.
    BOOST_TEST(start({"--keys", keys, "--yes"}) == 0, err);
    BOOST_TEST(told("already started  5\n"), out);
    BOOST_TEST(run({"--resume", path("starts")}, false) == 2);
    BOOST_TEST(told("give the command again"), err);
}

BOOST_FIXTURE_TEST_CASE(what_nobody_is_sure_of_is_started_only_where_it_is_meant, start_rig) {
    stop_all();
    // The result of the first task is lost, and a resume finds it stopped.
    std::string text = directory.read("report");
    std::size_t const at = text.find("{\"result\":1,");
    text.erase(at, text.find('\n', at) + 1 - at);
    directory.write("report", text);
    BOOST_TEST(run({"--resume", path("report")}, false) == 0, err);
    BOOST_TEST(start({"--keys", keys, "--yes"}) == 0, err);
    BOOST_TEST(told("1 task found stopped, perhaps by that run, left alone"), err);
    BOOST_TEST(sim.starts(all[0]) == 0u);
    BOOST_TEST(start({"--keys", keys, "--yes", "--include-unsure"}) == 0, err);
    BOOST_TEST(sim.starts(all[0]) == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_report_that_cannot_be_written_starts_nothing_more, start_rig) {
    stop_all();
    BOOST_TEST(start({"--keys", keys, "--yes", "--report", "/dev/full"}) == 6);
    for (auto const& task : all)
        BOOST_TEST(sim.starts(task) == 0u);
}

BOOST_FIXTURE_TEST_CASE(too_many_failures_end_it_also_where_it_is_quiet, start_rig) {
    stop_all();
    sim.on(oms::testing::any()).method("POST").reply(403);
    BOOST_TEST(start({"--keys", keys, "--yes", "--quiet", "--concurrency", "1", "--max-failures", "0", "--report",
                      path("starts")}) == 1);
    BOOST_TEST(std::ranges::count(err, '\n') == 2, err);
    BOOST_TEST(told("no more tasks were started: too many tasks failed"), err);
    std::size_t tried = 0;
    oms_stop::record const starts = report(path("starts"));
    for (unsigned n = 0; n < starts.size(); ++n)
        tried += starts.state(n).ended ? 1 : 0;
    BOOST_TEST(tried == 1u);
    // The last one failed: there was nothing that could have been started.
    sim.clear_faults();
    sim.on(oms::testing::task(all[5])).method("POST").reply(403);
    BOOST_TEST(start({"--keys", keys, "--yes", "--concurrency", "1", "--max-failures", "0"}) == 1);
    BOOST_TEST(!told("no more tasks were started"), err);
}

// All are under way: that none is left to be begun does not make it a run that ended.
BOOST_FIXTURE_TEST_CASE(a_start_that_was_cut_ends_by_the_signal_or_with_4, start_rig) {
    stop_all();
    sim.on(oms::testing::any()).method("POST").no_reply();
    std::size_t const before = changes();
    auto const process = tool_rig::start({"start", "--from", path("report"), "--keys", keys, "--yes"}, false);
    while (process->running() && changes() < before + all.size())
        std::this_thread::yield();
    process->send(SIGTERM);
    while (process->running() && directory.read("err").find("once more") == std::string::npos)
        std::this_thread::yield();
    process->send(SIGTERM);
    BOOST_TEST(end(*process) == 128 + SIGTERM, err);
    BOOST_TEST(start({"--keys", keys, "--yes", "--deadline", "500ms"}) == 4);
    BOOST_TEST(told("the time of --deadline is over"), err);
}

BOOST_AUTO_TEST_CASE(keys_of_a_file_are_those_of_its_projects) {
    std::string const lines =
        "source_access_key = a\nsource_secret_key=b\n  destination_access_key = c\ndestination_secret_key = d=\n";
    auto const keys =
        start_keys_source::of_file(lines + "[p]\ndestination_access_key=e\ndestination_secret_key=f\n", "file");
    BOOST_TEST(keys.find("other")->destination_secret_key.reveal() == "d=");
    BOOST_TEST(keys.find("p")->destination_access_key.reveal() == "e");
    BOOST_TEST(keys.find("p")->source_access_key.reveal().empty());
    BOOST_TEST((start_keys_source::of_file("[p]\n" + lines, "file").find("q") == nullptr));
    for (char const* const wrong : {"", "[p]\n", "key = SECRET\n", "source_access_key\n", "[]\n",
                                    "source_access_key = SECRET\n", "destination_access_key = SECRET\n"}) {
        try {
            start_keys_source::of_file(wrong, "file");
            BOOST_ERROR("taken: " << wrong);
        } catch (oms_stop::usage_error const& e) {
            BOOST_TEST(std::string(e.what()).find("SECRET") == std::string::npos);
            BOOST_TEST(std::string(e.what()).starts_with("file"));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
