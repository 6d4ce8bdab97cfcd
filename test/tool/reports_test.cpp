// SPDX-License-Identifier: BSL-1.0
#include "failure.hpp"
#include "progress.hpp"
#include "record.hpp"
#include "report_text.hpp"
#include "tool/report_builder.hpp"
#include "watcher.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <limits>
#include <string>

namespace {

using oms::test::read_report_text;
using oms::test::report_builder;

bool has(std::string const& text, std::string const& part) {
    return text.find(part) != std::string::npos;
}

BOOST_AUTO_TEST_SUITE(reports)

BOOST_AUTO_TEST_CASE(the_last_line_of_a_task_counts) {
    report_builder b;
    b.planned("p", "a").planned("p", "b").sent("p/a").stopped("p/a").sent("p/b");
    auto const r = read_report_text(b.text() + "{\"result\":2,\"outc");
    BOOST_REQUIRE(r.size() == 2u);
    BOOST_TEST(r.done(0));
    BOOST_TEST(!r.unknown(0));
    BOOST_TEST(!r.done(1));
    BOOST_TEST(r.unknown(1));
    BOOST_TEST(!r.all_done());
}

BOOST_AUTO_TEST_CASE(a_stop_that_was_sent_again_is_open_again) {
    report_builder b;
    BOOST_TEST(b.planned("p", "a").stopped("p/a").sent("p/a").read().unknown(0));
}

BOOST_AUTO_TEST_CASE(what_is_no_report_is_refused_with_what_to_do) {
    std::string const run = report_builder().planned("p", "a").text();
    std::string const head = run.substr(0, run.find('\n') + 1);
    std::string changed = run;
    changed.replace(changed.find("2026"), 4, "2027");
    for (std::string const& text :
         {std::string(), std::string("{\"project\":\"p\",\"task\":\"a\"}\n"), std::string("nonsense\n"), head, changed,
          oms_stop::sealed({{"type", "run"}, {"schema", 1}, {"tasks", 0}}) + "\n"}) {
        BOOST_CHECK_THROW(read_report_text(text), oms_stop::usage_error);
    }
}

BOOST_AUTO_TEST_CASE(a_broken_line_is_named_and_the_rest_is_shown) {
    report_builder b;
    b.planned("p", "a").planned("p", "b").planned("p", "c").stopped("p/a").stopped("p/b").sent("p/c");
    std::string text = b.text();
    // The sixth line, b's result, is another one's now: its checksum is wrong.
    text.replace(text.find("\"result\":2"), 10, "\"result\":3");
    auto const r = read_report_text(text);
    BOOST_REQUIRE(r.damage.count() == 1u);
    BOOST_TEST(r.damage.first()[0].number == 6u);
    BOOST_TEST(has(r.damage.text("file"), "file:6: its checksum is wrong"));
    BOOST_TEST(r.done(0));
    // It may have been about any task that has no result.
    BOOST_TEST(r.unknown(1));
    BOOST_TEST(r.unknown(2));
    BOOST_TEST(r.missing == 0u);
}

BOOST_AUTO_TEST_CASE(a_broken_line_of_the_plan_costs_its_tasks_only) {
    report_builder b;
    b.planned("p", "a").planned("p", "b").stopped("p/a").stopped("p/b");
    std::string text = b.text();
    std::size_t const at = text.find("[\"b\"]");
    text[at + 2] = 'c';
    auto const r = read_report_text(text);
    BOOST_TEST(r.size() == 1u);
    BOOST_TEST(r.missing == 1u);
    BOOST_TEST(r.done(0));
    BOOST_TEST(!r.all_done());
    BOOST_TEST(r.damage.count() == 2u);  // and the result of what is not known
    BOOST_TEST(has(oms_stop::report_text(r), "tasks            2\n"));
    BOOST_TEST(has(oms_stop::report_text(r), "lost             1\n"));
}

// Lines whose checksum fits are not always ours.
BOOST_AUTO_TEST_CASE(numbers_and_times_beyond_all_are_no_tasks_and_no_times) {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    for (std::int64_t const first : {most, most - 1, std::int64_t{0}, std::int64_t{-1}, -most}) {
        report_builder b;
        b.planned("p", "a").stopped("p/a");
        b.add({{"type", "planned"}, {"planned", first}, {"project", "p"}, {"tasks", {"b", "c"}}});
        auto const r = b.read();
        BOOST_TEST(r.size() == 1u, first);
        BOOST_TEST(r.damage.count() == 1u, first);
    }
    report_builder b;
    b.planned("p", "a", {{"last_starts", {most}}}).planned("p", "b", {{"last_starts", {-most}}});
    b.planned("p", "c", {{"last_starts", {1'598'339'967'000}}});
    auto const r = b.read();
    BOOST_TEST(!r.entry(0).about.started_at.has_value());
    BOOST_TEST(!r.entry(1).about.started_at.has_value());
    BOOST_TEST(oms_stop::utc_text(r.entry(2).about.started_at.value()) == "2020-08-25T07:19:27.000Z");
}

BOOST_AUTO_TEST_CASE(only_what_says_so_is_done) {
    for (std::string const outcome : {"unknown", "refused", "not_sent", "changed", "", "other"}) {
        report_builder b;
        b.planned("p", "a").result("p/a", {{"outcome", outcome}, {"ms", 1}});
        BOOST_TEST(!b.read().done(0), outcome);
    }
}

BOOST_AUTO_TEST_CASE(a_line_that_plans_nonsense_plans_what_comes_before_it) {
    for (boost::json::array const& tasks : {boost::json::array{"b", 1}, boost::json::array{"b", "a", "c"}}) {
        report_builder b;
        b.planned("p", "a");
        b.add({{"type", "planned"}, {"planned", 2}, {"project", "p"}, {"tasks", tasks}});
        b.stopped("p/a").add({{"sent", 2}}).add({{"sent", 3}}).add({{"result", 4}});
        auto const r = b.read();
        BOOST_REQUIRE(r.size() == 2u);
        BOOST_TEST(r.done(0));
        BOOST_TEST(r.unknown(1));
        BOOST_TEST(r.report_number(1) == 2);
        BOOST_TEST(r.damage.count() == 3u);  // and what is said of tasks that are not planned
    }
    report_builder b;
    b.planned("p", "a").planned("p", "b");
    b.add({{"type", "planned"}, {"planned", 1}, {"project", "q"}, {"tasks", {"a"}}});  // a number that is taken
    auto const r = b.read();
    BOOST_TEST(r.size() == 2u);
    BOOST_TEST(r.damage.count() == 1u);
}

BOOST_AUTO_TEST_CASE(every_bit_of_a_report_is_watched) {
    report_builder b;
    std::string const text = b.planned("p", "a").sent("p/a").stopped("p/a").text();
    std::size_t const sent = text.find("{\"sent\"");
    for (std::size_t at = 0; at < text.size(); ++at) {
        std::string changed = text;
        changed[at] = static_cast<char>(changed[at] ^ 4);
        try {
            auto const r = read_report_text(changed);
            // Cut off as torn, or named.
            BOOST_TEST((r.damage.count() > 0 || at + 1 == text.size()), at);
            // What became of a task is known where only its announcement is broken.
            BOOST_TEST(r.all_done() == (at >= sent && at < text.find('\n', sent)), at);
        } catch (oms_stop::usage_error const&) {  // the first line
        }
    }
}

BOOST_AUTO_TEST_CASE(the_text_counts_and_advises_and_steers_no_terminal) {
    report_builder b;
    b.planned("p", "a", {{"source_bucket", "fr\xE2\x80\xAEom"}, {"destination_bucket", "to\xC2\x9B"}})
        .planned("p", "b");
    b.stopped("p/a").refused("p/b", "OMS.0206", "no \x1b[31m\xE2\x80\xA8");
    std::string const text = oms_stop::report_text(b.read());
    BOOST_TEST(has(text, "stopped          1\n"), text);
    BOOST_TEST(has(text, "refused          1\n"), text);
    BOOST_TEST(has(text, "1 x OMS.0206: no \\x1b[31m\\u2028\n      Ask for the right oms:synctask:update"), text);
    BOOST_TEST(has(text, "  p/b  refused  OMS.0206\n"), text);
    BOOST_TEST(has(text, "  p/a  :fr\\u202eom  :to\\u009b  -\n"), text);
}

BOOST_AUTO_TEST_CASE(what_is_unknown_comes_first_and_only_twenty_are_named) {
    report_builder b;
    for (int i = 0; i < 100; ++i)
        b.planned("p", std::to_string(i));
    for (int i = 40; i < 65; ++i)
        b.refused("p/" + std::to_string(i), "OMS.0206");
    std::string const text = oms_stop::report_text(b.sent("p/99").read());
    BOOST_TEST(has(text, "p/99  unknown"), text);
    BOOST_TEST(text.find("p/99  unknown") < text.find("p/40  refused"));
    BOOST_TEST(has(text, "p/59  refused"), text);
    BOOST_TEST(!has(text, "p/60"), text);
    BOOST_TEST(has(text, "and 5 more"), text);
    BOOST_TEST(has(text, "not attempted    74\n"), text);
    BOOST_TEST(!has(text, "p/0 "), text);  // never begun: counted, not listed
}

BOOST_AUTO_TEST_CASE(a_confirmed_run_counts_what_was_read_as_stopped) {
    report_builder b(boost::json::object{{"confirm", true}});
    b.planned("p", "a").planned("p", "b").planned("p", "c");
    b.result("p/a", {{"outcome", "stopped"}, {"read", "STOPPED"}, {"read_stopped", true}});
    b.result("p/b", {{"outcome", "stopped"}, {"read", "SYNCHRONIZING"}}).stopped("p/c");
    auto const r = b.read();
    BOOST_TEST(!r.all_done());
    std::string const text = oms_stop::report_text(r);
    BOOST_TEST(has(text, "confirmed 1 of 3\n"), text);
    BOOST_TEST(has(text, "p/b  stopped, not read as stopped\n"), text);
}

BOOST_AUTO_TEST_CASE(who_why_when_how_long_and_how_it_ended) {
    report_builder b(boost::json::object{{"user", "ops"},
                                         {"host", "h"},
                                         {"reason", "moving"},
                                         {"region", "cn-north-4"},
                                         {"where", boost::json::array{"https://oms.example"}}});
    b.planned("p", "a").add({{"type", "end"}, {"ms", 1500}, {"status", 4}, {"how", "interrupted by SIGINT"}});
    b.add({{"type", "resume"}, {"at", "2026-03-01T10:00:00.000Z"}, {"user", "night"}}).stopped("p/a", 700);
    std::string const text = oms_stop::whole_report_text(b.read());
    for (char const* const each :
         {"began            2026-03-01T08:30:00.000Z\n", "by               ops on h\n", "why              moving\n",
          "region           cn-north-4\n", "at               https://oms.example\n",
          "it               ended after 1.5 s with status 4: interrupted by SIGINT\n",
          "resumed          2026-03-01T10:00:00.000Z by night; was cut short after 700 ms"}) {
        BOOST_TEST(has(text, each), text);
    }
}

BOOST_AUTO_TEST_CASE(progress_says_how_far_how_fast_how_long_and_why_it_waits) {
    oms_stop::progress p;
    p.done = 25;
    p.total = 50;
    p.in_flight = 5;
    p.failed = 2;
    p.rate = 2.5;
    BOOST_TEST(progress_line(p, 0) == "25 of 50, 2.5/s, 5 in flight, 2 failed, 10 s left");
    BOOST_TEST(progress_line(p, 101) ==
               "[###############...............] 25 of 50, 2.5/s, 5 in flight, 2 failed, 10 s left");
    p.waits_for = "throttled by user policy, 8/s";
    BOOST_TEST(progress_line(p, 0) ==
               "25 of 50, 2.5/s, 5 in flight, 2 failed, 10 s left, throttled by user policy, 8/s");
    BOOST_TEST(oms_stop::progress_line({}, 0) == "0 of 0, 0.0/s, 0 in flight, 0 failed");
}

// Nothing that matters goes before the bar and what matters less.
BOOST_AUTO_TEST_CASE(a_line_fits_its_terminal) {
    oms_stop::progress p;
    p.done = 12'345;
    p.total = 20'000;
    p.in_flight = 64;
    p.failed = 12;
    p.rate = 41.2;
    p.waits_for = "throttled by user policy, 8/s";
    for (std::size_t columns = 1; columns < 200; ++columns)
        BOOST_TEST(progress_line(p, columns).size() < columns);
    std::string const wide = progress_line(p, 80);
    BOOST_TEST(wide.front() == '[', wide);
    for (char const* const each : {"12345 of 20000", "12 failed", "186 s left", "throttled by user policy, 8/s"})
        BOOST_TEST(has(wide, each), wide);
    BOOST_TEST(progress_line(p, 40) == "12345 of 20000, 12 failed, 186 s left");
}

BOOST_AUTO_TEST_CASE(time_left_is_told_by_what_happened_lately) {
    using namespace std::chrono_literals;
    oms_stop::moving_rate rate;
    auto const t0 = oms_stop::moving_rate::time_point();
    BOOST_TEST(rate.value() == 0);
    std::size_t done = 0;
    for (int second = 0; second <= 600; ++second)
        rate.add(t0 + second * 1s, done += 100);
    BOOST_TEST(rate.value() == 100, boost::test_tools::tolerance(0.01));
    for (int second = 601; second <= 640; ++second)
        rate.add(t0 + second * 1s, done += 1);
    BOOST_TEST(rate.value() == 1, boost::test_tools::tolerance(0.01));
}

BOOST_AUTO_TEST_CASE(a_pace_is_told_with_whose_it_is) {
    using scope = oms::throttle_event::scope;
    auto const text = [](scope what, double rate, bool learnt) {
        oms::throttle_event e;
        e.what = what;
        e.rate = rate;
        e.learnt = learnt;
        return oms_stop::pace_text(e);
    };
    BOOST_TEST(text(scope::credential, 8, true) == "throttled by user policy, 8/s");
    BOOST_TEST(text(scope::endpoint, 2.5, true) == "throttled by the endpoint, 2.5/s");
    BOOST_TEST(text(scope::project, 0.5, true) == "projects are throttled, 30/min each");
    BOOST_TEST(text(scope::endpoint, 8, false) == "held to --rate, 8/s");
    BOOST_TEST(text(scope::credential, std::numeric_limits<double>::infinity(), true) == "throttled by user policy");
}

BOOST_AUTO_TEST_CASE(the_widest_pace_is_named_and_trouble_before_it) {
    oms_stop::watcher w;
    oms::task_ref const task = oms::sync_task("p", "t");
    BOOST_TEST(w.waits_for().empty());
    oms::throttle_event pace;
    pace.what = oms::throttle_event::scope::credential;
    pace.rate = 8;
    pace.learnt = true;
    w.on_throttle(pace);
    pace.what = oms::throttle_event::scope::project;
    w.on_throttle(pace);
    BOOST_TEST(w.waits_for() == "throttled by user policy, 8/s");
    oms::call_begin_event begin;
    begin.call.call_id = 1;
    begin.task = &task;
    begin.operation = oms::operation_kind::stop;
    w.on_call_begin(begin);
    oms::retry_event retry;
    retry.call.call_id = 1;
    retry.repeated = true;
    retry.code = oms::errc::connect_failed;
    std::string repeated;
    w.on_repeat = [&](oms::task_ref const& of, oms::retry_event const&) { repeated = of.task_id; };
    w.on_retry(retry);
    BOOST_TEST(repeated == "t");
    BOOST_TEST(w.waits_for() == "the endpoint cannot be reached");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
