// SPDX-License-Identifier: BSL-1.0
// A disk that is full ends a run before what it could not announce; room made, the run goes on and tells the truth.

#include "tool/small_disk.hpp"
#include "tool/tool_rig.hpp"

#include "failure.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <thread>

namespace {

using namespace std::chrono_literals;
using oms::test::running_tasks;
using oms::test::small_disk;
using oms::test::tool_rig;

using counts = std::pair<std::size_t, std::size_t>;

struct disk_rig : tool_rig {
    disk_rig() : tool_rig(options()) {}

    static oms::testing::simulator_options options() {
        auto result = running_tasks(4, 10);
        result.latency = 5ms;
        return result;
    }

    // How many tasks the report plans, where it can be read, and that no other was sent than those that it announces.
    std::size_t check_announced(std::string const& file) {
        std::set<std::string> announced;
        std::size_t planned = 0;
        try {
            auto const record = report(file);
            planned = record.size();
            for (unsigned n = 0; n < record.size(); ++n) {
                if (record.state(n).sent || record.state(n).ended) announced.insert(record.tasks.task(n).task_id);
            }
        } catch (oms_stop::usage_error const&) {  // not even the plan fits
        }
        BOOST_TEST((planned == 0 || planned == 40), planned);
        for (auto const& e : sim.ledger())
            BOOST_TEST((e.method != "POST" || announced.contains(e.task_id)), e.task_id);
        return planned;
    }

    void check_resumed(std::string const& file) {
        BOOST_TEST(run({"--resume", file}, false) == 0, err);
        BOOST_TEST((stops() == counts(1, 1)));
        BOOST_TEST(report(file).all_done());
        BOOST_TEST(report(file).damage.count() == 0u);
    }
};

// False where nothing may be mounted.
bool there(small_disk const& disk) {
    if (!disk) BOOST_TEST_MESSAGE("no disk can be mounted here");
    return bool(disk);
}

BOOST_AUTO_TEST_SUITE(full_disk)

BOOST_AUTO_TEST_CASE(no_byte_is_sent_that_a_limit_kept_from_being_announced) {
    for (int const blocks : {1, 5, 8, 9, 12, 16, 100}) {
        disk_rig r;
        std::string const file = r.path("report");
        int const status = r.run_in("ulimit -f " + std::to_string(blocks) + "; exec \"$@\" >/dev/null",
                                    {"--from", r.path("tasks"), "--yes", "--report", file, "--concurrency", "3"});
        if (status == 0) {  // all of it fits
            BOOST_TEST(blocks > 9);
            return;
        }
        BOOST_TEST(status == 6, r.err);
        BOOST_TEST(r.told("File too large"), r.err);
        if (r.check_announced(file) > 0) r.check_resumed(file);
    }
    BOOST_ERROR("it never fits");
}

BOOST_AUTO_TEST_CASE(no_byte_is_sent_that_a_full_disk_kept_from_being_announced) {
    small_disk disk;
    if (!there(disk)) return;
    std::size_t in_the_middle = 0;
    for (std::size_t free = 0; free < small_disk::pages; ++free) {
        disk_rig r;
        std::string const file = disk.file("report" + std::to_string(free));
        disk.leave(free);
        int const status = r.run({"--from", r.path("tasks"), "--yes", "--report", file, "--concurrency", "3"});
        if (status == 0) {  // all of it fits
            BOOST_TEST(in_the_middle > 0u);
            return;
        }
        BOOST_TEST(status == 6, r.err);
        BOOST_TEST(r.told(file), r.err);
        BOOST_TEST(r.told("No space left on device"), r.err);
        in_the_middle += r.changes() > 0 ? 1 : 0;
        bool const planned = r.check_announced(file) > 0;
        BOOST_TEST((planned || r.changes() == 0));
        disk.leave(small_disk::pages);
        if (planned) r.check_resumed(file);
        std::filesystem::remove(file);
    }
    BOOST_ERROR("it never fits");
}

// Stops are under way when the disk fills. Of those whose result found no room nobody knows who stopped them.
BOOST_FIXTURE_TEST_CASE(what_is_found_stopped_after_a_full_disk_stands_apart, disk_rig) {
    small_disk disk;
    if (!there(disk)) return;
    std::string const file = disk.file("report");
    constexpr std::size_t most = 20;  // their results take more than a page
    sim.on(oms::testing::any()).method("POST").held();
    auto const process = start({"--from", path("tasks"), "--yes", "--report", file});
    while (process->running() && sim.held() < most)
        std::this_thread::yield();
    BOOST_REQUIRE(sim.held() == most);
    disk.leave(0);
    sim.clear_faults();
    sim.release();
    BOOST_TEST(end(*process) == 6, err);
    BOOST_TEST(told("oms-stop: the report could not be written: " + file + ": No space left on device"), err);
    check_announced(file);
    auto const before = report(file);
    disk.leave(small_disk::pages);
    check_resumed(file);
    auto const after = report(file);
    std::size_t unsure = 0;
    for (unsigned n = 0; n < before.size(); ++n) {
        BOOST_TEST(after.state(n).unsure == before.state(n).sent);
        unsure += before.state(n).sent ? 1 : 0;
    }
    BOOST_TEST(unsure > 0u);
    BOOST_TEST(run({"report", file}, false) == 0);
    std::size_t const apart = out.find("found stopped, perhaps by this run: task, from, to, last start\n");
    BOOST_REQUIRE(apart != std::string::npos);
    BOOST_TEST(static_cast<std::size_t>(std::count(out.begin() + static_cast<long>(apart), out.end(), '\n')) ==
               unsure + 1);
}

BOOST_FIXTURE_TEST_CASE(a_plan_on_a_full_disk_is_no_plan, disk_rig) {
    small_disk disk;
    if (!there(disk)) return;
    for (std::size_t const free : {0U, 1U}) {
        disk.leave(free);
        BOOST_TEST(run_in("exec \"$@\" >" + disk.file("plan"), {"--from", path("tasks"), "--dry-run"}) == 6, err);
        BOOST_TEST(told("plan): No space left on device"), err);
        disk.leave(small_disk::pages);
        BOOST_TEST(std::filesystem::file_size(disk.file("plan")) == free * small_disk::page);
        BOOST_TEST(run({"--from", disk.file("plan"), "--yes"}) == 2, err);
        BOOST_TEST(told(free == 0 ? "names no task" : "was cut or changed"), err);
        BOOST_TEST(changes() == 0u);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
