// SPDX-License-Identifier: BSL-1.0
//
// Tokens by log-in at IAM, over scripted connections and in virtual time.
#include "client/client_core.hpp"
#include "io/credential_cloud.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <functional>
#include <memory>
#include <string>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

iam_options log_in_of_a_user() {
    iam_options options;
    options.domain = "account";
    options.user = "us\"er";
    options.password = secret("pass\"word\\\n");
    return options;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(iam_log_in)

BOOST_AUTO_TEST_CASE(a_thousand_sequential_stops_of_a_project_make_one_log_in) {
    world w;
    w.config.region = "cn-north-4";
    w.config.credentials = iam_token_credentials(log_in_of_a_user());
    cloud c(w);
    for (int i = 0; i < 1000; ++i) {
        auto const call = stop_now(w);
        BOOST_REQUIRE(!call->code);
    }
    BOOST_TEST(c.log_ins == 1U);
    BOOST_TEST(w.net.peers.front() == "iam.cn-north-4.myhuaweicloud.com:443");
    BOOST_TEST(c.last_log_in.find("POST /v3/auth/tokens?nocatalog=true HTTP/1.1\r\n") == 0U);
    BOOST_TEST(c.last_log_in.find("\r\nHost: iam.cn-north-4.myhuaweicloud.com\r\n") != std::string::npos);
    BOOST_TEST(c.last_log_in.substr(c.last_log_in.find("\r\n\r\n") + 4) ==
               R"({"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"us\"er",)"
               R"("password":"pass\"word\\\u000a","domain":{"name":"account"}}}},"scope":{"project":{"id":"p"}}}})");
    BOOST_TEST(c.last_stop.find("X-Auth-Token: token-1\r\n") != std::string::npos);
    BOOST_TEST(w.net.live_streams == 1U);  // IAM's is closed
}

BOOST_AUTO_TEST_CASE(one_log_in_at_a_time_until_one_is_accepted_then_eight) {
    world w;
    w.config.credentials = iam_token_credentials(log_in_of_a_user());
    cloud c(w);
    c.log_in_status = 500;
    calls all;
    for (int i = 0; i < 100; ++i)
        all.push_back(w.stop(sync_task("p" + std::to_string(i), "t")));
    w.run_for(1min);
    BOOST_TEST(c.most_log_ins == 1U);
    BOOST_TEST(c.log_ins == 100U);
    for (auto const& each : all)
        BOOST_REQUIRE((each->code == error_code(errc::credentials_unavailable)));
    c.log_in_status = 201;
    stop_now(w);
    for (int i = 0; i < 100; ++i)
        all.push_back(w.stop(sync_task("q" + std::to_string(i), "t")));
    w.run_for(1min);
    BOOST_TEST(c.most_log_ins == 8U);
    for (std::size_t i = 100; i < all.size(); ++i)
        BOOST_REQUIRE(!all[i]->code);
}

BOOST_AUTO_TEST_CASE(a_wrong_password_is_tried_once_and_after_five_minutes) {
    world w;
    w.config.credentials = iam_token_credentials(log_in_of_a_user());
    cloud c(w);
    c.log_in_status = 401;
    calls all;
    for (int i = 0; i < 10'000; ++i)
        all.push_back(w.stop(sync_task("p" + std::to_string(i % 800), "t" + std::to_string(i))));
    w.run_for(1min);
    BOOST_TEST(c.log_ins == 1U);
    BOOST_TEST(c.stops == 0U);
    for (auto const& each : all) {
        BOOST_REQUIRE((each->code == error_code(errc::credentials_rejected)));
        BOOST_REQUIRE(each->result.outcome == outcome::not_sent);
        BOOST_REQUIRE(each->result.phase == phase::credentials);
    }
    BOOST_TEST(all.back()->result.service_message.find("401 The username or password is wrong.") != std::string::npos);
    c.log_in_status = 201;
    BOOST_TEST((stop_now(w)->code == error_code(errc::credentials_rejected)));
    w.run_for(5min);
    BOOST_TEST(!stop_now(w)->code);
    BOOST_TEST(c.log_ins == 2U);
}

BOOST_AUTO_TEST_CASE(a_project_that_iam_does_not_know_closes_that_one_only) {
    world w;
    w.config.credentials = iam_token_credentials(log_in_of_a_user());
    cloud c(w);
    c.refused_project = "gone";
    for (int i = 0; i < 5; ++i)
        BOOST_TEST((stop_now(w, "gone")->code == error_code(errc::credentials_unavailable)));
    BOOST_TEST(c.log_ins == 1U);
    BOOST_TEST(!stop_now(w, "p")->code);
    c.refused_project.clear();
    w.run_for(5min);
    BOOST_TEST(!stop_now(w, "gone")->code);
}

BOOST_AUTO_TEST_CASE(where_iam_cannot_be_reached_all_that_wait_are_told) {
    world w;
    w.config.credentials = iam_token_credentials(log_in_of_a_user());
    cloud c(w);
    bool refuses = true;
    w.net.dials_to = [&](std::string const& host) -> std::vector<dial_step> {
        if (!refuses || host == "oms.test") return {};
        return {{phase::connect, 10ms, errc::connect_failed}};
    };
    calls all;
    for (int i = 0; i < 800; ++i)
        all.push_back(w.stop(sync_task("p" + std::to_string(i), "t")));
    w.run_for(500ms);
    for (auto const& each : all)
        BOOST_REQUIRE((each->code == error_code(errc::connect_failed)));
    BOOST_TEST(w.net.dialed == 1U);
    refuses = false;
    BOOST_TEST((stop_now(w)->code == error_code(errc::connect_failed)));
    w.run_for(1s);
    BOOST_TEST(!stop_now(w)->code);
}

BOOST_AUTO_TEST_CASE(where_iam_has_too_much_to_do_all_that_wait_are_told) {
    for (unsigned const status : {429U, 503U}) {
        world w;
        w.config.credentials = iam_token_credentials(log_in_of_a_user());
        cloud c(w);
        c.log_in_status = status;
        calls all;
        for (int i = 0; i < 800; ++i)
            all.push_back(w.stop(sync_task("p" + std::to_string(i), "t")));
        w.run_for(500ms);
        for (auto const& each : all)
            BOOST_REQUIRE((each->code == error_code(errc::credentials_unavailable)));
        c.log_in_status = 201;
        BOOST_TEST((stop_now(w)->code == error_code(errc::credentials_unavailable)));
        BOOST_TEST(c.log_ins == 1U);
        w.run_for(1s);
        BOOST_TEST(!stop_now(w)->code);
    }
}

BOOST_AUTO_TEST_CASE(a_project_whose_log_in_failed_waits_for_a_second) {
    for (std::string const& bytes : {reply_text(500), reply_text(400), reply_text(201, "{}")}) {
        world w;
        w.config.credentials = iam_token_credentials(log_in_of_a_user());
        cloud c(w);
        c.log_in_answer = bytes;
        for (int i = 0; i < 100; ++i)
            BOOST_TEST((stop_now(w, "a")->code == error_code(errc::credentials_unavailable)));
        BOOST_TEST(c.log_ins == 1U);
        BOOST_TEST((stop_now(w, "b")->code == error_code(errc::credentials_unavailable)));
        BOOST_TEST(c.log_ins == 2U);
        c.log_in_answer.clear();
        w.run_for(1s);
        BOOST_TEST(!stop_now(w, "a")->code);
    }
}

BOOST_AUTO_TEST_CASE(a_token_may_end_in_any_year) {
    for (std::string const year : {"9999", "2263", "2262"}) {
        world w;
        w.config.credentials = iam_token_credentials(log_in_of_a_user());
        cloud c(w);
        c.log_in_answer = log_in_reply("t", year + "-12-31T23:59:59Z");
        BOOST_TEST(!stop_now(w)->code);
        w.run_for(24h);
        BOOST_TEST(!stop_now(w)->code);
        BOOST_TEST(c.log_ins == 1U);
    }
    world w;
    w.config.credentials = iam_token_credentials(log_in_of_a_user());
    cloud c(w);
    c.log_in_answer = log_in_reply("t", "0000-01-01T00:00:00Z");
    BOOST_TEST((stop_now(w)->code == error_code(errc::credentials_unavailable)));
    BOOST_TEST(c.stops == 0U);
}

BOOST_AUTO_TEST_CASE(a_log_in_that_takes_too_long_names_its_phase) {
    struct silence {
        phase in;
        errc code;
    };
    for (auto const& each :
         {silence{phase::resolve, errc::resolve_timeout}, silence{phase::connect, errc::connect_timeout},
          silence{phase::handshake, errc::handshake_timeout}}) {
        world w;
        auto options = log_in_of_a_user();
        options.timeout = 7s;
        w.config.credentials = iam_token_credentials(options);
        w.net.dials_to = [&](std::string const&) {
            dial_step step;
            step.in = each.in;
            step.stalls = true;
            return std::vector<dial_step>{step};
        };
        auto const call = stop_now(w);
        BOOST_TEST((call->code == error_code(each.code)));
        BOOST_TEST((call->code == condition::timed_out));
        BOOST_TEST((w.time.elapsed() == 7s));
        BOOST_TEST(w.net.live_dials == 0U);
    }
    world w;
    auto options = log_in_of_a_user();
    options.timeout = 7s;
    w.config.credentials = iam_token_credentials(options);
    w.net.server = [](request const&) { return no_answer(); };
    BOOST_TEST((stop_now(w)->code == error_code(errc::first_byte_timeout)));
    BOOST_TEST((w.time.elapsed() == 7s));
    BOOST_TEST(w.net.live_streams == 0U);
}

BOOST_AUTO_TEST_CASE(a_service_that_rejects_every_token_causes_few_log_ins) {
    world w;
    w.config.credentials = iam_token_credentials(log_in_of_a_user());
    cloud c(w);
    c.service_rejects = true;
    for (int i = 0; i < 200; ++i)
        BOOST_TEST((stop_now(w)->code == condition::unauthenticated));
    BOOST_TEST(c.log_ins == 2U);
    BOOST_TEST(c.stops == 2U);
    c.service_rejects = false;
    w.run_for(1min);
    BOOST_TEST(!stop_now(w)->code);
}

BOOST_AUTO_TEST_CASE(who_gives_up_hands_the_turn_on) {
    world w;
    w.config.credentials = iam_token_credentials(log_in_of_a_user());
    cloud c(w);
    auto const first = w.stop(sync_task("a", "t"));
    auto const second = w.stop(sync_task("b", "t"));
    w.run_for(10ms);
    w.cancel(*first, boost::asio::cancellation_type::total);
    w.run_for(1s);
    BOOST_TEST((first->code == error_code(errc::cancelled)));
    BOOST_TEST(!second->code);
    BOOST_TEST(c.log_ins == 2U);
}

BOOST_AUTO_TEST_CASE(replies_that_are_no_log_in) {
    std::string const good = R"({"token":{"expires_at":"2026-01-02T00:00:00Z"}})";
    std::string const huge(2 * 1024 * 1024, 'x');
    std::vector<std::string> const answers{
        reply_text(201),
        reply_text(201, good),                                  // no token
        reply_text(201, good, "X-Subject-Token: to\tken\r\n"),  // no header may carry it
        reply_text(201, good, "X-Subject-Token: to ken\r\n"),
        reply_text(201, good, "X-Subject-Token: " + std::string(16385, 't') + "\r\n"),
        reply_text(201, good, "X-Subject-Token: " + std::string(100'000, 't') + "\r\n"),
        reply_text(200, good, "X-Subject-Token: t\r\n"),
        reply_text(201, "[[[", "X-Subject-Token: t\r\n"),
        reply_text(201, std::string(900'000, '['), "X-Subject-Token: t\r\n"),
        reply_text(201, R"({"token":{"expires_at":17}})", "X-Subject-Token: t\r\n"),
        reply_text(201, R"({"token":{"expires_at":"tomorrow"}})", "X-Subject-Token: t\r\n"),
        log_in_reply("t", "2025-12-31T23:59:59Z"),  // over already
        reply_text(201, huge, "X-Subject-Token: t\r\n"),
        reply_text(302, {}, "Location: https://elsewhere\r\n"),
        reply_text(201, good, "X-Subject-Token: t\r\nContent-Length: 1\r\n"),
        "HTTP/1.1 201 Created\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "not HTTP at all\r\n\r\n",
    };
    for (auto const& bytes : answers) {
        world w;
        w.config.credentials = iam_token_credentials(log_in_of_a_user());
        cloud c(w);
        c.log_in_answer = bytes;
        auto const call = stop_now(w);
        BOOST_TEST_CONTEXT(bytes.substr(0, 160)) {
            BOOST_TEST(call->code.failed());
            BOOST_TEST((call->code.category() == client_category()));
            BOOST_TEST((call->result.outcome == outcome::not_sent));
            BOOST_TEST(call->result.service_message.size() < 1024U);
            BOOST_TEST(c.stops == 0U);
        }
    }
}

BOOST_AUTO_TEST_CASE(no_failure_says_the_password) {
    auto const says = [](std::string const& text) {
        return text.find("pass\"word") != std::string::npos || text.find("pass\\\"word") != std::string::npos;
    };
    for (unsigned const status : {400U, 401U, 403U, 404U, 429U, 500U, 503U, 599U}) {
        world w;
        w.config.credentials = iam_token_credentials(log_in_of_a_user());
        cloud c(w);
        c.log_in_answer = reply_text(status, R"({"error":{"code":1,"title":"pass\"word\\\n","message":)"
                                             R"("not pass\"word\\\n"}})");
        auto const call = stop_now(w);
        BOOST_TEST((call->result.outcome == outcome::not_sent));
        BOOST_TEST(says(c.last_log_in));
        BOOST_TEST(!says(describe_failure(call->code, call->result)));
        BOOST_TEST(!says(call->result.service_message));
        BOOST_TEST(!says(w.core->describe()));
        BOOST_TEST(!says(w.config.credentials->label()));
    }
}

// It could not be found in IAM's words without what only looks like it.
BOOST_AUTO_TEST_CASE(with_a_short_password_iams_words_are_not_told) {
    world w;
    auto options = log_in_of_a_user();
    options.password = secret("pass");
    w.config.credentials = iam_token_credentials(options);
    cloud c(w);
    c.log_in_answer = reply_text(400, R"({"error":{"code":400,"title":"T","message":"pass is no password"}})");
    BOOST_TEST(stop_now(w)->result.service_message == "IAM log-in of us\"er: IAM answered 400");
}

BOOST_AUTO_TEST_CASE(every_option_is_read) {
    // The client takes several: a log-in the first.
    ::setenv("HUAWEICLOUD_SDK_IAM_ENDPOINT", " https://iam.environment , https://iam.other", 1);
    for (std::string const endpoint : {"https://iam.test:8443", ""}) {
        world w;
        auto options = log_in_of_a_user();
        options.endpoint = endpoint;
        w.config.credentials = iam_token_credentials(options);
        cloud c(w);
        BOOST_TEST(!stop_now(w)->code);
        BOOST_TEST(w.net.peers.front() == (endpoint.empty() ? "iam.environment:443" : "iam.test:8443"));
    }
    ::unsetenv("HUAWEICLOUD_SDK_IAM_ENDPOINT");
    std::vector<std::pair<std::string, std::function<void(iam_options&)>>> const wrong{
        {"domain", [](iam_options& o) { o.domain.clear(); }},
        {"user", [](iam_options& o) { o.user.clear(); }},
        {"password", [](iam_options& o) { o.password = {}; }},
        {"endpoint", [](iam_options& o) { o.endpoint = "http://iam.test"; }},
        {"endpoint", [](iam_options& o) { o.endpoint = "iam.test"; }},
        {"timeout", [](iam_options& o) { o.timeout = 0s; }},
        {"timeout", [](iam_options& o) { o.timeout = std::chrono::hours(24 * 365 * 51); }},
        {"ca_file", [](iam_options& o) { o.ca_file = "/nowhere"; }},
        {"ca_pem", [](iam_options& o) { o.ca_pem = "no certificate"; }},
    };
    for (auto const& [field, spoil] : wrong) {
        auto options = log_in_of_a_user();
        spoil(options);
        std::string const expected = "iam_options::" + field;
        auto const names_it = [&](config_error const& e) {
            return e.field() == expected && std::string(e.what()).find("pass\"") == std::string::npos;
        };
        BOOST_CHECK_EXCEPTION(iam_token_credentials(options), config_error, names_it);
    }
}

BOOST_AUTO_TEST_CASE(a_context_may_go_in_the_middle) {
    for (bool first_is_sending : {true, false}) {
        auto const shared = iam_token_credentials(log_in_of_a_user());
        world a;
        world b;
        a.config.credentials = b.config.credentials = shared;
        cloud of_a(a);
        cloud of_b(b);
        auto const first = (first_is_sending ? a : b).stop(sync_task("a", "t"));
        if (first_is_sending) a.run_for(10ms);  // under way, in the context that goes
        auto const second = (first_is_sending ? b : a).stop(sync_task("b", "t"));
        auto const third = b.stop(sync_task("c", "t"));
        BOOST_TEST(of_a.log_ins == (first_is_sending ? 1U : 0U));
        b.run_for(10ms);
        BOOST_TEST(of_b.log_ins == (first_is_sending ? 0U : 1U));
        a.lose_context();
        BOOST_TEST(a.net.live_streams == 0U);
        auto const& lost = first_is_sending ? first : second;
        auto const& kept = first_is_sending ? second : first;
        BOOST_TEST(lost->completions == 0U);
        BOOST_TEST(lost->handler.expired());
        b.run_for(1min);
        BOOST_TEST(!kept->code);
        BOOST_TEST(kept->completions == 1U);
        BOOST_TEST(!third->code);
        BOOST_TEST(third->completions == 1U);
    }
}

BOOST_AUTO_TEST_CASE(a_client_may_go_in_the_middle) {
    auto const shared = iam_token_credentials(log_in_of_a_user());
    world a;
    world b;
    a.config.credentials = b.config.credentials = shared;
    cloud of_a(a);
    cloud of_b(b);
    auto const first = a.stop(sync_task("a", "t"));
    a.run_for(10ms);
    auto const second = b.stop(sync_task("b", "t"));
    b.run_for(10ms);
    a.close();
    a.run_for(1s);
    BOOST_TEST((first->code == error_code(errc::shut_down)));
    BOOST_TEST((first->result.phase == phase::credentials));
    BOOST_TEST((first->result.outcome == outcome::not_sent));
    BOOST_TEST(a.net.live_streams == 0U);
    b.run_for(1min);
    BOOST_TEST(second->completions == 1U);
    BOOST_TEST(!second->code);
    BOOST_TEST(of_b.log_ins == 1U);
}

BOOST_AUTO_TEST_CASE(the_last_handle_may_go_from_a_handler) {
    // The provider goes with the client while a log-in is on its way.
    world w;
    w.config.credentials = iam_token_credentials(log_in_of_a_user());
    cloud c(w);
    auto const call = w.stop(sync_task("a", "t"));
    w.config.credentials = token_credentials("t");
    w.run_for(10ms);
    w.close();
    w.run();
    BOOST_TEST(call->completions == 1U);
    BOOST_TEST(w.net.live_streams == 0U);
    BOOST_TEST(w.net.live_dials == 0U);
}

// What was accepted before says nothing of what comes now.
BOOST_AUTO_TEST_CASE(after_a_rejected_one_it_is_one_log_in_at_a_time_again) {
    world w;
    w.config.credentials = iam_token_credentials(log_in_of_a_user());
    cloud c(w);
    BOOST_TEST(!stop_now(w, "accepted")->code);
    c.log_in_status = 401;
    BOOST_TEST((stop_now(w, "rejected")->code == error_code(errc::credentials_rejected)));
    w.run_for(5min);
    c.log_in_status = 500;
    c.most_log_ins = 0;
    for (int i = 0; i < 20; ++i)
        w.stop(sync_task("q" + std::to_string(i), "t"));
    w.run_for(30s);
    BOOST_TEST(c.most_log_ins == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
