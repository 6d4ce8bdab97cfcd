// SPDX-License-Identifier: BSL-1.0
#include <oms/error.hpp>

#include "error/error_table.hpp"

#include <boost/system/errc.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>

namespace {

using oms::condition;
using oms::errc;

oms::error_code parse(unsigned status, std::string const& code, oms::stop_result& details) {
    return oms::parse_error(status, R"({"error_code":")" + code + R"(","error_msg":"words"})", details);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(describe_failure)

BOOST_AUTO_TEST_CASE(a_time_out_is_described_by_its_last_answer) {
    oms::stop_result r;
    r.outcome = oms::outcome::unknown;
    r.elapsed = std::chrono::seconds(90);
    r.cause = parse(429, "APIGW.0308", r);
    r.attempts = 4;
    r.request_id = "0123abcd";
    r.spent.queued = std::chrono::seconds(12);
    r.spent.exchange = std::chrono::milliseconds(250);
    r.spent.backoff = std::chrono::seconds(70);
    BOOST_TEST(oms::describe_failure(errc::queue_timeout, r) ==
               "Timed out after 90 s queued for a connection; last answer 429 APIGW.0308 (throttled); it said "
               "\"words\"; 4 attempts; 12 s queued, 250 ms exchanging, 70 s backing off; request id 0123abcd; "
               "outcome unknown");
}

BOOST_AUTO_TEST_CASE(a_refusal_is_described_by_what_to_do) {
    oms::stop_result r;
    r.outcome = oms::outcome::refused;
    oms::error_code const code = parse(403, "OMS.0206", r);
    r.cause = code;
    r.mutable_details().error_detail = "[task]\n";
    r.attempts = 1;
    r.spent.exchange = std::chrono::milliseconds(1234);
    BOOST_TEST(oms::describe_failure(code, r) ==
               "The caller has no OMS permission: grant it oms:synctask:update or the task kind's own; answer 403 "
               "OMS.0206 (permission denied); it said \"words\"; detail \"[task]\\n\"; 1.2 s exchanging; refused");
}

BOOST_AUTO_TEST_CASE(a_failed_dial_is_described_by_its_cause) {
    oms::stop_result r;
    r.cause = boost::system::errc::make_error_code(boost::system::errc::connection_refused);
    r.mutable_details().connection = "oms.example:443";
    r.spent.connect = std::chrono::milliseconds(9960);
    BOOST_TEST(oms::describe_failure(errc::connect_failed, r) ==
               "No address of the endpoint accepted a connection: check the endpoint, the route and firewalls; "
               "Connection refused; oms.example:443; 10 s connecting; nothing was sent");
}

BOOST_AUTO_TEST_CASE(nothing_is_said_twice) {
    oms::stop_result r;
    r.outcome = oms::outcome::refused;
    oms::error_code const code = oms::parse_error(403, "", r);  // the words are those of the status
    r.cause = code;
    BOOST_TEST(
        oms::describe_failure(code, r) ==
        "HTTP 403 Forbidden: the caller may not do this; check its permissions, and proxies and firewalls on the "
        "way; refused");

    oms::stop_result dial;
    dial.cause = errc::resolve_failed;
    dial.service_message = dial.mutable_details().connection = "oms.example:443";
    dial.mutable_details().error_detail = "oms.example";  // a part of a longer name is none of it
    std::string const text = oms::describe_failure(errc::resolve_failed, dial);
    BOOST_TEST(text ==
               "The host name could not be looked up now: check the name servers or repeat later; "
               "oms.example:443; nothing was sent");
    dial.mutable_details().error_detail = "ms.example";
    BOOST_TEST(oms::describe_failure(errc::resolve_failed, dial).find("detail \"ms.example\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_task_is_named_where_it_is_given) {
    oms::stop_result r;
    oms::task_ref const task = oms::migration_task("project", "ta\nsk", "region");
    std::string const text = oms::describe_failure(errc::cancelled, r, task);
    BOOST_TEST(text == oms::describe_failure(errc::cancelled, r) + "; task region/project/ta\\nsk (migration task)");
    BOOST_TEST(oms::describe_failure(errc::cancelled, r, {}) == oms::describe_failure(errc::cancelled, r));
    BOOST_TEST(std::string_view(oms::error_with_details(errc::cancelled, r, task).what()) == text);
}

BOOST_AUTO_TEST_CASE(a_task_that_may_yet_run_is_described_by_what_was_read) {
    oms::stop_result r;
    r.outcome = oms::outcome::refused;
    r.cause = parse(400, "OMS.0066", r);
    r.confirmed = true;
    r.final_status = "1";
    std::string const text = oms::describe_failure(errc::not_confirmed_stopped, r);
    BOOST_TEST(text == oms::error_code(errc::not_confirmed_stopped).message() +
                           "; last answer 400 OMS.0066 (not running); it said \"words\"; a look at it read \"1\"; "
                           "refused");
}

BOOST_AUTO_TEST_CASE(a_call_refused_locally_is_described_by_its_field) {
    oms::stop_result r;
    r.service_message = "task_id";
    std::string const text = oms::describe_failure(errc::invalid_task_id, r);
    BOOST_TEST(text.find("; task_id; nothing was sent") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_description_is_one_bounded_line) {
    oms::stop_result r;
    r.http_status = 502;
    r.outcome = oms::outcome::already_stopped;
    r.service_code = std::string(5000, 'c') + "\n";
    r.service_message = std::string(5000, 'm') + "\x1b";
    r.request_id = "\r\n" + std::string(5000, 'r');
    r.mutable_details().error_detail = std::string(5000, '\n');
    r.mutable_details().connection = std::string(5000, '\xff');
    std::string const text = oms::describe_failure(oms::error_code(502, oms::http_category()), r);
    BOOST_TEST(text.size() < 2000u);
    BOOST_TEST(std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; }));
    BOOST_TEST(text.find("mmm...") != std::string::npos);
    BOOST_TEST(text.ends_with("; already stopped"));
}

BOOST_AUTO_TEST_CASE(every_time_out_names_its_phase) {
    oms::stop_result r;
    r.elapsed = std::chrono::milliseconds(5);
    std::set<std::string> seen;
    for (int value = static_cast<int>(errc::queue_timeout); value <= static_cast<int>(errc::backoff_timeout); ++value) {
        std::string const text = oms::describe_failure(static_cast<errc>(value), r);
        BOOST_TEST(text.starts_with("Timed out after 5 ms "));
        BOOST_TEST(seen.insert(text).second);
    }
    BOOST_TEST(seen.size() == 10u);
}

BOOST_AUTO_TEST_CASE(the_exception_carries_the_result) {
    static_assert(std::is_base_of_v<boost::system::system_error, oms::error_with_details>);
    static_assert(std::is_nothrow_copy_constructible_v<oms::error_with_details>);

    oms::stop_result r;
    oms::error_code const code = parse(400, "OMS.0066", r);
    r.request_id = "id";
    std::exception_ptr const thrown = std::make_exception_ptr(oms::error_with_details(code, r));
    std::string const expected = oms::describe_failure(code, r);
    r = {};

    try {
        std::rethrow_exception(thrown);
    } catch (boost::system::system_error const& e) {
        BOOST_TEST((e.code() == condition::not_running));
        BOOST_TEST(e.what() == expected);
        auto const* more = dynamic_cast<oms::error_with_details const*>(&e);
        BOOST_TEST_REQUIRE(more != nullptr);
        oms::error_with_details const copy = *more;
        BOOST_TEST(copy.result().request_id == "id");
        BOOST_TEST(copy.result().service_code == "OMS.0066");
        BOOST_TEST(copy.result().details().body == R"({"error_code":"OMS.0066","error_msg":"words"})");
        BOOST_TEST(std::string_view(copy.what()) == expected);
    }
}

BOOST_AUTO_TEST_CASE(success_speaks_of_no_reply) {
    for (auto const* const each :
         {&oms::http_category(), &oms::service_category(), &oms::gateway_category(), &oms::iam_category()}) {
        BOOST_TEST(!oms::detail::speaks_of_reply(oms::error_code(0, *each)));
        BOOST_TEST(oms::detail::speaks_of_reply(oms::error_code(404, *each)));
    }
    BOOST_TEST(!oms::detail::speaks_of_reply(oms::errc::cancelled));
}

BOOST_AUTO_TEST_SUITE_END()
