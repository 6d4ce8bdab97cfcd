// SPDX-License-Identifier: BSL-1.0
//
// What a bulk reads after its stops, in virtual time.
#include "io/harness/bulk.hpp"

#include <map>
#include <string>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

std::string state(std::string const& status) {
    return reply_text(200, R"({"status":)" + status + "}");
}

// Stops one task and reads it; `stop` and `show` are the replies.
struct confirming : bulk_world {
    std::size_t shows = 0;
    std::function<answer()> stop = [] { return after(5ms, reply_text(200)); };
    std::function<answer()> show;

    confirming() {
        options.confirm = true;
        net.server = [this](request const& r) {
            if (r.method != "GET") return stop();
            ++shows;
            return show();
        };
    }
    bulk_world::ended const& run(task_ref const& task) {
        stop_each(std::vector{task});
        return results.at(task);
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(bulk_confirms)

BOOST_AUTO_TEST_CASE(nothing_is_read_unless_asked_for) {
    confirming w;
    w.options.confirm = false;
    auto const& r = w.run(sync_task("p", "t"));
    BOOST_TEST(w.shows == 0U);
    BOOST_TEST(!r.result.confirmed);
}

BOOST_AUTO_TEST_CASE(a_stop_is_read_until_its_end) {
    confirming w;
    w.show = [&] { return after(5ms, state(w.shows < 4 ? "7" : "3")); };
    auto const& r = w.run(migration_task("p", "t"));
    BOOST_TEST(w.shows == 4U);
    BOOST_TEST(!r.code);
    BOOST_TEST(r.result.outcome == outcome::stopped);
    BOOST_TEST(r.result.confirmed);
    BOOST_TEST(r.result.final_status == "3");
    BOOST_CHECK(r.at > 3500ms);  // 0.5, 1 and 2 s between them
    BOOST_CHECK(r.at < 4s);
}

BOOST_AUTO_TEST_CASE(another_end_ends_the_wait_and_a_2xx_stays_stopped) {
    confirming w;
    w.show = [] { return after(5ms, state("4")); };
    auto const& r = w.run(migration_task("p", "t"));
    BOOST_TEST(w.shows == 1U);
    BOOST_TEST(r.result.outcome == outcome::stopped);
    BOOST_TEST(r.result.final_status == "4");
    BOOST_TEST(!r.code);
}

BOOST_AUTO_TEST_CASE(the_wait_has_its_own_deadline) {
    confirming w;
    w.options.confirm.deadline = 20s;
    w.show = [] { return after(5ms, state("7")); };
    auto const& r = w.run(migration_task("p", "t"));
    BOOST_TEST(r.result.outcome == outcome::stopped);
    BOOST_TEST(r.result.confirmed);
    BOOST_TEST(r.result.final_status == "7");
    BOOST_CHECK(r.at <= 20s);
    BOOST_CHECK(r.at >= 15s);
    BOOST_TEST(w.shows >= 6U);
}

BOOST_AUTO_TEST_CASE(unknown_outcomes_are_resolved) {
    struct row {
        char const* status;
        oms::outcome outcome;
        bool success;
    };
    for (row const& each :
         {row{R"("STOPPED")", outcome::already_stopped, true}, row{R"("SYNCHRONIZING")", outcome::refused, false}}) {
        confirming w;
        w.stop = [] { return after(5ms, error_text(504, "APIGW.0201")); };
        w.show = [&] { return after(5ms, state(each.status)); };
        auto const& r = w.run(sync_task("p", "t"));
        BOOST_TEST(r.result.outcome == each.outcome);
        BOOST_TEST(!r.code == each.success);
        BOOST_TEST(r.result.confirmed);
        BOOST_TEST(w.report.unknown == 0U);
    }
}

BOOST_AUTO_TEST_CASE(without_permission_the_result_stays_as_it_was) {
    for (unsigned const status : {200U, 504U}) {
        confirming w;
        w.stop = [=] { return after(5ms, status == 200 ? reply_text(200) : error_text(504, "APIGW.0201")); };
        w.show = [] { return after(5ms, error_text(403, "OMS.0204")); };
        auto const& r = w.run(sync_task("p", "t"));
        BOOST_TEST(w.shows == 1U);
        BOOST_TEST(!r.result.confirmed);
        BOOST_TEST(r.result.final_status.empty());
        BOOST_TEST(r.result.outcome == (status == 200 ? outcome::stopped : outcome::unknown));
        BOOST_TEST(!r.code == (status == 200));
    }
}

// The address is blocked, so that no reading is ever sent.
BOOST_AUTO_TEST_CASE(readings_that_fail_at_once_are_not_repeated_at_once) {
    confirming w;
    w.options.confirm.base_delay = 0s;
    w.options.confirm.deadline = 10s;
    w.net.server = [](request const& r) {
        bool const first = target_names(r.target).task == "t0";
        return after(first ? 5ms : 10ms, first ? error_text(504, "APIGW.0201") : error_text(418, "APIGW.0000"));
    };
    w.config.retry.max_attempts = 1;
    std::size_t steps = 0;
    w.begin(tasks_of(2, 2));
    while (w.completions == 0 && w.step() && steps < 100'000)
        ++steps;
    BOOST_TEST(w.accounts());
    BOOST_TEST(steps < 2000U);
    BOOST_TEST(w.report.unknown == 1U);
}

BOOST_AUTO_TEST_CASE(many_are_read_while_others_start) {
    confirming w;
    std::map<std::string, unsigned> of;
    w.options.max_in_flight = 4;
    w.net.server = [&](request const& r) {
        if (r.method != "GET") return after(5ms, reply_text(200));
        bool const pausing = ++of[target_names(r.target).task] < 6;
        return after(5ms, state(pausing ? "7" : "3"));
    };
    std::vector<task_ref> tasks;
    for (int i = 0; i < 100; ++i)
        tasks.push_back(migration_task("p" + std::to_string(i % 10), "t" + std::to_string(i)));
    BOOST_TEST(w.stop_each(tasks).stopped == 100U);
    for (auto const& [task, each] : w.results)
        BOOST_TEST(each.result.final_status == "3");
    BOOST_CHECK(w.time.elapsed() < 60s);  // a slot for each would take 100 / 4 × 12.5 s
}

BOOST_AUTO_TEST_SUITE_END()
