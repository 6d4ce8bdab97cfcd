// SPDX-License-Identifier: BSL-1.0
// Where the tasks of a bulk come from, and what its callbacks may do.
#include "system/support/bulk_rig.hpp"
#include "system/support/ticking_source.hpp"

#include <functional>
#include <list>
#include <ranges>
#include <set>
#include <stdexcept>
#include <vector>

using namespace oms::test;

namespace {

struct setup : bulk_rig {
    std::vector<oms::task_ref> const all = sim.tasks();

    void check_all() {
        check_sums();
        BOOST_TEST(!got.code, got.code.message());
        BOOST_TEST(got.result.stopped == all.size());
        check_effects();
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(bulk_source, setup)

BOOST_AUTO_TEST_CASE(a_vector_that_is_given) {
    stop_each(sim.tasks());
    check_all();
}

BOOST_AUTO_TEST_CASE(a_vector_that_is_lent_is_copied) {
    auto mine = all;
    begin(mine);
    mine.clear();
    finish();
    check_all();
}

BOOST_AUTO_TEST_CASE(a_constant_vector) {
    stop_each(all);
    check_all();
    BOOST_TEST((all == sim.tasks()));
}

BOOST_AUTO_TEST_CASE(a_vector_that_is_referred_to) {
    auto mine = all;
    stop_each(std::ref(mine));
    check_all();
    BOOST_TEST((mine == all));
}

BOOST_AUTO_TEST_CASE(a_constant_vector_that_is_referred_to) {
    stop_each(std::cref(all));
    check_all();
}

BOOST_AUTO_TEST_CASE(a_list) {
    stop_each(std::list<oms::task_ref>(all.begin(), all.end()));
    check_all();
}

BOOST_AUTO_TEST_CASE(a_set_of_something_that_converts) {
    std::vector<std::reference_wrapper<oms::task_ref const>> const references(all.begin(), all.end());
    stop_each(references);
    check_all();
}

BOOST_AUTO_TEST_CASE(a_view) {
    stop_each(all | std::views::filter([](oms::task_ref const&) { return true; }) | std::views::take(20));
    BOOST_TEST(got.result.stopped == 20u);
}

BOOST_AUTO_TEST_CASE(a_view_of_a_vector_leaves_it_as_it_is) {
    auto mine = all;
    stop_each(std::views::all(mine));
    check_all();
    BOOST_TEST((mine == all));
}

BOOST_AUTO_TEST_CASE(a_view_that_makes_them) {
    stop_each(std::views::iota(std::size_t{0}, std::size_t{10}) |
              std::views::transform([this](std::size_t i) { return task(i); }));
    BOOST_TEST(got.result.stopped == 10u);
}

BOOST_AUTO_TEST_CASE(an_asynchronous_source_that_is_given) {
    stop_each(ticking_source(context.get_executor(), all));
    check_all();
}

BOOST_AUTO_TEST_CASE(an_asynchronous_source_that_is_referred_to) {
    ticking_source source(context.get_executor(), all);
    stop_each(std::ref(source));
    check_all();
    BOOST_TEST(source.pulls() == all.size() + 1);
}

BOOST_AUTO_TEST_CASE(no_more_is_pulled_ahead_than_asked_for) {
    options.look_ahead = 5;
    options.max_in_flight = 3;
    std::size_t made = 0, most = 0;
    each_result = [&] { most = std::max(most, made - (order.size() - 1)); };
    auto counted = all | std::views::transform([&](oms::task_ref const& each) {
                       ++made;
                       return each;
                   });
    stop_each(counted);
    check_all();
    BOOST_TEST(most <= 8u);
}

BOOST_AUTO_TEST_CASE(a_source_that_throws_ends_the_run_after_what_it_gave) {
    auto failing = std::views::iota(std::size_t{0}, std::size_t{100}) | std::views::transform([this](std::size_t i) {
                       if (i == 30) throw std::runtime_error("no more");
                       return all[i];
                   });
    stop_each(failing);
    BOOST_TEST((got.code == oms::errc::source_failed), got.code.message());
    BOOST_TEST(got.result.pulled == 30u);
    BOOST_TEST(got.result.stopped == 30u);
    check_effects();
}

BOOST_AUTO_TEST_CASE(a_source_that_throws_at_once) {
    auto failing = std::views::iota(0, 10) | std::views::transform([](int) -> oms::task_ref { throw 1; });
    stop_each(failing);
    BOOST_TEST((got.code == oms::errc::source_failed));
    BOOST_TEST(got.result.pulled == 0u);
}

BOOST_AUTO_TEST_CASE(an_asynchronous_source_that_fails_ends_the_run_after_what_it_gave) {
    ticking_source source(context.get_executor(), all);
    source.fail_at(30, oms::make_error_code(oms::errc::connection_lost));
    stop_each(std::ref(source));
    BOOST_TEST((got.code == oms::errc::source_failed), got.code.message());
    BOOST_TEST(got.result.pulled == 30u);
    BOOST_TEST(got.result.stopped == 30u);
}

BOOST_AUTO_TEST_CASE(results_come_while_an_asynchronous_source_keeps_its_next_back) {
    ticking_source source(context.get_executor(), all);
    source.stall_at(10);
    asio::cancellation_signal signal;
    oms::async_stop_all(client(), std::ref(source), options,
                        asio::bind_cancellation_slot(signal.slot(), got.handler()));
    BOOST_TEST(run_until(context, [&] { return order.size() == 10; }));
    BOOST_TEST(got.calls == 0u);
    signal.emit(asio::cancellation_type::partial);
    finish();
    check_sums();
    BOOST_TEST((got.code == oms::errc::cancelled), got.code.message());
    BOOST_TEST(got.result.stopped == 10u);
    BOOST_TEST(got.result.pulled == 10u);
}

BOOST_AUTO_TEST_CASE(a_client_destroyed_while_an_asynchronous_source_keeps_its_next_back) {
    ticking_source source(context.get_executor(), all);
    source.stall_at(10);
    begin(std::ref(source));
    BOOST_TEST(run_until(context, [&] { return order.size() == 10; }));
    own.reset();
    finish();
    check_sums();
    BOOST_TEST((got.code == oms::errc::shut_down), got.code.message());
    BOOST_TEST(got.result.stopped == 10u);
}

BOOST_AUTO_TEST_CASE(a_result_callback_that_throws_ends_the_run) {
    each_result = [this] {
        if (order.size() == 5) throw std::runtime_error("enough");
    };
    options.max_in_flight = 4;
    stop_each(all);
    BOOST_TEST((got.code == oms::errc::callback_failed), got.code.message());
    BOOST_TEST(order.size() == 5u);
    BOOST_TEST(got.result.stopped >= 5u);
    BOOST_TEST(got.result.stopped <= 8u);
    BOOST_TEST(got.result.stopped == sim.count(200));
}

BOOST_AUTO_TEST_CASE(a_progress_callback_that_throws_ends_the_run) {
    options.on_progress = [this](oms::bulk_progress const& p) {
        progress.push_back(p);
        throw 1;
    };
    sim.on(oms::testing::any()).delay(5ms);  // so that there is progress to tell before the end
    options.max_in_flight = 1;
    stop_each(all);
    BOOST_TEST((got.code == oms::errc::callback_failed), got.code.message());
    BOOST_TEST(progress.size() == 1u);
    BOOST_TEST(got.result.stopped < all.size());
}

BOOST_AUTO_TEST_CASE(a_final_progress_that_throws_is_told_too) {
    options.on_progress = [this](oms::bulk_progress const& p) {
        progress.push_back(p);
        throw 1;
    };
    stop_each(std::vector<oms::task_ref>{task(0)});
    BOOST_TEST((got.code == oms::errc::callback_failed), got.code.message());
    BOOST_TEST(got.result.stopped == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
