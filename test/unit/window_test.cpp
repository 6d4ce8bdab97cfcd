// SPDX-License-Identifier: BSL-1.0
#include "bulk/window.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using oms::errc;
using oms::sync_task;
using oms::task_ref;
using oms::bulk::job;
using oms::bulk::time_point;
using oms::bulk::window;
using oms::bulk::window_limits;

namespace {

constexpr time_point start{1000h};

window_limits per_project(std::size_t most) {
    window_limits l;
    l.max_in_flight = 1000;
    l.max_in_flight_per_project = most;
    return l;
}

/// A window whose jobs in flight are found by their tasks.
struct run : window {
    using window::window;

    std::map<std::string, job*> started;

    static std::string name_of(task_ref const& t) { return t.region + '/' + t.project_id + '/' + t.task_id; }
    job& flying(task_ref const& t) { return *started.at(name_of(t)); }

    void push(task_ref t, time_point deadline = time_point::max()) {
        auto made = std::make_unique<job>(std::move(t));
        made->deadline = deadline;
        window::push(std::move(made));
    }
    task_ref start(time_point now) {
        job& j = window::start(now);
        started.insert_or_assign(name_of(j.task), &j);
        return j.task;
    }
    job const* next(time_point now) {
        advance(now);
        return window::next(now);
    }
    std::unique_ptr<job> give_up(time_point now) {
        advance(now);
        return window::give_up();
    }
    void ended(task_ref const& t, credential_key credential, bool answered) {
        job& j = flying(t);
        learn(j, std::move(credential), answered);
        take_out(j);
        started.erase(name_of(t));
    }
    void put_back(task_ref const& t, time_point when) {
        window::put_back(flying(t), when);
        started.erase(name_of(t));
    }
    // It found no connection.
    void missed(task_ref const& t, time_point now) {
        learn(flying(t), nullptr, false);
        unreachable(flying(t), now);
        put_back(t, {});
    }
};

// Starts all that may start.
std::vector<task_ref> start_all(run& s, time_point now) {
    std::vector<task_ref> started;
    while (s.next(now) != nullptr)
        started.push_back(s.start(now));
    return started;
}

std::string names(std::vector<task_ref> const& tasks) {
    std::string text;
    for (auto const& t : tasks)
        text += t.region + t.project_id + t.task_id + " ";
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(windows)

BOOST_AUTO_TEST_CASE(projects_take_turns_within_their_limits) {
    run s(per_project(2));
    for (int i = 0; i < 4; ++i)
        s.push(sync_task("a", std::to_string(i)));
    s.push(sync_task("b", "0"));
    s.push(sync_task("a", "0", "elsewhere"));  // another region, another lane
    BOOST_TEST(names(start_all(s, start)) == "a0 b0 elsewherea0 a1 ");
    BOOST_TEST(s.waiting() == 2U);
    s.ended(sync_task("b", "0"), nullptr, true);
    BOOST_TEST(!s.next(start));
    s.ended(sync_task("a", "0"), nullptr, true);
    BOOST_TEST(names(start_all(s, start)) == "a2 ");
}

BOOST_AUTO_TEST_CASE(no_more_in_flight_than_the_run_may_have) {
    auto l = per_project(10);
    l.max_in_flight = 3;
    run s(l);
    for (int i = 0; i < 5; ++i)
        s.push(sync_task("a", std::to_string(i)));
    BOOST_TEST(start_all(s, start).size() == 3U);
    s.ended(sync_task("a", "1"), nullptr, true);
    BOOST_TEST(names(start_all(s, start)) == "a3 ");
}

BOOST_AUTO_TEST_CASE(starts_keep_to_the_rates) {
    for (int projects : {5, 20}) {
        auto l = per_project(1000);
        l.rate = 100;
        l.rate_per_project = 10;
        run s(l);
        for (int i = 0; i < 400; ++i)
            s.push(sync_task("p" + std::to_string(i % projects), std::to_string(i)));
        int first = 0, all = 0;
        for (time_point now = start; now < start + 1s; now += 1ms) {
            for (auto const& t : start_all(s, now)) {
                ++all;
                first += t.project_id == "p0" ? 1 : 0;
            }
            BOOST_CHECK(s.wake(now) <= now + 101ms);
        }
        int const expected = std::min(100, 10 * projects);
        BOOST_TEST(all >= expected - 2);
        BOOST_TEST(all <= expected + 7);  // and what makes good 50 ms
        BOOST_TEST(first >= expected / projects - 1);
        BOOST_TEST(first <= expected / projects + 2);
    }
}

// Whoever asks for those to give up makes others ready on the way.
BOOST_AUTO_TEST_CASE(what_becomes_ready_is_due_at_once) {
    auto l = per_project(1000);
    l.rate_per_project = 10;
    run s(l);
    for (int i = 0; i < 2; ++i)
        s.push(sync_task("a", std::to_string(i)));
    BOOST_TEST(start_all(s, start).size() == 1U);
    time_point const due = s.wake(start);
    BOOST_TEST((due > start));
    BOOST_TEST(!s.give_up(due));
    BOOST_TEST((s.wake(due) <= due));
    BOOST_TEST(start_all(s, due).size() == 1U);
    BOOST_TEST((s.wake(due) == time_point::max()));
}

// A full window, or one that starts nothing any more, must not ask to be looked at again and again.
BOOST_AUTO_TEST_CASE(what_slept_is_not_due_for_ever) {
    auto l = per_project(1000);
    l.max_in_flight = 2;
    l.rate_per_project = 10;
    run s(l);
    for (int i = 0; i < 2; ++i)
        s.push(sync_task("a", std::to_string(i)));
    s.push(sync_task("b", "0"));
    BOOST_TEST(names(start_all(s, start)) == "a0 b0 ");
    BOOST_CHECK(s.wake(start + 1s) == time_point::max());  // `a` sleeps, but nothing can start
    s.ended(sync_task("b", "0"), nullptr, true);
    BOOST_TEST(start_all(s, start).empty());
    BOOST_CHECK((s.wake(start) > start && s.wake(start) <= start + 100ms));
    BOOST_TEST(!s.give_up(start + 1s));
    while (s.abandon(true)) {
    }
    BOOST_CHECK(s.wake(start + 1s) == time_point::max());
}

BOOST_AUTO_TEST_CASE(what_is_throttled_waits_and_the_others_do_not) {
    for (auto const scope : {window::scope::unnamed, window::scope::user, window::scope::address}) {
        auto l = per_project(1);
        run s(l);
        auto const key = std::make_shared<int>(1), other = std::make_shared<int>(2);
        // Learns who uses what: a and b one key, c another, d the same as a elsewhere.
        std::map<std::string, std::shared_ptr<int>> const keys{{"a", key}, {"b", key}, {"c", other}, {"d", key}};
        auto const task_of = [](std::string const& p, int i) {
            return sync_task(p, std::to_string(i), p == "d" ? "far" : "");
        };
        for (int i = 0; i < 2; ++i) {
            for (auto const& [p, k] : keys)
                s.push(task_of(p, i));
        }
        BOOST_TEST(start_all(s, start).size() == 4U);
        for (auto const& [p, k] : keys) {
            if (p != "a") s.ended(task_of(p, 0), k, true);
        }
        s.learn(s.flying(task_of("a", 0)), key, true);
        s.hold(s.flying(task_of("a", 0)), scope, start + 60s);
        s.put_back(task_of("a", 0), start + 60s);
        std::set<std::string> free;
        for (auto const& t : start_all(s, start + 59s))
            free.insert(t.project_id);
        std::set<std::string> expected{"b", "c", "d"};
        if (scope == window::scope::user) expected = {"c"};
        if (scope == window::scope::address) expected = {"d"};
        BOOST_TEST(free == expected, boost::test_tools::per_element());
        BOOST_CHECK(s.wake(start + 59s) == start + 60s);
        auto const later = start_all(s, start + 60s);
        BOOST_TEST(later.size() == 4U - expected.size());
        for (auto const& t : later) {
            if (t.project_id == "a") BOOST_TEST(t.task_id == "0");  // before the one that never had a turn
        }
    }
}

BOOST_AUTO_TEST_CASE(a_task_is_given_up_when_its_time_is_over) {
    run s(per_project(1));
    s.push(sync_task("a", "0"));
    start_all(s, start);
    s.flying(sync_task("a", "0")).deadline = start + 90s;
    s.put_back(sync_task("a", "0"), start + 600s);
    BOOST_TEST(!s.give_up(start + 89s));
    BOOST_CHECK(s.wake(start) == start + 90s);
    auto const over = s.give_up(start + 90s);
    BOOST_REQUIRE(over);
    BOOST_TEST(over->task == sync_task("a", "0"));
    BOOST_CHECK(over->why() == errc{});
    BOOST_TEST(s.waiting() == 0U);
}

BOOST_AUTO_TEST_CASE(a_new_task_may_have_a_deadline) {
    run s(per_project(1));
    for (int i = 0; i < 3; ++i)
        s.push(sync_task("a", std::to_string(i)), start + 10s);
    BOOST_TEST(start_all(s, start).size() == 1U);
    BOOST_CHECK(s.wake(start) == start + 10s);
    BOOST_TEST(!s.give_up(start + 10s - 1ns));
    for (int i = 1; i < 3; ++i) {
        auto const late = s.give_up(start + 10s);
        BOOST_REQUIRE(late);
        BOOST_TEST((late->why() == errc{}));
        BOOST_TEST(!late->begun());
    }
    BOOST_TEST(!s.give_up(start + 10s));
    BOOST_TEST(s.in_flight() == 1U);
    BOOST_CHECK(s.wake(start) == time_point::max());
}

BOOST_AUTO_TEST_CASE(an_endpoint_that_is_not_reached_is_tried_by_one_at_a_time) {
    auto l = per_project(5);
    l.look_ahead = 10;
    run s(l);
    for (int i = 0; i < 4; ++i)
        s.push(sync_task("p" + std::to_string(i), "0"));
    s.push(sync_task("p", "0", "far"));
    BOOST_TEST(start_all(s, start).size() == 5U);
    for (int i = 0; i < 4; ++i) {
        task_ref const t = sync_task("p" + std::to_string(i), "0");
        s.missed(t, start);
    }
    for (time_point now = start; now < start + 20s; now += 1s) {
        auto const probe = start_all(s, now);
        BOOST_REQUIRE(probe.size() == 1U);
        BOOST_TEST(!s.next(now));
        s.missed(probe[0], now);
    }
    // It fills at most half: others have the rest.
    for (int i = 1; i < 5; ++i)
        s.push(sync_task("p0", std::to_string(i)));
    for (int i = 0; i < 3; ++i) {
        auto const given_up = s.give_up(start + 20s);
        BOOST_REQUIRE(given_up);
        BOOST_CHECK(given_up->why() == errc::unavailable);
    }
    BOOST_TEST(!s.give_up(start + 20s));
    BOOST_TEST(s.waiting() == 5U);
    s.push(sync_task("p", "1", "far"));
    auto const probe = start_all(s, start + 20s);
    BOOST_TEST(probe.size() == 2U);  // one of each
    for (auto const& t : probe)
        s.ended(t, nullptr, true);  // there it is again
    BOOST_TEST(start_all(s, start + 20s).size() == 4U);
    BOOST_TEST(!s.give_up(start + 1h));
}

BOOST_AUTO_TEST_CASE(what_is_left_of_a_dead_endpoint_is_given_up_when_patience_ends) {
    run s(per_project(1));
    for (int i = 0; i < 3; ++i)
        s.push(sync_task("a", std::to_string(i)));
    start_all(s, start);
    s.missed(sync_task("a", "0"), start);
    BOOST_CHECK(s.wake(start) == start);
    BOOST_TEST(start_all(s, start).size() == 1U);  // one tries it
    BOOST_CHECK(s.wake(start) == start + 30s);
    s.put_back(sync_task("a", "0"), {});
    BOOST_TEST(!s.give_up(start + 29s));
    for (int i = 0; i < 3; ++i) {
        auto const left = s.give_up(start + 30s);
        BOOST_REQUIRE(left);
        BOOST_CHECK(left->why() == errc::unavailable);
    }
    BOOST_TEST(s.all_closed(errc::unavailable));
    s.push(sync_task("b", "0"));
    BOOST_TEST((s.give_up(start + 31s) != nullptr));
    s.push(sync_task("b", "0", "far"));
    BOOST_TEST(!s.give_up(start + 31s));
    BOOST_TEST(start_all(s, start + 31s).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_dead_endpoint_alone_keeps_the_source_waiting_and_gives_nothing_up) {
    auto l = per_project(1);
    l.look_ahead = 10;
    run s(l);
    for (int i = 0; i < 3; ++i)
        s.push(sync_task("a", std::to_string(i)));
    start_all(s, start);
    s.missed(sync_task("a", "0"), start);
    for (int i = 3; s.room(); ++i)
        s.push(sync_task("a", std::to_string(i)));
    BOOST_TEST(s.waiting() == 5U);
    BOOST_TEST(!s.give_up(start + 1s));
}

BOOST_AUTO_TEST_CASE(abandons_whatever_waits_and_follow_ups_on_request) {
    run s(per_project(1));
    std::set<std::string> left;
    for (int i = 0; i < 10; ++i) {
        s.push(sync_task("p" + std::to_string(i % 2), std::to_string(i)));
        left.insert(std::to_string(i));
    }
    for (auto const& t : start_all(s, start))
        left.erase(t.task_id);
    s.flying(sync_task("p0", "0")).follow_up = true;
    s.put_back(sync_task("p0", "0"), {});
    while (auto const each = s.abandon(false))
        BOOST_TEST(left.erase(each->task.task_id) == 1U);
    BOOST_TEST(left.empty());
    BOOST_TEST(s.waiting() == 1U);
    BOOST_TEST((s.abandon(true) != nullptr));
    s.ended(sync_task("p1", "1"), nullptr, true);
    BOOST_TEST(s.waiting() + s.in_flight() == 0U);
    BOOST_TEST(!s.next(start));
}

// Whatever happens: every task is in one place, limits are kept, and what waits gets its turn at last.
BOOST_AUTO_TEST_CASE(loses_nothing_and_keeps_the_limits) {
    std::size_t ends = 0;
    for (unsigned seed = 0; seed < 300; ++seed) {
        std::mt19937 random(seed);
        auto l = per_project(3);
        l.max_in_flight = 8;
        l.look_ahead = 20;
        l.outage_patience = 40s;
        run s(l);
        auto const keys = std::vector{std::make_shared<int>(0), std::make_shared<int>(1)};
        time_point now = start;
        std::size_t pushed = 0, done = 0, given_up = 0;
        std::vector<task_ref> running;
        std::map<std::string, std::size_t> of;
        auto const finish = [&](std::size_t i) {
            task_ref const t = running[i];
            running.erase(running.begin() + static_cast<std::ptrdiff_t>(i));
            --of[t.region + t.project_id];
            bool const answers = random() % 3 != 0 || now > start + 200s;
            bool const back = now < start + 200s && random() % 2 == 0;
            if (!back) {
                ++done;
                return s.ended(t, keys[random() % 2], answers);
            }
            job& j = s.flying(t);
            s.learn(j, keys[random() % 2], answers);
            if (answers) {
                s.hold(j, static_cast<window::scope>(random() % 3), now + std::chrono::seconds(1 + random() % 20));
            } else {
                s.unreachable(j, now);
            }
            s.put_back(t, random() % 2 == 0 ? now + std::chrono::seconds(random() % 5) : time_point{});
        };
        for (int round = 0; round < 600 || s.waiting() + s.in_flight() > 0; ++round) {
            BOOST_REQUIRE(round < 5000);
            now += std::chrono::milliseconds(random() % 1000);
            if (round < 600 && s.room()) {
                s.push(sync_task("p" + std::to_string(random() % 6), std::to_string(pushed++),
                                 random() % 3 == 0 ? "far" : ""));
            }
            while (s.give_up(now))
                ++given_up;
            for (auto const& t : start_all(s, now)) {
                running.push_back(t);
                BOOST_REQUIRE(++of[t.region + t.project_id] <= 3U);
            }
            BOOST_REQUIRE(running.size() <= 8U);
            if (!running.empty() && random() % 2 == 0) finish(random() % running.size());
            BOOST_REQUIRE(running.size() == s.in_flight());
            BOOST_REQUIRE(pushed == done + given_up + s.waiting() + s.in_flight());
            if (running.empty() && s.waiting() > 0) {
                BOOST_REQUIRE((s.wake(now) != time_point::max() || s.next(now) != nullptr));
                now = std::max(now, std::min(s.wake(now), now + 60s));
            }
        }
        ends += done + given_up;
    }
    BOOST_TEST(ends > 300U * 100);
}

BOOST_AUTO_TEST_CASE(takes_in_no_more_than_it_looks_ahead) {
    window_limits limits = per_project(1);
    limits.look_ahead = 2;
    run s(limits);
    BOOST_TEST(s.room());
    s.push(sync_task("a", "0"));
    BOOST_TEST(s.room());
    s.push(sync_task("a", "1"));
    BOOST_TEST(!s.room());
    start_all(s, start);
    BOOST_TEST(s.room());
}

// It is remembered though nothing of it is left.
BOOST_AUTO_TEST_CASE(a_project_that_was_closed_stays_closed) {
    run s(per_project(1));
    s.push(sync_task("a", "0"));
    start_all(s, start);
    s.close_project(s.flying(sync_task("a", "0")), errc::credentials_rejected);
    s.ended(sync_task("a", "0"), nullptr, true);
    s.push(sync_task("a", "1"));
    BOOST_TEST(start_all(s, start).empty());
    auto const left = s.give_up(start);
    BOOST_REQUIRE(left);
    BOOST_CHECK(left->why() == errc::credentials_rejected);
}

BOOST_AUTO_TEST_CASE(a_task_without_a_region_is_of_the_own_one) {
    window_limits limits = per_project(1);
    limits.own_region = "home";
    run s(limits);
    s.push(sync_task("a", "0"));
    s.push(sync_task("a", "1", "home"));
    BOOST_TEST(names(start_all(s, start)) == "a0 ");  // one project, and one of its tasks at a time
    s.ended(sync_task("a", "0"), nullptr, true);
    BOOST_TEST(names(start_all(s, start)) == "homea1 ");
}

BOOST_AUTO_TEST_SUITE_END()
