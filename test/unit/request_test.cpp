// SPDX-License-Identifier: BSL-1.0
#include "wire/request.hpp"

#include "call/operation.hpp"
#include "unit/canonical_request.hpp"
#include "wire/signature.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

using namespace oms::wire;
using oms::call::show_operation;
using oms::call::start_operation;
using oms::call::stop_operation;
using oms::testing::authorization;
using oms::testing::name_value;

namespace {

authority endpoint(std::string_view url) {
    std::string reason;
    auto const parsed = parse_endpoint(url, reason);
    BOOST_REQUIRE(parsed.has_value());
    return *parsed;
}

request_template const& local() {
    static request_template const instance(endpoint("https://127.0.0.1:8443"), "oms-test/1");
    return instance;
}

// The time 2024-09-12 03:04:05.
constexpr std::chrono::sys_seconds signing_time{std::chrono::seconds(1726110245)};

}  // namespace

BOOST_AUTO_TEST_SUITE(request)

BOOST_AUTO_TEST_CASE(stop_with_a_token) {
    oms::task_ref const task = oms::sync_task("2c06", "0d14");
    request_head head(stop_operation(task.kind).line, task);
    head.token = "MIIabc";
    std::string out;
    local().append(out, head);
    BOOST_TEST(out ==
               "POST /v2/2c06/sync-tasks/0d14/stop HTTP/1.1\r\n"
               "Host: 127.0.0.1:8443\r\n"
               "User-Agent: oms-test/1\r\n"
               "Content-Type: application/json\r\n"
               "Content-Length: 0\r\n"
               "X-Auth-Token: MIIabc\r\n"
               "\r\n");
}

BOOST_AUTO_TEST_CASE(task_groups_are_put) {
    oms::task_ref const task = oms::task_group("2c06", "g 1");
    request_head head(stop_operation(task.kind).line, task);
    std::string out;
    request_template(endpoint("oms.example"), "a").append(out, head);
    BOOST_TEST(out ==
               "PUT /v2/2c06/taskgroups/g%201/stop HTTP/1.1\r\n"
               "Host: oms.example\r\n"
               "User-Agent: a\r\n"
               "Content-Type: application/json\r\n"
               "Content-Length: 0\r\n"
               "\r\n");
}

BOOST_AUTO_TEST_CASE(reading_sends_no_length_and_may_have_a_query) {
    oms::task_ref const task = oms::sync_task("2c06", "0d14");
    request_head head(show_operation(task.kind).line, task);
    head.query = "query_time=1726110245000";
    head.token = "t";
    std::string out;
    local().append(out, head);
    BOOST_TEST(out ==
               "GET /v2/2c06/sync-tasks/0d14?query_time=1726110245000 HTTP/1.1\r\n"
               "Host: 127.0.0.1:8443\r\n"
               "User-Agent: oms-test/1\r\n"
               "X-Auth-Token: t\r\n"
               "\r\n");
}

BOOST_AUTO_TEST_CASE(further_headers_come_last) {
    oms::task_ref const task = oms::migration_task("2c06", "7");
    std::string extra;
    append_header(extra, "X-Trace", "1 2");
    append_header(extra, "Accept", "*/*");
    request_head head(stop_operation(task.kind).line, task);
    head.token = "t";
    head.extra = extra;
    std::string out;
    local().append(out, head);
    BOOST_TEST(out.ends_with("X-Auth-Token: t\r\nX-Trace: 1 2\r\nAccept: */*\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(signed_by_keys) {
    // The vector "host-with-port", but for its user agent, which is not signed here.
    std::string const project = "2c0689c860ad4728a497c91ec0844383";
    oms::task_ref const task = oms::sync_task(project, "0d146099-8cf4-437d-b6ef-88e043771c8b");
    signer keys(sign_algorithm::sdk_hmac_sha256,
                {"HWTESTAK000000000001", "hwTestSk0000000000000000000000000000000001", "STS/+="});
    request_head head(stop_operation(task.kind).line, task);
    head.keys = &keys;
    head.time = signing_time;
    std::string out;
    local().append(out, head);

    std::string_view const segments[] = {"v2", project, "sync-tasks", task.task_id, "stop"};
    name_value const headers[] = {{"Host", "127.0.0.1:8443"},
                                  {"X-Project-Id", project},
                                  {"X-Sdk-Date", "20240912T030405Z"},
                                  {"X-Security-Token", "STS/+="}};
    std::string const expected =
        authorization(keys, sign_algorithm::sdk_hmac_sha256, {"POST", segments, {}, headers, {}});
    BOOST_TEST(out == "POST /v2/" + project + "/sync-tasks/" + task.task_id +
                          "/stop HTTP/1.1\r\n"
                          "Host: 127.0.0.1:8443\r\n"
                          "User-Agent: oms-test/1\r\n"
                          "Content-Type: application/json\r\n"
                          "Content-Length: 0\r\n"
                          "X-Project-Id: " +
                          project +
                          "\r\n"
                          "X-Sdk-Date: 20240912T030405Z\r\n"
                          "X-Security-Token: STS/+=\r\n"
                          "Authorization: " +
                          expected + "\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(a_body_follows_its_length) {
    oms::task_ref const task = oms::task_group("2c06", "g");
    request_head head(start_operation(task.kind).line, task);
    head.token = "MIIabc";
    head.body = R"({"dst_ak":"a"})";
    std::string out;
    local().append(out, head);
    BOOST_TEST(out ==
               "PUT /v2/2c06/taskgroups/g/start HTTP/1.1\r\n"
               "Host: 127.0.0.1:8443\r\n"
               "User-Agent: oms-test/1\r\n"
               "X-Auth-Token: MIIabc\r\n"
               "Content-Type: application/json\r\n"
               "Content-Length: 14\r\n"
               "\r\n"
               R"({"dst_ak":"a"})");
}

BOOST_AUTO_TEST_CASE(a_body_is_signed) {
    std::string const project = "2c0689c860ad4728a497c91ec0844383";
    oms::task_ref const task = oms::sync_task(project, "0d14");
    signer keys(sign_algorithm::sdk_hmac_sha256,
                {"HWTESTAK000000000001", "hwTestSk0000000000000000000000000000000001", {}});
    request_head head(start_operation(task.kind).line, task);
    head.keys = &keys;
    head.time = signing_time;
    head.body = R"({"src_ak":"a"})";
    std::string out;
    local().append(out, head);
    std::string_view const segments[] = {"v2", project, "sync-tasks", "0d14", "start"};
    name_value const headers[] = {
        {"Host", "127.0.0.1:8443"}, {"X-Project-Id", project}, {"X-Sdk-Date", "20240912T030405Z"}};
    std::string const expected =
        authorization(keys, sign_algorithm::sdk_hmac_sha256, {"POST", segments, {}, headers, head.body});
    BOOST_TEST(out.find("Authorization: " + expected + "\r\n") != std::string::npos);
    // The next request without one is signed as if there had been none.
    head.body = {};
    std::string without;
    local().append(without, head);
    BOOST_TEST(without.find(authorization(keys, sign_algorithm::sdk_hmac_sha256,
                                          {"POST", segments, {}, headers, {}})) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(appends_in_place_where_there_is_room) {
    oms::task_ref const task = oms::sync_task(std::string(32, 'a'), std::string(36, 'b'));
    std::string const token(2048, 't');
    request_head head(stop_operation(task.kind).line, task);
    head.token = token;
    std::string out = "before";
    out.reserve(4096);
    char const* const data = out.data();
    local().append(out, head);
    BOOST_TEST(static_cast<void const*>(out.data()) == static_cast<void const*>(data));
    BOOST_TEST(out.starts_with("beforePOST "));

    std::string once;
    local().append(once, head);
    BOOST_TEST("before" + once == out);
    BOOST_TEST(once.capacity() < once.size() + 512);
}

// Growing would leave copies of the token in memory that is free.
BOOST_AUTO_TEST_CASE(never_grows_once_a_secret_is_in) {
    for (std::size_t size : {std::size_t{1}, std::size_t{36}, std::size_t{255}}) {
        oms::task_ref const task = oms::sync_task(std::string(size, 'a'), std::string(size, ' '));
        std::string const token(16384, 't');
        signer keys(sign_algorithm::v11_hmac_sha256, {std::string(100, 'k'), "s", token},
                    {std::string(63, 'r'), std::string(63, 's')});
        request_head head(stop_operation(task.kind).line, task);
        head.keys = &keys;
        head.time = signing_time;
        std::string out;
        local().append(out, head);
        BOOST_TEST(out.size() > 16384U);
        BOOST_TEST(keys.headers_size() > out.find("Authorization: ") - out.find("X-Sdk-Date: "));

        BOOST_TEST(out.capacity() < out.size() + 2048);  // growing doubles it

        head.keys = nullptr;
        head.token = token;
        std::string other;
        local().append(other, head);
        BOOST_TEST(other.capacity() < other.size() + 2048);
    }
}

BOOST_AUTO_TEST_CASE(ids_cannot_leave_the_request_line) {
    // The client refuses such ids; should one come through, it is still one segment.
    oms::task_ref const task = oms::sync_task("p\r\nX-Evil: 1", "../../x HTTP/1.1\r\n\r\n");
    std::string out;
    local().append(out, request_head(stop_operation(task.kind).line, task));
    BOOST_TEST(
        out.starts_with("POST /v2/p%0D%0AX-Evil%3A%201/sync-tasks/..%2F..%2Fx%20HTTP%2F1.1%0D%0A%0D%0A/stop "
                        "HTTP/1.1\r\nHost: "));
}

BOOST_AUTO_TEST_SUITE_END()
