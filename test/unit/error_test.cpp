// SPDX-License-Identifier: BSL-1.0
#include <oms/error.hpp>

#include <boost/system/errc.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace {

using oms::condition;
using oms::errc;
using conditions = std::set<condition>;
using enum condition;

constexpr int last_condition = static_cast<int>(retryable);

// Every `errc` with the conditions that it meets.
std::vector<std::pair<errc, conditions>> const& all_errc() {
    static std::vector<std::pair<errc, conditions>> const rows{
        {errc::invalid_project_id, {invalid_argument}},
        {errc::invalid_task_id, {invalid_argument}},
        {errc::unknown_region, {invalid_argument}},
        {errc::invalid_header, {invalid_argument}},
        {errc::invalid_option, {invalid_argument}},
        {errc::invalid_config, {invalid_argument}},
        {errc::credentials_unavailable, {unauthenticated}},
        {errc::credentials_invalid, {unauthenticated}},
        {errc::credentials_dropped, {unauthenticated}},
        {errc::credentials_wrong_project, {unauthenticated}},
        {errc::credentials_rejected, {unauthenticated}},
        {errc::clock_skew, {unauthenticated}},
        {errc::queue_timeout, {timed_out, retryable}},
        {errc::credentials_timeout, {timed_out, retryable}},
        {errc::resolve_timeout, {timed_out, retryable}},
        {errc::connect_timeout, {timed_out, retryable}},
        {errc::proxy_timeout, {timed_out, proxy_failed, retryable}},
        {errc::handshake_timeout, {timed_out, retryable}},
        {errc::write_timeout, {timed_out, retryable}},
        {errc::first_byte_timeout, {timed_out, retryable}},
        {errc::body_timeout, {timed_out, retryable}},
        {errc::backoff_timeout, {timed_out, retryable}},
        {errc::deadline_passed, {timed_out}},
        {errc::host_not_found, {connection_failed}},
        {errc::resolve_failed, {connection_failed, retryable}},
        {errc::connect_failed, {connection_failed, retryable}},
        {errc::connection_closed, {connection_failed, retryable}},
        {errc::connection_lost, {connection_failed, retryable}},
        {errc::stream_reset, {connection_failed, retryable}},
        {errc::stream_refused, {unavailable, retryable}},
        {errc::peer_not_http2, {tls_failed}},
        {errc::http2_error, {protocol_error, retryable}},
        {errc::proxy_failed, {condition::proxy_failed, retryable}},
        {errc::proxy_auth_required, {condition::proxy_failed}},
        {errc::handshake_failed, {tls_failed}},
        {errc::handshake_truncated, {tls_failed, retryable}},
        {errc::peer_not_tls, {tls_failed}},
        {errc::tls_version_unsupported, {tls_failed}},
        {errc::certificate_untrusted, {tls_failed}},
        {errc::certificate_self_signed, {tls_failed}},
        {errc::certificate_expired, {tls_failed}},
        {errc::certificate_not_yet_valid, {tls_failed}},
        {errc::certificate_host_mismatch, {tls_failed}},
        {errc::certificate_wrong_usage, {tls_failed}},
        {errc::certificate_weak, {tls_failed}},
        {errc::certificate_pin_mismatch, {tls_failed}},
        {errc::certificate_rejected, {tls_failed}},
        {errc::malformed_reply, {protocol_error}},
        {errc::header_too_large, {protocol_error}},
        {errc::body_too_large, {protocol_error}},
        {errc::bad_status, {protocol_error}},
        {errc::unexpected_body, {protocol_error}},
        {errc::not_running, {condition::not_running}},
        {errc::project_not_found, {not_found}},
        {errc::not_confirmed_stopped, {retryable}},
        {errc::cancelled, {condition::cancelled}},
        {errc::shut_down, {condition::shut_down}},
        {errc::overloaded, {condition::overloaded, retryable}},
        {errc::endpoint_blocked, {blocked}},
        {errc::out_of_memory, {condition::overloaded, retryable}},
        {errc::too_many_failures, {}},
        {errc::source_failed, {invalid_argument}},
        {errc::callback_failed, {invalid_argument}},
        {errc::unavailable, {condition::unavailable, retryable}},
    };
    return rows;
}

struct reply_row {
    unsigned status;
    char const* code;
    boost::system::error_category const& category;
    int value;
    conditions expected;
};

// Every code of the tables, as a reply says it.
std::vector<reply_row> const& all_replies() {
    auto const& service = oms::service_category();
    auto const& gateway = oms::gateway_category();
    auto const& iam = oms::iam_category();
    conditions const wrong{invalid_argument}, denied{permission_denied}, lost{misrouted}, who{unauthenticated};
    conditions const down{condition::unavailable, retryable}, slow{throttled, retryable};
    static std::vector<reply_row> const rows{
        {400, "OMS.0001", service, 1, wrong},
        {400, "OMS.0002", service, 2, wrong},
        {400, "OMS.0053", service, 53, denied},
        {400, "OMS.0054", service, 54, wrong},
        {400, "OMS.0059", service, 59, wrong},
        {400, "OMS.0060", service, 60, lost},
        {400, "OMS.0063", service, 63, wrong},
        {400, "OMS.0064", service, 64, wrong},
        {400, "OMS.0066", service, 66, {condition::not_running}},
        {400, "OMS.0074", service, 74, wrong},
        {400, "OMS.0077", service, 77, wrong},
        {400, "OMS.0078", service, 78, wrong},
        {400, "OMS.0083", service, 83, wrong},
        {400, "OMS.0084", service, 84, wrong},
        {400, "OMS.0169", service, 169, wrong},
        {403, "OMS.0205", service, 205, denied},
        {403, "OMS.0206", service, 206, denied},
        {400, "OMS.1008", service, 1008, wrong},
        {400, "OMS.1009", service, 1009, {not_found}},
        {404, "OMS.1009", service, 1009, {not_found}},
        {400, "OMS.1038", service, 1038, {condition::invalid_argument}},
        {400, "OMS.1039", service, 1039, wrong},
        {503, "OMS.2004", service, 2004, down},

        {404, "APIGW.0101", gateway, 4040101, lost},
        {404, "APIGW.0103", gateway, 4040103, lost},
        {400, "APIGW.0104", gateway, 4000104, wrong},
        {400, "APIGW.0105", gateway, 4000105, wrong},
        {400, "APIGW.0106", gateway, 4000106, wrong},
        {400, "APIGW.0201", gateway, 4000201, wrong},
        {413, "APIGW.0201", gateway, 4130201, wrong},
        {414, "APIGW.0201", gateway, 4140201, wrong},
        {494, "APIGW.0201", gateway, 4940201, wrong},
        {502, "APIGW.0201", gateway, 5020201, down},
        {504, "APIGW.0201", gateway, 5040201, down},
        {401, "APIGW.0301", gateway, 4010301, who},
        {403, "APIGW.0302", gateway, 4030302, denied},
        {401, "APIGW.0303", gateway, 4010303, who},
        {403, "APIGW.0304", gateway, 4030304, denied},
        {401, "APIGW.0305", gateway, 4010305, who},
        {403, "APIGW.0306", gateway, 4030306, denied},
        {401, "APIGW.0307", gateway, 4010307, who},
        {429, "APIGW.0308", gateway, 4290308, slow},
        {403, "APIGW.0310", gateway, 4030310, denied},
        {401, "APIGW.0311", gateway, 4010311, who},
        {403, "APIGW.0401", gateway, 4030401, denied},
        {403, "APIGW.0402", gateway, 4030402, denied},
        {403, "APIGW.0404", gateway, 4030404, denied},
        {405, "APIGW.0501", gateway, 4050501, wrong},
        {405, "APIGW.0502", gateway, 4050502, wrong},
        {500, "APIGW.0601", gateway, 5000601, down},
        {400, "APIGW.0602", gateway, 4000602, wrong},
        {500, "APIGW.0605", gateway, 5000605, down},
        {500, "APIGW.0606", gateway, 5000606, down},
        {400, "APIGW.0607", gateway, 4000607, wrong},
        {500, "APIGW.0608", gateway, 5000608, down},
        {500, "APIGW.0609", gateway, 5000609, down},
        {502, "APIGW.0610", gateway, 5020610, down},
        {500, "APIGW.0611", gateway, 5000611, down},
        {500, "APIGW.0612", gateway, 5000612, down},
        {503, "APIGW.0613", gateway, 5030613, down},
        {500, "APIGW.0705", gateway, 5000705, down},
        {403, "APIGW.0801", gateway, 4030801, lost},
        {403, "APIGW.0802", gateway, 4030802, denied},

        {404, "APIG.0101", gateway, 4040101, lost},
        {500, "APIG.0103", gateway, 5000103, down},
        {500, "APIG.0104", gateway, 5000104, down},
        {500, "APIG.0105", gateway, 5000105, down},
        {400, "APIG.0106", gateway, 4000106, wrong},
        {500, "APIG.0107", gateway, 5000107, down},
        {400, "APIG.0201", gateway, 4000201, wrong},
        {413, "APIG.0201", gateway, 4130201, wrong},
        {414, "APIG.0201", gateway, 4140201, wrong},
        {494, "APIG.0201", gateway, 4940201, wrong},
        {502, "APIG.0202", gateway, 5020202, down},
        {502, "APIG.0203", gateway, 5020203, down},
        {504, "APIG.0203", gateway, 5040203, down},
        {401, "APIG.0301", gateway, 4010301, who},
        {401, "APIG.0303", gateway, 4010303, who},
        {401, "APIG.0305", gateway, 4010305, who},
        {401, "APIG.0307", gateway, 4010307, who},
        {429, "APIG.0308", gateway, 4290308, slow},
        {405, "APIG.0501", gateway, 4050501, wrong},

        {400, "IAM.0011", iam, 4000011, wrong},
        {400, "IAM.0072", iam, 4000072, wrong},
        {400, "IAM.0007", iam, 4000007, who},
        {400, "IAM.0009", iam, 4000009, who},
        {401, "IAM.0007", iam, 4010007, who},
        {401, "IAM.0009", iam, 4010009, who},
        {500, "IAM.0006", iam, 5000006, down},
    };
    return rows;
}

std::error_code parse(unsigned status, std::string const& code, oms::stop_result& details) {
    return oms::parse_error(status, R"({"error_code":")" + code + R"(","error_msg":"words"})", details);
}

// Every comparison of both types, in both directions.
template <class Code, class Other>
void check_equal(Code const& code, Other const& other, bool expected) {
    BOOST_TEST((code == other) == expected);
    BOOST_TEST((other == code) == expected);
    BOOST_TEST((code != other) == !expected);
    BOOST_TEST((other != code) == !expected);
}

void check_agreement(oms::error_code code, conditions const& expected) {
    std::error_code const std_code = code;
    BOOST_TEST(code.failed());
    BOOST_TEST(static_cast<bool>(std_code));
    BOOST_TEST(std_code.value() == code.value());
    BOOST_TEST(std::string_view(std_code.category().name()) == code.category().name());
    BOOST_TEST(std_code.message() == code.message());
    BOOST_TEST(!code.message().empty());
    BOOST_TEST((oms::error_code(std_code) == code));
    BOOST_TEST((oms::error_code(std_code).category() == code.category()));
    BOOST_TEST(oms::error_code(std_code).value() == code.value());
    check_equal(code, std_code, true);

    for (int i = 1; i <= last_condition; ++i) {
        auto const c = static_cast<condition>(i);
        bool const met = expected.contains(c);
        BOOST_TEST_CONTEXT("condition " << i) {
            std::error_condition const std_condition = c;
            boost::system::error_condition const boost_condition = c;
            check_equal(code, c, met);
            check_equal(std_code, c, met);
            check_equal(code, boost_condition, met);
            check_equal(std_code, boost_condition, met);
            check_equal(code, std_condition, met);
            check_equal(std_code, std_condition, met);
        }
    }
    for (auto const& row : all_errc()) {
        errc const e = row.first;
        bool const same = code.category() == oms::client_category() && code.value() == static_cast<int>(e);
        check_equal(code, e, same);
        check_equal(std_code, e, same);
    }
    for (std::errc e : {std::errc::timed_out, std::errc::operation_canceled, std::errc::permission_denied,
                        std::errc::connection_refused, std::errc::invalid_argument}) {
        bool const met = (e == std::errc::timed_out && expected.contains(timed_out)) ||
                         (e == std::errc::operation_canceled && expected.contains(condition::cancelled));
        BOOST_TEST_CONTEXT("std::errc " << static_cast<int>(e)) {
            check_equal(code, e, met);
            check_equal(std_code, e, met);
            check_equal(code, static_cast<boost::system::errc::errc_t>(e), met);
        }
    }
    // The main condition is the first in the order of the enumeration.
    if (!expected.empty()) {
        BOOST_TEST((code.default_error_condition() == oms::make_error_condition(*expected.begin())));
        BOOST_TEST((std_code.default_error_condition() == std::error_condition(*expected.begin())));
    }
}

bool is_unknown(std::string const& message) {
    return message.starts_with("Unknown");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(error_codes)

BOOST_AUTO_TEST_CASE(enumerators_convert_implicitly) {
    std::error_code const std_code = errc::cancelled;
    oms::error_code const code = errc::cancelled;
    std::error_condition const std_condition = throttled;
    boost::system::error_condition const boost_condition = throttled;
    BOOST_TEST((std_code == code));
    BOOST_TEST(std_condition.value() == boost_condition.value());
    BOOST_TEST(std_condition.message() == boost_condition.message());
    BOOST_TEST(!(std_code == retryable));

    std::error_code assigned;
    assigned = errc::queue_timeout;
    bool branched = false;
    if (assigned == retryable) branched = true;
    BOOST_TEST(branched);
}

BOOST_AUTO_TEST_CASE(every_errc_agrees_in_both_types) {
    for (auto const& [value, expected] : all_errc()) {
        oms::error_code const code = value;
        BOOST_TEST_CONTEXT(code.message()) {
            BOOST_TEST((code.category() == oms::client_category()));
            BOOST_TEST(code.value() == static_cast<int>(value));
            BOOST_TEST(!is_unknown(code.message()));
            check_agreement(code, expected);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_list_of_errc_is_complete) {
    std::size_t known = 0;
    std::set<std::string> messages;
    for (int value = -10; value < 1000; ++value) {
        std::string const message = oms::client_category().message(value);
        if (is_unknown(message)) continue;
        ++known;
        BOOST_TEST(messages.insert(message).second);
        BOOST_TEST(
            std::ranges::any_of(all_errc(), [&](auto const& row) { return static_cast<int>(row.first) == value; }));
    }
    BOOST_TEST(known == all_errc().size());
}

BOOST_AUTO_TEST_CASE(every_known_code_agrees_in_both_types) {
    for (reply_row const& row : all_replies()) {
        BOOST_TEST_CONTEXT(row.status << ' ' << row.code) {
            oms::stop_result details;
            oms::error_code const code = parse(row.status, row.code, details);
            BOOST_TEST((code.category() == row.category));
            BOOST_TEST(code.value() == row.value);
            BOOST_TEST(!is_unknown(code.message()));
            BOOST_TEST(details.service_code == row.code);
            BOOST_TEST(details.service_message == "words");
            BOOST_TEST(details.http_status == row.status);
            check_agreement(code, row.expected);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_code_of_the_service_keeps_its_category_on_every_failed_status) {
    for (unsigned status = 400; status < 600; ++status) {
        oms::stop_result details;
        oms::error_code const code = parse(status, "OMS.0066", details);
        BOOST_TEST((code == oms::error_code(66, oms::service_category())));
        BOOST_TEST((code == condition::not_running));
    }
}

BOOST_AUTO_TEST_CASE(the_status_decides_over_unknown_codes_of_gateway_and_iam) {
    for (unsigned status = 400; status < 600; ++status) {
        oms::error_code const by_status(static_cast<int>(status), oms::http_category());
        auto const value = static_cast<int>(status) * 10000 + 9876;
        for (char const* text : {"APIGW.9876", "APIG.9876", "IAM.9876"}) {
            BOOST_TEST_CONTEXT(status << ' ' << text) {
                oms::stop_result details;
                oms::error_code const code = parse(status, text, details);
                bool const iam = std::string_view(text).starts_with("IAM");
                BOOST_TEST((code.category() == (iam ? oms::iam_category() : oms::gateway_category())));
                BOOST_TEST(code.value() == value);
                BOOST_TEST(code.message().find("9876") != std::string::npos);
                BOOST_TEST(code.message().find(by_status.message()) != std::string::npos);
                for (int c = 1; c <= last_condition; ++c) {
                    auto const which = static_cast<condition>(c);
                    BOOST_TEST((code == which) == (by_status == which));
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_known_code_falls_to_the_status) {
    for (char const* text : {"OMS.0000",    "OMS.9999",       "OMS.0003",
                             "OMS.66",      "OMS.066",        "OMS.00066",
                             "OMS.0066 ",   " OMS.0066",      "oms.0066",
                             "OMS0066",     "OMS.006x",       "OMS.-066",
                             "OMS.+066",    "OMS.",           "OMS",
                             ".0066",       "OMS.0066.0066",  "OMS.OMS.0066",
                             "TRF.0001",    "S3M.0066",       "OMS-Workflow.0066",
                             "OMS.01001",   "XOMS.0066",      "APIGW.0000",
                             "APIG.0000",   "APIGW.030",      "APIGW.03011",
                             "APIGWX.0301", "APIGW.030a",     "IAM.0000",
                             "IAM.01",      "IAM.00011",      "401",
                             "1101",        "ModelArts.0101", "OMS\\u002e0066\\u0000"}) {
        for (unsigned status : {400u, 401u, 403u, 404u, 418u, 429u, 500u, 503u, 599u}) {
            BOOST_TEST_CONTEXT(status << ' ' << text) {
                oms::stop_result details;
                oms::error_code const code = parse(status, text, details);
                BOOST_TEST((code == oms::error_code(static_cast<int>(status), oms::http_category())));
                BOOST_TEST(code.failed());
                if (std::string_view(text).find('\\') == std::string_view::npos)
                    BOOST_TEST(details.service_code == text);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(every_status_has_its_conditions) {
    for (unsigned status = 100; status < 600; ++status) {
        if (status / 100 == 2) continue;
        conditions expected;
        switch (status) {
            case 401:
                expected = {unauthenticated};
                break;
            case 403:
                expected = {permission_denied};
                break;
            case 404:
            case 421:
                expected = {misrouted};
                break;
            case 407:
                expected = {condition::proxy_failed};
                break;
            case 408:
                expected = {condition::unavailable, retryable};
                break;
            case 418:
                expected = {blocked};
                break;
            case 429:
                expected = {throttled, retryable};
                break;
            case 501:
            case 505:
                expected = {condition::unavailable};
                break;
            default:
                if (status >= 500)
                    expected = {condition::unavailable, retryable};
                else if (status >= 400)
                    expected = {invalid_argument};
                else
                    expected = {protocol_error};
        }
        BOOST_TEST_CONTEXT(status) {
            oms::stop_result details;
            oms::error_code const code = oms::parse_error(status, "", details);
            BOOST_TEST((code == oms::error_code(static_cast<int>(status), oms::http_category())));
            BOOST_TEST(!is_unknown(code.message()));
            BOOST_TEST(code.message().find(std::to_string(status)) != std::string::npos);
            BOOST_TEST(!details.service_message.empty());
            BOOST_TEST(details.service_code.empty());
            check_agreement(code, expected);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_404_never_says_that_the_task_is_gone) {
    for (char const* body :
         {"", "Not Found", "{}", R"({"error_code":"APIGW.0101","error_msg":"m"})",
          R"({"error_code":"APIG.0101","error_msg":"m"})", R"({"error_code":"APIGW.4711","error_msg":"m"})",
          R"({"error_code":"OMS.9999","error_msg":"m"})", R"({"error_code":"IAM.0004","error_msg":"m"})",
          R"({"error":{"code":404,"message":"m","title":"Not Found"}})", "<html>404</html>"}) {
        oms::stop_result details;
        std::error_code const code = oms::parse_error(404, body, details);
        BOOST_TEST_CONTEXT(body) {
            BOOST_TEST((code == misrouted));
            BOOST_TEST((code != not_found));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_status_that_is_none_is_bad_status) {
    for (unsigned status : {0u, 1u, 66u, 99u, 600u, 999u, 1000u, 20000u, 4000000000u}) {
        for (char const* body : {"", R"({"error_code":"OMS.0066","error_msg":"m"})"}) {
            oms::stop_result details;
            std::error_code const code = oms::parse_error(status, body, details);
            BOOST_TEST((code == errc::bad_status));
            BOOST_TEST(details.http_status == status);
        }
    }
}

BOOST_AUTO_TEST_CASE(success_is_2xx_alone) {
    for (unsigned status = 200; status < 300; ++status) {
        oms::stop_result details;
        details.request_id = "kept";
        std::error_code const code = parse(status, "OMS.0066", details);
        BOOST_TEST(!code);
        BOOST_TEST(details.http_status == status);
        BOOST_TEST(details.service_code.empty());
        BOOST_TEST(details.service_message.empty());
        BOOST_TEST(details.details().body.empty());
        BOOST_TEST(details.request_id == "kept");
    }
}

BOOST_AUTO_TEST_CASE(conditions_have_names_and_stay_apart) {
    std::set<std::string> names;
    for (int i = 1; i <= last_condition; ++i) {
        auto const c = static_cast<condition>(i);
        boost::system::error_condition const b = c;
        std::error_condition const s = c;
        BOOST_TEST(b.message() == s.message());
        BOOST_TEST(std::string_view(b.category().name()) == "oms.condition");
        BOOST_TEST(std::string_view(s.category().name()) == "oms.condition");
        BOOST_TEST(!is_unknown(b.message()));
        BOOST_TEST(names.insert(b.message()).second);
        for (int j = 1; j <= last_condition; ++j) {
            BOOST_TEST((b == oms::make_error_condition(static_cast<condition>(j))) == (i == j));
            BOOST_TEST((s == std::error_condition(static_cast<condition>(j))) == (i == j));
        }
    }
    BOOST_TEST(is_unknown(oms::condition_category().message(0)));
    BOOST_TEST(is_unknown(oms::condition_category().message(last_condition + 1)));
}

BOOST_AUTO_TEST_CASE(categories_are_distinct_and_total) {
    boost::system::error_category const* const all[] = {&oms::client_category(),  &oms::service_category(),
                                                        &oms::gateway_category(), &oms::iam_category(),
                                                        &oms::http_category(),    &oms::condition_category()};
    std::set<std::string> names;
    for (auto const* category : all) {
        BOOST_TEST(names.insert(category->name()).second);
        for (auto const* other : all)
            BOOST_TEST((*category == *other) == (category == other));
        BOOST_TEST((*category != boost::system::generic_category()));
        for (int value : {-2147483647 - 1, -4290308, -1, 0, 7, 99, 600, 9999, 10000, 6000001, 2147483647}) {
            oms::error_code const code(value, *category);
            BOOST_TEST(!code.message().empty());
            BOOST_TEST(code.failed() == (value != 0));
            // What no reply can have met is nothing to branch on.
            if (category != all[0] && value != 7 && value != 9999) {
                for (int c = 1; c <= last_condition; ++c)
                    BOOST_TEST((code != static_cast<condition>(c)));
            }
            char buffer[16];
            BOOST_TEST(std::string_view(code.message(buffer, sizeof buffer)) == code.message().substr(0, 15));
        }
    }
    BOOST_TEST(names == (std::set<std::string>{"oms.client", "oms.service", "oms.gateway", "oms.iam", "oms.http",
                                               "oms.condition"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(messages_say_what_to_do) {
    oms::stop_result details;
    BOOST_TEST(oms::error_code(parse(403, "OMS.0206", details)).message() ==
               "The caller has no OMS permission: grant it oms:synctask:update or the task kind's own");
    BOOST_TEST(oms::error_code(parse(404, "APIGW.0101", details)).message() ==
               "The gateway has no such API: check the endpoint and region; this says nothing of the task");
    BOOST_TEST(oms::error_code(429, oms::http_category()).message() ==
               "HTTP 429 Too Many Requests: slow down and repeat later");
    BOOST_TEST(oms::error_code(4290042, oms::gateway_category()).message() ==
               "Unknown code of the gateway 0042 with HTTP 429 Too Many Requests: slow down and repeat later");
}

// One name means one thing: a code that is called as a condition meets it.
BOOST_AUTO_TEST_CASE(codes_and_conditions_of_one_name_agree) {
    std::size_t found = 0;
    for (int code = 1; code < 200; ++code) {
        for (int met = 1; met < 50; ++met) {
            auto const value = static_cast<oms::errc>(code);
            auto const is = static_cast<oms::condition>(met);
            if (oms::to_string(value) == "invalid" || oms::to_string(value) != oms::to_string(is)) continue;
            BOOST_TEST((oms::make_error_code(value) == is), oms::to_string(value));
            ++found;
        }
    }
    BOOST_TEST(found == 6U);
}

// As they are declared, with all of their values.
BOOST_AUTO_TEST_CASE(enumerators_are_named_as_they_are_declared) {
    std::ifstream file(std::string(OMS_DOCUMENTS) + "/../include/oms/detail/codes.hpp");
    std::string const text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    auto const check = [&]<class Enum>(std::string const& head, Enum) {
        auto const begin = text.find(head);
        BOOST_REQUIRE(begin != std::string::npos);
        std::string const body = text.substr(begin, text.find("\n};", begin) - begin);
        std::regex const line("\n    (\\w+) = (\\d+),");
        std::size_t found = 0;
        for (std::sregex_iterator at(body.begin(), body.end(), line), end; at != end; ++at, ++found) {
            auto const value = static_cast<Enum>(std::stoi((*at)[2]));
            BOOST_TEST(oms::to_string(value) == (*at)[1].str());
            std::ostringstream os;
            os << value;
            BOOST_TEST(os.str() == (*at)[1].str());
        }
        return found;
    };
    BOOST_TEST(check("enum class errc {", oms::errc{}) == 64U);
    BOOST_TEST(check("enum class condition {", oms::condition{}) == 18U);
    BOOST_TEST(oms::to_string(static_cast<oms::errc>(1000)) == "invalid");
    BOOST_TEST(oms::to_string(static_cast<oms::condition>(0)) == "invalid");
}

BOOST_AUTO_TEST_CASE(a_code_without_a_condition_is_equal_to_itself_alone) {
    oms::error_code const unknown(4711, oms::service_category());
    BOOST_TEST((unknown.default_error_condition() == boost::system::error_condition(4711, oms::service_category())));
    BOOST_TEST((unknown == boost::system::error_condition(4711, oms::service_category())));
    BOOST_TEST((unknown != boost::system::error_condition(4712, oms::service_category())));
    BOOST_TEST((unknown != boost::system::error_condition(4711, oms::http_category())));
}

BOOST_AUTO_TEST_SUITE_END()
