// SPDX-License-Identifier: BSL-1.0
#include "ledger/audit.hpp"

#include <algorithm>
#include <array>

namespace oms::ledger_test {

namespace {

bool is_ours(error_code const& code) noexcept {
    auto const& category = code.category();
    return category == client_category() || category == service_category() || category == gateway_category() ||
           category == iam_category() || category == http_category();
}

bool says_stopped(outcome value) noexcept {
    return value == outcome::stopped || value == outcome::already_stopped;
}

std::size_t stop_requests(seen const& facts) {
    return static_cast<std::size_t>(std::ranges::count_if(facts.exchanges, &exchange::stop));
}

/// The exchange whose reply the call names; null where it is none of this task's.
exchange const* named_by(told const& claim, seen const& facts) {
    auto const found = std::ranges::find(facts.exchanges, claim.request_id, &exchange::request_id);
    return found == facts.exchanges.end() ? nullptr : &*found;
}

/// What is known for sure where one try was made and its reply read: what it said counts, and nothing else does.
exchange const* only_answer(told const& claim, seen const& facts) {
    bool const one = facts.sync && claim.attempts == 1 && facts.exchanges.size() == 1;
    if (!one || claim.request_id.empty()) return nullptr;
    return named_by(claim, facts);
}

class auditor {
public:
    auditor(told const& claim, seen const& facts) : claim_(claim), facts_(facts) {}

    std::vector<finding> run() {
        find(facts_.stops > 1, finding::stopped_twice);
        find(facts_.sync && facts_.requests_begun < stop_requests(facts_), finding::arrived_unseen_by_wire);
        find(claim_.completions == 0, finding::lost);
        if (claim_.completions == 0) return found_;
        find(claim_.completions > 1, finding::completed_twice);
        look_at_outcome();
        look_at_answer();
        look_at_code();
        return found_;
    }

private:
    void find(bool so, finding what) {
        if (so) found_.push_back(what);
    }

    void look_at_outcome() {
        switch (claim_.outcome) {
            case outcome::not_sent:
                find(stop_requests(facts_) > 0, finding::not_sent_but_arrived);
                find(stop_requests(facts_) == 0 && facts_.requests_begun > 0, finding::not_sent_but_begun);
                break;
            case outcome::refused:
                find(facts_.stops > 0, finding::refused_but_stopped);
                break;
            case outcome::stopped:
                find(facts_.stops == 0, finding::stopped_but_runs);
                break;
            case outcome::already_stopped:
                find(facts_.runs || (facts_.ran && facts_.stops == 0), finding::already_stopped_but_runs);
                break;
            case outcome::unknown:
            case outcome::started:
            case outcome::already_started:
                break;
        }
    }

    void look_at_answer() {
        if (!claim_.request_id.empty()) {
            auto const* const named = named_by(claim_, facts_);
            find(!named || named->status != claim_.http_status, finding::crossed_reply);
            bool const said_so = named && named->stop && named->status / 100 == 2 && named->status != malformed_status;
            find(claim_.outcome == outcome::stopped && named && !said_so, finding::stopped_by_other_reply);
        }
        if (auto const* const only = only_answer(claim_, facts_)) {
            bool const open = only->status >= 500 || only->status < 200 || only->status == malformed_status;
            bool const success = only->status / 100 == 2 && !open;
            find(!open && claim_.outcome == outcome::unknown, finding::answered_but_unknown);
            bool const fits = open      ? claim_.outcome == outcome::unknown
                              : success ? claim_.outcome == outcome::stopped
                                        : claim_.outcome != outcome::stopped;
            find(!fits && (open || claim_.outcome != outcome::unknown), finding::answered_but_other);
        }
    }

    void look_at_code() {
        find(claim_.code.failed() && !is_ours(claim_.code), finding::foreign_code);
        find(!claim_.code.failed() && !says_stopped(claim_.outcome), finding::success_without_stop);
        find(claim_.code.failed() && claim_.outcome == outcome::stopped, finding::stop_with_error);
        bool const cancelled = claim_.code == errc::cancelled;
        bool const any_time = claim_.had(interference::partial) || claim_.had(interference::terminal) ||
                              claim_.had(interference::wholesale);
        bool const by_total = claim_.had(interference::total);
        find(cancelled && !any_time && !by_total, finding::ended_by_nobody);
        find(cancelled && by_total && !any_time && claim_.outcome != outcome::not_sent,
             finding::total_cut_what_was_sent);
        find(claim_.code == errc::shut_down && !claim_.had(interference::client_end), finding::ended_by_nobody);
    }

    told const& claim_;
    seen const& facts_;
    std::vector<finding> found_;
};

}  // namespace

std::string_view to_string(interference value) noexcept {
    static constexpr std::array<std::string_view, 7> names{
        "none", "total", "partial", "terminal", "deadline", "client.cancel()", "end of the client"};
    return names.at(static_cast<std::size_t>(value));
}

std::string_view to_string(finding value) noexcept {
    static constexpr std::array<std::string_view, static_cast<std::size_t>(finding::last) + 1> names{
        "lost",
        "completed twice",
        "not_sent, but it arrived",
        "not_sent, but some of it was on the wire",
        "refused, but stopped by this call",
        "stopped, but it runs",
        "stopped, but the named reply does not say so",
        "already_stopped, but it runs",
        "unknown, but its only try was answered",
        "other than its only answer says",
        "a success, but not stopped",
        "stopped, but an error",
        "a code of no category of ours",
        "cancelled or shut down by nobody",
        "a total cancellation ended what was sent",
        "the reply of another request",
        "stopped twice by the ledger",
        "arrived without having been on the wire"};
    return names.at(static_cast<std::size_t>(value));
}

bool is_misreport(finding value) noexcept {
    switch (value) {
        case finding::lost:
        case finding::completed_twice:
        case finding::crossed_reply:
        case finding::stopped_twice:
        case finding::arrived_unseen_by_wire:
            return false;
        default:
            return true;
    }
}

std::vector<finding> audit(told const& claim, seen const& facts) {
    return auditor(claim, facts).run();
}

}  // namespace oms::ledger_test
