// SPDX-License-Identifier: BSL-1.0
#include "policy/time_queue.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <random>
#include <set>
#include <utility>
#include <vector>

using namespace oms::policy;

namespace {

time_point at(long n) {
    return time_point(std::chrono::milliseconds(n));
}

struct entry : timed {
    entry() : timed(kind::call) {}
};

}  // namespace

BOOST_AUTO_TEST_SUITE(time_queues)

BOOST_AUTO_TEST_CASE(gives_what_is_due_in_order) {
    time_queue q;
    entry a, b, c;
    for (entry* const each : {&a, &b, &c})
        q.admit(*each);
    BOOST_TEST(q.empty());
    q.set(a, at(3));
    q.set(b, at(1));
    q.set(c, at(2));
    BOOST_TEST((q.next() == at(1)));
    BOOST_TEST(q.pop(at(0)) == nullptr);
    BOOST_TEST(q.pop(at(2)) == &b);
    BOOST_TEST(!b.waiting());
    BOOST_TEST(q.pop(at(2)) == &c);
    BOOST_TEST(q.pop(at(2)) == nullptr);
    q.set(a, at(9));
    BOOST_TEST(q.pop(at(3)) == nullptr);
    q.set(a, time_point::max());  // never
    BOOST_TEST(q.empty());
    q.remove(a);
    BOOST_TEST(!a.waiting());
}

BOOST_AUTO_TEST_CASE(what_waits_longer_than_before_is_looked_at_in_between) {
    time_queue q;
    entry a, b;
    q.admit(a);
    q.admit(b);
    q.set(a, at(1));
    q.set(a, at(5));
    q.set(b, at(3));
    BOOST_TEST((q.next() == at(1)));  // not later than anybody's
    BOOST_TEST(q.pop(at(1)) == nullptr);
    BOOST_TEST(a.waiting());
    BOOST_TEST((q.next() == at(3)));
    BOOST_TEST(q.pop(at(3)) == &b);
    BOOST_TEST((q.next() == at(5)));
    q.set(a, at(4));  // an earlier time takes its place at once
    BOOST_TEST((q.next() == at(4)));
    BOOST_TEST(q.pop(at(4)) == &a);
    BOOST_TEST(q.empty());

    q.set(a, at(6));
    q.rest(a);
    BOOST_TEST(!a.waiting());
    q.set(a, at(8));
    BOOST_TEST(q.pop(at(7)) == nullptr);
    BOOST_TEST(q.pop(at(8)) == &a);
    q.set(a, at(9));
    q.rest(a);
    BOOST_TEST(q.pop(at(9)) == nullptr);
    BOOST_TEST(q.empty());
    q.set(a, at(10));
    q.rest(a);
    q.end(a);
    BOOST_TEST(q.empty());
    q.set(a, at(11));
    q.remove(a);  // the place, too
    BOOST_TEST(q.empty());
    BOOST_TEST(!a.waiting());
}

BOOST_AUTO_TEST_CASE(behaves_like_a_sorted_set) {
    std::mt19937 random(5);
    std::vector<std::unique_ptr<entry>> entries;
    for (int i = 0; i < 300; ++i)
        entries.push_back(std::make_unique<entry>());
    time_queue q;
    std::set<std::pair<time_point, entry*>> model;
    for (auto const& each : entries)
        q.admit(*each);
    auto const forget = [&](entry& e) { std::erase_if(model, [&](auto const& m) { return m.second == &e; }); };
    long now = 0;
    for (int round = 0; round < 50'000; ++round) {
        entry& e = *entries[random() % entries.size()];
        switch (random() % 4) {
            case 0:
            case 1: {
                bool const never = random() % 50 == 0;
                time_point const when = never ? time_point::max() : at(now + static_cast<long>(random() % 1000));
                if (never && random() % 2 == 0) {
                    q.rest(e);
                } else {
                    q.set(e, when);
                }
                forget(e);
                if (when != time_point::max()) model.emplace(when, &e);
                break;
            }
            case 2:
                q.remove(e);
                q.admit(e);
                forget(e);
                break;
            default:
                now += static_cast<long>(random() % 20);
                while (timed* const due = q.pop(at(now))) {
                    BOOST_REQUIRE(!model.empty());
                    BOOST_REQUIRE((model.begin()->first <= at(now)));
                    BOOST_REQUIRE((model.count({model.begin()->first, static_cast<entry*>(due)}) == 1));
                    BOOST_REQUIRE(!due->waiting());
                    forget(static_cast<entry&>(*due));
                }
                BOOST_REQUIRE((q.empty() || q.next() > at(now)));
                BOOST_REQUIRE((model.empty() || model.begin()->first > at(now)));
        }
        if (!model.empty()) BOOST_REQUIRE((!q.empty() && q.next() <= model.begin()->first));
        BOOST_REQUIRE(e.waiting() == (model.count({e.when, &e}) > 0));
    }
}

BOOST_AUTO_TEST_CASE(no_time_is_later_than_the_last) {
    using namespace std::chrono_literals;
    for (auto const back : {0s, 1s, 2s}) {
        auto const t = oms::policy::time_point::max() - back;
        BOOST_TEST((oms::policy::later(t, 1s) == std::min(t, oms::policy::time_point::max() - 1s) + 1s));
    }
}

BOOST_AUTO_TEST_SUITE_END()
