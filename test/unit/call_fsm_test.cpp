// SPDX-License-Identifier: BSL-1.0
//
// One call as a machine: whole stories, told as events, and the actions that they lead to.
#include "call/call_fsm.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::call;

namespace {

using ev = event::kind;
using how = policy::failure::kind;

error_code of_service(int value) {
    return {value, service_category()};
}
error_code http(int status) {
    return {status, http_category()};
}

std::string text_of(error_code const& code) {
    if (!code) return "ok";
    return code.category() == service_category() ? "OMS." + std::to_string(code.value())
           : code.category() == http_category()  ? std::to_string(code.value())
                                                 : code.message();
}

// A call, and what it was told to do.
struct story {
    explicit story(operation const& asked, task_kind kind = task_kind::sync_task) : machine(asked, kind) {
        with.rules = &rules;
        with.retry.left = 1h;
        with.retry.random = std::numeric_limits<std::uint64_t>::max();  // the longest delays
    }

    story& on(event const& e) {
        action const a = machine.resume(e, with);
        if (!told.empty()) told += ' ';
        told += to_string(a.what);
        if (a.what == action::kind::complete) {
            told += '(';
            told += to_string(a.result);
            told += ", " + text_of(a.code) + ')';
        }
        if (a.decided) {
            told += '[';
            told += to_string(a.retry.reason);
            told += ']';
        }
        last = a;
        return *this;
    }
    story& until_sent() { return on(ev::begin).on(ev::credential).on(ev::turn); }
    story& again() { return on(ev::credential).on(ev::turn); }

    retry_options rules;
    view with;
    call_fsm machine;
    std::string told;
    action last;
};

constexpr std::string_view to_the_send = "get_credential enqueue send";

event ok() {
    event e(ev::reply);
    e.said = meaning::done;
    return e;
}

policy::failure failed(unsigned status, error_code code) {
    policy::failure f;
    f.how = how::reply;
    f.status = status;
    f.code = code;
    return f;
}

event reply(unsigned status, error_code code, meaning said = meaning::failed) {
    event e(ev::reply, failed(status, code));
    e.said = said;
    e.code = code;
    return e;
}

event already(error_code code) {
    return reply(400, code, meaning::already);
}

event shown(meaning said) {
    event e(ev::reply);
    e.said = said;
    return e;
}

// The reply's header came, and its body did not.
event cut(event e, errc why) {
    e.what = ev::header;
    e.code = why;
    return e;
}

event lost(progress sent, errc why = errc::connection_lost) {
    policy::failure f;
    f.how = sent == progress::handed_over ? how::lost : how::unsent;
    f.code = why;
    event e(ev::lost, f);
    e.sent = sent;
    return e;
}

event stale(progress sent) {
    event e = lost(sent, errc::connection_closed);
    e.failure.stale = true;
    return e;
}

event total() {
    event e(ev::cancel);
    e.total = true;
    return e;
}

constexpr auto a_sync = task_kind::sync_task;
constexpr auto a_task = task_kind::migration_task;

}  // namespace

BOOST_AUTO_TEST_SUITE(call_machine)

BOOST_AUTO_TEST_CASE(one_that_goes_well) {
    story s(stop_operation(a_sync));
    BOOST_TEST(s.until_sent().on(ok()).told == std::string(to_the_send) + " complete(stopped, ok)");
    BOOST_TEST(s.machine.attempts() == 1U);
    BOOST_TEST((s.machine.now() == state::done));
    story start(start_operation(a_sync));
    BOOST_TEST(start.until_sent().on(ok()).told.ends_with(" complete(started, ok)"));
    story show(show_operation(a_sync));
    BOOST_TEST(show.until_sent().on(ok()).told.ends_with(" complete(not_sent, ok)"));
}

BOOST_AUTO_TEST_CASE(what_goes_well_depends_on_nothing_else) {
    view other;
    other.rules = nullptr;
    other.over = other.already_is_success = other.judges = other.probes = other.parks = other.shutting_down = true;
    other.retry.refreshable = true;
    other.waits_in = phase::handshake;
    for (operation const& asked : {stop_operation(task_kind::sync_task), show_operation(task_kind::sync_task)}) {
        story here(asked), there(asked);
        there.with = other;
        for (event const& e : {event(ev::begin), event(ev::credential), event(ev::dial), event(ev::turn), ok()}) {
            BOOST_TEST(!needs_view(e), to_string(e.what));
            here.on(e);
            there.on(e);
            BOOST_TEST(here.told == there.told);
            BOOST_TEST((here.machine.now() == there.machine.now()));
        }
        BOOST_TEST((here.machine.now() == state::done));
    }
    for (event const& e : {event(ev::lost), event(ev::verdict), event(ev::time), event(ev::cancel),
                           event(ev::shut_down), reply(503, http(503)), already(of_service(66))})
        BOOST_TEST(needs_view(e), to_string(e.what));
}

BOOST_AUTO_TEST_CASE(a_body_that_nobody_needs_may_be_cut) {
    for (errc why : {errc::connection_lost, errc::body_too_large, errc::malformed_reply, errc::body_timeout}) {
        story s(stop_operation(a_sync));
        BOOST_TEST(s.until_sent().on(cut(ok(), why)).told.ends_with(" complete(stopped, ok)"));
    }
    for (ev given_up : {ev::cancel, ev::shut_down, ev::time}) {
        story s(stop_operation(a_sync));
        s.with.over = true;
        s.until_sent().on(given_up).on(cut(ok(), errc::body_timeout));
        BOOST_TEST(s.told == std::string(to_the_send) + " abandon complete(stopped, ok)");
    }
}

BOOST_AUTO_TEST_CASE(a_reading_is_nothing_without_its_body) {
    story s(show_operation(a_sync));
    s.until_sent().on(cut(ok(), errc::connection_lost)).on(ev::time).again().on(ok());
    BOOST_TEST(s.told ==
               std::string(to_the_send) + " sleep[failed] get_credential enqueue send complete(not_sent, ok)");
    story ended(show_operation(a_sync));
    ended.until_sent().on(ev::cancel).on(cut(ok(), errc::connection_lost));
    BOOST_TEST(ended.last.code == error_code(errc::cancelled));
}

BOOST_AUTO_TEST_CASE(lost_slept_repeated) {
    story s(stop_operation(a_sync));
    s.until_sent().on(lost(progress::handed_over)).on(ev::time).again().on(ok());
    BOOST_TEST(s.told == std::string(to_the_send) + " sleep[failed] get_credential enqueue send complete(stopped, ok)");
    BOOST_TEST(s.machine.attempts() == 2U);
}

BOOST_AUTO_TEST_CASE(the_repeat_finds_it_stopped) {
    story s(stop_operation(a_sync));
    s.until_sent().on(lost(progress::handed_over)).on(ev::time).again().on(already(of_service(66)));
    BOOST_TEST(s.told.ends_with(" send complete(already_stopped, ok)"));
    story first(stop_operation(a_sync));
    BOOST_TEST(
        first.until_sent().on(already(of_service(66))).told.ends_with(" send complete(already_stopped, OMS.66)"));
    story wanted(stop_operation(a_sync));
    wanted.with.already_is_success = true;
    BOOST_TEST(wanted.until_sent().on(already(of_service(66))).told.ends_with(" send complete(already_stopped, ok)"));
    story start(start_operation(a_sync));
    start.with.already_is_success = true;  // says so of stops
    BOOST_TEST(
        start.until_sent().on(already(of_service(65))).told.ends_with(" send complete(already_started, OMS.65)"));
}

BOOST_AUTO_TEST_CASE(a_reply_about_the_task_settles_what_was_open) {
    for (bool whole : {true, false}) {
        event const unknown_task = reply(400, of_service(1009), meaning::about_task);
        story s(stop_operation(a_sync));
        s.until_sent().on(lost(progress::handed_over)).on(ev::time).again();
        s.on(whole ? unknown_task : cut(unknown_task, errc::connection_lost));
        BOOST_TEST(s.told.ends_with(" complete(refused, OMS.1009)[not_retryable]"));
        story other(stop_operation(a_sync));
        other.until_sent().on(lost(progress::handed_over)).on(ev::time).again().on(reply(403, http(403)));
        BOOST_TEST(other.told.ends_with(" complete(unknown, 403)[not_retryable]"));
    }
}

BOOST_AUTO_TEST_CASE(a_show_decides_about_a_task) {
    std::string const asked = std::string(to_the_send) + " show_task enqueue send ";
    auto const told = [&](bool open, event const& show) {
        story s(stop_operation(a_task), a_task);
        s.until_sent();
        if (open) s.on(lost(progress::handed_over)).on(ev::time).again();
        s.on(already(of_service(66)));
        BOOST_TEST(s.machine.confirms());
        BOOST_TEST(s.machine.asks().kind == operation_kind::show);
        s.again().on(show);
        BOOST_TEST(s.machine.attempts() == (open ? 2U : 1U));  // the show is none
        return s.told.substr(s.told.rfind("complete"));
    };
    std::string const unconfirmed = error_code(errc::not_confirmed_stopped).message();
    BOOST_TEST(told(false, shown(meaning::shown_so)) == "complete(already_stopped, OMS.66)");
    BOOST_TEST(told(true, shown(meaning::shown_so)) == "complete(already_stopped, ok)");
    for (bool open : {false, true})
        BOOST_TEST(told(open, shown(meaning::shown_ended)) == "complete(refused, OMS.66)");
    for (event const& e : {shown(meaning::shown_other), lost(progress::handed_over), lost(progress::unsent),
                           cut(shown(meaning::shown_other), errc::connection_lost)}) {
        BOOST_TEST(told(false, e) == "complete(refused, " + unconfirmed + ")");
        BOOST_TEST(told(true, e) == "complete(unknown, " + unconfirmed + ")");
    }
}

BOOST_AUTO_TEST_CASE(a_show_may_be_swallowed_by_a_stale_connection_once) {
    story s(stop_operation(a_task), a_task);
    s.until_sent().on(already(of_service(66))).again().on(stale(progress::handed_over)).again();
    BOOST_TEST(s.told == std::string(to_the_send) + " show_task enqueue send get_credential enqueue send");
    s.on(stale(progress::handed_over));
    BOOST_TEST((s.last.what == action::kind::complete && s.last.result == outcome::refused));
}

BOOST_AUTO_TEST_CASE(a_show_that_was_read_counts_whoever_gives_up) {
    story read(stop_operation(a_task), a_task);
    read.until_sent().on(already(of_service(66))).again().on(ev::cancel);
    read.on(cut(shown(meaning::shown_so), errc::connection_lost));
    BOOST_TEST(read.told.ends_with(" abandon complete(already_stopped, OMS.66)"));
    story unread(stop_operation(a_task), a_task);
    unread.until_sent().on(already(of_service(66))).again().on(ev::cancel);
    unread.on(cut(shown(meaning::shown_other), errc::connection_lost));
    BOOST_TEST(unread.told.ends_with(" abandon complete(refused, " + text_of(errc::cancelled) + ")"));
}

BOOST_AUTO_TEST_CASE(a_show_that_cannot_be_had) {
    for (event const& e : {event(ev::no_credential, errc::credentials_unavailable), event(ev::time)}) {
        story s(stop_operation(a_task), a_task);
        s.until_sent().on(already(of_service(66))).on(e);
        BOOST_TEST(s.last.code == error_code(errc::not_confirmed_stopped));
    }
    for (event const& e : {event(ev::refused, errc::host_not_found), lost(progress::unsent, errc::connect_failed),
                           event(ev::rejected, errc::credentials_rejected), event(ev::time)}) {
        story s(stop_operation(a_task), a_task);
        s.until_sent().on(already(of_service(66))).on(ev::credential).on(e);
        BOOST_TEST(s.last.code == error_code(errc::not_confirmed_stopped));
        BOOST_TEST((s.last.result == outcome::refused));
    }
}

BOOST_AUTO_TEST_CASE(a_stale_connection_costs_nothing_once) {
    story s(stop_operation(a_sync));
    s.rules.max_attempts = 1;
    s.until_sent().on(stale(progress::handed_over));
    BOOST_TEST(s.told == std::string(to_the_send) + " get_credential[stale_connection]");
    s.on(ev::credential);
    BOOST_TEST((s.last.what == action::kind::enqueue_fresh));
    story next(stop_operation(a_sync));
    next.until_sent().on(stale(progress::handed_over)).again().on(ev::not_started).on(ev::credential);
    BOOST_TEST(next.told.ends_with(" enqueue_fresh send get_credential enqueue"));
    s.on(ev::turn).on(stale(progress::handed_over));
    BOOST_TEST(s.told.ends_with(" complete(unknown, " + text_of(errc::connection_closed) + ")[attempts_used]"));
}

BOOST_AUTO_TEST_CASE(strict_mode_repeats_nothing_that_is_open) {
    for (event const& e : {lost(progress::handed_over), stale(progress::handed_over), reply(503, http(503))}) {
        story s(stop_operation(a_sync));
        s.rules.resend_open = false;
        s.until_sent().on(e);
        BOOST_TEST((s.last.what == action::kind::complete && s.last.result == outcome::unknown));
    }
    for (event const& e : {lost(progress::unsent), reply(429, http(429))}) {
        story s(stop_operation(a_sync));
        s.rules.resend_open = false;
        s.until_sent().on(e);
        BOOST_TEST((s.last.what == action::kind::sleep));
    }
}

BOOST_AUTO_TEST_CASE(what_was_ignored_was_not_sent) {
    story s(stop_operation(a_sync));
    s.until_sent().on(lost(progress::unprocessed)).on(ev::time).again().on(ev::cancel).on(lost(progress::unprocessed));
    BOOST_TEST(s.told.ends_with(" abandon complete(not_sent, " + text_of(errc::cancelled) + ")"));
}

BOOST_AUTO_TEST_CASE(a_rejected_credential_is_renewed_once) {
    story s(stop_operation(a_sync));
    s.with.retry.refreshable = true;
    error_code const code(401'0301, gateway_category());
    s.until_sent().on(reply(401, code)).again().on(reply(401, code));
    BOOST_TEST(s.told == std::string(to_the_send) + " renew_credential[refresh] enqueue send complete(refused, " +
                             code.message() + ")[not_retryable]");
    story waiting(stop_operation(a_sync));
    waiting.with.retry.refreshable = true;
    event const rejected(ev::rejected, errc::credentials_rejected);
    waiting.on(ev::begin).on(rejected).on(rejected);
    BOOST_TEST(waiting.told ==
               "get_credential renew_credential complete(not_sent, " + text_of(errc::credentials_rejected) + ")");
    story fixed(stop_operation(a_sync));
    fixed.on(ev::begin).on(ev::credential).on(rejected);
    BOOST_TEST((fixed.last.what == action::kind::complete));
    story expired(stop_operation(a_sync));
    BOOST_TEST(expired.on(ev::begin).on(ev::credential).on(ev::expired).told ==
               "get_credential enqueue get_credential");
}

BOOST_AUTO_TEST_CASE(a_dial_that_fails_leaves_the_call_in_its_place) {
    story s(stop_operation(a_sync));
    s.on(ev::begin).on(ev::credential).on(lost(progress::unsent, errc::connect_failed));
    BOOST_TEST(s.told == "get_credential enqueue stay_queued[not_connected]");
    BOOST_TEST(s.machine.attempts() == 1U);
    s.on(ev::turn);
    BOOST_TEST(s.machine.attempts() == 2U);
    story probe(stop_operation(a_sync));
    probe.with.probes = true;
    probe.on(ev::begin).on(ev::credential).on(lost(progress::unsent, errc::connect_failed));
    BOOST_TEST(probe.told == "get_credential enqueue get_credential[not_connected]");
}

BOOST_AUTO_TEST_CASE(a_connection_that_had_ended_takes_no_attempt) {
    story s(stop_operation(a_sync));
    s.until_sent().on(ev::not_started).again().on(ok());
    BOOST_TEST(s.told == std::string(to_the_send) + " get_credential enqueue send complete(stopped, ok)");
    BOOST_TEST(s.machine.attempts() == 1U);
}

BOOST_AUTO_TEST_CASE(what_its_owner_waits_for_it_does_not) {
    story s(stop_operation(a_sync));
    s.with.parks = true;
    s.with.parked_for = 7s;
    s.until_sent().on(reply(429, http(429)));
    BOOST_TEST(s.told == std::string(to_the_send) + " park[throttled]");
    BOOST_TEST((s.last.retry.delay == 7s));
    s.until_sent().on(lost(progress::handed_over));
    BOOST_TEST((s.last.what == action::kind::sleep));  // a lost one is the call's own matter
    s.on(ev::time).on(ev::credential).on(lost(progress::unsent, errc::connect_failed));
    BOOST_TEST(s.told.ends_with(" park[not_connected]"));
    s.on(ev::begin).on(ev::credential).on(ev::held_back);
    BOOST_TEST((s.last.what == action::kind::park && !s.last.decided));
    s.on(event(ev::give_up, errc::cancelled));
    BOOST_TEST(s.told.ends_with(" complete(unknown, " + text_of(errc::cancelled) + ")"));
}

BOOST_AUTO_TEST_CASE(the_callers_rule_is_asked) {
    story s(stop_operation(a_sync));
    s.with.judges = true;
    event const e = reply(503, http(503));
    s.until_sent().on(e);
    BOOST_TEST(s.told.ends_with(" send judge"));
    event hopeless(ev::verdict, e.failure);
    hopeless.verdict = retry_verdict::give_up;
    s.on(hopeless);
    BOOST_TEST(s.told.ends_with(" judge complete(unknown, 503)[not_retryable]"));
    // What had another connection meanwhile, or waits again, is not ended by an old verdict.
    story late(stop_operation(a_sync));
    late.with.judges = true;
    late.on(ev::begin).on(ev::credential).on(lost(progress::unsent, errc::connect_failed));
    BOOST_TEST(late.told.ends_with(" judge"));
    event const verdict(ev::verdict, lost(progress::unsent, errc::connect_failed).failure);
    late.on(ev::turn).on(verdict);
    BOOST_TEST(late.told.ends_with(" send none"));
}

BOOST_AUTO_TEST_CASE(total_cancellation_promises_that_nothing_was_sent) {
    story s(stop_operation(a_sync));
    s.on(ev::begin).on(ev::credential).on(total());
    BOOST_TEST(s.told.ends_with(" complete(not_sent, " + text_of(errc::cancelled) + ")"));
    story sent(stop_operation(a_sync));
    sent.until_sent().on(total());
    BOOST_TEST((sent.last.what == action::kind::none));
    sent.on(reply(429, http(429))).on(total());
    BOOST_TEST((sent.last.what == action::kind::none));
    sent.on(ev::cancel);
    BOOST_TEST(sent.told.ends_with(" complete(refused, " + text_of(errc::cancelled) + ")"));
    story confirming(stop_operation(a_task), a_task);
    confirming.until_sent().on(already(of_service(66))).on(total());
    BOOST_TEST((confirming.last.what == action::kind::none));
    story reading(show_operation(a_sync));
    reading.until_sent().on(total()).on(lost(progress::handed_over));
    BOOST_TEST(reading.told.ends_with(" abandon complete(not_sent, " + text_of(errc::cancelled) + ")"));
}

BOOST_AUTO_TEST_CASE(whoever_gives_up_an_exchange_hears_what_it_came_to) {
    for (auto const& [given_up, code] : {std::pair(ev::cancel, errc::cancelled), {ev::shut_down, errc::shut_down}}) {
        auto const after = [given_up = given_up](event const& e) {
            story s(stop_operation(a_sync));
            s.until_sent().on(given_up).on(e);
            return s.told.substr(s.told.find("abandon"));
        };
        std::string const said = ", " + text_of(code) + ")";
        BOOST_TEST(after(lost(progress::unsent)) == "abandon complete(not_sent" + said);
        BOOST_TEST(after(lost(progress::handed_over)) == "abandon complete(unknown" + said);
        BOOST_TEST(after(cut(reply(503, http(503)), errc::body_timeout)) == "abandon complete(unknown" + said);
        BOOST_TEST(after(cut(reply(403, http(403)), errc::body_timeout)) == "abandon complete(refused" + said);
    }
}

BOOST_AUTO_TEST_CASE(a_late_attempt_is_one_that_was_lost) {
    story s(stop_operation(a_sync));
    s.until_sent().on(ev::time).on(lost(progress::handed_over, errc::first_byte_timeout));
    BOOST_TEST(s.told == std::string(to_the_send) + " abandon sleep[failed]");
    story body(stop_operation(a_sync));
    body.until_sent().on(ev::time).on(cut(reply(403, http(403)), errc::body_timeout));
    BOOST_TEST(body.told.ends_with(" abandon complete(refused, " + text_of(errc::body_timeout) + ")[not_retryable]"));
    story over(stop_operation(a_sync));
    over.with.over = true;
    over.until_sent().on(ev::time).on(cut(reply(503, http(503)), errc::body_timeout));
    BOOST_TEST(over.told.ends_with(" abandon complete(unknown, " + text_of(errc::body_timeout) + ")"));
}

BOOST_AUTO_TEST_CASE(each_wait_has_a_time_limit_of_its_own) {
    story credential(stop_operation(a_sync));
    BOOST_TEST(credential.on(ev::begin).on(ev::time).last.code == error_code(errc::credentials_timeout));
    for (auto const& [at, code] : {std::pair(phase::queued, errc::queue_timeout),
                                   {phase::resolve, errc::resolve_timeout},
                                   {phase::handshake, errc::handshake_timeout}}) {
        story queued(stop_operation(a_sync));
        queued.with.waits_in = at;
        BOOST_TEST(queued.on(ev::begin).on(ev::credential).on(ev::time).last.code == error_code(code));
    }
    story proxied(stop_operation(a_sync));
    proxied.with.waits_in = phase::connect;
    proxied.with.by_proxy = true;
    BOOST_TEST(proxied.on(ev::begin).on(ev::credential).on(ev::time).last.code == error_code(errc::proxy_timeout));
    story backoff(stop_operation(a_sync));
    backoff.until_sent().on(reply(429, http(429)));
    backoff.with.over = true;
    backoff.on(ev::time);
    BOOST_TEST(backoff.told.ends_with(" complete(refused, " + text_of(errc::backoff_timeout) + ")"));
}

BOOST_AUTO_TEST_CASE(shutting_down_repeats_nothing_that_was_sent) {
    auto const after = [](event const& e, bool finish_unsent) {
        story s(stop_operation(a_sync));
        s.with.shutting_down = true;
        s.with.finish_unsent = finish_unsent;
        s.until_sent().on(e);
        return s.told.substr(to_the_send.size() + 1);
    };
    std::string const shut = text_of(errc::shut_down);
    BOOST_TEST(after(lost(progress::handed_over), false) == "complete(unknown, " + shut + ")[shut_down]");
    BOOST_TEST(after(lost(progress::handed_over), true) == "complete(unknown, " + shut + ")[shut_down]");
    BOOST_TEST(after(lost(progress::unsent), false) == "complete(not_sent, " + shut + ")[shut_down]");
    BOOST_TEST(after(lost(progress::unsent), true) == "sleep[not_connected]");
    BOOST_TEST(after(reply(403, http(403)), false) == "complete(refused, 403)[shut_down]");
}

BOOST_AUTO_TEST_CASE(a_dial_for_it_is_an_attempt) {
    story s(stop_operation(a_sync));
    s.on(ev::begin).on(ev::credential);
    BOOST_TEST(s.machine.attempts() == 0U);
    s.on(ev::dial);
    BOOST_TEST(s.machine.attempts() == 1U);
    s.on(ev::dial).on(ev::turn);  // another one, and a connection
    BOOST_TEST(s.machine.attempts() == 1U);
}

BOOST_AUTO_TEST_CASE(one_that_was_silent_is_repeated_on_a_fresh_connection) {
    story s(stop_operation(a_sync));
    event silent = lost(progress::handed_over, errc::first_byte_timeout);
    silent.failure.silent = true;
    s.until_sent().on(silent).on(ev::time).on(ev::credential);
    BOOST_TEST((s.last.what == action::kind::enqueue_fresh));
}

BOOST_AUTO_TEST_CASE(without_memory_it_ends_and_says_what_it_may_have_done) {
    std::string const ended = text_of(errc::out_of_memory);
    story early(stop_operation(a_sync));
    BOOST_TEST(early.on(ev::begin).on(ev::no_memory).told.ends_with(" complete(not_sent, " + ended + ")"));
    for (auto const& [status, result] : {std::pair(403U, outcome::refused), {503U, outcome::unknown}}) {
        story s(stop_operation(a_sync));
        event e(ev::no_memory, failed(status, http(static_cast<int>(status))));
        e.sent = progress::handed_over;
        BOOST_TEST((s.until_sent().on(e).last.result == result));
        BOOST_TEST((s.last.code == error_code(errc::out_of_memory)));
    }
}

BOOST_AUTO_TEST_CASE(what_waits_for_another_to_prove_its_credential_may_wait_at_its_owners) {
    story s(stop_operation(a_sync));
    BOOST_TEST(s.on(ev::begin).on(ev::held_back).told == "get_credential park");
    BOOST_TEST(s.on(ev::begin).told.ends_with(" get_credential"));
}

// No copy of anything is taken, so that a call costs little.
BOOST_AUTO_TEST_CASE(is_small) {
    BOOST_TEST(sizeof(call_fsm) <= 72U);
    static_assert(std::is_trivially_copyable_v<call_fsm>);
}

BOOST_AUTO_TEST_SUITE_END()
