// SPDX-License-Identifier: BSL-1.0
//
// What holds up the tasks of a bulk, in virtual time: rates, 429s, endpoints
// that cannot be reached, credentials that are rejected.
#include "io/harness/bulk.hpp"

#include <algorithm>
#include <map>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

// No dial succeeds, and what is sent is lost, from one time to another.
void cut_link(bulk_world& w, virtual_time::duration from, virtual_time::duration to, bool silently) {
    auto const is_cut = [&w, from, to] { return w.time.elapsed() >= from && w.time.elapsed() < to; };
    w.net.dials = [=](std::size_t) {
        dial_step s;
        s.takes = silently && is_cut() ? 5s : 10ms;
        if (is_cut()) s.code = silently ? errc::connect_timeout : errc::connect_failed;
        return std::vector{s};
    };
    w.net.server = [=](request const&) {
        if (!is_cut()) return after(20ms, reply_text(200));
        answer a;
        a.stalls = silently;
        a.end = ending::reset;
        return a;
    };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(bulk_holds)

BOOST_AUTO_TEST_CASE(starts_keep_to_the_rate) {
    bulk_world w;
    std::map<std::string, std::vector<virtual_time::duration>> times;
    std::vector<virtual_time::duration> all_times;
    w.net.server = [&](request const& r) {
        times[target_names(r.target).project].push_back(w.time.elapsed());
        all_times.push_back(w.time.elapsed());
        return after(5ms, reply_text(200));
    };
    w.options.rate = 100;
    w.options.rate_per_project = 10;
    BOOST_TEST(w.stop_each(tasks_of(400, 20)).stopped == 400U);
    BOOST_TEST(!w.code);
    for (std::size_t i = 0; i + 106 < all_times.size(); ++i)
        BOOST_CHECK(all_times[i + 106] - all_times[i] > 1s);
    for (auto const& [project, of] : times) {
        for (std::size_t i = 0; i + 12 < of.size(); ++i)
            BOOST_CHECK(of[i + 12] - of[i] > 1s);
    }
    BOOST_CHECK(w.time.elapsed() > 3900ms);
    BOOST_CHECK(w.time.elapsed() < 4500ms);
}

BOOST_AUTO_TEST_CASE(a_throttled_project_is_left_alone_as_long_as_it_says) {
    bulk_world w;
    w.options.max_in_flight = 8;
    w.options.call.timeouts.total = 10min;
    std::vector<virtual_time::duration> throttled_at;
    w.net.server = [&](request const& r) {
        if (target_names(r.target).project != "p0") return after(50ms, reply_text(200));
        throttled_at.push_back(w.time.elapsed());
        if (w.time.elapsed() < 200s) return after(5ms, error_text(429, "APIGW.0308", "x", "Retry-After: 100\r\n"));
        return after(50ms, reply_text(200));
    };
    BOOST_TEST(w.stop_each(tasks_of(400, 4)).stopped == 400U);
    BOOST_TEST(!w.code);
    // Five at a time, once each hundred seconds: they cost no attempts, and hold up nobody.
    auto const early = std::count_if(throttled_at.begin(), throttled_at.end(), [](auto t) { return t < 200s; });
    BOOST_TEST(early <= 10);
    BOOST_TEST(early >= 2);
    for (auto const& [task, each] : w.results) {
        if (task.project_id != "p0") BOOST_CHECK(each.at < 5s);
        BOOST_TEST(each.result.attempts <= 3U);
    }
}

BOOST_AUTO_TEST_CASE(a_429_may_hold_all_of_a_credential_or_of_an_endpoint) {
    for (char const* text : {"policy user over ratelimit", "policy ip over ratelimit"}) {
        bulk_world w;
        w.options.max_in_flight = 4;
        w.options.call.timeouts.total = 10min;
        std::size_t requests = 0, during = 0;
        w.net.server = [&](request const&) {
            ++requests;
            if (w.time.elapsed() > 50ms && w.time.elapsed() < 60s) ++during;
            if (w.time.elapsed() < 50ms) return after(5ms, error_text(429, "APIGW.0308", text, "Retry-After: 60\r\n"));
            return after(5ms, reply_text(200));
        };
        BOOST_TEST(w.stop_each(tasks_of(40, 40)).stopped == 40U);
        BOOST_TEST(during == 0U);
        BOOST_TEST(requests <= 44U);
        BOOST_TEST(requests >= 41U);
    }
}

BOOST_AUTO_TEST_CASE(a_task_ends_as_throttled_as_soon_as_its_hold_outlasts_its_time) {
    bulk_world w;
    w.options.call.timeouts.total = 30s;
    w.net.server = [&](request const&) { return after(5ms, error_text(429, "APIGW.0308", "x", "Retry-After: 7\r\n")); };
    BOOST_TEST(w.stop_each(tasks_of(1, 1)).refused == 1U);
    auto const& each = w.results.begin()->second;
    BOOST_TEST((each.code == condition::throttled), each.code.message());
    BOOST_TEST(each.result.attempts == 5U);
    BOOST_CHECK(each.at >= 28s);
    BOOST_CHECK(each.at < 29s);
}

// Those that were answered end at once; the others have not begun, and wait.
BOOST_AUTO_TEST_CASE(a_hold_of_any_length_keeps_nobody_whose_time_is_shorter) {
    for (char const* text : {"x", "policy user over ratelimit", "policy ip over ratelimit"}) {
        for (auto const hold : {91s, 3600s, 100'000'000s}) {
            bulk_world w;
            std::size_t answered = 0;
            w.net.server = [&](request const&) {
                bool const held = w.time.elapsed() < 90s;
                if (!held) return after(5ms, reply_text(200));
                ++answered;
                return after(
                    5ms, error_text(429, "APIGW.0308", text, "Retry-After: " + std::to_string(hold.count()) + "\r\n"));
            };
            auto const& r = w.stop_each(tasks_of(20, 1));
            BOOST_TEST(!w.code, w.code.message());
            BOOST_TEST(r.refused == answered);
            BOOST_TEST(r.stopped == 20U - answered);
            for (auto const& [task, each] : w.results) {
                if (!each.code) continue;
                BOOST_TEST((each.code == condition::throttled), each.code.message());
                BOOST_TEST(each.result.attempts == 1U);
                BOOST_CHECK(each.at < 1s);
            }
        }
    }
}

// Where the run has a deadline, it is that of those that have not begun, too.
BOOST_AUTO_TEST_CASE(a_deadline_ends_what_waits_for_a_hold) {
    bulk_world w;
    w.open();
    w.options.call.deadline = w.time.now() + 10s;
    w.net.server = [&](request const&) {
        return after(5ms, error_text(429, "APIGW.0308", "x", "Retry-After: 3600\r\n"));
    };
    auto const& r = w.stop_each(tasks_of(20, 1));
    BOOST_TEST(!w.code, w.code.message());
    BOOST_TEST(r.refused >= 1U);
    BOOST_TEST(r.refused <= 5U);
    BOOST_TEST(r.not_sent == 20U - r.refused);
    BOOST_CHECK(w.time.elapsed() < 11s);
    for (auto const& [task, each] : w.results) {
        bool const sent = each.result.outcome == outcome::refused;
        BOOST_TEST((each.code == (sent ? condition::throttled : condition::timed_out)), each.code.message());
        BOOST_CHECK(sent ? each.at < 1s : each.at >= 10s);
    }
}

BOOST_AUTO_TEST_CASE(a_link_cut_for_twenty_seconds_fails_nothing) {
    for (bool const silently : {false, true}) {
        for (std::size_t projects : {1U, 10U, 200U}) {
            BOOST_TEST_CONTEXT(projects << (silently ? " projects, silently" : " projects")) {
                bulk_world w;
                w.options.rate = 50;  // so that it is cut in the middle
                w.options.max_in_flight_per_project = 64;
                cut_link(w, 5s, 25s, silently);
                auto const& r = w.stop_each(tasks_of(1000, projects));
                BOOST_TEST(!w.code, w.code.message());
                BOOST_TEST(r.stopped == 1000U);
                BOOST_TEST(r.failures.empty());
                BOOST_CHECK(w.time.elapsed() < 90s);
                BOOST_TEST(w.net.dialed < 300U);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_dead_endpoint_holds_up_no_other_and_is_given_up_at_last) {
    bulk_world w;
    w.config.region = "near";
    w.config.endpoint = "https://near.test";
    w.config.endpoints["far"] = "https://far.test";
    w.options.max_in_flight = 8;
    w.options.look_ahead = 100;
    w.net.dials_to = [](std::string const& host) {
        dial_step s;
        s.takes = 10ms;
        if (host == "far.test") s.code = errc::connect_failed;
        return std::vector{s};
    };
    w.net.server = [&](request const&) { return after(20ms, reply_text(200)); };
    std::vector<task_ref> tasks = tasks_of(60, 10, "far");
    for (auto const& each : tasks_of(100, 10))
        tasks.push_back(each);
    auto const& r = w.stop_each(tasks);
    BOOST_TEST((w.code == errc::unavailable), w.code.message());
    BOOST_TEST(r.stopped == 100U);
    BOOST_TEST(r.not_attempted == 60U);
    for (auto const& [task, each] : w.results) {
        if (task.region.empty()) {
            BOOST_CHECK(each.at < 3s);
        } else {
            BOOST_TEST((each.code == errc::unavailable));
            BOOST_CHECK(each.at >= 30s);
            BOOST_CHECK(each.at < 37s);
        }
    }
    BOOST_TEST(w.net.dialed < 100U);
}

BOOST_AUTO_TEST_CASE(the_observer_hears_of_a_pace_as_long_as_it_holds) {
    struct paces final : observer {
        void on_throttle(throttle_event const& e) noexcept override {
            BOOST_TEST(e.rate <= 10);
            BOOST_TEST((e.what == throttle_event::scope::credential));
            BOOST_TEST((time->elapsed() - last < 2s));
            last = time->elapsed();
        }
        virtual_time* time = nullptr;
        virtual_time::duration last{};
    };
    bulk_world w;
    auto const events = std::make_shared<paces>();
    events->time = &w.time;
    w.config.observer = events;
    virtual_time::duration free{};
    w.net.server = [&](request const&) {
        bool const taken = w.time.elapsed() >= free;
        if (taken) free = w.time.elapsed() + 100ms;
        return taken ? after(5ms, reply_text(200))
                     : after(5ms, error_text(429, "APIGW.0308", "policy user over ratelimit,limit:10,time:1 second"));
    };
    BOOST_TEST(w.stop_each(tasks_of(200, 20)).stopped == 200U);
    BOOST_CHECK(w.time.elapsed() > 15s);
    BOOST_CHECK(events->last > 15s);
}

BOOST_AUTO_TEST_CASE(an_outage_ends_open_tasks_with_codes_of_this_library) {
    bulk_world w;
    w.options.outage_patience = 1s;
    w.options.max_in_flight = 8;
    auto const refused = boost::system::errc::make_error_code(boost::system::errc::connection_refused);
    auto const is_cut = [&w] { return w.time.elapsed() >= 100ms; };
    w.net.dials = [=](std::size_t) {
        dial_step s;
        s.takes = 1ms;
        if (is_cut()) {
            s.code = errc::connect_failed;
            s.cause = refused;  // the system's word
        }
        return std::vector{s};
    };
    w.net.server = [=](request const&) {
        if (!is_cut()) return after(20ms, reply_text(200));
        answer a;
        a.end = ending::reset;
        return a;
    };
    auto const& r = w.stop_each(tasks_of(200, 4));
    BOOST_TEST((w.code == errc::unavailable));
    BOOST_TEST(r.unknown > 0U);
    for (auto const& [task, each] : w.results) {
        BOOST_CHECK(!each.code || std::string(each.code.category().name()).starts_with("oms."));
        if (each.result.outcome == outcome::unknown) BOOST_TEST((each.result.cause == refused));
    }
}

BOOST_AUTO_TEST_CASE(patience_is_an_option) {
    bulk_world w;
    w.options.outage_patience = 3s;
    w.net.dials = [](std::size_t) {
        dial_step s;
        s.code = errc::connect_failed;
        return std::vector{s};
    };
    BOOST_TEST(w.stop_each(tasks_of(20, 2)).not_attempted == 20U);
    BOOST_TEST((w.code == errc::unavailable));
    BOOST_CHECK(w.time.elapsed() >= 3s);
    BOOST_CHECK(w.time.elapsed() < 9s);
}

BOOST_AUTO_TEST_CASE(no_more_is_pulled_once_the_only_credential_is_rejected) {
    bulk_world w;
    w.options.look_ahead = 10;
    w.net.server = [&](request const&) { return after(5ms, error_text(401, "APIGW.0301")); };
    auto const& r = w.stop_each(tasks_of(1000, 10));
    BOOST_TEST((w.code == errc::credentials_rejected), w.code.message());
    BOOST_TEST(r.pulled < 150U);
    BOOST_TEST(r.refused == 1U);
    BOOST_TEST(r.not_attempted > 0U);
    BOOST_TEST(r.not_attempted + r.not_sent + 1 == r.pulled);
}

BOOST_AUTO_TEST_CASE(what_waits_for_a_hold_ends_with_the_run) {
    for (bool const terminal : {false, true}) {
        bulk_world w;
        w.net.server = [&](request const&) {
            return after(5ms, error_text(429, "APIGW.0308", "x", "Retry-After: 50\r\n"));
        };
        w.begin(tasks_of(10, 1));
        w.run_for(1s);
        BOOST_TEST(w.completions == 0U);
        w.signal.emit(terminal ? boost::asio::cancellation_type::terminal : boost::asio::cancellation_type::partial);
        w.run_for(1s);
        BOOST_TEST(w.accounts());
        BOOST_TEST((w.code == errc::cancelled));
        BOOST_TEST(w.report.refused >= 1U);
        BOOST_TEST(w.report.refused <= 5U);
        BOOST_TEST(w.report.refused + w.report.not_attempted == 10U);
    }
}

BOOST_AUTO_TEST_SUITE_END()
