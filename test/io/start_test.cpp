// SPDX-License-Identifier: BSL-1.0
//
// A start: what it sends, and what it comes to by what happens to its tries.
#include "io/harness/report.hpp"
#include "io/harness/world.hpp"

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

constexpr task_kind every_kind[] = {task_kind::sync_task, task_kind::migration_task, task_kind::task_group};

start_keys keys() {
    return {"source-access-key", "source-secret-key", "destination-access-key", "destination-secret-key"};
}

task_ref task_of(task_kind kind) {
    return {"project", "task", kind};
}

answer said(std::string bytes) {
    answer a;
    a.bytes = std::move(bytes);
    return a;
}

error_code const has_started = service_error(65);

// What the first try comes to; the second is answered.
enum class first { unsent, lost, failed };

answer play(first f) {
    answer a;
    if (f == first::failed) return said(reply_text(503));
    a.takes = f == first::unsent ? 0 : 20;
    a.write_error = boost::asio::error::connection_reset;
    return a;
}

struct ending_of {
    char const* reply;  // the second try's
    bool after_open;
    outcome result;
    error_code code;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(start)

BOOST_AUTO_TEST_CASE(sends_the_keys_and_needs_no_body_back) {
    constexpr char const* lines[] = {"POST /v2/project/sync-tasks/task/start HTTP/1.1\r\n",
                                     "POST /v2/project/tasks/task/start HTTP/1.1\r\n",
                                     "PUT /v2/project/taskgroups/task/start HTTP/1.1\r\n"};
    constexpr std::string_view body = R"({"src_ak":"source-access-key","src_sk":"source-secret-key",)"
                                      R"("dst_ak":"destination-access-key","dst_sk":"destination-secret-key"})";
    for (task_kind kind : every_kind) {
        world w;
        std::string sent;
        w.net.server = [&](request const& r) {
            sent = r.text;
            return said("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut");
        };
        auto const call = w.start(task_of(kind), keys());
        w.run_until_done(*call);
        BOOST_TEST(call->code == error_code());
        BOOST_TEST((call->result.outcome == outcome::started));
        BOOST_TEST(call->result.attempts == 1U);
        BOOST_TEST(sent.starts_with(lines[static_cast<std::size_t>(kind)]));
        BOOST_TEST(sent.ends_with("\r\n\r\n" + std::string(body)));
        BOOST_TEST(sent.find("\r\nContent-Length: " + std::to_string(body.size()) + "\r\n") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(one_that_runs_already_is_no_success) {
    for (task_kind kind : every_kind) {
        world w;
        w.net.server = [](request const&) { return said(error_text(400, "OMS.0065")); };
        call_options options;
        options.already_stopped_is_success = true;  // of stops alone
        auto const call = w.start(task_of(kind), keys(), options);
        w.run_until_done(*call);
        BOOST_TEST(call->code == has_started);
        BOOST_TEST((call->result.outcome == outcome::already_started));
        BOOST_TEST(call->result.service_code == "OMS.0065");
        BOOST_TEST(w.net.ledger.size() == 1U);  // nothing is shown
    }
}

// The words of a stop mean nothing to a start, and the other way round.
BOOST_AUTO_TEST_CASE(each_operation_has_its_own_words) {
    world w;
    std::string code;
    w.net.server = [&](request const&) { return said(error_text(400, code)); };
    code = "OMS.0066";
    auto const start = w.start(task_of(task_kind::task_group), keys());
    w.run_until_done(*start);
    BOOST_TEST((start->result.outcome == outcome::refused));
    BOOST_TEST(start->code == service_error(66));
    code = "OMS.0065";
    auto const stop = w.stop(task_of(task_kind::sync_task));
    w.run_until_done(*stop);
    BOOST_TEST((stop->result.outcome == outcome::refused));
    BOOST_TEST(stop->code == has_started);
    BOOST_TEST(w.net.ledger.size() == 2U);
}

BOOST_AUTO_TEST_CASE(after_each_first_try) {
    sweep_report report("starts after a first try");
    std::string const ok = reply_text(200), started_already = error_text(400, "OMS.0065"),
                      unknown_task = error_text(400, "OMS.1009"), failed = reply_text(503);
    std::vector<ending_of> const endings{
        {ok.c_str(), false, outcome::started, {}},
        {ok.c_str(), true, outcome::started, {}},
        {started_already.c_str(), false, outcome::already_started, has_started},
        {started_already.c_str(), true, outcome::already_started, {}},
        {unknown_task.c_str(), false, outcome::refused, service_error(1009)},
        {unknown_task.c_str(), true, outcome::refused, service_error(1009)},
        {failed.c_str(), true, outcome::unknown, http_error(503)},
    };
    for (task_kind kind : every_kind) {
        for (first f : {first::unsent, first::lost, first::failed}) {
            for (ending_of const& e : endings) {
                if (e.after_open != (f != first::unsent)) continue;
                world w;
                w.config.retry.max_attempts = 2;
                w.net.server = [&](request const& r) { return r.number == 0 ? play(f) : said(e.reply); };
                auto const call = w.start(task_of(kind), keys());
                w.run_until_done(*call);
                bool const right = call->completions == 1 && call->code == e.code && call->result.outcome == e.result &&
                                   call->result.attempts == 2;
                report.add(right, [&] {
                    return std::string(to_string(kind)) + " after " + std::to_string(static_cast<int>(f)) + " -> " +
                           show(*call) + "; expected " + std::string(to_string(e.result)) + ", " + show(e.code);
                });
            }
        }
    }
    BOOST_TEST(report.tried() == 3U * (3 + 4 + 4));
}

BOOST_AUTO_TEST_CASE(a_strict_caller_hears_of_an_open_try) {
    world w;
    w.config.retry.resend_open = false;
    w.net.server = [](request const&) { return play(first::lost); };
    auto const call = w.start(task_of(task_kind::sync_task), keys());
    w.run_until_done(*call);
    BOOST_TEST((call->result.outcome == outcome::unknown));
    BOOST_TEST(call->result.attempts == 1U);
}

BOOST_AUTO_TEST_CASE(total_cancellation_ends_only_what_has_sent_nothing) {
    using boost::asio::cancellation_type;
    world w;
    w.net.server = [](request const&) {
        answer a;
        a.stalls = true;
        return a;
    };
    auto const sent = w.start(task_of(task_kind::sync_task), keys());
    w.run_for(10ms);
    w.cancel(*sent, cancellation_type::total);
    w.run_for(10ms);
    BOOST_TEST(sent->completions == 0U);
    w.cancel(*sent, cancellation_type::partial);
    w.run_until_done(*sent);
    BOOST_TEST(sent->code == error_code(errc::cancelled));
    BOOST_TEST((sent->result.outcome == outcome::unknown));

    w.net.dials = [](std::size_t) {
        dial_step step;
        step.stalls = true;
        return std::vector<dial_step>{step};
    };
    auto const unsent = w.start(task_of(task_kind::sync_task), keys());
    w.run_for(10ms);
    w.cancel(*unsent, cancellation_type::total);
    w.run_until_done(*unsent);
    BOOST_TEST((unsent->result.outcome == outcome::not_sent));
}

// A service that repeats what it was sent tells nobody.
BOOST_AUTO_TEST_CASE(keys_that_a_reply_repeats_are_hidden) {
    world w;
    w.net.server = [](request const&) {
        std::string const words =
            "no bucket for source-access-key source-secret-key destination-access-key "
            "destination-secret-key";
        std::string const body = R"({"error_code":"OMS.0064","error_msg":")" + words + R"("})";
        return said("HTTP/1.1 400 Bad\r\nX-Request-Id: source-secret-key-source-secret-key-1\r\nContent-Length: " +
                    std::to_string(body.size()) + "\r\n\r\n" + body);
    };
    auto const call = w.start(task_of(task_kind::sync_task), keys());
    w.run_until_done(*call);
    BOOST_TEST(call->result.service_message == "no bucket for *** *** *** ***");
    stop_result const& result = call->result;
    for (std::string const& text : {result.request_id, result.service_message, result.details().body}) {
        BOOST_TEST(text.find("access-key") == std::string::npos);
        BOOST_TEST(text.find("secret-key") == std::string::npos);
    }
    BOOST_TEST(describe_failure(call->code, call->result).find("-key") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
