// SPDX-License-Identifier: BSL-1.0
//
// Bulks that are ended while something waits: for a reading, for the end of a
// hold, for an endpoint that is not there. And those that never begin.
#include "io/credential_script.hpp"
#include "io/harness/bulk.hpp"

#include <set>
#include <string>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;
using boost::asio::cancellation_type;

namespace {

// A migration task that is stopped, and pauses for 20 s while it is read.
struct pausing : bulk_world {
    std::size_t shows = 0;

    pausing() {
        options.confirm = true;
        net.server = [this](request const& r) {
            if (r.method != "GET") return after(5ms, reply_text(200));
            ++shows;
            return after(5ms, reply_text(200, time.elapsed() < 20s ? R"({"status":7})" : R"({"status":3})"));
        };
        begin(std::vector{migration_task("p", "t")});
        run_for(6s);
        BOOST_TEST(completions == 0U);
        BOOST_TEST(shows > 0U);
    }
    bulk_world::ended const& the_task() const { return results.begin()->second; }
};

// Ten tasks that wait, for what `hold` does.
struct waiting : bulk_world {
    template <class Hold>
    explicit waiting(Hold hold) {
        options.call.timeouts.total = 10min;
        hold(*this);
        begin(tasks_of(10, 1));
        run_for(5s);
        BOOST_TEST(completions == 0U);
    }
};

void throttle(bulk_world& w) {
    w.net.server = [&w](request const&) {
        if (w.time.elapsed() > 50s) return after(5ms, reply_text(200));
        return after(5ms, error_text(429, "APIGW.0308", "x", "Retry-After: 60\r\n"));
    };
}

void refuse_dials(bulk_world& w) {
    w.net.dials = [&w](std::size_t) {
        dial_step s;
        s.takes = 5ms;
        if (w.time.elapsed() < 20s) s.code = errc::connect_failed;
        return std::vector{s};
    };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(bulk_ends)

BOOST_AUTO_TEST_CASE(total_does_not_end_readings) {
    pausing w;
    w.signal.emit(cancellation_type::total);
    w.run();
    BOOST_TEST(w.accounts());
    BOOST_TEST(!w.code, w.code.message());
    BOOST_TEST(w.the_task().result.final_status == "3");
}

BOOST_AUTO_TEST_CASE(partial_reads_to_the_end) {
    pausing w;
    w.signal.emit(cancellation_type::partial);
    w.run();
    BOOST_TEST(w.accounts());
    BOOST_TEST((w.code == errc::cancelled));
    BOOST_TEST(w.the_task().result.final_status == "3");
    BOOST_CHECK(w.the_task().at >= 20s);
}

BOOST_AUTO_TEST_CASE(what_forces_the_end_leaves_the_last_state_that_was_read) {
    enum { terminal, client, shutdown, closed };
    for (int const how : {terminal, client, shutdown, closed}) {
        pausing w;
        if (how == terminal) w.signal.emit(cancellation_type::terminal);
        if (how == client) w.cancel_all();
        if (how == shutdown) w.shut_down(shutdown_options());
        if (how == closed) w.close();
        w.run_for(1ms);
        BOOST_TEST(w.accounts());
        BOOST_TEST((w.code == (how < shutdown ? errc::cancelled : errc::shut_down)));
        BOOST_TEST(!w.the_task().code);
        BOOST_TEST(w.the_task().result.outcome == outcome::stopped);
        BOOST_TEST(w.the_task().result.confirmed);
        BOOST_TEST(w.the_task().result.final_status == "7");
    }
}

// The first reason stays the run's code; that its client is gone ends it nevertheless.
BOOST_AUTO_TEST_CASE(a_client_that_goes_ends_what_was_ended_gently) {
    pausing w;
    w.signal.emit(cancellation_type::partial);
    w.run_for(1ms);
    w.close();
    w.run_for(1ms);
    BOOST_TEST(w.accounts());
    BOOST_TEST((w.code == errc::cancelled));
}

BOOST_AUTO_TEST_CASE(total_does_not_end_a_wait) {
    for (auto const hold : {throttle, refuse_dials}) {
        waiting w(hold);
        w.signal.emit(cancellation_type::total);
        w.run();
        BOOST_TEST(w.accounts());
        BOOST_TEST(!w.code, w.code.message());
        BOOST_TEST(w.report.stopped == 10U);
    }
}

BOOST_AUTO_TEST_CASE(an_outage_does_not_hold_up_the_end) {
    enum { partial, terminal, client, shutdown, closed };
    for (int const how : {partial, terminal, client, shutdown, closed}) {
        waiting w(refuse_dials);
        if (how == partial) w.signal.emit(cancellation_type::partial);
        if (how == terminal) w.signal.emit(cancellation_type::terminal);
        if (how == client) w.cancel_all();
        if (how == shutdown) w.shut_down(shutdown_options());
        if (how == closed) w.close();
        w.run_for(how == partial ? 30s : 1ms);  // the one that tries to connect is in flight
        BOOST_TEST(w.accounts());
        BOOST_TEST((w.code == (how < shutdown ? errc::cancelled : errc::shut_down)));
        BOOST_TEST(w.report.not_attempted >= 9U);
        BOOST_TEST(w.report.stopped + w.report.not_attempted + w.report.not_sent == 10U);
    }
}

BOOST_AUTO_TEST_CASE(a_throttle_does_not_hold_up_the_end) {
    enum { client, shutdown, closed };
    for (int const how : {client, shutdown, closed}) {
        waiting w(throttle);
        if (how == client) w.cancel_all();
        if (how == shutdown) w.shut_down(shutdown_options());
        if (how == closed) w.close();
        w.run_for(1ms);
        BOOST_TEST(w.accounts());
        BOOST_TEST((w.code == (how == client ? errc::cancelled : errc::shut_down)));
        BOOST_TEST(w.report.refused >= 1U);
        BOOST_TEST(w.report.refused + w.report.not_attempted == 10U);
    }
}

BOOST_AUTO_TEST_CASE(a_wrong_option_is_named_and_nothing_is_pulled) {
    struct row {
        char const* name;
        void (*set)(bulk_options&);
    };
    static constexpr auto long_ago = std::chrono::hours(24 * 365 * 50) + 1ns;
    for (row const& each : {
             row{"max_in_flight", [](bulk_options& o) { o.max_in_flight = 0; }},
             row{"max_in_flight_per_project", [](bulk_options& o) { o.max_in_flight_per_project = 0; }},
             row{"look_ahead", [](bulk_options& o) { o.look_ahead = 0; }},
             row{"rate", [](bulk_options& o) { o.rate = 0; }}, row{"rate", [](bulk_options& o) { o.rate = -1; }},
             row{"rate_per_project", [](bulk_options& o) { o.rate_per_project = 0; }},
             row{"max_failures", [](bulk_options& o) { o.max_failures = failure_limit::share(0); }},
             row{"max_failures", [](bulk_options& o) { o.max_failures = failure_limit::share(1.5); }},
             row{"confirm.deadline", [](bulk_options& o) { o.confirm.deadline = 0s; }},
             row{"confirm.base_delay", [](bulk_options& o) { o.confirm.base_delay = -1ms; }},
             row{"confirm.max_delay", [](bulk_options& o) { o.confirm.max_delay = -1ms; }},
             row{"outage_patience", [](bulk_options& o) { o.outage_patience = -1ms; }},
             // Half a century is a slip.
             row{"confirm.deadline", [](bulk_options& o) { o.confirm.deadline = long_ago; }},
             row{"confirm.base_delay", [](bulk_options& o) { o.confirm.base_delay = long_ago; }},
             row{"confirm.max_delay", [](bulk_options& o) { o.confirm.max_delay = duration::max() - 1ns; }},
             row{"outage_patience", [](bulk_options& o) { o.outage_patience = long_ago; }},
             row{"call.timeouts.total", [](bulk_options& o) { o.call.timeouts.total = long_ago; }},
             row{"call.timeouts.total", [](bulk_options& o) { o.call.timeouts.total = -1ms; }},
             row{"call.timeouts.attempt", [](bulk_options& o) { o.call.timeouts.attempt = 0ms; }},
             row{"call.retry.max_attempts", [](bulk_options& o) { o.call.retry.max_attempts = 0; }},
             row{"call.headers[\"Host\"]", [](bulk_options& o) { o.call.headers.emplace_back("Host", "x"); }},
             row{"call.headers[\"X\"]", [](bulk_options& o) { o.call.headers.emplace_back("X", "a\r\nb"); }},
             row{"call.deadline", [](bulk_options& o) { o.call.deadline.emplace(); }},  // long ago
         }) {
        bulk_world w;
        each.set(w.options);
        w.stop_each(tasks_of(3, 1));
        BOOST_TEST((w.code == errc::invalid_option), each.name << ": " << w.code.message());
        BOOST_TEST(w.report.wrong_option == each.name);
        BOOST_TEST(w.report.pulled == 0U);
        BOOST_TEST(w.net.dialed == 0U);
    }
    bulk_world fine;
    fine.options.outage_patience = fine.options.confirm.deadline = unlimited;
    BOOST_TEST(fine.stop_each(tasks_of(1, 1)).wrong_option.empty());
}

// Every credential is new, and none is good.
BOOST_AUTO_TEST_CASE(renewed_credentials_that_are_rejected_end_the_run) {
    for (bool const same : {false, true}) {
        bulk_world w;
        auto const provider = script_credentials(w);
        if (same) provider->gives = [](std::size_t, std::string const&) { return credential::from_token("only"); };
        w.options.look_ahead = 20;
        std::size_t requests = 0;
        w.net.server = [&](request const&) {
            ++requests;
            return after(5ms, error_text(401, "APIGW.0307"));
        };
        w.stop_each(tasks_of(1000, 10));
        BOOST_TEST((w.code == errc::credentials_rejected), w.code.message());
        BOOST_TEST(w.report.pulled < 150U);
        BOOST_TEST(w.report.not_attempted > 0U);
        // A value is tried once. Where they differ, each of the five calls of ten projects may try a second.
        BOOST_TEST(requests <= (same ? 1U : 100U));
    }
}

BOOST_AUTO_TEST_CASE(the_rejected_credential_of_one_project_ends_that_project_only) {
    bulk_world w;
    auto const provider = script_credentials(w);
    provider->gives = [](std::size_t n, std::string const& project) {
        return credential::from_token(project == "p3" ? "bad-" + std::to_string(n) : "good");
    };
    w.net.server = [](request const& r) {
        bool const bad = r.text.find("X-Auth-Token: bad") != std::string::npos;
        return after(5ms, bad ? error_text(401, "APIGW.0307") : reply_text(200));
    };
    w.options.look_ahead = 20;
    w.stop_each(tasks_of(400, 4));
    BOOST_TEST(w.report.pulled == 400U);
    BOOST_TEST(w.report.stopped == 300U);
    BOOST_TEST(w.report.refused + w.report.not_sent + w.report.not_attempted == 100U);
    BOOST_TEST(w.report.not_attempted >= 90U);
    BOOST_TEST((w.code == errc::credentials_rejected));
}

// A key is rejected for all regions, a token for its own: the run ends when none is left.
BOOST_AUTO_TEST_CASE(a_rejected_credential_ends_the_run_where_it_is_of_no_use_any_more) {
    for (bool const key : {true, false}) {
        bulk_world w;
        w.config.endpoints = {{"cn-north-4", "https://north.test"}, {"cn-east-3", "https://east.test"}};
        w.config.region = "cn-north-4";
        w.config.endpoint.clear();
        w.config.credentials = key ? key_credentials("AK", "SK") : token_credentials("wrong");
        w.options.max_in_flight = 1;
        std::size_t requests = 0;
        w.net.server = [&](request const&) {
            ++requests;
            return after(5ms, error_text(401, "APIGW.0301"));
        };
        std::vector<task_ref> tasks;
        for (int i = 0; i < 4; ++i) {
            tasks.push_back(sync_task("p", std::to_string(i), "cn-north-4"));
            tasks.push_back(sync_task("p", std::to_string(i), "cn-east-3"));
        }
        w.begin(tasks);
        w.run_for(1min);
        BOOST_TEST(w.accounts());
        BOOST_TEST((w.code == errc::credentials_rejected));
        BOOST_TEST(requests == (key ? 1U : 2U));
        BOOST_TEST(w.report.refused == requests);
        BOOST_TEST(w.report.not_sent == 0U);
        BOOST_TEST(w.report.not_attempted == 8U - requests);
    }
}

BOOST_AUTO_TEST_SUITE_END()
