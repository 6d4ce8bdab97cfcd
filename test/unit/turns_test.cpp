// SPDX-License-Identifier: BSL-1.0
#include "endpoint/turns.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <random>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using oms::policy::time_point;

namespace {

constexpr time_point start{1000h};

struct item : oms::policy::fair_item {
    explicit item(std::string n) : name(std::move(n)) {}
    std::string name;
};

struct lane : oms::endpoint::turn_lane<item> {};

using turns = oms::endpoint::turns<lane, item>;

// Lanes `a`, `b`, ... with so many items each; whatever is left is taken out at the end.
struct rig {
    turns t;
    std::vector<std::unique_ptr<lane>> lanes;
    std::vector<std::unique_ptr<item>> items;

    explicit rig(std::size_t most, std::vector<int> const& sizes = {}) : t(most) {
        for (int size : sizes) {
            lane& l = add();
            for (int i = 0; i < size; ++i)
                push(l, i);
        }
    }
    rig(rig const&) = delete;
    ~rig() {
        for (auto const& l : lanes) {
            while (!l->empty())
                t.remove(*l, l->front());
            t.forget(*l);
        }
    }
    lane& add() {
        lanes.push_back(std::make_unique<lane>());
        t.admit(*lanes.back());
        return *lanes.back();
    }
    void push(lane& l, int number) {
        auto const at = std::find_if(lanes.begin(), lanes.end(), [&](auto const& each) { return each.get() == &l; });
        std::string const name(1, static_cast<char>('a' + (at - lanes.begin())));
        items.push_back(std::make_unique<item>(name + std::to_string(number)));
        t.push_back(l, *items.back());
    }
    // The lane whose turn it is.
    lane* next(time_point now) {
        t.wake_due(now);
        return t.ready() ? &t.front() : nullptr;
    }
    // Takes turns as long as there is one.
    std::string all(time_point now) {
        std::string taken;
        while (lane* const l = next(now)) {
            taken += t.pop().name + ' ';
            t.begun(*l);
        }
        return taken;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(turns_of_lanes)

BOOST_AUTO_TEST_CASE(lanes_take_turns) {
    rig r(100, {3, 1, 2});
    BOOST_TEST(r.t.waiting() == 6U);
    BOOST_TEST(r.all(start) == "a0 b0 c0 a1 c1 a2 ");
    BOOST_TEST(r.t.waiting() == 0U);
    BOOST_TEST(r.lanes[0]->in_flight() == 3U);
    BOOST_CHECK(r.t.wakes() == time_point::max());
}

BOOST_AUTO_TEST_CASE(a_full_lane_waits_for_an_end) {
    rig r(2, {4, 1});
    BOOST_TEST(r.all(start) == "a0 b0 a1 ");
    BOOST_TEST(!r.t.ready());
    r.t.ended(*r.lanes[1]);  // its own room is of no use to others
    BOOST_TEST(r.all(start) == "");
    r.t.ended(*r.lanes[0]);
    BOOST_TEST(r.all(start) == "a2 ");
    r.t.ended(*r.lanes[0]);
    r.t.ended(*r.lanes[0]);
    BOOST_TEST(r.all(start) == "a3 ");
}

BOOST_AUTO_TEST_CASE(what_gives_its_turn_back_is_the_first_again) {
    rig r(1, {2});
    item& first = r.t.pop();
    r.t.begun(*r.lanes[0]);
    r.t.push_front(*r.lanes[0], first);
    BOOST_TEST(r.next(start) == nullptr);
    r.t.ended(*r.lanes[0]);
    BOOST_TEST(r.all(start) == "a0 ");
}

BOOST_AUTO_TEST_CASE(a_lane_sleeps_until_the_latest_time_that_was_said) {
    rig r(10, {1, 1});
    lane& a = *r.lanes[0];
    r.t.sleep(a, start + 10s);
    r.t.sleep(a, start + 5s);
    BOOST_TEST(a.asleep());
    BOOST_TEST(r.all(start) == "b0 ");
    BOOST_CHECK(r.t.wakes() == start + 10s);
    r.t.sleep(a, start + 20s);
    BOOST_TEST(r.all(start + 20s - 1ns) == "");
    BOOST_CHECK(r.t.wakes() == start + 20s);
    BOOST_TEST(r.all(start + 20s) == "a0 ");
    BOOST_TEST(!a.asleep());
    BOOST_CHECK(r.t.wakes() == time_point::max());
}

BOOST_AUTO_TEST_CASE(a_lane_can_be_woken_before_its_time) {
    rig r(10, {1});
    r.t.sleep(*r.lanes[0], start + 10s);
    BOOST_TEST(r.all(start) == "");
    r.t.wake(*r.lanes[0]);
    BOOST_CHECK(r.t.wakes() == time_point::max());
    BOOST_TEST(r.all(start) == "a0 ");
}

// Each of the three reasons holds by itself, in whichever order they come and go.
BOOST_AUTO_TEST_CASE(every_reason_to_wait_counts) {
    std::vector<int> order{0, 1, 2};
    do {
        for (int rotate = 0; rotate < 3; ++rotate) {
            rig r(1, {2});
            lane& l = *r.lanes[0];
            auto const hold = [&](int what) {
                if (what == 0) r.t.sleep(l, start + 1s);
                if (what == 1) r.t.park(l);
                if (what == 2) r.t.begun(l);
            };
            auto const release = [&](int what) {
                if (what == 0) r.t.wake(l);
                if (what == 1) r.t.unpark(l);
                if (what == 2) r.t.ended(l);
            };
            for (int what : order) {
                hold(what);
                BOOST_TEST(r.next(start) == nullptr);
            }
            for (int i = 0; i < 3; ++i) {
                BOOST_TEST(r.next(start) == nullptr);
                release(order[static_cast<std::size_t>((i + rotate) % 3)]);
            }
            BOOST_TEST(r.next(start) == &l);
        }
    } while (std::next_permutation(order.begin(), order.end()));
}

// Whatever happens, a lane has a turn exactly when it has something that waits and nothing that keeps it.
BOOST_AUTO_TEST_CASE(agrees_with_a_plain_model) {
    struct model {
        std::size_t waiting = 0, in_flight = 0;
        time_point until{};
        bool parked = false;
    };
    std::size_t turns_taken = 0;
    for (unsigned seed = 0; seed < 200; ++seed) {
        std::mt19937 random(seed);
        constexpr std::size_t most = 2;
        rig r(most);
        std::vector<model> models(4);
        for (std::size_t i = 0; i < models.size(); ++i)
            r.add();
        time_point now = start;
        for (int step = 0; step < 400; ++step) {
            std::size_t const i = random() % models.size();
            lane& l = *r.lanes[i];
            model& m = models[i];
            switch (random() % 7) {
                case 0:
                case 1:
                    r.push(l, step);
                    ++m.waiting;
                    break;
                case 2:
                    if (m.in_flight == 0) break;
                    r.t.ended(l);
                    --m.in_flight;
                    break;
                case 3: {
                    time_point const until = now + std::chrono::milliseconds(1 + random() % 3000);
                    r.t.sleep(l, until);
                    m.until = std::max(m.until, until);
                    break;
                }
                case 4:
                    m.parked = !m.parked;
                    m.parked ? r.t.park(l) : r.t.unpark(l);
                    break;
                case 5:
                    if (m.waiting == 0) break;
                    r.t.remove(l, l.front());
                    --m.waiting;
                    break;
                default:
                    now += std::chrono::milliseconds(random() % 500);
            }
            auto const may = [&](model const& of) {
                return of.waiting > 0 && of.in_flight < most && of.until <= now && !of.parked;
            };
            BOOST_REQUIRE((r.next(now) != nullptr) == std::any_of(models.begin(), models.end(), may));
            if (random() % 2 == 0) continue;
            if (lane* const next = r.next(now)) {
                auto const at = std::find_if(r.lanes.begin(), r.lanes.end(), [&](auto& o) { return o.get() == next; });
                model& of = models[static_cast<std::size_t>(at - r.lanes.begin())];
                BOOST_REQUIRE(may(of));
                r.t.pop();
                r.t.begun(*next);
                --of.waiting;
                ++of.in_flight;
                ++turns_taken;
            }
        }
    }
    BOOST_TEST(turns_taken > 1000U);
}

BOOST_AUTO_TEST_SUITE_END()
