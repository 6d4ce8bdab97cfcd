// SPDX-License-Identifier: BSL-1.0
//
// Whether the size of the pool matters to a call: the time of one through the
// whole client, over a network in memory, with 10, 1,000 and 10,000
// connections; and that of the structures below it by themselves, whose part
// in it this is. What the time of a call that takes over a connection grows by
// is memory that has left the caches: its instructions can be counted by
// running the second form with two numbers of CALLS under callgrind.
//
//     pool
//     pool CONNECTIONS CALLS

#include "figures.hpp"
#include "io/harness/channel.hpp"
#include "io/harness/world.hpp"
#include "policy/fair_queue.hpp"
#include "policy/time_queue.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <string>
#include <vector>

using namespace oms::bench;
using namespace oms::scripted;
using namespace std::chrono_literals;

namespace {

constexpr std::array<std::size_t, 3> sizes{10, 1'000, 10'000};
constexpr int rounds = 5;
constexpr std::size_t calls_a_round = 20'000;

// In one of a hundred projects.
oms::task_ref task_of(std::size_t number) {
    return oms::sync_task(std::to_string(number % 100), "t");
}

struct pool {
    world w;
    std::deque<std::weak_ptr<channel>> asked;  // exchanges without an answer, the oldest first
    bool answers = true;
    std::size_t number = 0;
    std::size_t const connections;

    explicit pool(std::size_t count) : connections(count) {
        w.config.pool.max_connections = w.config.pool.max_idle = w.config.pool.max_handshakes = count;
        w.config.pool.idle_timeout = w.config.pool.max_lifetime = oms::unlimited;
        w.net.keeps_ledger = false;
        w.net.server = [this](request const& r) {
            answer a;
            a.stalls = !answers;
            if (answers) {
                a.bytes = reply_text(200);
            } else {
                asked.push_back(r.channel);
            }
            return a;
        };
        w.run_until_done(*w.stop(0));  // the credential proves itself
        answers = false;
        for (std::size_t i = 0; i < count; ++i)
            w.stop(i);
        tick();
        while (!asked.empty())
            reply();
        answers = true;
        if (w.net.live_streams != count) std::printf("only %zu connections\n", w.net.live_streams);
    }

    void tick() { w.run_for(1us); }
    void reply() {
        auto const to = asked.front();
        asked.pop_front();
        speak(to, reply_text(200));
        tick();
    }

    // All are idle: a call takes one, and gives it back.
    void one_at_a_time() {
        for (std::size_t i = 0; i < calls_a_round; ++i) {
            w.stop(number++);
            tick();
        }
        w.net.operations.clear();
    }

    // None is idle, and as many calls wait: what one gives back the next one takes.
    void fill() {
        answers = false;
        for (std::size_t i = 0; i < 2 * connections; ++i)
            w.stop(task_of(i));
        tick();
    }
    void hand_over(std::size_t calls = calls_a_round) {
        for (std::size_t i = 0; i < calls; ++i) {
            reply();
            w.stop(task_of(number++));
            tick();
        }
        w.net.operations.clear();
    }
};

// Nanoseconds each, of the best round.
template <class Round>
double time_of(std::size_t count, Round&& round) {
    auto least = std::chrono::nanoseconds::max();
    for (int i = 0; i < rounds; ++i) {
        auto const before = thread_time();
        round();
        least = std::min(least, thread_time() - before);
    }
    return static_cast<double>(least.count()) / static_cast<double>(count);
}

using figures = std::array<double, sizes.size()>;

void print_times(char const* what, figures const& f) {
    std::printf("%s: %.0f, %.0f, %.0f ns at 10, 1000, 10000 connections\n", what, f[0], f[1], f[2]);
}

void print_ratio(char const* what, figures const& f) {
    print_times(what, f);
    print(std::string(what) + ", the largest against the least",
          *std::max_element(f.begin(), f.end()) / *std::min_element(f.begin(), f.end()), "x", 2);
}

struct deadline final : oms::policy::timed {
    deadline() noexcept : timed(kind::call) {}
};

struct item : oms::policy::fair_item {};
struct lane : oms::policy::fair_lane<item> {};

// An exchange sets a deadline and takes it back; the others' stay.
double deadlines(std::size_t count) {
    oms::policy::time_queue queue;
    std::vector<std::unique_ptr<deadline>> all;
    auto now = std::chrono::steady_clock::time_point(1h);
    for (std::size_t i = 0; i < count; ++i) {
        all.push_back(std::make_unique<deadline>());
        queue.admit(*all.back());
        queue.set(*all.back(), now += 1us);
    }
    std::size_t at = 0;
    double const per = time_of(calls_a_round, [&] {
        for (std::size_t i = 0; i < calls_a_round; ++i) {
            deadline& d = *all[at++ % count];
            queue.rest(d);
            queue.set(d, now += 1us);
        }
    });
    for (auto const& each : all)
        queue.remove(*each);
    return per;
}

// A call waits in one of a hundred lanes, and the one whose turn it is goes.
double turns(std::size_t count) {
    oms::policy::fair_queue<lane, item> queue;
    std::vector<lane> lanes(100);
    std::vector<item> items(count);
    for (std::size_t i = 0; i < count; ++i)
        queue.push_back(lanes[i % lanes.size()], items[i]);
    double const per = time_of(calls_a_round, [&] {
        for (std::size_t i = 0; i < calls_a_round; ++i) {
            lane& next = queue.front();
            queue.push_back(next, queue.pop());
        }
    });
    while (queue.ready())
        queue.pop();
    return per;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 3) {
        pool p(std::strtoul(argv[1], nullptr, 10));
        p.fill();
        p.hand_over(std::strtoul(argv[2], nullptr, 10));
        return 0;
    }
    figures one_at_a_time{}, hand_over{}, deadline_times{}, turn_times{};
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        pool p(sizes[i]);
        one_at_a_time[i] = time_of(calls_a_round, [&] { p.one_at_a_time(); });
        p.fill();
        hand_over[i] = time_of(calls_a_round, [&] { p.hand_over(); });
        deadline_times[i] = deadlines(sizes[i]);
        turn_times[i] = turns(sizes[i]);
    }
    print_times("a deadline set and taken back", deadline_times);
    print_times("a turn in the queue", turn_times);
    print_ratio("a call on an idle connection", one_at_a_time);
    print_ratio("a call that takes over a connection", hand_over);
}
