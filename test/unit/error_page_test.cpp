// SPDX-License-Identifier: BSL-1.0
//
// doc/errors.md is what the tables of codes say.
#include "error/error_table.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <span>
#include <sstream>
#include <string>
#include <string_view>

using namespace oms;
using detail::known_code;

namespace {

// What a person does about each, where it is the caller's to branch on.
constexpr std::string_view introduction = R"(# Errors, and what to do about them

An operation completes with an `oms::error_code`. Branch on *conditions*: `if (code == oms::condition::throttled)`. Codes
are for logs and for support; there are more of them with each release, and each meets the conditions that stand beside it.
`code.message()` is the sentence in the last column, and `oms::describe_failure(code, result)` adds what is known of the
call. What to believe about the task says `stop_result::outcome`, whatever the code is.

`oms::condition::retryable` holds besides others, where the same call may succeed later; the client has then repeated it
already, as far as `retry_options` allow.

This page is made from the library's tables, and the suite `error_page` holds it to them.
)";

struct meaning {
    condition of;
    std::string_view text;
};

constexpr meaning meanings[] = {
    {condition::invalid_argument,
     "The call, an option or the configuration is wrong: correct it; repeating is of no use"},
    {condition::unauthenticated,
     "No credential could be had, or the service rejects it: look at its source, and at the clock"},
    {condition::permission_denied, "The credential is right, and may not do this: grant it the permission"},
    {condition::not_found, "The service says that there is no such task, or IAM no such project"},
    {condition::misrouted,
     "What answered knows no such API or project: check endpoint and region. It says nothing of the task"},
    {condition::not_running, "The task does not run: for a stop that is as good as done"},
    {condition::throttled, "Too many requests; the client slows down by itself"},
    {condition::unavailable, "The service, or what is before it, failed: later"},
    {condition::blocked, "The service has blacklisted this address: nothing is sent for five minutes"},
    {condition::timed_out, "A time limit ended it, which the code names; `cause` has what came before"},
    {condition::connection_failed, "No connection, or it broke"},
    {condition::tls_failed,
     "The peer cannot be trusted, or does not speak TLS: check the endpoint, then roots and clock"},
    {condition::proxy_failed, "The proxy is not there, refuses, or is not to be trusted"},
    {condition::protocol_error, "What answered does not speak as the service does: check what is at the endpoint"},
    {condition::cancelled, "By a cancellation slot, or `client::cancel()`"},
    {condition::shut_down, "By `client::async_shutdown`, or the client's end"},
    {condition::overloaded, "Too much waits already, or there is no memory: start fewer at a time"},
    {condition::retryable, "The same call may succeed later"},
};

void row(std::ostream& os, std::string_view code, detail::condition_set met, std::string_view message) {
    os << "| " << code << " |";
    for (known_code const& each : detail::condition_names()) {
        if (met.contains(each.value)) os << " `" << each.name << '`';
    }
    os << " | " << message << " |\n";
}

void head(std::ostream& os, std::string_view title, std::string_view text) {
    os << "\n## " << title << "\n\n" << text << "\n\n| Code | Conditions | What to do |\n| --- | --- | --- |\n";
}

std::string digits(int number) {
    std::string text = std::to_string(number);
    return std::string(text.size() < 4 ? 4 - text.size() : 0, '0') + text;
}

void by_status(std::ostream& os, std::span<known_code const> table, std::string_view prefix) {
    for (known_code const& each : table) {
        row(os, std::to_string(each.value / 10'000) + " `" + std::string(prefix) + digits(each.value % 10'000) + '`',
            each.conditions, each.message);
    }
}

void by_name(std::ostream& os, std::string const& label, unsigned status) {
    row(os, label + ' ' + std::string(detail::reason_phrase(status)), detail::conditions_of_status(status),
        detail::advice_for_status(status));
}

std::string page() {
    std::ostringstream os;
    os << introduction << "\n## Conditions\n\n| `oms::condition` | Means |\n| --- | --- |\n";
    for (known_code const& each : detail::condition_names()) {
        for (meaning const& m : meanings) {
            if (static_cast<int>(m.of) == each.value) os << "| `" << each.name << "` | " << m.text << " |\n";
        }
    }
    head(os, "Codes of the library", "`oms::errc`, of the category `oms.client`.");
    for (known_code const& each : detail::client_codes())
        row(os, '`' + std::string(each.name) + '`', each.conditions, each.message);
    head(os, "Codes of the service", "Category `oms.service`; the value is the number.");
    for (known_code const& each : detail::service_codes())
        row(os, "`OMS." + digits(each.value) + '`', each.conditions, each.message);
    head(os, "Codes of its gateway",
         "Category `oms.gateway`; the value is the reply's status × 10000 + the number. `APIG.` means the same.");
    by_status(os, detail::gateway_codes(), "APIGW.");
    head(os, "Codes of the identity service",
         "Category `oms.iam`; the value is the reply's status × 10000 + the number.");
    by_status(os, detail::iam_codes(), "IAM.");
    head(os, "Replies without a code that is known", "Category `oms.http`; the value is the status.");
    for (unsigned const all : {100U, 300U, 400U, 500U}) {
        unsigned const nameless = all + 98;
        for (unsigned status = all; status < all + 100; ++status) {
            bool const named = detail::reason_phrase(status) != detail::reason_phrase(nameless);
            if (named) by_name(os, std::to_string(status), status);
        }
        by_name(os, "any other " + std::to_string(all / 100) + "xx", nameless);
    }
    return std::move(os).str();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(error_page)

BOOST_AUTO_TEST_CASE(each_condition_has_its_meaning) {
    BOOST_TEST(std::size(meanings) == detail::condition_names().size());
}

// `OMS_WRITE_PAGES=1` in the environment writes it anew.
BOOST_AUTO_TEST_CASE(it_says_what_the_tables_say) {
    std::string const path = std::string(OMS_DOCUMENTS) + "/errors.md";
    if (std::getenv("OMS_WRITE_PAGES") != nullptr) std::ofstream(path) << page();
    std::ifstream file(path);
    std::string const found{std::istreambuf_iterator<char>(file), {}};
    BOOST_TEST((found == page()), "doc/errors.md is older than the tables: OMS_WRITE_PAGES=1 "
                                      << "unit_tests "
                                      << "--run_test=error_page");
}

BOOST_AUTO_TEST_SUITE_END()
