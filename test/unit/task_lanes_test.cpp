// SPDX-License-Identifier: BSL-1.0
#include "bulk/task_lanes.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

using oms::sync_task;
using oms::task_ref;
using oms::bulk::task_lanes;

BOOST_AUTO_TEST_SUITE(lanes_of_tasks)

BOOST_AUTO_TEST_CASE(projects_take_turns_within_their_limits) {
    task_lanes lanes(2);
    for (int i = 0; i < 4; ++i)
        lanes.push(sync_task("a", std::to_string(i)));
    lanes.push(sync_task("b", "0"));
    lanes.push(sync_task("a", "0", "elsewhere"));  // another region, another lane
    std::string order;
    while (lanes.ready()) {
        task_ref const t = lanes.start();
        order += t.region + t.project_id + t.task_id + " ";
    }
    BOOST_TEST(order == "a0 b0 elsewherea0 a1 ");
    BOOST_TEST(lanes.waiting() == 2U);
    lanes.ended(sync_task("b", "0"));
    BOOST_TEST(!lanes.ready());
    lanes.ended(sync_task("a", "0"));
    BOOST_TEST(lanes.ready());
    BOOST_TEST(lanes.start().task_id == "2");
    BOOST_TEST(!lanes.ready());
}

BOOST_AUTO_TEST_CASE(abandons_whatever_waits) {
    task_lanes lanes(1);
    std::set<std::string> left;
    for (int i = 0; i < 10; ++i) {
        lanes.push(sync_task("p" + std::to_string(i % 2), std::to_string(i)));
        left.insert(std::to_string(i));
    }
    left.erase(lanes.start().task_id);
    left.erase(lanes.start().task_id);
    BOOST_TEST(!lanes.ready());
    while (lanes.waiting() > 0)
        BOOST_TEST(left.erase(lanes.abandon().task_id) == 1U);
    BOOST_TEST(left.empty());
    lanes.ended(sync_task("p0", "0"));
    lanes.ended(sync_task("p1", "1"));
    BOOST_TEST(!lanes.ready());
}

BOOST_AUTO_TEST_CASE(loses_nothing_and_keeps_the_limits) {
    std::mt19937 random(3);
    task_lanes lanes(3);
    std::size_t pushed = 0;
    std::size_t waiting = 0;
    std::map<std::string, std::vector<task_ref>> running;
    std::map<std::string, std::size_t> last;  // of each project: first come, first served
    for (int round = 0; round < 50'000; ++round) {
        std::string const project = "p" + std::to_string(random() % 6);
        switch (random() % 3) {
            case 0:
                lanes.push(sync_task(project, std::to_string(++pushed)));
                ++waiting;
                break;
            case 1:
                if (lanes.ready()) {
                    task_ref t = lanes.start();
                    --waiting;
                    std::size_t const number = std::stoul(t.task_id);
                    BOOST_REQUIRE(number > last[t.project_id]);
                    last[t.project_id] = number;
                    auto& of = running[t.project_id];
                    of.push_back(std::move(t));
                    BOOST_REQUIRE(of.size() <= 3U);
                }
                break;
            default:
                if (auto& of = running[project]; !of.empty()) {
                    lanes.ended(of.back());
                    of.pop_back();
                }
        }
        BOOST_REQUIRE(lanes.waiting() == waiting);
    }
}

BOOST_AUTO_TEST_SUITE_END()
