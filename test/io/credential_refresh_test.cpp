// SPDX-License-Identifier: BSL-1.0
//
// Credentials are asked for once, early, and off the way of the calls.
#include "auth/credential_book.hpp"
#include "io/credential_script.hpp"
#include "policy/durations.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <set>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

using calls = std::vector<std::shared_ptr<started>>;

std::shared_ptr<started> stop_now(world& w, std::string const& project = "p") {
    auto const call = w.stop(sync_task(project, "t"));
    w.run_until_done(*call);
    return call;
}

std::size_t succeeded(calls const& all) {
    std::size_t count = 0;
    for (auto const& each : all) {
        BOOST_REQUIRE(each->completions == 1U);
        if (!each->code) ++count;
    }
    return count;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(credential_refresh)

BOOST_AUTO_TEST_CASE(ten_thousand_calls_with_an_expired_token_make_one_refresh) {
    world w;
    auto const provider = script_credentials(w);
    provider->lasts = 1h;
    stop_now(w);
    w.run_for(2h);
    calls all;
    for (std::size_t i = 0; i < 10'000; ++i)
        all.push_back(w.stop(i));
    w.run_for(1min);
    BOOST_TEST(succeeded(all) == all.size());
    BOOST_TEST(provider->asked.size() == 2U);
    auto const sent = tokens_sent(w);
    BOOST_TEST(std::set<std::string>(sent.begin() + 1, sent.end()).size() == 1U);
    BOOST_TEST(sent.back() == "token-1");
}

BOOST_AUTO_TEST_CASE(a_thousand_sequential_calls_make_one_request) {
    world w;
    auto const provider = script_credentials(w);
    for (int i = 0; i < 1000; ++i)
        BOOST_REQUIRE(!stop_now(w)->code);
    BOOST_TEST(provider->asked.size() == 1U);
}

BOOST_AUTO_TEST_CASE(many_projects_are_asked_for_eight_at_a_time) {
    world w;
    auto const provider = script_credentials(w);
    calls all;
    for (std::size_t i = 0; i < 300; ++i)
        all.push_back(w.stop(sync_task("p" + std::to_string(i), "t")));
    w.run_for(1min);
    BOOST_TEST(succeeded(all) == all.size());
    BOOST_TEST(provider->asked.size() == 300U);
    BOOST_TEST(provider->most_open == 8U);
}

BOOST_AUTO_TEST_CASE(renewal_begins_early_and_off_the_path) {
    world w;
    auto const provider = script_credentials(w);
    provider->lasts = 100min;  // so that a quarter counts: 25 minutes
    stop_now(w);
    w.run_for(74min);
    stop_now(w);
    BOOST_TEST(provider->asked.size() == 1U);
    w.run_for(8min);  // beyond the jitter, which is a quarter of the margin
    provider->takes = 10s;
    auto const before = w.time.now();
    auto const call = stop_now(w);
    BOOST_TEST(!call->code);
    BOOST_TEST((call->at - before < 1s));
    BOOST_TEST(tokens_sent(w).back() == "token-0");
    BOOST_TEST(provider->asked.size() == 2U);
    w.run_for(11s);
    stop_now(w);
    BOOST_TEST(tokens_sent(w).back() == "token-1");
}

BOOST_AUTO_TEST_CASE(the_margin_is_forty_minutes_at_most) {
    world w;
    auto const provider = script_credentials(w);
    stop_now(w);
    w.run_for(24h - 41min);
    stop_now(w);
    BOOST_TEST(provider->asked.size() == 1U);
    w.run_for(12min);
    stop_now(w);
    BOOST_TEST(provider->asked.size() == 2U);
}

BOOST_AUTO_TEST_CASE(early_renewals_are_spread) {
    std::set<virtual_time::duration> begun;
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        world w;
        w.config.random_seed = seed;
        auto const provider = script_credentials(w);
        provider->lasts = 100min;
        stop_now(w);
        while (provider->asked.size() == 1) {
            w.run_for(10s);
            stop_now(w);
        }
        begun.insert(w.time.elapsed());
    }
    BOOST_TEST((*begun.begin() >= 75min));
    BOOST_TEST((*begun.rbegin() <= 82min));
    BOOST_TEST(begun.size() > 3U);
}

BOOST_AUTO_TEST_CASE(a_failed_renewal_leaves_the_valid_one_in_use_and_is_repeated_once_a_minute) {
    world w;
    auto const provider = script_credentials(w);
    provider->lasts = 100min;
    stop_now(w);
    w.run_for(90min);
    provider->fails = errc::credentials_unavailable;
    calls all;
    for (int i = 0; i < 300; ++i) {  // five minutes
        all.push_back(stop_now(w));
        w.run_for(1s);
    }
    BOOST_TEST(succeeded(all) == all.size());
    BOOST_TEST(provider->asked.size() >= 1U + 5U);
    BOOST_TEST(provider->asked.size() <= 1U + 6U);
    w.run_for(10min);  // now it is over
    BOOST_TEST((stop_now(w)->code == error_code(errc::credentials_unavailable)));
}

BOOST_AUTO_TEST_CASE(the_same_key_until_it_is_replaced_costs_one_request_a_minute) {
    world w;  // as the metadata service does: the old key, until a few minutes before its end
    auto const provider = script_credentials(w);
    auto const end = w.time.wall() + 60min;
    provider->gives = [end](std::size_t, std::string const&) {
        auto value = credential::from_token("old");
        value.expires_at = end;
        return value;
    };
    stop_now(w);
    w.run_for(50min);
    for (int i = 0; i < 180; ++i) {
        stop_now(w);
        w.run_for(1s);
    }
    BOOST_TEST(provider->asked.size() >= 1U + 3U);
    BOOST_TEST(provider->asked.size() <= 1U + 4U);
}

BOOST_AUTO_TEST_CASE(expiry_is_judged_by_the_wall_clock) {
    world w;
    auto const provider = script_credentials(w);
    provider->lasts = 1h;
    stop_now(w);
    w.time.shift_wall(2h);  // a suspend, which a steady clock does not count
    stop_now(w);
    BOOST_TEST(provider->asked.size() == 2U);
    BOOST_TEST(tokens_sent(w).back() == "token-1");
}

BOOST_AUTO_TEST_CASE(who_waits_no_more_leaves_the_others_their_refresh) {
    world w;
    auto const provider = script_credentials(w);
    provider->takes = 10s;
    auto const first = w.stop(0);
    auto const second = w.stop(1);
    call_options hurried;
    hurried.timeouts.total = 1s;
    auto const third = w.stop(2, hurried);
    w.run_for(5s);
    w.cancel(*first, boost::asio::cancellation_type::total);
    w.run();
    BOOST_TEST((first->code == error_code(errc::cancelled)));
    BOOST_TEST((third->code == error_code(errc::credentials_timeout)));
    BOOST_TEST(!second->code);
    BOOST_TEST(provider->asked.size() == 1U);
    BOOST_TEST(provider->cancelled == 0U);
}

BOOST_AUTO_TEST_CASE(the_last_who_leaves_cancels_the_request_and_the_next_asks_anew) {
    world w;
    auto const provider = script_credentials(w);
    provider->answers = false;
    auto const first = w.stop(0);
    auto const second = w.stop(1);
    w.run_for(1s);
    w.cancel(*first, boost::asio::cancellation_type::terminal);
    w.run_for(1s);
    BOOST_TEST(provider->cancelled == 0U);
    w.cancel(*second, boost::asio::cancellation_type::terminal);
    w.run_for(1s);
    BOOST_TEST(provider->cancelled == 1U);
    provider->answers = true;
    BOOST_TEST(!stop_now(w)->code);
    BOOST_TEST(provider->asked.size() == 2U);
}

BOOST_AUTO_TEST_CASE(requests_that_hang_do_not_keep_the_others_from_theirs) {
    world w;
    auto const provider = script_credentials(w);
    provider->answers = false;
    calls hung;
    for (std::size_t i = 0; i < 20; ++i)
        hung.push_back(w.stop(sync_task("hung" + std::to_string(i), "t")));
    w.run_for(89s);
    BOOST_TEST(provider->asked.size() == 8U);
    w.run_for(2s);
    for (auto const& each : hung)
        BOOST_TEST((each->code == error_code(errc::credentials_timeout)));
    BOOST_TEST(provider->cancelled == 8U);
    provider->answers = true;
    BOOST_TEST(!stop_now(w)->code);
}

BOOST_AUTO_TEST_CASE(a_rejected_token_is_renewed_once_and_only_that_one_is_dropped) {
    world w;
    auto const provider = script_credentials(w);
    stop_now(w, "a");
    stop_now(w, "b");
    w.net.server = [](request const& r) {
        answer a;
        a.bytes = r.text.find("token-0") != std::string::npos ? error_text(401, "APIGW.0307") : reply_text(200);
        return a;
    };
    auto const call = stop_now(w, "a");
    BOOST_TEST(!call->code);
    BOOST_TEST(call->result.attempts == 2U);
    BOOST_TEST(!stop_now(w, "b")->code);
    BOOST_TEST(provider->asked.size() == 3U);
    BOOST_TEST(provider->invalidated == std::vector<std::string>{"token-0"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(its_provider_is_told_once_however_many_requests_were_under_way_with_it) {
    world w;
    auto const provider = script_credentials(w);
    stop_now(w);
    std::size_t refused = 0;
    w.net.server = [&](request const& r) {
        bool const old = r.text.find("token-0") != std::string::npos;
        if (old) ++refused;
        return after(100ms, old ? error_text(401, "APIGW.0307") : reply_text(200));
    };
    calls all;
    for (std::size_t i = 0; i < 20; ++i)
        all.push_back(w.stop(i));
    w.run_for(1min);
    BOOST_TEST(succeeded(all) == all.size());
    BOOST_TEST(refused == all.size());
    BOOST_TEST(provider->asked.size() == 2U);
    BOOST_TEST(provider->invalidated == std::vector<std::string>{"token-0"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_cache_keeps_the_projects_used_last) {
    world w;
    w.net.keeps_ledger = false;
    auto const provider = script_credentials(w);
    provider->takes = 0s;
    auto const bound = auth::credential_book::max_projects;
    for (std::size_t i = 0; i < bound; ++i)
        stop_now(w, "p" + std::to_string(i));
    stop_now(w, "p0");  // used again, so that it is not the oldest
    BOOST_TEST(provider->asked.size() == bound);
    stop_now(w, "one-more");
    stop_now(w, "p0");
    BOOST_TEST(provider->asked.size() == bound + 1);
    stop_now(w, "p1");
    BOOST_TEST(provider->asked.size() == bound + 2);
}

BOOST_AUTO_TEST_CASE(the_end_of_the_client_cancels_what_is_asked) {
    world w;
    auto const provider = script_credentials(w);
    provider->lasts = 100min;
    stop_now(w);
    w.run_for(90min);
    provider->answers = false;
    stop_now(w);
    BOOST_TEST(provider->open == 1U);
    w.close();
    w.run_for(1s);
    BOOST_TEST(provider->cancelled == 1U);
}

// The provider may keep what it gave: it has to hear of each that is of no use.
BOOST_AUTO_TEST_CASE(a_provider_is_told_once_of_each_rejected_token) {
    world w;
    auto const provider = script_credentials(w);
    provider->gives = [&](std::size_t, std::string const&) {
        return credential::from_token("token-" + std::to_string(provider->invalidated.size()));
    };
    w.net.server = [](request const& r) {
        bool const accepted = r.text.find("token-2\r") != std::string::npos;
        answer a;
        a.bytes = accepted ? reply_text(200) : error_text(401, "APIGW.0301");
        return a;
    };
    BOOST_TEST((stop_now(w)->code == condition::unauthenticated));  // has tried two of them
    BOOST_TEST((provider->invalidated == std::vector<std::string>{"token-0"}));
    calls all;
    for (std::size_t i = 0; i < 50; ++i)
        all.push_back(w.stop(sync_task("p", "t" + std::to_string(i))));
    w.run_for(1min);
    BOOST_TEST(succeeded(all) == all.size());
    BOOST_TEST((provider->invalidated == std::vector<std::string>{"token-0", "token-1"}));
}

// Eight renewals that never end, and that nobody waits for: none of them may cost a call.
BOOST_AUTO_TEST_CASE(renewals_that_never_end_hold_up_a_new_project_for_their_patience_only) {
    world w;
    auto const provider = script_credentials(w);
    provider->lasts = 100min;
    std::size_t const most = auth::credential_book::max_open;
    for (std::size_t i = 0; i < most; ++i)
        stop_now(w, "p" + std::to_string(i));
    w.run_for(90min);
    provider->answers = false;
    auto const begun = w.time.now();
    for (std::size_t i = 0; i < most; ++i)
        stop_now(w, "p" + std::to_string(i));
    BOOST_TEST(provider->open == most);
    provider->answers = true;
    auto const call = w.stop(sync_task("new", "t"));
    w.run_for(oms::durations::early_patience - 1s);
    BOOST_TEST(call->completions == 0U);
    w.run_until_done(*call);
    BOOST_TEST(!call->code, call->code.message());
    BOOST_TEST((call->at - begun < oms::durations::early_patience + 1s));
    BOOST_TEST(provider->cancelled == 1U);
}

// One that nobody waits for any more keeps no timer.
BOOST_AUTO_TEST_CASE(one_that_waits_behind_renewals_and_leaves_keeps_nothing_awake) {
    world w;
    auto const provider = script_credentials(w);
    provider->lasts = 100min;
    std::size_t const most = auth::credential_book::max_open;
    for (std::size_t i = 0; i < most; ++i)
        stop_now(w, "p" + std::to_string(i));
    w.run_for(90min);
    provider->answers = false;
    for (std::size_t i = 0; i < most; ++i)
        stop_now(w, "p" + std::to_string(i));
    auto const call = w.stop(sync_task("new", "t"));
    w.run_for(1s);
    w.cancel(*call, boost::asio::cancellation_type::terminal);
    w.run_until_done(*call);
    BOOST_TEST((call->code == errc::cancelled));
    auto const idle = w.config.pool.idle_timeout;
    while (w.time.armed() && w.step()) {
    }
    BOOST_TEST((w.time.now() - call->at <= idle));
    BOOST_TEST(!w.time.armed());
}

// The credential expires while its renewal hangs: the renewal is not waited for beyond its own deadline.
BOOST_AUTO_TEST_CASE(a_renewal_that_never_ends_does_not_become_the_question_of_those_who_need_it) {
    world w;
    auto const provider = script_credentials(w);
    provider->lasts = 100min;
    stop_now(w);
    w.run_for(90min);
    provider->answers = false;
    stop_now(w);
    BOOST_TEST(provider->asked.size() == 2U);
    provider->answers = true;
    w.run_for(1h);
    auto const call = stop_now(w);
    BOOST_TEST(!call->code, call->code.message());
    BOOST_TEST(provider->asked.size() == 3U);
    BOOST_TEST(provider->cancelled == 1U);
}

BOOST_AUTO_TEST_CASE(one_that_ends_while_its_call_is_queued_is_not_sent) {
    world w;
    w.config.pool.max_connections = 1;
    w.config.timeouts.attempt = w.config.timeouts.total = 10min;
    auto const provider = script_credentials(w);
    provider->lasts = 1min;
    stop_now(w);
    w.net.server = [](request const&) { return after(70s, reply_text(200)); };
    calls const all{w.stop(1), w.stop(2)};
    w.run_for(5min);
    BOOST_TEST(succeeded(all) == 2U);
    auto const sent = tokens_sent(w);
    BOOST_REQUIRE(sent.size() == 3U);
    BOOST_TEST(sent[1] == sent[0]);
    BOOST_TEST(sent[2] != sent[1]);
}

// It is of no use any more in the moment that it names.
BOOST_AUTO_TEST_CASE(one_is_not_sent_at_its_very_end) {
    world w;
    auto const provider = script_credentials(w);
    provider->lasts = 1min;
    provider->takes = 0s;
    stop_now(w);
    auto const begun = w.time.elapsed();
    provider->takes = 1h;  // early, and in vain
    w.run_for(1min - begun);
    provider->takes = 0s;
    auto const call = w.stop(1);
    w.run_for(1s);
    BOOST_TEST(provider->asked.size() >= 2U);
    BOOST_TEST(tokens_sent(w).size() == 2U);
    BOOST_TEST(tokens_sent(w).back() != tokens_sent(w).front());
}

BOOST_AUTO_TEST_SUITE_END()
