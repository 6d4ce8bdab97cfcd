// SPDX-License-Identifier: BSL-1.0
//
// What a request of HTTP/1.1 becomes over HTTP/2.
#include "http2/request_fields.hpp"
#include "wire/request.hpp"
#include "wire/signature.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>

using namespace oms;
using http2::indexing;

namespace {

struct made {
    std::string text;
    http2::request_fields fields;

    explicit made(std::string t) : text(std::move(t)), fields(text) {}

    http2::header_field const* find(std::string_view name) const {
        auto const all = fields.fields();
        auto const at = std::find_if(all.begin(), all.end(), [&](auto const& each) { return each.name == name; });
        return at == all.end() ? nullptr : &*at;
    }
    std::string value(std::string_view name) const {
        auto const* const field = find(name);
        return field != nullptr ? std::string(field->value) : "none";
    }
    indexing how(std::string_view name) const { return find(name)->how; }
};

std::string stop_request(std::string_view token, std::string_view extra = {}, wire::signer* keys = nullptr,
                         std::string_view body = {}) {
    wire::authority to;
    to.host = to.host_header = "oms.example:8443";
    wire::request_template const requests(to, "oms-cpp/1 test");
    task_ref const task("p", "t");
    wire::request_line const line{wire::method::post, wire::path_of::task, "/sync-tasks", "/stop"};
    wire::request_head head(line, task);
    head.token = token;
    head.extra = extra;
    head.keys = keys;
    head.body = body;
    std::string out;
    requests.append(out, head);
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(request_fields)

BOOST_AUTO_TEST_CASE(a_stop) {
    made const m(stop_request("a-token"));
    auto const all = m.fields.fields();
    std::string_view const first[] = {":method", ":scheme", ":path", ":authority"};
    for (std::size_t i = 0; i < std::size(first); ++i)
        BOOST_TEST(all[i].name == first[i]);
    BOOST_TEST(m.value(":method") == "POST");
    BOOST_TEST(m.value(":scheme") == "https");
    BOOST_TEST(m.value(":path") == "/v2/p/sync-tasks/t/stop");
    BOOST_TEST(m.value(":authority") == "oms.example:8443");
    BOOST_TEST(m.value("user-agent") == "oms-cpp/1 test");
    BOOST_TEST(m.value("content-type") == "application/json");
    BOOST_TEST(m.value("content-length") == "0");
    BOOST_TEST(m.value("x-auth-token") == "a-token");
    BOOST_TEST(m.value("host") == "none");
    BOOST_TEST(all.size() == 8U);
    BOOST_TEST(m.fields.body().empty());
}

// What is nearly always the same is a byte from then on; a secret never is, but for the token.
BOOST_AUTO_TEST_CASE(what_goes_into_the_table) {
    wire::signer keys(wire::sign_algorithm::sdk_hmac_sha256, {"AK", "SK", "a-security-token"});
    made const m(stop_request("a-token", "Traceparent: 00-1\r\nX-Own-Secret: s3cret\r\n", &keys));
    for (auto const* name : {":method", ":scheme", ":authority", "user-agent", "content-type", "content-length"})
        BOOST_TEST((m.how(name) == indexing::table), name);
    for (auto const* name : {":path", "x-project-id", "x-sdk-date"})
        BOOST_TEST((m.how(name) == indexing::none), name);
    for (auto const* name : {"authorization", "x-security-token", "x-own-secret", "traceparent"})
        BOOST_TEST((m.how(name) == indexing::never), name);
    BOOST_TEST((m.how("x-auth-token") == indexing::token));
    BOOST_TEST(m.value("x-security-token") == "a-security-token");
    BOOST_TEST(m.value("authorization").starts_with("SDK-HMAC-SHA256 Access=AK"));
}

BOOST_AUTO_TEST_CASE(a_body_follows_and_has_its_length) {
    std::string const body(1234, 'b');
    made const m(stop_request("a-token", {}, nullptr, body));
    BOOST_TEST(m.fields.body() == body);
    BOOST_TEST(m.value("content-length") == "1234");
    BOOST_TEST((m.how("content-length") == indexing::none));
}

BOOST_AUTO_TEST_CASE(names_are_in_lower_case_and_values_as_they_are) {
    std::string extra;
    for (int i = 0; i < 40; ++i)
        extra += "X-Own-" + std::to_string(i) + ": Value Of " + std::to_string(i) + "\r\n";
    extra += "X-Empty:\r\n";
    made const m(stop_request("t", extra));
    for (int i = 0; i < 40; ++i)
        BOOST_TEST(m.value("x-own-" + std::to_string(i)) == "Value Of " + std::to_string(i));
    BOOST_TEST(m.value("x-empty") == "");
}

BOOST_AUTO_TEST_CASE(one_after_the_other) {
    http2::request_fields fields;
    std::string const long_one = stop_request("t", "X-Own: " + std::string(3000, 'x') + "\r\n");
    std::string const short_one = "GET /v2/p/sync-tasks?limit=1 HTTP/1.1\r\nHost: h\r\n\r\n";
    for (int i = 0; i < 3; ++i) {
        fields.read(long_one);
        BOOST_TEST(fields.fields().back().name == "x-own");
        fields.read(short_one);
        BOOST_TEST(fields.fields().size() == 4U);
        BOOST_TEST(fields.fields()[2].value == "/v2/p/sync-tasks?limit=1");
        BOOST_TEST(fields.fields()[3].value == "h");
    }
}

BOOST_AUTO_TEST_SUITE_END()
