// SPDX-License-Identifier: BSL-1.0
#include "policy/retry.hpp"

#include "unit/retry_table.hpp"
#include "wire/http_date.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::policy;
using namespace oms::testing::retries;

namespace {

constexpr std::uint64_t highest = std::numeric_limits<std::uint64_t>::max();

retry_view plenty() {
    retry_view v;
    v.left = 1h;
    v.random = highest;  // the longest delay
    return v;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(retry)

BOOST_AUTO_TEST_CASE(row_by_row) {
    for (row const& r : table()) {
        BOOST_TEST_CONTEXT(r.name) {
            auto const d = decide({}, {}, r.what, plenty());
            BOOST_TEST((d.what == r.expected), to_string(d.reason));
        }
    }
}

BOOST_AUTO_TEST_CASE(strict_mode_repeats_nothing_that_is_open) {
    retry_options strict;
    strict.resend_open = false;
    for (row const& r : table()) {
        BOOST_TEST_CONTEXT(r.name) {
            bool const repeated = r.expected == action::repeat && !r.open;
            BOOST_TEST((decide(strict, {}, r.what, plenty()).what == action::repeat) == repeated);
            retry_view insisting = plenty();
            insisting.verdict = retry_verdict::retry;
            if (r.open) BOOST_TEST((decide(strict, {}, r.what, insisting).what == action::finish));
        }
    }
}

BOOST_AUTO_TEST_CASE(what_was_refused_unseen_is_repeated_at_once_and_then_as_what_was_throttled) {
    retry_options only_one;
    only_one.max_attempts = 1;
    retry_view empty = plenty();
    empty.budget = false;
    empty.not_before = 7s;  // an endpoint's back-off is of dials
    retry_state state;
    auto const first = decide(only_one, state, unprocessed(), empty);
    BOOST_TEST((first.what == action::repeat));
    BOOST_TEST((first.delay == 0s));
    BOOST_TEST((first.reason == retry_reason::unprocessed));
    BOOST_TEST(!first.takes_budget);
    account(state, unprocessed(), first);
    BOOST_TEST(state.counted == 0U);
    BOOST_TEST(state.waits == 0U);
    for (auto const& longest : {1s, 2s, 4s, 8s, 16s, 20s, 20s}) {
        auto const next = decide(only_one, state, unprocessed(), empty);
        BOOST_TEST((next.what == action::repeat));
        BOOST_TEST((next.delay == longest));
        BOOST_TEST((next.reason == retry_reason::unprocessed));
        BOOST_TEST(!next.takes_budget);
        account(state, unprocessed(), next);
    }
    BOOST_TEST(state.counted == 0U);
    empty.left = 1s;
    BOOST_TEST((decide(only_one, state, unprocessed(), empty).reason == retry_reason::no_time_left));
    empty.verdict = retry_verdict::give_up;
    BOOST_TEST((decide(only_one, {}, unprocessed(), empty).what == action::finish));
}

BOOST_AUTO_TEST_CASE(a_suspect_connection_takes_no_budget_once) {
    failure f = lost(errc::first_byte_timeout);
    f.silent = true;
    retry_view empty = plenty();
    empty.budget = false;
    BOOST_TEST((decide({}, {}, f, empty).reason == retry_reason::budget_empty));  // the service may be slow
    f.suspect = true;
    retry_state state;
    auto const first = decide({}, state, f, empty);
    BOOST_TEST((first.what == action::repeat));
    BOOST_TEST(!first.takes_budget);
    BOOST_TEST((first.delay == 200ms));
    account(state, f, first);
    BOOST_TEST(state.counted == 1U);
    BOOST_TEST((decide({}, state, f, empty).reason == retry_reason::budget_empty));
    BOOST_TEST(decide({}, state, f, plenty()).takes_budget);

    retry_options strict;
    strict.resend_open = false;
    BOOST_TEST((decide(strict, {}, f, plenty()).what == action::finish));
    retry_options once;
    once.max_attempts = 1;
    BOOST_TEST((decide(once, {}, f, plenty()).what == action::finish));
}

BOOST_AUTO_TEST_CASE(strict_mode_turns_the_free_repeat_off_but_for_what_was_not_sent) {
    retry_options strict;
    strict.resend_open = false;
    failure stale = lost(errc::connection_closed);
    stale.stale = true;
    BOOST_TEST((decide(strict, {}, stale, plenty()).what == action::finish));
    failure unsent_stale = unsent(errc::connection_closed);
    unsent_stale.stale = true;
    BOOST_TEST((decide(strict, {}, unsent_stale, plenty()).what == action::repeat));
}

BOOST_AUTO_TEST_CASE(the_callers_verdict) {
    for (row const& r : table()) {
        BOOST_TEST_CONTEXT(r.name) {
            retry_view v = plenty();
            v.verdict = retry_verdict::give_up;
            BOOST_TEST((decide({}, {}, r.what, v).what == action::finish));
            v.verdict = retry_verdict::retry;
            bool const ours = r.what.status == 401 || r.what.status == 418;
            BOOST_TEST((decide({}, {}, r.what, v).what == action::repeat) == !ours);
        }
    }
    // It overrules the decision, not what bounds it.
    retry_view v = plenty();
    v.verdict = retry_verdict::retry;
    retry_state used;
    used.counted = 3;
    BOOST_TEST((decide({}, used, reply(500), v).what == action::finish));
    v.budget = false;
    BOOST_TEST((decide({}, {}, reply(500), v).what == action::finish));
    v = plenty();
    v.verdict = retry_verdict::retry;
    v.left = 1ms;
    BOOST_TEST((decide({}, {}, reply(500), v).what == action::finish));
}

BOOST_AUTO_TEST_CASE(renewed_credential_once) {
    retry_view v = plenty();
    v.refreshable = true;
    v.budget = false;  // it takes none
    retry_options options;
    options.resend_open = false;  // nor is it open
    options.max_attempts = 1;
    retry_state state;
    auto const d = decide(options, state, reply(401), v);
    BOOST_TEST((d.what == action::refresh));
    BOOST_TEST(!d.takes_budget);
    BOOST_TEST((d.delay == 0s));
    account(state, reply(401), d);
    BOOST_TEST(state.counted == 0U);
    BOOST_TEST((decide(options, state, reply(401), v).what == action::finish));
}

BOOST_AUTO_TEST_CASE(free_repeat_at_most_once) {
    failure f = lost(errc::connection_closed);
    f.stale = true;
    retry_view v = plenty();
    v.budget = false;
    retry_options options;
    options.max_attempts = 1;
    retry_state state;
    auto const d = decide(options, state, f, v);
    BOOST_TEST((d.what == action::repeat));
    BOOST_TEST((d.delay == 0s));
    BOOST_TEST(!d.takes_budget);
    account(state, f, d);
    BOOST_TEST(state.counted == 0U);
    BOOST_TEST(state.waits == 0U);
    BOOST_TEST((decide(options, state, f, v).what == action::finish));
}

BOOST_AUTO_TEST_CASE(attempts_are_those_in_which_a_byte_was_sent) {
    retry_options options;
    options.max_attempts = 3;
    retry_state state;
    for (int i = 0; i < 100; ++i) {
        auto const d = decide(options, state, unsent(errc::connect_failed), plenty());
        BOOST_REQUIRE((d.what == action::repeat));
        BOOST_TEST(!d.takes_budget);
        account(state, unsent(errc::connect_failed), d);
    }
    BOOST_TEST(state.counted == 0U);
    for (unsigned i = 1; i <= 3; ++i) {
        failure const f = i == 2 ? reply(429) : reply(503);
        auto const d = decide(options, state, f, plenty());
        BOOST_TEST((d.what == action::repeat) == (i < 3));
        account(state, f, d);
        BOOST_TEST(state.counted == i);
    }
}

BOOST_AUTO_TEST_CASE(budget_is_for_repeats_after_a_byte_was_sent) {
    retry_view empty = plenty();
    empty.budget = false;
    BOOST_TEST(decide({}, {}, reply(503), plenty()).takes_budget);
    BOOST_TEST(decide({}, {}, reply(408), plenty()).takes_budget);
    BOOST_TEST(decide({}, {}, lost(errc::connection_lost), plenty()).takes_budget);
    BOOST_TEST(!decide({}, {}, reply(429), plenty()).takes_budget);
    BOOST_TEST((decide({}, {}, reply(503), empty).reason == retry_reason::budget_empty));
    BOOST_TEST((decide({}, {}, reply(429), empty).what == action::repeat));
    BOOST_TEST((decide({}, {}, unsent(errc::connect_failed), empty).what == action::repeat));
}

BOOST_AUTO_TEST_CASE(delays_double_and_are_slower_after_429) {
    retry_options options;
    options.max_attempts = 100;
    retry_state state;
    for (unsigned i = 0; i < 12; ++i) {
        state.waits = i;
        auto const cap = [&](duration base) { return std::min<duration>(base * (1U << i), 20s); };
        BOOST_TEST((decide(options, state, reply(503), plenty()).delay == cap(200ms)));
        BOOST_TEST((decide(options, state, reply(429), plenty()).delay == cap(1s)));
        retry_view v = plenty();
        v.random = 0;
        BOOST_TEST((decide(options, state, reply(503), v).delay == 0s));
    }
}

BOOST_AUTO_TEST_CASE(retry_after_of_any_retryable_status) {
    for (unsigned status : {408U, 429U, 500U, 502U, 503U, 504U}) {
        failure f = reply(status);
        retry_view v = plenty();
        v.random = 0;
        f.retry_after = 7s;
        BOOST_TEST((decide({}, {}, f, v).delay == 7s));
        f.retry_after = 0s;
        BOOST_TEST((decide({}, {}, f, v).delay == 0s));
        f.retry_after = 30s;
        BOOST_TEST((decide({}, {}, f, v).what == action::repeat));
        f.retry_after = 31s;
        BOOST_TEST((decide({}, {}, f, v).reason == retry_reason::retry_after_too_long));
        f.retry_after = 20s;
        v.left = 20s;
        BOOST_TEST((decide({}, {}, f, v).reason == retry_reason::no_time_left));
        BOOST_TEST((decide({}, {}, f, v).what == action::finish));
        v.left = 20s + 1ns;
        BOOST_TEST((decide({}, {}, f, v).what == action::repeat));
    }
    failure f = reply(400);
    f.retry_after = 1s;
    BOOST_TEST((decide({}, {}, f, plenty()).what == action::finish));
    retry_options patient;
    patient.max_retry_after = unlimited;
    f = reply(503);
    f.retry_after = 40s;
    BOOST_TEST((decide(patient, {}, f, plenty()).delay == 40s));
}

BOOST_AUTO_TEST_CASE(retry_after_in_all_its_forms) {
    auto const now = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1) + 8h;
    for (std::string_view text :
         {"12", "Thu, 01 Jan 2026 08:00:12 GMT", "Thursday, 01-Jan-26 08:00:12 GMT", "Thu Jan  1 08:00:12 2026"}) {
        auto const parsed = wire::parse_retry_after(text, {}, now);
        BOOST_TEST_REQUIRE(parsed.has_value());
        failure f = reply(503);
        f.retry_after = parsed;
        retry_view v = plenty();
        v.random = 0;
        BOOST_TEST((decide({}, {}, f, v).delay == 12s), text);
    }
    BOOST_TEST((wire::parse_retry_after("Thu, 01 Jan 2026 07:00:00 GMT", {}, now) == 0s));
    for (std::string_view text : {"", "-1", "1.5s", "soon", "Thu, 01 Jan 2026"}) {
        BOOST_TEST(!wire::parse_retry_after(text, {}, now).has_value(), text);
    }
}

BOOST_AUTO_TEST_CASE(an_endpoint_that_cannot_be_reached_has_one_back_off) {
    retry_view v = plenty();
    v.not_before = 3s;
    BOOST_TEST((decide({}, {}, unsent(errc::connect_failed), v).delay == 3s));
    BOOST_TEST((decide({}, {}, reply(503), v).delay == 200ms));
    v.left = 3s;
    BOOST_TEST((decide({}, {}, unsent(errc::connect_failed), v).what == action::finish));
}

BOOST_AUTO_TEST_CASE(what_leaves_a_try_open) {
    BOOST_TEST(leaves_open(lost(errc::connection_lost)));
    BOOST_TEST(!leaves_open(unsent(errc::connection_lost)));
    for (unsigned status = 300; status < 600; ++status)
        BOOST_TEST(leaves_open(reply(status)) == (status >= 500));
    failure read = lost(errc::connection_lost);
    read.reads = true;
    BOOST_TEST(!leaves_open(read));
}

// As long as the caller's own deadline and cap let it.
BOOST_AUTO_TEST_CASE(each_delay_is_twice_the_one_before) {
    failure const f = reply(503);
    retry_options options;
    options.max_attempts = 100;
    retry_state state;
    for (auto const expected : {200ms, 400ms, 800ms, 1600ms, 3200ms, 6400ms, 12800ms, 20000ms, 20000ms}) {
        auto const d = decide(options, state, f, plenty());
        BOOST_TEST((d.delay == expected));
        account(state, f, d);
    }
    BOOST_TEST(state.waits == 9U);
    account(state, f, decision());  // an end is no delay
    BOOST_TEST(state.waits == 9U);
}

BOOST_AUTO_TEST_CASE(what_the_service_asks_for_shortens_no_delay) {
    failure f = reply(503);
    f.retry_after = 0s;
    BOOST_TEST((decide({}, {}, f, plenty()).delay == 200ms));
    f.retry_after = 1s;
    BOOST_TEST((decide({}, {}, f, plenty()).delay == 1s));
}

BOOST_AUTO_TEST_SUITE_END()
