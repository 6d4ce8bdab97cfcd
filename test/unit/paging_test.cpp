// SPDX-License-Identifier: BSL-1.0
#include "client/paging.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace {

// A list as the service has it: pages of what is there at the moment.
struct shelf {
    std::vector<std::string> ids;

    explicit shelf(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i)
            ids.push_back("task-" + std::to_string(i));
    }

    oms::task_page page(oms::list_query const& query) const {
        oms::task_page result;
        result.total = ids.size();
        for (std::size_t i = query.offset; i < std::min<std::size_t>(ids.size(), query.offset + query.limit); ++i) {
            result.tasks.emplace_back();
            result.tasks.back().task = oms::sync_task("project", ids[i]);
        }
        return result;
    }
};

struct reading {
    oms::detail::paging rows;
    std::multiset<std::string> given;
    std::size_t pages = 0;

    explicit reading(std::uint32_t limit = 100) : rows(query(limit)) {}

    static oms::list_query query(std::uint32_t limit) {
        oms::list_query result("project");
        result.limit = limit;
        return result;
    }

    template <class AfterEachPage>
    void all_of(shelf& from, AfterEachPage after) {
        while (!rows.at_end()) {
            BOOST_REQUIRE(++pages < 10'000);
            rows.take(from.page(rows.wanted()));
            std::vector<std::string> fresh;
            while (auto row = rows.next())
                fresh.push_back(row->task.task_id);
            given.insert(fresh.begin(), fresh.end());
            after(fresh);
        }
    }
    void all_of(shelf& from) {
        all_of(from, [](auto const&) {});
    }
    bool each_once() const { return std::adjacent_find(given.begin(), given.end()) == given.end(); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(pagings)

BOOST_AUTO_TEST_CASE(an_empty_list_is_one_page) {
    shelf from(0);
    reading r;
    r.all_of(from);
    BOOST_TEST(r.pages == 1u);
    BOOST_TEST(r.given.empty());
    BOOST_TEST(r.rows.complete());
}

BOOST_AUTO_TEST_CASE(one_page_is_read_once) {
    shelf from(99);
    reading r;
    BOOST_TEST(!r.rows.complete());
    r.all_of(from);
    BOOST_TEST(r.pages == 1u);
    BOOST_TEST(r.given.size() == 99u);
    BOOST_TEST(r.rows.complete());
}

BOOST_AUTO_TEST_CASE(several_pages_are_read_until_nothing_is_new) {
    for (std::size_t const count : {100u, 101u, 250u, 1000u}) {
        shelf from(count);
        reading r;
        r.all_of(from);
        BOOST_TEST(r.given.size() == count);
        BOOST_TEST(r.each_once());
        BOOST_TEST(r.rows.complete());
    }
}

// As with a filter by state, while what was listed is stopped.
BOOST_AUTO_TEST_CASE(rows_that_leave_hide_no_other) {
    for (std::size_t const count : {150u, 1000u, 3210u}) {
        shelf from(count);
        reading r;
        r.all_of(from, [&](std::vector<std::string> const& fresh) {
            for (auto const& id : fresh)
                std::erase(from.ids, id);
        });
        BOOST_TEST(r.given.size() == count);
        BOOST_TEST(r.each_once());
        BOOST_TEST(r.rows.complete());
        BOOST_TEST(from.ids.empty());
    }
}

BOOST_AUTO_TEST_CASE(rows_that_come_at_the_front_are_seen_and_none_is_given_twice) {
    shelf from(300);
    reading r;
    std::size_t born = 0;
    r.all_of(from, [&](auto const&) {
        if (born < 5) from.ids.insert(from.ids.begin(), "new-" + std::to_string(born++));
    });
    BOOST_TEST(r.given.size() == 305u);
    BOOST_TEST(r.each_once());
    BOOST_TEST(r.rows.complete());
}

BOOST_AUTO_TEST_CASE(a_list_that_never_rests_ends_and_says_so) {
    shelf from(300);
    reading r;
    std::size_t born = 0;
    r.all_of(from, [&](auto const&) { from.ids.insert(from.ids.begin(), "new-" + std::to_string(born++)); });
    BOOST_TEST(r.each_once());
    BOOST_TEST(!r.rows.complete());
}

BOOST_AUTO_TEST_CASE(rows_behind_the_last_offset_are_not_passed_off_as_seen) {
    shelf from(10'101);
    reading r;
    r.all_of(from);
    BOOST_TEST(r.given.size() == 10'100u);
    BOOST_TEST(!r.rows.complete());

    shelf fits(10'100);
    reading all;
    all.all_of(fits);
    BOOST_TEST(all.given.size() == 10'100u);
    BOOST_TEST(all.rows.complete());
}

// A page that is shorter than asked for hides no row behind it.
BOOST_AUTO_TEST_CASE(short_pages_leave_no_gap) {
    shelf from(95);
    reading r(100);
    while (!r.rows.at_end()) {
        BOOST_REQUIRE(++r.pages < 100);
        auto query = r.rows.wanted();
        query.limit = 20;
        r.rows.take(from.page(query));
        while (auto row = r.rows.next())
            r.given.insert(row->task.task_id);
    }
    BOOST_TEST(r.given.size() == 95u);
    BOOST_TEST(r.rows.complete());
}

// What came twice came from before: something has moved behind what was read.
BOOST_AUTO_TEST_CASE(a_row_that_comes_twice_in_one_page_is_looked_for_again) {
    shelf from(3);
    from.ids[2] = from.ids[0];
    reading r;
    r.rows.take(from.page(r.rows.wanted()));
    BOOST_TEST(!r.rows.at_end());
    r.all_of(from);
    BOOST_TEST(r.pages == 1u);  // the second
    BOOST_TEST(r.given.size() == 2u);
    BOOST_TEST(r.each_once());
    BOOST_TEST(!reading().rows.at_end());
}

BOOST_AUTO_TEST_SUITE_END()
