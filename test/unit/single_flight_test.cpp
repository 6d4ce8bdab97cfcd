// SPDX-License-Identifier: BSL-1.0
#include "policy/single_flight.hpp"

#include <boost/intrusive/list.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace {

using names = std::vector<int>;
using flight = oms::policy::single_flight<names>;

enum class event { join, first_leaves, last_leaves, ask, give_up, land, land_before, land_first, fail, fail_before };
constexpr event events[] = {event::join, event::first_leaves, event::last_leaves, event::ask,  event::give_up,
                            event::land, event::land_before,  event::land_first,  event::fail, event::fail_before};

// The same in the plainest way: which questions are open, and who waits.
struct model {
    names waiting;
    std::vector<std::uint64_t> open;

    bool answer(std::uint64_t q, bool failed, names& all) {
        auto const at = std::find(open.begin(), open.end(), q);
        if (at == open.end() || (failed && at + 1 != open.end())) return false;
        open.clear();
        all.swap(waiting);
        return true;
    }
};

struct world {
    flight tried;
    model expected;
    int joined = 0;
    std::uint64_t asked = 0;
    std::vector<int> told;  // how often, each that joined
    std::vector<bool> left;

    void leave(bool last) {
        if (expected.waiting.empty()) return;
        auto const i = last ? static_cast<std::ptrdiff_t>(expected.waiting.size()) - 1 : 0;
        left[static_cast<std::size_t>(expected.waiting[static_cast<std::size_t>(i)])] = true;
        tried.waiting.erase(tried.waiting.begin() + i);
        expected.waiting.erase(expected.waiting.begin() + i);
    }

    // False: both disagree.
    bool answer(std::uint64_t q, bool failed) {
        names by_tried;
        names by_model;
        bool const counts = failed ? tried.fail(q, by_tried) : tried.land(q, by_tried);
        for (int const each : by_tried)
            ++told[static_cast<std::size_t>(each)];
        return counts == expected.answer(q, failed, by_model) && by_tried == by_model;
    }

    bool happens(event e) {
        switch (e) {
            case event::join:
                tried.waiting.push_back(joined);
                expected.waiting.push_back(joined++);
                told.push_back(0);
                left.push_back(false);
                return true;
            case event::first_leaves:
            case event::last_leaves:
                leave(e == event::last_leaves);
                return true;
            case event::ask:
                tried.ask(++asked);
                expected.open.push_back(asked);
                return true;
            case event::give_up:
                tried.give_up();
                expected.open.clear();
                return true;
            case event::land:
                return answer(asked, false);
            case event::land_before:
                return asked < 2 || answer(asked - 1, false);
            case event::land_first:
                return answer(1, false);
            case event::fail:
                return answer(asked, true);
            case event::fail_before:
                return asked < 2 || answer(asked - 1, true);
        }
        return false;
    }

    bool agrees() const {
        std::uint64_t const last = expected.open.empty() ? 0 : expected.open.back();
        if (tried.open() != (last != 0) || tried.asked() != last || tried.waiting != expected.waiting) return false;
        // Nobody is told twice, or after having left, or is lost.
        for (int i = 0; i < joined; ++i) {
            auto const at = static_cast<std::size_t>(i);
            bool const waits = std::find(tried.waiting.begin(), tried.waiting.end(), i) != tried.waiting.end();
            if (told[at] + left[at] + waits != 1) return false;
        }
        return true;
    }
};

std::size_t try_all(world const& before, int depth, std::string const& story) {
    std::size_t tried = 1;
    if (depth == 0) return tried;
    for (event const e : events) {
        world after = before;
        std::string const now = story + ' ' + std::to_string(static_cast<int>(e));
        bool const same = after.happens(e) && after.agrees();
        if (!same) BOOST_ERROR("differs after" + now);
        if (same) tried += try_all(after, depth - 1, now);
    }
    return tried;
}

struct waiter : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {};

}  // namespace

BOOST_AUTO_TEST_SUITE(single_flight)

BOOST_AUTO_TEST_CASE(all_orders_of_five_events_are_as_the_plainest_model_says) {
    std::size_t const tried = try_all(world(), 5, "");
    BOOST_TEST(tried == 111'111U);
}

BOOST_AUTO_TEST_CASE(an_answer_counts_though_it_was_asked_again_and_a_failure_does_not) {
    flight f;
    names all;
    f.waiting = {1, 2};
    f.ask(7);
    f.ask(9);
    BOOST_TEST(!f.fail(7, all));
    BOOST_TEST(f.open());
    BOOST_TEST(f.land(7, all));
    BOOST_TEST(all == (names{1, 2}), boost::test_tools::per_element());
    BOOST_TEST(!f.land(9, all));
}

BOOST_AUTO_TEST_CASE(what_was_given_up_answers_nobody_who_comes_later) {
    flight f;
    names all;
    f.ask(1);
    f.give_up();
    f.waiting = {1};
    BOOST_TEST(!f.land(1, all));
    f.ask(2);
    BOOST_TEST(!f.land(1, all));
    BOOST_TEST(f.land(2, all));
    BOOST_TEST(all.size() == 1U);
}

BOOST_AUTO_TEST_CASE(who_goes_away_waits_no_more) {
    oms::policy::single_flight<boost::intrusive::list<waiter, boost::intrusive::constant_time_size<false>>> f;
    waiter stays;
    {
        waiter goes;
        f.waiting.push_back(goes);
        f.waiting.push_back(stays);
    }
    f.ask(1);
    decltype(f.waiting) all;
    BOOST_TEST(f.land(1, all));
    BOOST_TEST((&all.front() == &stays && &all.back() == &stays));
}

BOOST_AUTO_TEST_SUITE_END()
