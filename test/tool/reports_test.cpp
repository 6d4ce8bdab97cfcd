// SPDX-License-Identifier: BSL-1.0
#include "failure.hpp"
#include "progress.hpp"
#include "record.hpp"
#include "watcher.hpp"

#include <boost/test/unit_test.hpp>

#include <limits>
#include <string>

namespace {

std::string const run = "{\"type\":\"run\",\"schema\":1,\"tasks\":2}\n";

std::string line(char const* type, char const* task, char const* more = "") {
    return std::string("{\"type\":\"") + type + "\",\"project\":\"p\",\"task\":\"" + task + "\"" + more + "}\n";
}

BOOST_AUTO_TEST_SUITE(reports)

BOOST_AUTO_TEST_CASE(the_last_line_of_a_task_counts) {
    auto const r = oms_stop::record::read(run + line("planned", "a") + line("planned", "b") + line("sent", "a") +
                                              line("result", "a", ",\"success\":true,\"outcome\":\"stopped\"") +
                                              line("sent", "b") + "{\"type\":\"resu",
                                          "r");
    BOOST_REQUIRE(r.entries.size() == 2u);
    BOOST_TEST(r.entries[0].succeeded);
    BOOST_TEST(!r.entries[0].unknown());
    BOOST_TEST(!r.entries[1].succeeded);
    BOOST_TEST(r.entries[1].unknown());
    BOOST_TEST(!r.all_succeeded());
}

BOOST_AUTO_TEST_CASE(a_stop_that_was_sent_again_is_open_again) {
    auto const r =
        oms_stop::record::read(run + line("planned", "a") + line("planned", "b") +
                                   line("result", "a", ",\"success\":true,\"outcome\":\"stopped\"") + line("sent", "a"),
                               "r");
    BOOST_TEST(r.entries[0].unknown());
}

BOOST_AUTO_TEST_CASE(what_is_no_report_is_named_by_its_line) {
    for (std::string const& text :
         {std::string(), line("planned", "a"), run + "nonsense\n" + line("planned", "a"), run + run,
          run + line("planned", "a"), std::string("{\"type\":\"run\",\"schema\":2,\"tasks\":0}\n")}) {
        BOOST_CHECK_THROW(oms_stop::record::read(text, "r"), oms_stop::usage_error);
    }
}

BOOST_AUTO_TEST_CASE(the_text_counts_and_advises_and_steers_no_terminal) {
    auto const r = oms_stop::record::read(
        run + line("planned", "a", ",\"source_bucket\":\"from\",\"destination_bucket\":\"to\"") + line("planned", "b") +
            line("result", "a", ",\"success\":true,\"outcome\":\"stopped\"") +
            line("result", "b",
                 ",\"success\":false,\"outcome\":\"refused\",\"code\":\"OMS.0206\",\"condition\":"
                 "\"permission_denied\",\"message\":\"no \\u001b[31m\""),
        "r");
    std::string const text = oms_stop::report_text(r);
    BOOST_TEST(text.find("stopped          1\n") != std::string::npos, text);
    BOOST_TEST(text.find("refused          1\n") != std::string::npos, text);
    BOOST_TEST(text.find("1 x OMS.0206: no ?[31m\n      Ask for the right oms:synctask:update") != std::string::npos,
               text);
    BOOST_TEST(text.find("  p/b  refused  OMS.0206\n") != std::string::npos, text);
    BOOST_TEST(text.find("  p/a  :from  :to  -\n") != std::string::npos, text);
}

BOOST_AUTO_TEST_CASE(only_the_first_twenty_are_named) {
    std::string text = "{\"type\":\"run\",\"schema\":1,\"tasks\":25}\n";
    for (int i = 0; i < 25; ++i)
        text += line("planned", std::to_string(i).c_str());
    std::string const shown = oms_stop::report_text(oms_stop::record::read(text, "r"));
    BOOST_TEST(shown.find("p/19  not attempted") != std::string::npos, shown);
    BOOST_TEST(shown.find("p/20") == std::string::npos, shown);
    BOOST_TEST(shown.find("and 5 more") != std::string::npos, shown);
}

BOOST_AUTO_TEST_CASE(progress_says_how_far_how_fast_how_long_and_why_it_waits) {
    oms::bulk_progress p;
    p.pulled = 40;
    p.waiting = 10;
    p.in_flight = 5;
    p.failed = 2;
    p.elapsed = std::chrono::seconds(10);
    BOOST_TEST(oms_stop::progress_line(p, 50, "", false) == "25 of 50, 2.5/s, 5 in flight, 2 failed, 10 s left");
    BOOST_TEST(oms_stop::progress_line(p, 50, "throttled by the service", true) ==
               "[###############...............] 25 of 50, 2.5/s, 5 in flight, 2 failed, 10 s left, throttled by the "
               "service");
    BOOST_TEST(oms_stop::progress_line({}, 0, "", false) == "0 of 0, 0.0/s, 0 in flight, 0 failed");
}

BOOST_AUTO_TEST_CASE(a_line_fits_its_terminal) {
    BOOST_TEST(oms_stop::fitted_line("[##] 1 of 2", "1 of 2", 80) == "[##] 1 of 2");
    BOOST_TEST(oms_stop::fitted_line("[##] 1 of 2", "1 of 2", 12) == "[##] 1 of 2");
    BOOST_TEST(oms_stop::fitted_line("[##] 1 of 2", "1 of 2", 11) == "1 of 2");
    BOOST_TEST(oms_stop::fitted_line("[##] 1 of 2", "1 of 2", 4) == "1 o");
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
    begin.operation = "stop";
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
