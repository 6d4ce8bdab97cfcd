// SPDX-License-Identifier: BSL-1.0
//
// The pool of an endpoint: its lists and counts after anything that may be done, and how many dials it wants.
#include "endpoint/pool.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace oms::endpoint;

namespace {

using enum connection_state;

struct member final : pool_member {
    explicit member(int second) noexcept : pool_member(time_point(std::chrono::seconds(second))) {}
};

constexpr std::array<connection_state, 7> all_states{unused, idle, shared, leased, draining, retiring, removed};

struct fixture {
    pool<member> of;
    int clock = 0;
    member& add() { return of.add(std::make_unique<member>(++clock)); }
    member& add_idle() {
        member& m = add();
        of.lease(m);
        of.release(m, true);
        return m;
    }
    member& add_shared(std::size_t capacity, std::size_t carried) {
        member& m = add();
        of.set_capacity(m, capacity);
        for (std::size_t i = 0; i < carried; ++i)
            of.lease(m);
        return m;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(pools)

BOOST_AUTO_TEST_CASE(which_state_may_follow_which) {
    std::vector<std::pair<connection_state, connection_state>> const ways{
        {removed, unused},  {unused, leased},   {idle, leased},    {leased, idle},     {leased, draining},
        {draining, idle},   {unused, removed},  {idle, removed},   {leased, removed},  {draining, removed},
        {unused, shared},   {idle, shared},     {shared, leased},  {leased, shared},   {shared, idle},
        {shared, retiring}, {leased, retiring}, {shared, removed}, {retiring, removed}};
    for (connection_state from : all_states) {
        for (connection_state to : all_states) {
            bool const listed = std::find(ways.begin(), ways.end(), std::pair(from, to)) != ways.end();
            BOOST_TEST(may_follow(from, to) == listed, int(from) << " to " << int(to));
        }
    }
}

BOOST_FIXTURE_TEST_CASE(the_last_used_is_used_next_and_the_first_given_up_last, fixture) {
    BOOST_TEST(of.next() == nullptr);
    BOOST_TEST(of.least() == nullptr);
    member& older = add();
    member& newer = add();
    BOOST_TEST(of.next() == &newer);
    BOOST_TEST(of.least() == &older);
    member& first = add_idle();
    member& last = add_idle();
    BOOST_TEST(of.next() == &last);  // before those that carried nothing
    BOOST_TEST(of.least() == &first);
    of.lease(last);
    of.lease(first);
    BOOST_TEST(of.next() == &newer);
    of.release(first, true);
    of.drain(last);
    BOOST_TEST(of.next() == &first);
    BOOST_TEST(of.least() == &first);
}

BOOST_FIXTURE_TEST_CASE(one_that_is_new_enough, fixture) {
    BOOST_TEST(of.opened_since(time_point()) == nullptr);
    member& used = add_idle();  // at 1
    member& fresh = add();      // at 2
    BOOST_TEST(of.opened_since(time_point(2s)) == &fresh);
    BOOST_TEST(of.opened_since(time_point(3s)) == nullptr);
    of.lease(fresh);
    BOOST_TEST(of.opened_since(time_point(1s)) == &used);
    BOOST_TEST(of.opened_since(time_point(2s)) == nullptr);
}

BOOST_FIXTURE_TEST_CASE(it_is_used_once_it_has_carried_a_request, fixture) {
    member& m = add();
    of.lease(m);
    BOOST_TEST(!m.used());  // by another request than that one
    of.drain(m);
    BOOST_TEST(m.used());
    member& lost = add();
    of.lease(lost);
    of.release(lost, false);
    BOOST_TEST(!lost.used());  // it was not answered
}

BOOST_FIXTURE_TEST_CASE(one_that_carries_others_comes_first_until_it_is_full, fixture) {
    add_idle();
    member& many = add_shared(3, 1);
    BOOST_TEST(of.next() == &many);
    BOOST_TEST(of.opened_since(many.opened()) == &many);
    of.lease(many);
    of.lease(many);
    BOOST_TEST((many.state() == leased));
    BOOST_TEST(of.next() != &many);
    BOOST_TEST(of.opened_since(many.opened()) == nullptr);
    BOOST_TEST(of.release(many, true) == 2U);
    BOOST_TEST(of.next() == &many);
    BOOST_TEST(of.release(many, true) == 1U);
    BOOST_TEST(of.release(many, true) == 0U);
    BOOST_TEST((many.state() == idle));
}

BOOST_FIXTURE_TEST_CASE(the_peer_may_change_how_many_it_takes, fixture) {
    member& m = add_shared(4, 2);
    of.set_capacity(m, 2);
    BOOST_TEST((m.state() == leased));
    of.set_capacity(m, 1);  // fewer than it carries
    BOOST_TEST(of.release(m, true) == 1U);
    BOOST_TEST((m.state() == leased));
    of.set_capacity(m, 2);
    BOOST_TEST((m.state() == shared));
    of.release(m, true);
    of.set_capacity(m, 0);
    BOOST_TEST((m.state() == idle));
    BOOST_TEST(of.next() == nullptr);  // none, for now
    BOOST_TEST(of.opened_since(time_point()) == nullptr);
    member& other = add();
    BOOST_TEST(of.next() == &other);
}

BOOST_FIXTURE_TEST_CASE(one_that_retires_takes_no_more_and_goes_with_its_last, fixture) {
    member& m = add_shared(4, 2);
    of.retire(m);
    of.retire(m);
    BOOST_TEST(of.next() == nullptr);
    of.set_capacity(m, 9);
    BOOST_TEST(of.next() == nullptr);
    BOOST_TEST(of.release(m, true) == 1U);
    BOOST_TEST((m.state() == retiring));
    BOOST_TEST(of.release(m, true) == 0U);
    BOOST_TEST((m.state() == retiring));
    BOOST_TEST(of.count(retiring) == 1U);
    of.remove(m);
    BOOST_TEST(of.empty());
}

BOOST_FIXTURE_TEST_CASE(free_ones_may_go_while_they_are_looked_at, fixture) {
    for (int i = 0; i < 4; ++i)
        i % 2 == 0 ? add() : add_idle();
    of.lease(add());
    of.for_each_free([&](member& m) { of.remove(m); });
    BOOST_TEST(of.size() == 1U);
    BOOST_TEST(of.free() == 0U);
}

// Anything that may be done, in any order: each is in its list and counted once.
BOOST_AUTO_TEST_CASE(lists_and_counts) {
    std::mt19937_64 dice(20);
    fixture f;
    std::vector<std::unique_ptr<member>> gone;
    for (int step = 0; step < 20'000; ++step) {
        std::vector<member*> members;
        f.of.for_each([&](member& m) { members.push_back(&m); });
        if (members.empty() || (members.size() < 40 && dice() % 4 == 0)) {
            f.add();
        } else {
            member& m = *members[dice() % members.size()];
            switch (dice() % 7) {
                case 0:
                    gone.push_back(f.of.remove(m));
                    BOOST_REQUIRE(gone.back().get() == &m);
                    break;
                case 1:
                    f.of.set_capacity(m, dice() % 4);
                    break;
                case 2:
                    if (m.state() == leased && m.leases() == 1) f.of.drain(m);
                    break;
                case 3:
                    if (m.state() == draining) f.of.drained(m);
                    break;
                case 4:
                    if (is_leased(m.state())) f.of.retire(m);
                    break;
                case 5:
                    if (is_leased(m.state()) && m.leases() > 0) f.of.release(m, dice() % 2 == 0);
                    break;
                default:
                    if (member* const next = f.of.next()) f.of.lease(*next);
            }
        }
        std::array<std::size_t, 6> counted{};
        bool takes = false;
        bool right = true;
        f.of.for_each([&](member const& m) {
            ++counted[static_cast<std::size_t>(m.state())];
            bool const room = m.leases() < m.capacity();
            takes = takes || (room && (is_free(m.state()) || m.state() == shared));
            right = right && (m.state() == shared) == (m.leases() > 0 && room && m.state() != retiring);
            right = right && (!is_free(m.state()) || m.leases() == 0);
        });
        BOOST_REQUIRE(right);
        for (connection_state s : {unused, idle, shared, leased, draining, retiring})
            BOOST_REQUIRE(f.of.count(s) == counted[static_cast<std::size_t>(s)]);
        std::size_t free = 0;
        f.of.for_each_free([&](member const& m) { free += is_free(m.state()); });
        BOOST_REQUIRE(free == f.of.free());
        BOOST_REQUIRE((f.of.next() != nullptr) == takes);
    }
    for (auto const& m : gone)
        BOOST_REQUIRE((m->state() == removed));
    BOOST_TEST(gone.size() > 100U);
}

BOOST_AUTO_TEST_CASE(dials) {
    auto const most = [](std::size_t waiting, std::size_t dialing, std::size_t open) {
        return dials_to_begin(waiting, dialing, open, 64, 16);
    };
    BOOST_TEST(most(0, 0, 0) == 0U);
    BOOST_TEST(most(1, 0, 0) == 1U);
    BOOST_TEST(most(1, 1, 0) == 0U);  // one for each that waits
    BOOST_TEST(most(100, 0, 0) == 16U);
    BOOST_TEST(most(100, 10, 0) == 6U);
    BOOST_TEST(most(100, 20, 0) == 0U);  // more than there may be now
    BOOST_TEST(most(100, 0, 60) == 4U);
    BOOST_TEST(most(100, 3, 60) == 1U);
    BOOST_TEST(most(100, 0, 64) == 0U);
    BOOST_TEST(most(100, 0, 70) == 0U);
    for (std::size_t waiting = 0; waiting < 5; ++waiting) {
        for (std::size_t dialing = 0; dialing < 5; ++dialing) {
            for (std::size_t open = 0; open < 5; ++open) {
                for (std::size_t most_open = 0; most_open < 5; ++most_open) {
                    for (std::size_t most_dialing = 0; most_dialing < 5; ++most_dialing) {
                        std::size_t const n = dials_to_begin(waiting, dialing, open, most_open, most_dialing);
                        bool const within = n == 0 || (n + dialing <= waiting && n + dialing <= most_dialing &&
                                                       n + dialing + open <= most_open);
                        std::size_t const m = n + 1;
                        bool const most_of_all =
                            m + dialing > waiting || m + dialing > most_dialing || m + dialing + open > most_open;
                        BOOST_TEST((within && most_of_all));
                    }
                }
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
