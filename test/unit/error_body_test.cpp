// SPDX-License-Identifier: BSL-1.0
#include "wire/error_body.hpp"

#include "wire/escape.hpp"

#include <oms/error.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using limits = oms::wire::error_body_limits;

struct shape {
    char const* name;
    std::string body;
    std::string code;
    std::string message;  // empty: the body's text, trimmed
};

std::string nested(int levels, std::string const& inner) {
    std::string body;
    for (int i = 0; i < levels; ++i)
        body += R"({"in":)";
    body += inner;
    body.append(static_cast<std::size_t>(levels), '}');
    return body;
}

std::string const pair_text = R"({"error_code":"OMS.0066","error_msg":"m"})";

std::vector<shape> const& all_shapes() {
    static std::vector<shape> const shapes{
        {"E1", R"({"error_code":"OMS.0064","error_msg":"words"})", "OMS.0064", "words"},
        {"E1, other order", R"({ "error_msg" : "words" , "error_code" : "OMS.0064" })", "OMS.0064", "words"},
        {"E1 between white space", "\r\n\t " + pair_text + " \n", "OMS.0066", "m"},
        {"E2", R"({"error_code":"OMS.0064","error_msg":"w","error_detail":"[task_id]"})", "OMS.0064", "w"},
        {"E3", R"({"error_msg":"w","error_code":"APIGW.0301","request_id":"0123456789abcdef0123456789abcdef"})",
         "APIGW.0301", "w"},
        {"E4, number", R"({"error":{"code":401,"message":"w","title":"Unauthorized"}})", "401", "w"},
        {"E4, text", R"({"error":{"message":"w","code":"IAM.0007","title":"Unauthorized"}})", "IAM.0007", "w"},
        {"E5", R"({"error_code":"IAM.0011","error_msg":"w"})", "IAM.0011", "w"},
        {"E6", R"({"code":"APIGW.0308","message":"w"})", "APIGW.0308", "w"},
        {"E7", R"({"errorCode":"X.1","errorMsg":"w"})", "X.1", "w"},
        {"E7b", R"({"errorCode":"X.1","errorMessage":"w"})", "X.1", "w"},
        {"E8, any member", R"({"itemNotFound":{"code":"X.1","message":"w"}})", "X.1", "w"},
        {"E8, error", R"({"error":{"error_code":"OMS.0066","error_msg":"w"}})", "OMS.0066", "w"},
        {"E9", R"({"error_code":"X.1","error_msg":"w","encoded_authorization_message":"b64=="})", "X.1", "w"},
        {"E9, null", R"({"error_code":"X.1","error_msg":"w","encoded_authorization_message":null})", "X.1", "w"},
        {"E10",
         R"({"error_code":"X.1","error_msg":"w","details":[{"error_code":"Y.1","error_msg":"v"},{"code":7,"message":"u"}]})",
         "X.1", "w"},
        {"E10b", R"({"error_ext_msg":"e","error_cause":"c","status":400,"faq":[],"error_code":"X.1","error_msg":"w"})",
         "X.1", "w"},
        {"E10c", R"({"detail":"Method Not Allowed"})", "", ""},
        {"E11, string", R"("OMS.0066")", "", ""},
        {"E11, number", "66", "", ""},
        {"E11, array", R"([{"error_code":"OMS.0066","error_msg":"w"}])", "", ""},
        {"E11, null", "null", "", ""},
        {"E11, true", "true", "", ""},
        {"E12", "<html><head><title>502 Bad Gateway</title></head><body>OMS.0066</body></html>", "", ""},
        {"E13", "upstream connect error or disconnect/reset before headers", "", ""},
        {"E14", "", "", ""},
        {"E14, white space", " \r\n\t ", "", ""},
        {"E15, cut", R"({"error_code":"OMS.0066","error_msg":"the ta)", "", ""},
        {"E15, no UTF-8", "{\"error_code\":\"OMS.0066\",\"error_msg\":\"\xff\xfe\"}", "", ""},
        {"E15, half a character", "{\"error_code\":\"OMS.0066\",\"error_msg\":\"\xe2\x82\"}", "", ""},
        {"garbage behind", pair_text + "x", "", ""},
        {"two documents", pair_text + pair_text, "", ""},
        {"NUL behind", pair_text + std::string(1, '\0'), "", ""},
        {"NUL inside", std::string("{\"error_code\":\"OMS.0066\0\",\"error_msg\":\"w\"}", 41), "", ""},
        {"empty object", "{}", "", ""},

        {"spellings in order",
         R"({"code":"C","message":"c","errorCode":"B","errorMsg":"b","error_code":"A","error_msg":"a"})", "A", "a"},
        {"second spelling", R"({"code":"C","message":"c","errorCode":"B","errorMsg":"b"})", "B", "b"},
        {"pairs do not mix", R"({"error_code":"A","message":"c","code":"C"})", "C", "c"},
        {"complete before incomplete", R"({"error_code":"A","inner":{"code":"C","message":"c"}})", "C", "c"},
        {"incomplete where nothing else is", R"({"code":"A","inner":{"message":"c"}})", "A", ""},
        {"incomplete and nested", R"({"inner":{"code":"A"}})", "A", ""},
        {"message alone", R"({"message":"no code"})", "", ""},
        {"top before nested", R"({"error":{"code":"B","message":"b"},"code":"A","message":"a"})", "A", "a"},
        {"error before others", R"({"first":{"code":"B","message":"b"},"error":{"code":"A","message":"a"}})", "A", "a"},
        {"error before others, incomplete", R"({"first":{"code":"B"},"error":{"code":"A"}})", "A", ""},
        {"first of others", R"({"one":{"code":"A","message":"a"},"two":{"code":"B","message":"b"}})", "A", "a"},
        {"down before along", R"({"one":{"deep":{"code":"A","message":"a"}},"two":{"code":"B","message":"b"}})", "A",
         "a"},
        {"not in arrays", R"({"list":[{"code":"B","message":"b"}],"in":{"code":"A","message":"a"}})", "A", "a"},
        {"not in details", R"({"details":[{"code":"B","message":"b"}]})", "", ""},
        {"descent of 8", nested(8, pair_text), "OMS.0066", "m"},
        {"descent of 9", nested(9, pair_text), "", ""},
        {"depth of 32", R"({"error_code":"A","error_msg":"a","x":)" + nested(31, "1") + "}", "A", "a"},
        {"depth of 33", R"({"error_code":"A","error_msg":"a","x":)" + nested(32, "1") + "}", "", ""},

        {"code is an integer", R"({"code":-12,"message":"w"})", "-12", "w"},
        {"code is a large integer", R"({"code":18446744073709551615,"message":"w"})", "18446744073709551615", "w"},
        {"code is a larger integer", R"({"code":184467440737095516150,"message":"w"})", "184467440737095516150", "w"},
        {"code is a fraction", R"({"code":4.50e1,"message":"w"})", "4.50e1", "w"},
        {"code is true", R"({"code":true,"message":"w"})", "", ""},
        {"code is null", R"({"code":null,"message":"w"})", "", ""},
        {"code is empty", R"({"code":"","message":"w"})", "", ""},
        {"code is an array", R"({"code":["A"],"message":"w"})", "", ""},
        {"code is an object", R"({"code":{"code":"A","message":"a"},"message":"w"})", "A", "a"},
        {"message is a number", R"({"code":"A","message":5})", "A", ""},
        {"message is null", R"({"code":"A","message":null})", "A", ""},
        {"message is empty", R"({"code":"A","message":""})", "A", ""},
        {"message is an array", R"({"code":"A","message":"m","message":["w"]})", "A", ""},
        {"message is an object", R"({"code":"A","message":{"text":"w"}})", "A", ""},
        {"the last of two", R"({"error_code":"A","error_code":"OMS.0066","error_msg":"a","error_msg":"b"})", "OMS.0066",
         "b"},
        {"the last of two is none", R"({"error_code":"A","error_code":null,"error_msg":"a"})", "", ""},
        {"escapes", R"({"error\u005fcode":"OMS\u002e0066","error_msg":"\ud83d\ude00 \"q\" \u00e9\/"})", "OMS.0066",
         "\xf0\x9f\x98\x80 \"q\" \xc3\xa9/"},
        {"controls", R"({"error_code":"OMS.0066\u0000","error_msg":"a\nb\tc\r\u001b[31m\u007f\u0085"})",
         "OMS.0066\\x00", "a\\nb\\tc\\r\\x1b[31m\\x7f\\xc2\\x85"},
        {"keys in other case", R"({"Error_Code":"A","ERROR_MSG":"a"})", "", ""},
        {"keys with more behind", R"({"error_codes":"A","error_msg":"a","encoded_authorization_messages":"x"})", "",
         ""},
        {"empty key", R"({"":"A","error_msg":"a"})", "", ""},
        {"comment", "{/*c*/\"code\":\"A\",\"message\":\"a\"}", "", ""},
    };
    return shapes;
}

std::string_view trimmed(std::string_view text) {
    std::size_t const first = text.find_first_not_of(" \t\r\n\v\f");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n\v\f") - first + 1);
}

// What holds of every text that is kept.
bool fit_to_print(std::string const& text, std::size_t limit) {
    return text.size() <= limit && oms::wire::escaped(text) == text;
}

// Parses from a buffer of exactly the body's size, so that a sanitizer sees each byte too many.
oms::error_code parse(unsigned status, std::string_view body, oms::stop_result& details) {
    std::unique_ptr<char[]> const exact(new char[body.size()]);
    std::ranges::copy(body, exact.get());
    return oms::parse_error(status, {exact.get(), body.size()}, details);
}

// What holds of every reply, whatever it is.
bool holds(unsigned status, std::string_view body) {
    oms::stop_result r;
    oms::error_code const code = parse(status, body, r);
    bool const success = status >= 200 && status < 300;
    if (success) return !code.failed() && r.service_code.empty() && r.service_message.empty();
    auto const& category = code.category();
    bool const ours = category == oms::client_category() || category == oms::service_category() ||
                      category == oms::gateway_category() || category == oms::iam_category() ||
                      category == oms::http_category();
    oms::error_details const& d = r.details();
    return ours && code.failed() && code.value() > 0 && r.http_status == status &&
           fit_to_print(r.service_code, limits::code) && fit_to_print(r.request_id, limits::code) &&
           fit_to_print(r.service_message, limits::message) && !r.service_message.empty() &&
           fit_to_print(d.error_detail, limits::message) &&
           fit_to_print(d.encoded_authorization_message, limits::authorization) &&
           d.sub_errors.size() <= limits::sub_errors &&
           std::ranges::all_of(d.sub_errors,
                               [](oms::sub_error const& e) {
                                   return !e.service_code.empty() && fit_to_print(e.service_code, limits::code) &&
                                          fit_to_print(e.service_message, limits::message);
                               }) &&
           d.body == body.substr(0, 4096);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(error_body)

BOOST_AUTO_TEST_CASE(every_shape_is_read) {
    for (shape const& s : all_shapes()) {
        BOOST_TEST_CONTEXT(s.name) {
            oms::wire::error_body const said = oms::wire::parse_error_body(s.body);
            BOOST_TEST(said.code == s.code);
            BOOST_TEST(said.message == s.message);
        }
    }
}

BOOST_AUTO_TEST_CASE(every_shape_on_every_status) {
    for (unsigned status = 100; status < 600; ++status) {
        for (shape const& s : all_shapes()) {
            oms::stop_result r;
            oms::error_code const code = parse(status, s.body, r);
            BOOST_TEST_CONTEXT(status << ' ' << s.name) {
                BOOST_TEST(holds(status, s.body));
                BOOST_TEST(r.http_status == status);
                if (status / 100 == 2) {
                    BOOST_TEST(!code.failed());
                    continue;
                }
                BOOST_TEST(r.service_code == s.code);
                if (!s.message.empty()) {
                    BOOST_TEST(r.service_message == s.message);
                } else if (!trimmed(s.body).empty()) {
                    BOOST_TEST(r.service_message == oms::wire::escaped(trimmed(s.body), limits::message));
                }
                bool const has_category =
                    status >= 400 &&
                    (s.code.starts_with("OMS.") || s.code.starts_with("IAM.") || s.code.starts_with("APIGW.")) &&
                    s.code.find('\\') == std::string::npos;
                BOOST_TEST((code.category() == oms::http_category()) == !has_category);
                if (!has_category) BOOST_TEST(code.value() == static_cast<int>(status));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(an_empty_body_leaves_the_reason) {
    for (auto const& [status, reason] : {std::pair<unsigned, char const*>{400, "Bad Request"},
                                         {404, "Not Found"},
                                         {429, "Too Many Requests"},
                                         {503, "Service Unavailable"},
                                         {302, "Found"},
                                         {199, "Informational"},
                                         {399, "Redirection"},
                                         {477, "Client Error"},
                                         {599, "Server Error"},
                                         {0, "Unknown Status"},
                                         {1000, "Unknown Status"}}) {
        oms::stop_result r;
        parse(status, "", r);
        BOOST_TEST(r.service_message == reason);
        parse(status, " \n", r);
        BOOST_TEST(r.service_message == reason);
    }
}

BOOST_AUTO_TEST_CASE(more_is_kept_than_code_and_message) {
    oms::stop_result r;
    std::string const body =
        R"({"error":{"error_detail":"deep","encoded_authorization_message":"deep","request_id":"deep"},)"
        R"("error_code":"A","error_msg":"a","error_detail":"[id]\n","encoded_authorization_message":"b64==",)"
        R"("request_id":"id","details":[{"error_code":"Y","error_msg":"y"}]})";
    parse(403, body, r);
    BOOST_TEST(r.details().error_detail == "[id]\\n");
    BOOST_TEST(r.details().encoded_authorization_message == "b64==");
    BOOST_TEST(r.request_id == "id");
    BOOST_TEST(r.details().body == body);
    BOOST_TEST_REQUIRE(r.details().sub_errors.size() == 1u);
    BOOST_TEST(r.details().sub_errors[0].service_code == "Y");
    BOOST_TEST(r.details().sub_errors[0].service_message == "y");
}

BOOST_AUTO_TEST_CASE(more_is_kept_where_it_is_nested) {
    oms::stop_result r;
    parse(403,
          R"({"x":{"error":{"code":"A","message":"a","error_detail":"d","encoded_authorization_message":"e",)"
          R"("request_id":"not at the top","details":[{"code":"Y","message":"y"}]}}})",
          r);
    BOOST_TEST(r.details().error_detail == "d");
    BOOST_TEST(r.details().encoded_authorization_message == "e");
    BOOST_TEST(r.request_id.empty());
    BOOST_TEST(r.details().sub_errors.size() == 1u);
}

BOOST_AUTO_TEST_CASE(details_nearest_to_the_top_are_kept) {
    oms::stop_result r;
    parse(403,
          R"({"a":{"details":[{"code":"deep","message":"m"},{"code":"deep","message":"m"}]},)"
          R"("details":[{"code":"top","message":"m"}],"b":{"details":[{"code":"deep","message":"m"}]}})",
          r);
    BOOST_TEST_REQUIRE(r.details().sub_errors.size() == 1u);
    BOOST_TEST(r.details().sub_errors[0].service_code == "top");
}

BOOST_AUTO_TEST_CASE(odd_members_of_details_are_left_out) {
    oms::stop_result r;
    parse(
        400,
        R"({"code":"A","message":"a","details":[1,"x",null,true,[],[{"code":"B","message":"b"}],{},{"x":{"code":"B"}},)"
        R"({"message":"no code"},{"code":"C"},{"code":5,"message":"five","x":[{"code":"D"}]},)"
        R"({"code":{"code":"E"},"message":"e"},{"error_code":"F","error_msg":"f","details":[{"code":"G"}]}]})",
        r);
    auto const& subs = r.details().sub_errors;
    BOOST_TEST_REQUIRE(subs.size() == 3u);
    BOOST_TEST(subs[0].service_code == "C");
    BOOST_TEST(subs[0].service_message.empty());
    BOOST_TEST(subs[1].service_code == "5");
    BOOST_TEST(subs[1].service_message == "five");
    BOOST_TEST(subs[2].service_code == "F");
    BOOST_TEST(r.service_code == "A");

    for (char const* details : {"null", "{}", "\"x\"", "5", "[]", R"({"code":"B","message":"b"})"}) {
        oms::stop_result other;
        parse(400, std::string(R"({"code":"A","message":"a","details":)") + details + '}', other);
        BOOST_TEST(other.service_code == "A");
        BOOST_TEST(other.details().sub_errors.empty());
    }
}

BOOST_AUTO_TEST_CASE(sub_errors_are_bounded) {
    std::string body = R"({"code":"A","message":"a","details":[)";
    for (int i = 0; i < 100; ++i)
        body += R"({"code":)" + std::to_string(i) + R"(,"message":"m"},)";
    body += "{}]}";
    oms::stop_result r;
    parse(400, body, r);
    BOOST_TEST_REQUIRE(r.details().sub_errors.size() == limits::sub_errors);
    BOOST_TEST(r.details().sub_errors.back().service_code == "31");
}

BOOST_AUTO_TEST_CASE(texts_are_bounded) {
    std::string const euro = "\xe2\x82\xac";
    std::string many;
    for (int i = 0; i < 9000; ++i)
        many += euro;
    std::string body = R"({"code":")" + many + R"(","message":"a)" + many + R"(","error_detail":"ab)" + many +
                       R"(","encoded_authorization_message":")" + std::string(20000, 'e') + R"(","request_id":")" +
                       std::string(300, 'r') + "\"}";
    oms::stop_result r;
    parse(400, body, r);
    // Never a part of a character: 256 = 85 × 3 + 1, 4096 = 1 + 1365 × 3 = 2 + 1364 × 3 + 2.
    BOOST_TEST(r.service_code == many.substr(0, 255));
    BOOST_TEST(r.service_message == "a" + many.substr(0, 4095));
    BOOST_TEST(r.details().error_detail == "ab" + many.substr(0, 4092));
    BOOST_TEST(r.details().encoded_authorization_message == std::string(limits::authorization, 'e'));
    BOOST_TEST(r.request_id == std::string(limits::code, 'r'));
    BOOST_TEST(r.details().body == body.substr(0, 4096));

    // A long text with escapes comes in parts.
    std::string escapes;
    for (int i = 0; i < 3000; ++i)
        escapes += "x\\u00e9";
    parse(400, R"({"code":"A","message":")" + escapes + "\"}", r);
    BOOST_TEST(r.service_message.size() == 4096u);
    BOOST_TEST(r.service_message.starts_with("x\xc3\xa9x\xc3\xa9"));
    BOOST_TEST(r.service_message.ends_with("x\xc3\xa9x"));
}

BOOST_AUTO_TEST_CASE(a_code_is_not_read_into_the_start_of_a_longer_one) {
    oms::stop_result r;
    oms::error_code const code =
        parse(400, R"({"error_code":"OMS.0066)" + std::string(5000, ' ') + R"(","error_msg":"m"})", r);
    BOOST_TEST((code == oms::error_code(400, oms::http_category())));
}

BOOST_AUTO_TEST_CASE(a_body_is_json_up_to_its_limit) {
    std::string body = R"({"error_code":"OMS.0066","x":")";
    body.append(limits::size - body.size() - 2, 'x').append("\"}");
    BOOST_TEST_REQUIRE(body.size() == limits::size);
    oms::stop_result r;
    BOOST_TEST((parse(400, body, r) == oms::condition::not_running));

    body += ' ';
    BOOST_TEST((parse(400, body, r) == oms::error_code(400, oms::http_category())));
    BOOST_TEST(r.service_code.empty());
    BOOST_TEST(r.service_message.size() == 4096u);
}

BOOST_AUTO_TEST_CASE(huge_and_deep_bodies_are_text) {
    std::string const huge = R"({"error_code":"OMS.0066","error_msg":")" + std::string(2u << 20, 'x') + "\"}";
    std::string const objects = nested(10000, pair_text);
    std::string const arrays = std::string(10000, '[') + std::string(10000, ']');
    std::string const open = std::string(500000, '[');
    for (std::string const* body : {&huge, &objects, &arrays, &open}) {
        oms::stop_result r;
        BOOST_TEST((parse(400, *body, r) == oms::error_code(400, oms::http_category())));
        BOOST_TEST(r.service_message == body->substr(0, 4096));
        BOOST_TEST(holds(400, *body));
    }
}

BOOST_AUTO_TEST_CASE(a_long_number_is_a_bounded_code) {
    for (std::string const& number :
         {std::string(100000, '7'), "0." + std::string(100000, '7'), "1e" + std::string(20, '7')}) {
        BOOST_TEST(holds(400, R"({"code":)" + number + R"(,"message":"m"})"));
    }
}

BOOST_AUTO_TEST_CASE(a_reply_replaces_what_an_earlier_one_said) {
    oms::stop_result r;
    r.attempts = 2;
    r.mutable_details().connection = "host";
    r.mutable_details().retry_after = std::chrono::seconds(3);
    parse(403,
          R"({"error_code":"A","error_msg":"a","error_detail":"d","encoded_authorization_message":"e",)"
          R"("request_id":"first","details":[{"code":"B","message":"b"}]})",
          r);
    BOOST_TEST(r.details().sub_errors.size() == 1u);

    parse(503, R"({"request_id":"second"})", r);
    BOOST_TEST(r.service_code.empty());
    BOOST_TEST(r.service_message == R"({"request_id":"second"})");
    BOOST_TEST(r.request_id == "first");
    BOOST_TEST(r.details().error_detail.empty());
    BOOST_TEST(r.details().encoded_authorization_message.empty());
    BOOST_TEST(r.details().sub_errors.empty());
    BOOST_TEST(r.details().body == R"({"request_id":"second"})");

    parse(200, "{}", r);
    BOOST_TEST(r.service_message.empty());
    BOOST_TEST(r.details().body.empty());
    BOOST_TEST(r.details().connection == "host");
    BOOST_TEST((r.details().retry_after == std::chrono::seconds(3)));
    BOOST_TEST(r.attempts == 2u);
}

BOOST_AUTO_TEST_CASE(random_bytes_break_nothing) {
    std::mt19937 random(20240229);
    auto const below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
    auto const status = [&] { return static_cast<unsigned>(below(700)); };
    int inputs = 0;
    int broken = 0;
    auto const check = [&](std::string const& body) {
        ++inputs;
        if (!holds(status(), body)) ++broken;
    };

    std::string body;
    for (int i = 0; i < 8000; ++i) {
        body.resize(below(300));
        for (char& c : body)
            c = static_cast<char>(below(256));
        check(body);
    }
    constexpr std::string_view alphabet = "{}[]\",:\\u0e19.-+tfnrals \n_code";
    for (int i = 0; i < 8000; ++i) {
        body.resize(below(120));
        for (char& c : body)
            c = alphabet[below(alphabet.size())];
        check("{" + body);
    }
    // What was a good body, with some bytes changed, put in, taken out, or doubled.
    for (int i = 0; i < 24000; ++i) {
        body = all_shapes()[below(all_shapes().size())].body;
        for (std::size_t n = 1 + below(4); n > 0 && !body.empty(); --n) {
            std::size_t const at = below(body.size());
            auto const byte = static_cast<char>(below(256));
            switch (below(5)) {
                case 0:
                    body[at] = byte;
                    break;
                case 1:
                    body.insert(at, 1, byte);
                    break;
                case 2:
                    body.erase(at, 1 + below(8));
                    break;
                case 3:
                    body.insert(at, body.substr(below(body.size()), below(40)));
                    break;
                default:
                    body[at] = alphabet[below(alphabet.size())];
                    break;
            }
        }
        check(body);
    }
    BOOST_TEST(broken == 0);
    BOOST_TEST(inputs == 40000);
}

BOOST_AUTO_TEST_CASE(every_prefix_of_a_body_is_text) {
    std::string const body = R"({"error":{"code":"IAM.0007","message":"\u00e9\n","details":[{"code":-1.5e3}]}})";
    for (std::size_t size = 0; size < body.size(); ++size) {
        oms::stop_result r;
        BOOST_TEST((parse(400, body.substr(0, size), r) == oms::error_code(400, oms::http_category())));
        BOOST_TEST(holds(400, std::string_view(body).substr(0, size)));
    }
}

BOOST_AUTO_TEST_CASE(the_outer_detail_counts_wherever_it_stands) {
    for (char const* const body :
         {R"({"error_detail":"outer","error":{"code":"c","error_detail":"inner"}})",
          R"({"error":{"code":"c","error_detail":"inner"},"error_detail":"outer"})",
          R"({"error_detail":"outer","a":{"error_detail":"inner"},"b":{"error_detail":"last"}})"}) {
        BOOST_TEST(oms::wire::parse_error_body(body).error_detail == "outer");
    }
}

BOOST_AUTO_TEST_CASE(of_two_codes_without_words_the_first_counts) {
    BOOST_TEST(oms::wire::parse_error_body(R"({"a":{"code":"A1"},"b":{"code":"B1"}})").code == "A1");
    BOOST_TEST(oms::wire::parse_error_body(R"({"a":{"code":"A1"},"b":{"x":1}})").code == "A1");
}

BOOST_AUTO_TEST_SUITE_END()
