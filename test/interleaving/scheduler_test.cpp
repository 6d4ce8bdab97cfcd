// SPDX-License-Identifier: BSL-1.0
//
// The scheduler finds what is wrong where something is, and tries as many orders as there are.
#include "interleaving/scheduler.hpp"

#include <boost/test/unit_test.hpp>

#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <utility>

using namespace oms::interleaved;

namespace {

// A scene of these threads; the verdict is of what they have left.
template <class State>
findings try_threads(std::vector<void (*)(State&)> bodies, std::string (*verdict)(State const&), bounds within = {}) {
    struct own final : scene {
        own(std::vector<void (*)(State&)> b, std::string (*v)(State const&)) : bodies(std::move(b)), judge(v) {}
        std::vector<std::function<void()>> threads() override {
            std::vector<std::function<void()>> all;
            for (auto* const each : bodies)
                all.emplace_back([this, each] { each(state); });
            return all;
        }
        std::string verdict() override { return judge(state); }

        State state;
        std::vector<void (*)(State&)> bodies;
        std::string (*judge)(State const&);
    };
    return try_orders([&] { return std::make_unique<own>(bodies, verdict); }, within);
}

constexpr bounds every{.preemptions = 1'000, .orders = 1'000'000};

struct counter {
    int n = 0;
};
void yields_twice(counter&) {
    yield();
    yield();
}
std::string fine(counter const&) {
    return {};
}

struct guarded {
    std::mutex mutex, other;
    std::condition_variable condition;
    bool ready = false;
    int n = 0;
};
std::string fine(guarded const&) {
    return {};
}

void add_carelessly(counter& c) {
    int const before = c.n;
    yield();
    c.n = before + 1;
}
std::string both_were_added(counter const& c) {
    return c.n == 2 ? "" : "one is lost";
}

void add_under_the_lock(guarded& g) {
    std::lock_guard const lock(g.mutex);
    int const before = g.n;
    yield();
    g.n = before + 1;
}
std::string both_were_added(guarded const& g) {
    return g.n == 2 ? "" : "one is lost";
}

void wait_until_ready(guarded& g) {
    std::unique_lock lock(g.mutex);
    g.condition.wait(lock, [&] { return g.ready; });
}
void make_ready(guarded& g) {
    {
        std::lock_guard const lock(g.mutex);
        g.ready = true;
    }
    g.condition.notify_one();
}
// The mistake that the library's own places are searched for: it comes between the look and the wait.
void make_ready_without_the_lock(guarded& g) {
    g.ready = true;
    g.condition.notify_one();
}

void lock_one_way(guarded& g) {
    std::lock_guard const first(g.mutex);
    std::lock_guard const second(g.other);
}
void lock_the_other_way(guarded& g) {
    std::lock_guard const first(g.other);
    std::lock_guard const second(g.mutex);
}

void spin(counter&) {
    for (;;)
        yield();
}
void fail(counter&) {
    throw std::runtime_error("no more");
}
void fail_without_a_word(counter&) {
    throw 1;
}
// In the first order alone.
void yields_once_ever(counter&) {
    static bool first = true;
    if (std::exchange(first, false)) yield();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scheduler)

// Three pieces of each of two threads: 6 over 3.
BOOST_AUTO_TEST_CASE(it_tries_every_order) {
    auto const found = try_threads<counter>({yields_twice, yields_twice}, fine, every);
    BOOST_TEST(found.orders == 20U);
    BOOST_TEST(found.all);
    BOOST_TEST(found.wrong == "");
}

// Whoever begins goes on to its end: 2. And one preemption: of either, at one of two places, until the other's end or
// not.
BOOST_AUTO_TEST_CASE(it_keeps_to_the_bounds) {
    BOOST_TEST(try_threads<counter>({yields_twice, yields_twice}, fine, {0, 100}).orders == 2U);
    BOOST_TEST(try_threads<counter>({yields_twice, yields_twice}, fine, {1, 100}).orders == 6U);
    auto const cut = try_threads<counter>({yields_twice, yields_twice}, fine, {1'000, 7});
    BOOST_TEST(cut.orders == 7U);
    BOOST_TEST(!cut.all);
}

BOOST_AUTO_TEST_CASE(it_finds_a_lost_update) {
    auto const found = try_threads<counter>({add_carelessly, add_carelessly}, both_were_added);
    BOOST_TEST(found.wrong.starts_with("one is lost"));
    auto const mended = try_threads<guarded>({add_under_the_lock, add_under_the_lock}, both_were_added, every);
    BOOST_TEST(mended.wrong == "");
    BOOST_TEST(mended.all);
}

BOOST_AUTO_TEST_CASE(it_finds_a_wake_up_that_is_missed) {
    auto const found = try_threads<guarded>({wait_until_ready, make_ready_without_the_lock}, fine);
    BOOST_TEST(found.wrong.starts_with("nobody wakes threads that wait: 0 "));
    auto const mended = try_threads<guarded>({wait_until_ready, make_ready}, fine, every);
    BOOST_TEST(mended.wrong == "");
    BOOST_TEST(mended.all);
}

BOOST_AUTO_TEST_CASE(it_finds_locks_in_two_orders) {
    auto const found = try_threads<guarded>({lock_one_way, lock_the_other_way}, fine);
    BOOST_TEST(found.wrong.starts_with("threads wait for each other: 0 1 "));
    BOOST_TEST(try_threads<guarded>({lock_one_way, lock_one_way}, fine, every).wrong == "");
}

BOOST_AUTO_TEST_CASE(it_ends_what_has_no_end) {
    BOOST_TEST(try_threads<counter>({spin}, fine).wrong.starts_with("it goes on for ever"));
    BOOST_TEST(try_threads<counter>({fail}, fine).wrong.starts_with("a thread threw: no more"));
    BOOST_TEST(try_threads<counter>({fail_without_a_word}, fine).wrong.starts_with("a thread threw"));
}

BOOST_AUTO_TEST_CASE(it_notices_what_cannot_be_repeated) {
    auto const found = try_threads<counter>({yields_once_ever, yields_twice}, fine, every);
    BOOST_TEST(found.wrong.starts_with("the threads do not do the same"));
}

BOOST_AUTO_TEST_SUITE_END()
