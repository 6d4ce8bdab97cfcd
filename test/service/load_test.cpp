// SPDX-License-Identifier: BSL-1.0
// 64 callers at once, each with a list after the other, of whom each listens to what becomes of it.
//
//     tool_tests --run_test=stop_service_load -- 100000     # so many tasks

#include "service/service_rig.hpp"

#include <boost/test/framework.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using oms::test::caller;
using oms::test::job_account;
using oms::test::service_rig;

constexpr std::size_t callers = 64, list_length = 25, projects = 100;

std::size_t tasks_wanted() {
    auto const& suite = boost::unit_test::framework::master_test_suite();
    return suite.argc > 1 ? std::stoul(suite.argv[1]) : 6'400;
}

// Who is told to come again does, until it is accepted.
job_account posted(caller& user, std::span<oms::task_ref const> list, std::size_t& refused) {
    for (;;) {
        auto const answer = user.post(oms::test::list_of(list));
        if (answer.status == 202u) {
            job_account job;
            job.id = answer.json().at("id").as_string().c_str();
            return job;
        }
        if (answer.status != 503u) throw std::runtime_error(answer.head + answer.body);
        ++refused;
        std::this_thread::yield();
    }
}

BOOST_AUTO_TEST_SUITE(stop_service_load)

BOOST_AUTO_TEST_CASE(sixty_four_callers_lose_nothing) {
    std::size_t const wanted = tasks_wanted();
    auto options = service_rig::tasks(projects, wanted / projects);
    options.keep_ledger = false;
    service_rig rig(options);
    rig.sim.on(oms::testing::any()).method("POST").share(0.02).reply(503);
    rig.sim.on(oms::testing::any()).method("POST").share(0.02).reset_after_headers();
    // Less than all want to have under way.
    rig.start({"--max-jobs", "16"});
    auto const all = rig.sim.tasks();
    std::span<oms::task_ref const> const tasks(all);
    std::size_t const lists = all.size() / list_length;
    std::vector<job_account> jobs(lists);
    std::vector<std::size_t> refused(callers);
    std::atomic<std::size_t> next = 0;
    std::atomic<std::size_t> failed = 0;
    auto const begun = std::chrono::steady_clock::now();
    {
        std::vector<std::jthread> threads;
        for (std::size_t n = 0; n < callers; ++n) {
            threads.emplace_back([&, n] {
                try {
                    caller user(rig.port);
                    for (std::size_t i = next++; i < lists; i = next++) {
                        jobs[i] = posted(user, tasks.subspan(i * list_length, list_length), refused[n]);
                        jobs[i].listen(rig.port);
                    }
                } catch (std::exception const&) {
                    ++failed;
                }
            });
        }
    }
    auto const took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    BOOST_TEST(failed == 0u);
    std::size_t stopped = 0, told_to_come_again = 0;
    for (std::size_t i = 0; i < lists; ++i)
        stopped += rig.check(tasks.subspan(i * list_length, list_length), jobs[i]);
    for (std::size_t const each : refused)
        told_to_come_again += each;
    BOOST_TEST(stopped >= lists * list_length * 95 / 100);
    BOOST_TEST(told_to_come_again > 0u);
    BOOST_TEST_MESSAGE(callers << " callers, " << lists << " lists, " << lists * list_length << " tasks in " << took
                               << " s; " << stopped << " stopped, " << rig.sim.requests() << " requests, "
                               << told_to_come_again << " times told to come again");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
