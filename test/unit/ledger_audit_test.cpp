// SPDX-License-Identifier: BSL-1.0
// That the ledger test could fail: each kind of wrong account is planted, and found.
#include "ledger/audit.hpp"

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <vector>

using namespace oms::ledger_test;
using oms::errc;
using oms::outcome;

namespace {

struct both {
    told claim;
    seen facts;
};

// One try, which stopped a sync task.
both agreed() {
    both made;
    made.claim.completions = 1;
    made.claim.outcome = outcome::stopped;
    made.claim.http_status = 200;
    made.claim.attempts = 1;
    made.claim.request_id = "a";
    made.facts.exchanges = {{"a", 200, true}};
    made.facts.requests_begun = 1;
    made.facts.stops = 1;
    made.facts.runs = false;
    return made;
}

// One try, refused.
both refused() {
    both made = agreed();
    made.claim.outcome = outcome::refused;
    made.claim.code = oms::error_code(403, oms::http_category());
    made.claim.http_status = made.facts.exchanges[0].status = 403;
    made.facts.stops = 0;
    made.facts.runs = true;
    return made;
}

both not_sent(errc code) {
    both made;
    made.claim.completions = 1;
    made.claim.code = code;
    return made;
}

// Two tries, the first of which is without an answer; the second says that the task does not run.
both already_stopped() {
    both made = agreed();
    made.claim.outcome = outcome::already_stopped;
    made.claim.attempts = 2;
    made.claim.request_id = "b";
    made.claim.http_status = 400;
    made.facts.requests_begun = 2;
    made.facts.exchanges = {{"a", 0, true}, {"b", 400, true}};
    return made;
}

// One try without an answer, which stopped the task.
both unknown() {
    both made = agreed();
    made.claim.outcome = outcome::unknown;
    made.claim.code = errc::connection_lost;
    made.claim.request_id.clear();
    made.claim.http_status = 0;
    made.facts.exchanges[0].status = 0;
    return made;
}

struct planted {
    finding what;
    both good;
    std::function<void(both&)> plant;
};

std::vector<planted> all_kinds() {
    return {
        {finding::lost, agreed(), [](both& b) { b.claim = told(); }},
        {finding::completed_twice, agreed(), [](both& b) { b.claim.completions = 2; }},
        {finding::not_sent_but_arrived, not_sent(errc::connect_failed),
         [](both& b) {
             b.facts.exchanges = {{"a", 0, true}};
             b.facts.requests_begun = 1;
         }},
        {finding::not_sent_but_begun, not_sent(errc::connect_failed), [](both& b) { b.facts.requests_begun = 1; }},
        {finding::refused_but_stopped, refused(), [](both& b) { b.facts.stops = 1; }},
        {finding::stopped_but_runs, agreed(), [](both& b) { b.facts.stops = 0; }},
        {finding::stopped_by_other_reply, agreed(),
         [](both& b) {
             b.claim.attempts = 2;
             b.claim.http_status = b.facts.exchanges[0].status = 503;
         }},
        {finding::stopped_by_other_reply, agreed(),
         [](both& b) {
             b.claim.attempts = 2;
             b.claim.http_status = b.facts.exchanges[0].status = malformed_status;
         }},
        {finding::already_stopped_but_runs, already_stopped(), [](both& b) { b.facts.runs = true; }},
        {finding::already_stopped_but_runs, already_stopped(), [](both& b) { b.facts.stops = 0; }},
        {finding::answered_but_unknown, refused(), [](both& b) { b.claim.outcome = outcome::unknown; }},
        {finding::answered_but_other, refused(),
         [](both& b) { b.claim.http_status = b.facts.exchanges[0].status = 502; }},
        {finding::answered_but_other, refused(),
         [](both& b) { b.claim.http_status = b.facts.exchanges[0].status = malformed_status; }},
        {finding::success_without_stop, refused(), [](both& b) { b.claim.code = {}; }},
        {finding::stop_with_error, agreed(), [](both& b) { b.claim.code = errc::body_timeout; }},
        {finding::foreign_code, unknown(), [](both& b) { b.claim.code = boost::asio::error::eof; }},
        {finding::ended_by_nobody, unknown(), [](both& b) { b.claim.code = errc::cancelled; }},
        {finding::ended_by_nobody, unknown(), [](both& b) { b.claim.code = errc::shut_down; }},
        {finding::total_cut_what_was_sent, unknown(),
         [](both& b) {
             b.claim.code = errc::cancelled;
             b.claim.note(interference::total);
         }},
        {finding::crossed_reply, agreed(), [](both& b) { b.claim.request_id = "of another task"; }},
        {finding::crossed_reply, agreed(), [](both& b) { b.claim.http_status = 204; }},
        {finding::stopped_twice, agreed(), [](both& b) { b.facts.stops = 2; }},
        {finding::arrived_unseen_by_wire, agreed(), [](both& b) { b.facts.requests_begun = 0; }},
    };
}

std::string words(std::vector<finding> const& found) {
    std::string text;
    for (finding const each : found)
        text.append(to_string(each)).append("; ");
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ledger_audit)

BOOST_AUTO_TEST_CASE(a_wrong_account_of_each_kind_is_found) {
    std::set<finding> tried;
    for (planted const& each : all_kinds()) {
        BOOST_TEST_CONTEXT(to_string(each.what)) {
            BOOST_TEST(words(audit(each.good.claim, each.good.facts)) == "");
            both wrong = each.good;
            each.plant(wrong);
            BOOST_TEST(words(audit(wrong.claim, wrong.facts)) == words({each.what}));
            tried.insert(each.what);
        }
    }
    BOOST_TEST(tried.size() == static_cast<std::size_t>(finding::last) + 1);
}

// Each would be a false alarm.
BOOST_AUTO_TEST_CASE(what_may_be_said) {
    std::vector<both> right{agreed(), refused(), already_stopped(), unknown(), not_sent(errc::connect_failed)};
    both open_then_refused = refused();  // the first try, which stopped it, has no answer: 403 does not settle it
    open_then_refused.claim.outcome = outcome::unknown;
    open_then_refused.claim.attempts = 2;
    open_then_refused.facts.exchanges = {{"z", 0, true}, {"a", 403, true}};
    open_then_refused.facts.requests_begun = 2;
    open_then_refused.facts.stops = 1;
    right.push_back(open_then_refused);

    both gone = not_sent(errc::cancelled);
    gone.claim.note(interference::total);
    right.push_back(gone);

    both cut = unknown();
    cut.claim.code = errc::cancelled;
    cut.claim.note(interference::total);
    cut.claim.note(interference::wholesale);
    right.push_back(cut);

    both ended = unknown();
    ended.claim.code = errc::shut_down;
    ended.claim.note(interference::client_end);
    right.push_back(ended);

    both stood = refused();  // it did not run before
    stood.claim.outcome = outcome::already_stopped;
    stood.claim.http_status = stood.facts.exchanges[0].status = 400;
    stood.facts.ran = stood.facts.runs = false;
    right.push_back(stood);

    both shown = already_stopped();  // another kind's, whose state was read
    shown.facts.sync = false;
    shown.facts.requests_begun = 0;
    shown.claim.request_id = "c";
    shown.claim.http_status = 200;
    shown.facts.exchanges.push_back({"c", 200, false});
    right.push_back(shown);

    for (both const& each : right)
        BOOST_TEST(words(audit(each.claim, each.facts)) == "");
}

BOOST_AUTO_TEST_SUITE_END()
