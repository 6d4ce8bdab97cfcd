// SPDX-License-Identifier: BSL-1.0
//
// Keys of the metadata service, over scripted connections and in virtual time.
#include "io/credential_cloud.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

BOOST_AUTO_TEST_SUITE(metadata)

BOOST_AUTO_TEST_CASE(one_key_serves_all_projects) {
    world w;
    w.config.credentials = metadata_credentials();
    cloud c(w);
    calls all;
    for (int i = 0; i < 200; ++i)
        all.push_back(w.stop(sync_task("p" + std::to_string(i), "t")));
    w.run_for(10s);
    for (auto const& each : all)
        BOOST_REQUIRE(!each->code);
    BOOST_TEST(c.keys == 1U);
    BOOST_TEST(c.metadata_tokens == 1U);
    BOOST_TEST(c.last_key_request.find("X-Metadata-Token: mt-1\r\n") != std::string::npos);
    BOOST_TEST(c.last_stop.find("Access=AK1,") != std::string::npos);
    BOOST_TEST(c.last_stop.find("X-Security-Token: the-security-token\r\n") != std::string::npos);
    w.run_for(6h);
    BOOST_TEST((stop_now(w)->code == error_code(errc::credentials_unavailable)));  // it still gives the old key
    c.key_answer = key_reply("AK-new", "2026-01-01T12:00:00Z");
    w.run_for(1min);
    BOOST_TEST(!stop_now(w)->code);
    BOOST_TEST(c.metadata_tokens == 1U);
}

BOOST_AUTO_TEST_CASE(without_tokens_it_is_asked_without_one_for_a_day) {
    for (unsigned status : {404U, 405U, 503U}) {
        world w;
        w.config.credentials = metadata_credentials();
        cloud c(w);
        c.metadata_token_status = status;
        BOOST_TEST(!stop_now(w)->code);
        BOOST_TEST(c.last_key_request.find("X-Metadata-Token") == std::string::npos);
        c.key_answer = key_reply("AK-new", "2026-01-01T12:00:00Z");
        w.run_for(7h);
        BOOST_TEST(!stop_now(w)->code);
        BOOST_TEST(c.keys == 2U);
        BOOST_TEST(c.metadata_tokens == 1U);
    }
}

BOOST_AUTO_TEST_CASE(a_token_that_is_over_is_renewed_once) {
    world w;
    w.config.credentials = metadata_credentials();
    cloud c(w);
    c.refuse_metadata_token = "mt-1\r\n";
    BOOST_TEST(!stop_now(w)->code);
    BOOST_TEST(c.metadata_tokens == 2U);
    BOOST_TEST(c.keys == 2U);
    world v;
    v.config.credentials = metadata_credentials();
    cloud d(v);
    d.key_answer = reply_text(401, "Please configure Cloud Service Agency first");
    auto const call = stop_now(v);
    BOOST_TEST((call->code == error_code(errc::credentials_unavailable)));
    BOOST_TEST(d.keys == 1U);
    BOOST_TEST(call->result.service_message.find("HTTP 401") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(answers_that_are_no_key) {
    for (std::string const body :
         {"", "{}", "[]", R"({"credential":{"access":"a","secret":"s"}})",
          R"({"credential":{"access":"a","secret":"","expires_at":"2026-01-01T06:00:00Z"}})"}) {
        world w;
        w.config.credentials = metadata_credentials();
        cloud c(w);
        c.key_answer = reply_text(200, body);
        BOOST_TEST((stop_now(w)->code == error_code(errc::credentials_unavailable)));
        BOOST_TEST(c.stops == 0U);
    }
}

BOOST_AUTO_TEST_CASE(a_failure_is_everybodys_for_five_seconds) {
    world w;
    w.config.credentials = metadata_credentials();
    cloud c(w);
    bool answers = false;
    w.net.dials_to = [&](std::string const& host) -> std::vector<dial_step> {
        if (answers || host == "oms.test") return {};
        dial_step step;
        step.stalls = true;
        return {step};
    };
    calls all;
    for (int i = 0; i < 800; ++i)
        all.push_back(w.stop(sync_task("p" + std::to_string(i), "t")));
    w.run_for(4s);
    for (auto const& each : all)
        BOOST_REQUIRE((each->code == error_code(errc::connect_timeout)));
    BOOST_TEST(w.net.dialed == 1U);
    BOOST_TEST((all.back()->at.time_since_epoch() - all.front()->at.time_since_epoch() < 100ms));
    answers = true;
    BOOST_TEST((stop_now(w)->code == error_code(errc::connect_timeout)));
    w.run_for(5s);
    BOOST_TEST(!stop_now(w)->code);
}

BOOST_AUTO_TEST_CASE(another_context_takes_over) {
    auto const shared = metadata_credentials();
    world a;
    world b;
    a.config.credentials = b.config.credentials = shared;
    cloud of_a(a);
    cloud of_b(b);
    auto const lost = a.stop(sync_task("a", "t"));
    a.run_for(10ms);
    auto const first = b.stop(sync_task("b", "t"));
    auto const second = b.stop(sync_task("c", "t"));
    b.run_for(10ms);
    BOOST_TEST(of_a.metadata_tokens == 1U);
    BOOST_TEST(of_b.metadata_tokens == 0U);
    a.lose_context();
    BOOST_TEST(a.net.live_streams == 0U);
    BOOST_TEST(lost->completions == 0U);
    b.run_for(1min);
    BOOST_TEST(first->completions == 1U);
    BOOST_TEST(!first->code);
    BOOST_TEST(!second->code);
    BOOST_TEST(of_b.keys == 1U);
}

BOOST_AUTO_TEST_CASE(who_gives_up_hands_the_lead_on) {
    world w;
    w.config.credentials = metadata_credentials();
    cloud c(w);
    auto const first = w.stop(sync_task("a", "t"));
    auto const second = w.stop(sync_task("b", "t"));
    w.run_for(10ms);
    w.cancel(*first, boost::asio::cancellation_type::total);
    w.run_for(1s);
    BOOST_TEST((first->code == error_code(errc::cancelled)));
    BOOST_TEST(!second->code);
}

BOOST_AUTO_TEST_CASE(every_option_is_read) {
    metadata_options options;
    options.endpoint = "https://169.254.169.254";
    BOOST_CHECK_EXCEPTION(metadata_credentials(options), config_error,
                          [](config_error const& e) { return e.field() == "metadata_options::endpoint"; });
    options.endpoint = "http://metadata.test:8080";
    options.timeout = 0s;
    BOOST_CHECK_EXCEPTION(metadata_credentials(options), config_error,
                          [](config_error const& e) { return e.field() == "metadata_options::timeout"; });
    options.timeout = 2s;
    world w;
    w.config.credentials = metadata_credentials(options);
    w.net.server = [](request const&) { return no_answer(); };
    BOOST_TEST((stop_now(w)->code == error_code(errc::first_byte_timeout)));
    BOOST_TEST((w.time.elapsed() == 4s));
    BOOST_TEST(w.net.peers.front() == "metadata.test:8080");
    world v;
    v.config.credentials = metadata_credentials();
    cloud c(v);
    BOOST_TEST(!stop_now(v)->code);
    BOOST_TEST(v.net.peers.front() == "169.254.169.254:80");
}

BOOST_AUTO_TEST_SUITE_END()
