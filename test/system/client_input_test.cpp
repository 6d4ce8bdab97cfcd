// SPDX-License-Identifier: BSL-1.0
// Wrong input never reaches the network, and right but odd input arrives whole.
#include "system/support/rig.hpp"

#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace oms::test;

namespace {

class giving final : public oms::credentials_provider {
public:
    explicit giving(oms::credential value) : value_(std::move(value)) {}
    void async_get(oms::credential_request, oms::credential_handler handler) override { handler({}, value_); }

private:
    oms::credential value_;
};

struct setup : rig {
    oms::task_ref const good = task(0);

    void refused(oms::task_ref const& which, oms::errc code, std::string_view field,
                 oms::call_options options = oms::call_options()) {
        auto const got = stop(which, std::move(options));
        BOOST_TEST((got.code == code), got.code.message());
        BOOST_TEST((got.code == oms::condition::invalid_argument));
        BOOST_TEST(got.result.outcome == oms::outcome::not_sent);
        BOOST_TEST(got.result.attempts == 0u);
        BOOST_TEST(got.result.http_status == 0u);
        BOOST_TEST(got.result.service_message.find(field) != std::string::npos, got.result.service_message);
        BOOST_TEST(sim.requests() == 0u);
        BOOST_TEST(sim.connections() == 0u);
    }
    void wrong_option(std::string_view field, std::function<void(oms::call_options&)> const& spoil) {
        oms::call_options options;
        spoil(options);
        BOOST_TEST_CONTEXT("option " << field) {
            refused(good, oms::errc::invalid_option, field, options);
        }
    }
    void wrong_header(std::string const& name, std::string const& value) {
        oms::call_options options;
        options.headers.emplace_back("X-Fine", "fine");
        options.headers.emplace_back(name, value);
        BOOST_TEST_CONTEXT("header " << name) {
            refused(good, oms::errc::invalid_header, "headers", options);
        }
    }
};

std::vector<std::string> const never_an_id{
    "",     ".", "..", "a/b", "/", "../x", "a\\b", "a\r\nX-Auth-Token: stolen", "a\nb", "a\tb", std::string("a\0b", 3),
    "\x7f",
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(client_input, setup)

BOOST_AUTO_TEST_CASE(a_wrong_project_id_is_refused) {
    for (std::string const& id : never_an_id) {
        refused(oms::sync_task(id, "task"), oms::errc::invalid_project_id, "project_id");
    }
    refused(oms::sync_task(std::string(1025, 'p'), "task"), oms::errc::invalid_project_id, "project_id");
}

BOOST_AUTO_TEST_CASE(a_wrong_task_id_is_refused) {
    for (std::string const& id : never_an_id) {
        for (auto const kind :
             {oms::task_kind::sync_task, oms::task_kind::migration_task, oms::task_kind::task_group}) {
            refused(oms::task_ref("project", id, kind), oms::errc::invalid_task_id, "task_id");
        }
    }
}

BOOST_AUTO_TEST_CASE(a_task_id_that_is_too_long_for_its_kind_is_refused) {
    refused(oms::sync_task("project", std::string(256, 't')), oms::errc::invalid_task_id, "task_id");
    refused(oms::migration_task("project", std::string(1025, 't')), oms::errc::invalid_task_id, "task_id");
    refused(oms::task_group("project", std::string(1025, 't')), oms::errc::invalid_task_id, "task_id");
}

BOOST_AUTO_TEST_CASE(the_longest_ids_are_sent) {
    auto const longest = oms::sync_task(std::string(1024, 'p'), std::string(255, 't'));
    auto const group = oms::task_group(std::string(1024, 'p'), std::string(1024, 't'));
    sim.add_task(longest);
    sim.add_task(group);
    BOOST_TEST(!stop(longest).code);
    BOOST_TEST(!stop(group).code);
}

BOOST_AUTO_TEST_CASE(an_unknown_region_is_refused) {
    for (char const* region : {"nowhere", "CN-NORTH-4", "cn-north-4.evil.example", "cn-north-4\r\n", "cn north 4"}) {
        refused(oms::sync_task("project", "task", region), oms::errc::unknown_region, "region");
    }
}

BOOST_AUTO_TEST_CASE(a_wrong_header_is_refused) {
    wrong_header("", "value");
    wrong_header("X Y", "value");
    wrong_header("X:", "value");
    wrong_header("X\r\nY", "value");
    wrong_header("X", "value\r\nY: injected");
    wrong_header("X", "value\n");
    wrong_header("X", std::string("a\0b", 3));
}

BOOST_AUTO_TEST_CASE(a_header_of_the_librarys_own_is_refused) {
    for (char const* name : {"host", "Content-Length", "TRANSFER-ENCODING", "X-Auth-Token", "Authorization",
                             "Connection", "X-Sdk-Date", "User-Agent"}) {
        wrong_header(name, "value");
    }
}

BOOST_AUTO_TEST_CASE(a_header_of_the_callers_own_is_sent) {
    oms::call_options options;
    options.headers.emplace_back("X-Reason", "migration ended");
    BOOST_TEST(!stop(good, options).code);
    BOOST_TEST(sim.requests() == 1u);
}

BOOST_AUTO_TEST_CASE(a_wrong_time_limit_is_refused) {
    wrong_option("timeouts.total", [](auto& o) { o.timeouts.total = 0s; });
    wrong_option("timeouts.attempt", [](auto& o) { o.timeouts.attempt = -1s; });
    wrong_option("timeouts.queue", [](auto& o) { o.timeouts.queue = 0s; });
    wrong_option("timeouts.resolve", [](auto& o) { o.timeouts.resolve = 0s; });
    wrong_option("timeouts.connect", [](auto& o) { o.timeouts.connect = -1ns; });
    wrong_option("timeouts.handshake", [](auto& o) { o.timeouts.handshake = 0s; });
}

BOOST_AUTO_TEST_CASE(a_wrong_retry_option_is_refused) {
    wrong_option("retry.max_attempts", [](auto& o) { o.retry.max_attempts = 0; });
    wrong_option("retry.base_delay", [](auto& o) { o.retry.base_delay = -1ms; });
    wrong_option("retry.throttled_delay", [](auto& o) { o.retry.throttled_delay = -1ms; });
    wrong_option("retry.max_delay", [](auto& o) { o.retry.max_delay = -1ms; });
    wrong_option("retry.max_retry_after", [](auto& o) { o.retry.max_retry_after = -1ms; });
}

BOOST_AUTO_TEST_CASE(a_deadline_that_has_passed_sends_nothing) {
    oms::call_options options;
    options.deadline = std::chrono::steady_clock::now() - 1s;
    auto const got = stop(good, options);
    BOOST_TEST((got.code == oms::condition::timed_out), got.code.message());
    BOOST_TEST(got.result.outcome == oms::outcome::not_sent);
    BOOST_TEST(sim.requests() == 0u);
}

BOOST_AUTO_TEST_CASE(a_token_that_no_header_may_carry_is_not_sent) {
    for (std::string const& token : {std::string(), std::string("a\r\nX: y"), std::string("a b"),
                                     std::string(16385, 't'), std::string("caf\xc3\xa9")}) {
        oms::call_options options;
        BOOST_CHECK_THROW(oms::token_credentials(token), oms::config_error);
        options.credentials = std::make_shared<giving>(oms::credential::from_token(token));
        auto const got = stop(good, options);
        BOOST_TEST((got.code == oms::errc::credentials_invalid), got.code.message());
        BOOST_TEST(got.result.outcome == oms::outcome::not_sent);
    }
    BOOST_TEST(sim.connections() == 0u);
}

BOOST_AUTO_TEST_CASE(a_credential_of_another_project_is_not_sent) {
    oms::call_options options;
    options.credentials = oms::token_credentials(sim.token("another"), "another");
    auto const got = stop(good, options);
    BOOST_TEST((got.code == oms::errc::credentials_wrong_project));
    BOOST_TEST(got.result.service_message == "project_id");
    BOOST_TEST(sim.connections() == 0u);
}

// Each target as the ledger saw it: one segment stays one segment, one request stays one request.
BOOST_AUTO_TEST_CASE(odd_ids_are_encoded) {
    std::vector<std::pair<std::string, std::string>> const ids{
        {"a b", "a%20b"},
        {"100%", "100%25"},
        {"%0d%0aX:%20y", "%250d%250aX%3A%2520y"},
        {"%2e%2e", "%252e%252e"},
        {"%2F", "%252F"},
        {"a?b=c&d#e", "a%3Fb%3Dc%26d%23e"},
        {"a;b,c:d@e+f", "a%3Bb%2Cc%3Ad%40e%2Bf"},
        {"\"<>[]{}|^`", "%22%3C%3E%5B%5D%7B%7D%7C%5E%60"},
        {"...", "..."},
        {"caf\xc3\xa9", "caf%C3%A9"},
        {"\xe4\xbb\xbb\xe5\x8a\xa1", "%E4%BB%BB%E5%8A%A1"},
        {"\xff\xfe", "%FF%FE"},
        {"a-b_c.d~e", "a-b_c.d~e"},
    };
    for (auto const& [id, encoded] : ids) {
        auto const which = oms::sync_task(id, id);
        sim.add_task(which);
        auto const got = stop(which);
        BOOST_TEST(!got.code, got.code.message());
        auto const seen = sim.ledger().back();
        BOOST_TEST(seen.target == "/v2/" + encoded + "/sync-tasks/" + encoded + "/stop");
        BOOST_TEST(seen.project_id == id);
        BOOST_TEST(seen.task_id == id);
        BOOST_TEST(sim.stops(which) == 1u);
    }
    BOOST_TEST(sim.requests() == ids.size());
}

BOOST_AUTO_TEST_SUITE_END()
