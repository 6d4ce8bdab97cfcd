// SPDX-License-Identifier: BSL-1.0
//
// What the pool's options mean, in virtual time.
#include "io/harness/report.hpp"

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

using calls = std::vector<std::shared_ptr<started>>;

// Every request is answered 200 a second later; the credential has proved itself.
void prepare(world& w) {
    w.run_until_done(*w.stop(9'999));
    w.net.server = [](request const&) { return after(1s, reply_text(200)); };
}

calls start(world& w, std::size_t count, std::string const& project = "p") {
    calls result;
    for (std::size_t i = 0; i < count; ++i)
        result.push_back(w.stop(sync_task(project, project + std::to_string(i))));
    return result;
}

std::size_t refused(calls const& all) {
    return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [](auto const& each) {
        return each->code == error_code(errc::overloaded) && each->result.outcome == outcome::not_sent;
    }));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pool_options_at_work)

BOOST_AUTO_TEST_CASE(max_handshakes_at_a_time) {
    for (std::size_t const limit : {1U, 3U, 7U}) {
        world w;
        w.config.pool.max_handshakes = limit;
        prepare(w);
        std::size_t most = 0;
        w.net.dials = [&](std::size_t number) {
            most = std::max(most, number + 1 - w.net.live_streams);  // none was closed
            return std::vector<dial_step>{{phase::handshake, 20ms}};
        };
        auto const all = start(w, 40);
        w.run_for(100ms);
        BOOST_TEST(most == limit);
        BOOST_TEST(w.net.live_streams == 1 + limit * 5);
        w.run_for(60s);
        for (auto const& each : all)
            BOOST_TEST(each->result.outcome == outcome::stopped);
    }
}

BOOST_AUTO_TEST_CASE(max_connections_and_max_idle) {
    for (std::size_t const limit : {2U, 5U}) {
        world w;
        w.config.pool.max_connections = limit + 1;
        w.config.pool.max_idle = limit;
        prepare(w);
        auto const all = start(w, 40);
        w.run_for(30s - 1s);
        BOOST_TEST(w.net.most_live_streams == limit + 1);
        BOOST_TEST(w.net.live_streams == limit);
        for (auto const& each : all)
            BOOST_TEST(each->result.outcome == outcome::stopped);
    }
}

BOOST_AUTO_TEST_CASE(as_many_are_kept_idle_as_there_may_be) {
    world w;
    w.config.pool.max_connections = 100;
    prepare(w);
    auto const all = start(w, 400);
    w.run_for(20s);
    BOOST_TEST(w.net.live_streams == 100U);
}

BOOST_AUTO_TEST_CASE(a_burst_after_a_pause_needs_no_handshake) {
    world w;  // of defaults: 64 connections, idle for 30 s
    prepare(w);
    auto const first = start(w, 64);
    w.run_for(5s);
    BOOST_TEST(w.net.dialed == 64U);
    w.run_for(24s);
    auto const second = start(w, 64);
    w.run_for(5s);
    BOOST_TEST(w.net.dialed == 64U);
    for (auto const& each : second)
        BOOST_TEST(each->result.outcome == outcome::stopped);
}

BOOST_AUTO_TEST_CASE(idle_timeout_and_max_lifetime) {
    for (auto const limit : {7s, 20s}) {
        world w;
        w.config.pool.idle_timeout = limit;
        prepare(w);
        w.run_for(limit - 1ms);
        BOOST_TEST(w.net.live_streams == 1U);
        w.run_for(1ms);
        BOOST_TEST(w.net.live_streams == 0U);
    }
    for (auto const limit : {7s, 20s}) {
        world w;
        w.config.pool.max_lifetime = limit;
        prepare(w);
        for (auto used = 0s; used + 2s < limit; used += 2s) {
            w.run_for(1s);
            w.run_until_done(*w.stop(0));
        }
        BOOST_TEST(w.net.dialed == 1U);
        w.run_for(2s);
        w.run_until_done(*w.stop(0));
        BOOST_TEST(w.net.dialed == 2U);
    }
}

// The server says how long it keeps an idle connection; we are the first to hang up, a second before.
BOOST_AUTO_TEST_CASE(the_servers_keep_alive_time) {
    for (auto const& [header, kept] : std::vector<std::pair<std::string, std::chrono::seconds>>{
             {"Keep-Alive: timeout=5\r\n", 4s},
             {"Keep-Alive: max=100, timeout=12\r\n", 11s},
             {"Keep-Alive: timeout=3600\r\n", 30s},
             {"", 30s},
         }) {
        BOOST_TEST_CONTEXT(header) {
            world w;
            w.net.server = [&](request const&) {
                answer a;
                a.bytes = reply_text(200, {}, header);
                return a;
            };
            w.run_until_done(*w.stop(0));
            w.run_for(kept - 1ms);
            BOOST_TEST(w.net.live_streams == 1U);
            w.run_for(1ms);
            BOOST_TEST(w.net.live_streams == 0U);
        }
    }
}

BOOST_AUTO_TEST_CASE(max_pending_of_the_client) {
    world w;
    w.config.pool.max_connections = 1;
    w.config.pool.max_pending = 10;
    prepare(w);
    auto all = start(w, 8, "a");  // one of them runs
    auto const more = start(w, 8, "b");
    all.insert(all.end(), more.begin(), more.end());
    w.run_for(0s);
    BOOST_TEST(refused(all) == 5U);
    BOOST_TEST((all.back()->code == condition::overloaded));
    w.run_for(60s);
    BOOST_TEST(std::count_if(all.begin(), all.end(), [](auto const& each) { return !each->code; }) == 11);
}

BOOST_AUTO_TEST_CASE(max_pending_of_a_project) {
    world w;
    w.config.pool.max_connections = 1;
    w.config.pool.max_pending_per_project = 3;
    prepare(w);
    auto const some = start(w, 10, "a");  // one of them runs
    auto const others = start(w, 3, "b");
    w.run_for(0s);
    BOOST_TEST(refused(some) == 6U);
    BOOST_TEST(refused(others) == 0U);
    w.run_for(60s);
    BOOST_TEST(start(w, 3, "a").size() == 3U);
    w.run_for(60s);
    for (auto const& each : others)
        BOOST_TEST(each->result.outcome == outcome::stopped);
}

BOOST_AUTO_TEST_CASE(projects_take_turns_and_each_keeps_its_order) {
    world w;
    w.config.pool.max_connections = 1;
    prepare(w);
    std::string order;
    w.net.server = [&](request const& r) {
        auto const at = r.target.find("sync-tasks/") + 11;
        order += r.target.substr(at, 2) + ' ';
        return after(1s, reply_text(200));
    };
    auto const a = start(w, 4, "a");
    auto const b = start(w, 2, "b");
    auto const c = start(w, 1, "c");
    w.run_for(60s);
    BOOST_TEST(order == "a0 a1 b0 c0 a2 b1 a3 ");
}

BOOST_AUTO_TEST_CASE(down_and_up_two_hundred_times) {
    world w;
    w.net.keeps_ledger = false;
    bool down = false;
    std::vector<std::weak_ptr<channel>> lines;
    w.net.dials = [&](std::size_t) {
        dial_step step{phase::connect, 1ms};
        if (down) step.code = errc::connect_failed;
        return std::vector<dial_step>{step};
    };
    w.net.server = [&](request const& r) {
        lines.push_back(r.channel);
        answer a;
        a.bytes = reply_text(200);
        return a;
    };
    sweep_report report("down and up");
    for (std::size_t round = 0; round < 200; ++round) {
        down = true;
        for (auto const& each : lines)
            speak(each, {}, round % 2 == 0 ? ending::reset : ending::clean);
        lines.clear();
        // Some calls come while it is down, and wait; the pause grows from round to round.
        auto const meanwhile = w.stop(round);
        w.run_for(std::chrono::milliseconds(10 * round));
        down = false;
        auto const next = w.stop(1'000 + round);
        w.run_until_done(*next);
        w.run_until_done(*meanwhile);
        bool const right = next->result.outcome == outcome::stopped && meanwhile->result.outcome == outcome::stopped &&
                           next->completions == 1 && next->result.attempts <= 2;
        report.add(right, [&] { return "round " + std::to_string(round) + ": " + show(*next); });
    }
    BOOST_TEST(w.net.live_streams <= 2U);
}

BOOST_AUTO_TEST_CASE(a_time_out_in_the_queue_tells_why_nothing_could_be_dialled) {
    for (errc const why : {errc::connect_failed, errc::handshake_truncated, errc::resolve_failed}) {
        world w;
        w.config.timeouts.queue = 5s;
        prepare(w);
        w.run_for(40s);  // the idle connection goes
        w.net.dials = [&](std::size_t) {
            dial_step step{phase::connect, 1ms};
            step.code = why;
            return std::vector<dial_step>{step};
        };
        auto const all = start(w, 20);
        w.run_for(6s);
        std::size_t queued = 0;
        for (auto const& each : all) {
            BOOST_TEST(each->completions == 1U);
            BOOST_TEST(each->result.outcome == outcome::not_sent);
            if (each->code != error_code(errc::queue_timeout)) continue;
            ++queued;
            BOOST_TEST(each->result.cause == error_code(why), show(each->result.cause));
        }
        BOOST_TEST(queued >= 1U);
    }
}

BOOST_AUTO_TEST_SUITE_END()
