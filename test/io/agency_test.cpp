// SPDX-License-Identifier: BSL-1.0
//
// Credentials of another account through its agency, over scripted connections and in virtual time: what IAM is asked
// for and by whom, and what becomes of what it says.
#include "client/client_core.hpp"
#include "io/agency_cloud.hpp"
#include "wire/json_string.hpp"
#include "wire/signature.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

std::optional<std::string> refused(request const&) {
    return reply_text(401, R"({"error":{"code":401,"message":"The token is of nobody.","title":"Unauthorized"}})");
}

// IAM's words are told only where they cannot be the token, or a part of it.
credential long_token(std::size_t number, std::string const&) {
    return credential::from_token("acting-token-" + std::to_string(number));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(agency)

BOOST_AUTO_TEST_CASE(a_token_is_asked_for_by_a_token) {
    agency_world w(agency_kind::token);
    BOOST_TEST(!stop_now(w)->code);
    BOOST_REQUIRE(w.asked.size() == 1U);
    BOOST_TEST(w.asked[0] ==
               "POST /v3/auth/tokens?nocatalog=true HTTP/1.1\r\nUser-Agent: oms-cpp/test\r\n"
               "Content-Type: application/json;charset=utf8\r\nX-Auth-Token: token-0\r\n"
               "Host: iam.cn-north-4.myhuaweicloud.com\r\nConnection: close\r\nContent-Length: 150\r\n\r\n"
               R"({"auth":{"identity":{"methods":["assume_role"],"assume_role":{"agency_name":"the \"agency\"",)"
               R"("domain_name":"theirs"}},"scope":{"project":{"id":"p"}}}})");
    BOOST_TEST(w.acting->asked == std::vector<std::string>{""}, boost::test_tools::per_element());
    BOOST_TEST(w.stopped_by(1));
    BOOST_TEST(w.net.live_streams == 1U);  // IAM's is closed
}

BOOST_AUTO_TEST_CASE(a_key_is_asked_for_by_a_token) {
    agency_world w(agency_kind::key);
    auto options = an_agency();
    options.domain_name.clear();
    options.domain_id = "d1";
    options.acting_project = "ours";
    options.key_duration = 900s;
    w.use(w.acting, options);
    BOOST_TEST(!stop_now(w)->code);
    BOOST_REQUIRE(w.asked.size() == 1U);
    BOOST_TEST(w.asked[0] ==
               "POST /v3.0/OS-CREDENTIAL/securitytokens HTTP/1.1\r\nUser-Agent: oms-cpp/test\r\n"
               "Content-Type: application/json;charset=utf8\r\nX-Auth-Token: token-0\r\n"
               "Host: iam.cn-north-4.myhuaweicloud.com\r\nConnection: close\r\nContent-Length: 136\r\n\r\n"
               R"({"auth":{"identity":{"methods":["assume_role"],"assume_role":{"agency_name":"the \"agency\"",)"
               R"("domain_id":"d1","duration_seconds":900}}}})");
    BOOST_TEST(w.acting->asked == std::vector<std::string>{"ours"}, boost::test_tools::per_element());
    BOOST_TEST(w.stopped_by(1));
    BOOST_TEST(agency_world::says(w.last_stop, "X-Security-Token: the-security-token\r\n"));
}

BOOST_AUTO_TEST_CASE(a_key_signs_the_request) {
    for (auto const kind : agency_kinds) {
        agency_world w(kind);
        w.use(key_credentials("ACTING", "acting-secret", "acting-security-token"));
        BOOST_TEST(!stop_now(w)->code);
        BOOST_REQUIRE(w.asked.size() == 1U);
        std::string const& text = w.asked[0];
        std::string const body = agency_world::body_of(text);
        bool const for_token = kind == agency_kind::token;
        std::string expected;
        wire::signer by(wire::sign_algorithm::sdk_hmac_sha256, {"ACTING", "acting-secret", "acting-security-token"});
        by.append_headers(expected,
                          {"POST",
                           for_token ? "/v3/auth/tokens" : "/v3.0/OS-CREDENTIAL/securitytokens",
                           for_token ? "nocatalog=true" : "",
                           "iam.cn-north-4.myhuaweicloud.com",
                           {},
                           body},
                          std::chrono::sys_days(std::chrono::year(2026) / 1 / 1));
        BOOST_TEST(agency_world::says(expected, "SignedHeaders=host;x-sdk-date;x-security-token,"));
        BOOST_TEST(agency_world::says(text, "\r\n" + expected + "Host: "), text);
        BOOST_TEST(!agency_world::says(text, "X-Auth-Token"));
        BOOST_TEST(w.stopped_by(1));
    }
}

BOOST_AUTO_TEST_CASE(a_thousand_stops_make_one_log_in) {
    for (auto const kind : agency_kinds) {
        agency_world w(kind);
        for (int i = 0; i < 1000; ++i)
            BOOST_REQUIRE(!stop_now(w)->code);
        BOOST_TEST(w.asked.size() == 1U);
        BOOST_TEST(w.acting->asked.size() == 1U);
    }
}

BOOST_AUTO_TEST_CASE(each_project_has_its_token_and_all_have_one_key) {
    for (auto const kind : agency_kinds) {
        agency_world w(kind);
        for (int i = 0; i < 50; ++i)
            BOOST_TEST(!stop_now(w, "p" + std::to_string(i))->code);
        BOOST_TEST(w.asked.size() == (kind == agency_kind::token ? 50U : 1U));
        BOOST_TEST(w.acting->asked.size() == 1U);
        BOOST_TEST(w.most_open == 1U);
    }
}

BOOST_AUTO_TEST_CASE(one_log_in_at_a_time_until_one_is_accepted_then_eight) {
    agency_world w(agency_kind::token);
    w.answers = [](request const&) { return reply_text(500); };
    calls all;
    for (int i = 0; i < 20; ++i)
        all.push_back(w.stop(sync_task("p" + std::to_string(i), "t")));
    w.run_for(10s);
    BOOST_TEST(w.most_open == 1U);
    BOOST_TEST(w.asked.size() == 20U);
    for (auto const& each : all)
        BOOST_REQUIRE((each->code == error_code(errc::credentials_unavailable)));
    w.answers = nullptr;
    BOOST_TEST(!stop_now(w)->code);
    for (int i = 0; i < 100; ++i)
        all.push_back(w.stop(sync_task("q" + std::to_string(i), "t")));
    w.run_for(10s);
    BOOST_TEST(w.most_open == 8U);
    BOOST_TEST(w.acting->asked.size() == 1U);
    for (std::size_t i = 20; i < all.size(); ++i)
        BOOST_REQUIRE(!all[i]->code);
}

BOOST_AUTO_TEST_CASE(who_acts_is_asked_for_each_region_once) {
    agency_world w(agency_kind::token);
    w.config.endpoints["cn-east-3"] = "https://east.test";
    for (int i = 0; i < 3; ++i) {
        for (std::string const region : {"", "cn-east-3"}) {
            auto task = sync_task("p" + region + std::to_string(i), "t");
            task.region = region;
            auto const call = w.stop(task);
            w.run_until_done(*call);
            BOOST_TEST(!call->code);
        }
    }
    BOOST_TEST(w.acting->asked.size() == 2U);
    BOOST_TEST(w.asked.size() == 6U);
    BOOST_TEST(agency_world::says(w.asked[1], "Host: iam.cn-east-3.myhuaweicloud.com\r\n"));
}

BOOST_AUTO_TEST_CASE(what_iam_gave_is_renewed_early_and_after_its_end) {
    for (auto const kind : agency_kinds) {
        agency_world w(kind);
        w.answers = [&](request const&) -> std::optional<std::string> {
            auto const hours = std::to_string(w.asked.size());  // each lasts an hour
            std::string const end = "2026-01-01T0" + hours + ":00:00Z";
            return kind == agency_kind::token ? log_in_reply("theirs-" + hours, end)
                                              : agency_key_reply("THEIRS" + hours, end);
        };
        BOOST_TEST(!stop_now(w)->code);
        w.run_for(40min);
        BOOST_TEST(!stop_now(w)->code);
        BOOST_TEST(w.asked.size() == 1U);
        w.run_for(19min);
        BOOST_TEST(!stop_now(w)->code);
        BOOST_TEST(w.stopped_by(1));  // while the next is asked for
        w.run_for(1s);
        BOOST_TEST(w.asked.size() == 2U);
        BOOST_TEST(!stop_now(w)->code);
        BOOST_TEST(w.stopped_by(2));
        w.run_for(3h);
        w.asked.resize(4);
        BOOST_TEST(!stop_now(w)->code);
        BOOST_TEST(w.stopped_by(5));
    }
}

BOOST_AUTO_TEST_CASE(what_the_service_rejects_is_renewed_and_who_acts_is_not_asked_for_it) {
    for (auto const kind : agency_kinds) {
        agency_world w(kind);
        BOOST_TEST(!stop_now(w)->code);
        w.run_for(2min);
        w.service_status = 401;
        BOOST_TEST(!!stop_now(w)->code);
        w.service_status = 200;
        w.run_for(6min);
        BOOST_TEST(!stop_now(w)->code);
        BOOST_TEST(w.asked.size() >= 2U);
        BOOST_TEST(w.asked.size() <= 4U);
        BOOST_TEST(w.acting->asked.size() == 1U);
        BOOST_TEST(w.acting->invalidated.empty());
    }
}

BOOST_AUTO_TEST_CASE(who_acts_is_asked_again_shortly_before_the_end) {
    for (auto const kind : agency_kinds) {
        agency_world w(kind);
        w.acting->lasts = 2h;
        BOOST_TEST(!stop_now(w)->code);
        auto log_in = [&, n = 0]() mutable {  // another one at IAM
            if (kind == agency_kind::token) return stop_now(w, "q" + std::to_string(++n));
            w.service_status = 401;
            stop_now(w);
            w.service_status = 200;
            w.run_for(6min);
            return stop_now(w);
        };
        w.run_for(60min);
        BOOST_TEST(!log_in()->code);
        BOOST_TEST(w.acting->asked.size() == 1U);
        w.run_for(40min);  // 20 min or less are left
        BOOST_TEST(!log_in()->code);
        BOOST_TEST(w.acting->asked.size() == 2U);
        BOOST_TEST(agency_world::says(w.asked.back(), "X-Auth-Token: token-1\r\n"));
    }
}

BOOST_AUTO_TEST_CASE(who_acts_serves_on_where_its_source_fails) {
    agency_world w(agency_kind::token);
    w.acting->lasts = 2h;
    BOOST_TEST(!stop_now(w)->code);
    w.run_for(110min);
    w.acting->fails = errc::credentials_unavailable;
    BOOST_TEST(!stop_now(w, "q")->code);
    BOOST_TEST(!stop_now(w, "r")->code);
    BOOST_TEST(w.acting->asked.size() == 2U);  // the second failed, and is repeated after a minute
    w.run_for(1min);
    BOOST_TEST(!stop_now(w, "s")->code);
    BOOST_TEST(w.acting->asked.size() == 3U);
    w.run_for(10min);
    BOOST_TEST((stop_now(w, "u")->code == error_code(errc::credentials_unavailable)));
}

BOOST_AUTO_TEST_CASE(who_acts_is_renewed_where_iam_rejects_it) {
    for (auto const kind : agency_kinds) {
        agency_world w(kind);
        w.answers = [&](request const& r) {
            return agency_world::says(r.text, "X-Auth-Token: token-0\r\n") ? refused(r) : std::nullopt;
        };
        auto const call = stop_now(w);
        BOOST_TEST(!call->code);
        BOOST_TEST(w.asked.size() == 2U);
        BOOST_TEST(w.acting->invalidated == std::vector<std::string>{"token-0"}, boost::test_tools::per_element());
        BOOST_TEST(w.stopped_by(2));
        BOOST_TEST(!stop_now(w, "q")->code);
        BOOST_TEST(w.acting->asked.size() == 2U);
    }
}

BOOST_AUTO_TEST_CASE(a_revoked_acting_token_is_renewed_once_for_all_that_are_under_way) {
    agency_world w(agency_kind::token);
    BOOST_TEST(!stop_now(w)->code);
    w.answers = [&](request const& r) {
        return agency_world::says(r.text, "X-Auth-Token: token-0\r\n") ? refused(r) : std::nullopt;
    };
    calls all;
    for (int i = 0; i < 100; ++i)
        all.push_back(w.stop(sync_task("q" + std::to_string(i), "t")));
    w.run_for(20s);
    for (auto const& each : all)
        BOOST_REQUIRE(!each->code);
    BOOST_TEST(w.acting->asked.size() == 2U);
    BOOST_TEST(w.asked.size() == 1U + 8U + 100U);  // those that were under way
}

BOOST_AUTO_TEST_CASE(a_401_is_tried_with_another_acting_credential_and_then_closes) {
    for (auto const kind : agency_kinds) {
        agency_world w(kind);
        w.acting->gives = long_token;
        w.answers = refused;
        calls all;
        for (int i = 0; i < 5'000; ++i)
            all.push_back(w.stop(sync_task("p" + std::to_string(i % 400), "t" + std::to_string(i))));
        w.run_for(1min);
        BOOST_TEST(w.asked.size() <= 3U);
        BOOST_TEST(w.asked.size() >= 2U);
        for (auto const& each : all) {
            BOOST_REQUIRE((each->code == error_code(errc::credentials_rejected)));
            BOOST_REQUIRE(each->result.outcome == outcome::not_sent);
        }
        BOOST_TEST(all.back()->result.service_message ==
                   "agency the \"agency\" of theirs: IAM answered 401 The token is of nobody.");
        std::size_t const before = w.asked.size();
        w.answers = nullptr;
        BOOST_TEST((stop_now(w)->code == error_code(errc::credentials_rejected)));
        w.run_for(5min);
        BOOST_TEST(!stop_now(w)->code);
        BOOST_TEST(w.asked.size() == before + 1);
    }
}

BOOST_AUTO_TEST_CASE(an_acting_credential_that_comes_again_is_not_sent_again) {
    for (auto const kind : agency_kinds) {
        agency_world w(kind);
        w.use(token_credentials("for-ever", "ours"));
        w.answers = refused;
        for (int i = 0; i < 20; ++i)
            BOOST_TEST((stop_now(w, "p" + std::to_string(i))->code == error_code(errc::credentials_rejected)));
        BOOST_TEST(w.asked.size() == 1U);
        BOOST_TEST(stop_now(w)->result.service_message ==
                   "agency the \"agency\" of theirs: acting as token: it gives again what IAM rejected");
        w.answers = nullptr;
        w.run_for(5min);
        BOOST_TEST(!stop_now(w)->code);
    }
}

BOOST_AUTO_TEST_CASE(a_403_or_404_closes_the_project_or_the_agencys_key) {
    for (auto const kind : agency_kinds) {
        for (unsigned const status : {403U, 404U}) {
            agency_world w(kind);
            w.acting->gives = long_token;
            bool open = false;
            w.answers = [&](request const& r) -> std::optional<std::string> {
                bool const hit = kind == agency_kind::key || agency_world::says(r.text, "\"gone\"");
                if (open || !hit) return std::nullopt;
                return reply_text(status, R"({"error":{"code":403,"message":"No such agency.","title":"No"}})");
            };
            for (int i = 0; i < 5; ++i) {
                auto const call = stop_now(w, "gone");
                BOOST_TEST((call->code == error_code(errc::credentials_unavailable)));
                BOOST_TEST(agency_world::says(call->result.service_message, "No such agency."));
            }
            BOOST_TEST(w.asked.size() == 1U);
            BOOST_TEST(!!stop_now(w, "p")->code == (kind == agency_kind::key));
            w.run_for(4min);
            BOOST_TEST(!!stop_now(w, "gone")->code);
            open = true;
            w.run_for(1min);
            BOOST_TEST(!stop_now(w, "gone")->code);
            BOOST_TEST(w.acting->invalidated.empty());
        }
    }
}

BOOST_AUTO_TEST_CASE(what_may_pass_is_tried_again_soon) {
    for (auto const kind : agency_kinds) {
        for (std::string const& bytes :
             {reply_text(429), reply_text(503), reply_text(500), reply_text(400), reply_text(201, "{}")}) {
            agency_world w(kind);
            w.answers = [&](request const&) { return bytes; };
            for (int i = 0; i < 20; ++i)
                BOOST_TEST((stop_now(w)->code == error_code(errc::credentials_unavailable)));
            BOOST_TEST(w.asked.size() == 1U);
            w.answers = nullptr;
            w.run_for(5s);
            BOOST_TEST(!stop_now(w)->code);
        }
    }
}

BOOST_AUTO_TEST_CASE(replies_that_give_nothing) {
    std::string const good = R"({"token":{"expires_at":"2026-01-02T00:00:00Z"}})";
    std::string const huge(2 * 1024 * 1024, 'x');
    for (std::string const& bytes :
         {reply_text(201), reply_text(201, good), reply_text(201, good, "X-Subject-Token: to ken\r\n"),
          reply_text(200, good, "X-Subject-Token: t\r\n"), reply_text(201, "[[[", "X-Subject-Token: t\r\n"),
          reply_text(201, R"({"token":{"expires_at":17}})", "X-Subject-Token: t\r\n"),
          reply_text(201, R"({"credential":{"access":"a","secret":"s","securitytoken":"t"}})"),
          reply_text(201, R"({"credential":{"access":"a","secret":1,"expires_at":"2026-01-02T00:00:00Z"}})"),
          reply_text(201, huge, "X-Subject-Token: t\r\n"), reply_text(302, {}, "Location: https://elsewhere\r\n"),
          std::string("HTTP/1.1 201 Created\r\nContent-Length: 99999999999999999999\r\n\r\n"),
          std::string("not HTTP at all\r\n\r\n")}) {
        for (auto const kind : agency_kinds) {
            agency_world w(kind);
            w.answers = [&](request const&) { return bytes; };
            auto const call = stop_now(w);
            BOOST_TEST_CONTEXT(bytes.substr(0, 120)) {
                BOOST_TEST(call->code.failed());
                BOOST_TEST((call->code.category() == client_category()));
                BOOST_TEST((call->result.outcome == outcome::not_sent));
                BOOST_TEST(call->result.service_message.size() < 1024U);
                BOOST_TEST(w.last_stop.empty());
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_wrong_clock_is_made_up_for) {
    for (auto const kind : agency_kinds) {
        for (bool const mends : {true, false}) {
            agency_world w(kind);
            w.use(key_credentials("ACTING", "acting-secret"));
            w.answers = [&](request const& r) -> std::optional<std::string> {
                if (mends && agency_world::says(r.text, "X-Sdk-Date: 20260101T0010")) return std::nullopt;
                return reply_text(401, {}, "Date: Thu, 01 Jan 2026 00:10:00 GMT\r\n");
            };
            auto const call = stop_now(w);
            BOOST_TEST(call->code == (mends ? error_code() : error_code(errc::credentials_rejected)));
            BOOST_TEST(w.asked.size() == 2U);
        }
    }
}

BOOST_AUTO_TEST_CASE(no_failure_says_who_acts_by_what) {
    for (auto const kind : agency_kinds) {
        for (std::string const token : {"acting-\"token\"", "short"}) {
            for (unsigned const status : {400U, 401U, 403U, 404U, 429U, 500U, 503U, 599U}) {
                agency_world w(kind);
                w.use(token_credentials(token));
                w.answers = [&](request const&) {
                    std::string said;
                    wire::append_json_string(said, "not " + token + ", " + token);
                    return reply_text(status, R"({"error":{"code":1,"title":)" + said + R"(,"message":)" + said + "}}");
                };
                auto const call = stop_now(w);
                BOOST_TEST((call->result.outcome == outcome::not_sent));
                BOOST_TEST(agency_world::says(w.asked.front(), "X-Auth-Token: " + token + "\r\n"));
                for (auto const& text : {describe_failure(call->code, call->result), call->result.service_message,
                                         w.core->describe(), w.config.credentials->label()}) {
                    BOOST_TEST(!agency_world::says(text, token), text);
                    BOOST_TEST(!agency_world::says(text, "acting-\\\"token"), text);
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(every_option_is_read) {
    ::setenv("HUAWEICLOUD_SDK_IAM_ENDPOINT", "https://iam.environment", 1);
    for (auto const kind : agency_kinds) {
        for (std::string const endpoint : {"https://iam.test:8443", ""}) {
            agency_world w(kind);
            auto options = an_agency();
            options.endpoint = endpoint;
            w.use(w.acting, options);
            BOOST_TEST(!stop_now(w)->code);
            BOOST_TEST(w.net.peers.front() == (endpoint.empty() ? "iam.environment:443" : "iam.test:8443"));
        }
    }
    ::unsetenv("HUAWEICLOUD_SDK_IAM_ENDPOINT");
    std::vector<std::pair<std::string, std::function<void(agency_options&)>>> const wrong{
        {"agency", [](agency_options& o) { o.agency.clear(); }},
        {"domain_name", [](agency_options& o) { o.domain_name.clear(); }},
        {"domain_name", [](agency_options& o) { o.domain_id = "d"; }},
        {"key_duration", [](agency_options& o) { o.key_duration = 899s; }},
        {"key_duration", [](agency_options& o) { o.key_duration = 86'401s; }},
        {"endpoint", [](agency_options& o) { o.endpoint = "http://iam.test"; }},
        {"timeout", [](agency_options& o) { o.timeout = 0s; }},
        {"ca_file", [](agency_options& o) { o.ca_file = "/nowhere"; }},
        {"ca_pem", [](agency_options& o) { o.ca_pem = "no certificate"; }},
    };
    for (auto const& [field, spoil] : wrong) {
        auto options = an_agency();
        spoil(options);
        auto const names_it = [&](config_error const& e) { return e.field() == "agency_options::" + field; };
        BOOST_CHECK_EXCEPTION(agency_token_credentials(options, token_credentials("t")), config_error, names_it);
        BOOST_CHECK_EXCEPTION(agency_key_credentials(options, token_credentials("t")), config_error, names_it);
    }
    auto const acting = [](config_error const& e) { return e.field() == "acting"; };
    BOOST_CHECK_EXCEPTION(agency_token_credentials(an_agency(), nullptr), config_error, acting);
    BOOST_CHECK_EXCEPTION(agency_key_credentials(an_agency(), nullptr), config_error, acting);
}

BOOST_AUTO_TEST_SUITE_END()
