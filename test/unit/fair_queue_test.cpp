// SPDX-License-Identifier: BSL-1.0
#include "policy/fair_queue.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace {

struct item : oms::policy::fair_item {
    explicit item(int n) : number(n) {}
    int number;
};
struct lane : oms::policy::fair_lane<item> {};
using queue = oms::policy::fair_queue<lane, item>;

std::string drain(queue& q) {
    std::string order;
    while (q.ready())
        order += std::to_string(q.pop().number) + " ";
    return order;
}

// The same in the plainest way.
struct model {
    struct row {
        std::deque<int> items;
        bool held = false;
    };
    std::array<row, 5> lanes;
    std::deque<std::size_t> turns;

    void settle(std::size_t l) {
        bool const in = std::find(turns.begin(), turns.end(), l) != turns.end();
        bool const should = !lanes[l].items.empty() && !lanes[l].held;
        if (should && !in) turns.push_back(l);
        if (!should && in) std::erase(turns, l);
    }
    int pop() {
        std::size_t const l = turns.front();
        turns.pop_front();
        int const n = lanes[l].items.front();
        lanes[l].items.pop_front();
        settle(l);
        return n;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(fair_queues)

BOOST_AUTO_TEST_CASE(lanes_take_turns_and_items_keep_their_order) {
    queue q;
    lane a, b, c;
    std::array<item, 6> items{item(1), item(2), item(3), item(4), item(5), item(6)};
    q.push_back(a, items[0]);
    q.push_back(a, items[1]);
    q.push_back(a, items[2]);
    q.push_back(b, items[3]);
    q.push_back(c, items[4]);
    q.push_back(c, items[5]);
    BOOST_TEST(q.size() == 6U);
    BOOST_TEST(drain(q) == "1 4 5 2 6 3 ");
    BOOST_TEST(q.size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_held_lane_is_passed_over) {
    queue q;
    lane a, b;
    item one(1), two(2), three(3);
    q.push_back(a, one);
    q.push_back(b, two);
    q.hold(a);
    q.push_back(a, three);
    BOOST_TEST(drain(q) == "2 ");
    BOOST_TEST(q.size() == 2U);
    BOOST_TEST(!q.ready());
    q.release(a);
    BOOST_TEST(drain(q) == "1 3 ");
}

BOOST_AUTO_TEST_CASE(behaves_like_its_model) {
    std::mt19937 random(11);
    queue q;
    std::array<lane, 5> lanes;
    model m;
    std::vector<std::unique_ptr<item>> all;
    std::vector<std::pair<item*, std::size_t>> waiting;
    auto const forget = [&](int number) {
        std::erase_if(waiting, [&](auto const& w) { return w.first->number == number; });
    };
    for (int round = 0; round < 100'000; ++round) {
        std::size_t const l = random() % lanes.size();
        switch (random() % 7) {
            case 0:
            case 1: {
                all.push_back(std::make_unique<item>(round));
                bool const front = random() % 4 == 0;
                front ? q.push_front(lanes[l], *all.back()) : q.push_back(lanes[l], *all.back());
                front ? m.lanes[l].items.push_front(round) : m.lanes[l].items.push_back(round);
                m.settle(l);
                waiting.emplace_back(all.back().get(), l);
                break;
            }
            case 2:
            case 3:
                if (q.ready()) {
                    int const got = q.pop().number;
                    BOOST_REQUIRE(got == m.pop());
                    forget(got);
                }
                break;
            case 4:
                if (!waiting.empty()) {
                    auto const [which, of] = waiting[random() % waiting.size()];
                    q.remove(lanes[of], *which);
                    std::erase(m.lanes[of].items, which->number);
                    m.settle(of);
                    forget(which->number);
                }
                break;
            case 5:
                q.hold(lanes[l]);
                m.lanes[l].held = true;
                m.settle(l);
                break;
            default:
                q.release(lanes[l]);
                m.lanes[l].held = false;
                m.settle(l);
        }
        BOOST_REQUIRE(q.size() == waiting.size());
        BOOST_REQUIRE(q.ready() == !m.turns.empty());
        if (q.ready()) BOOST_REQUIRE(&q.front() == &lanes[m.turns.front()]);
        if (all.size() > 10'000 && waiting.empty()) all.clear();
    }
    for (auto const& [which, of] : waiting)
        q.remove(lanes[of], *which);
}

BOOST_AUTO_TEST_SUITE_END()
