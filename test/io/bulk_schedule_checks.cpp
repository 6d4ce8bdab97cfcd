// SPDX-License-Identifier: BSL-1.0
// What must be so after a schedule, whatever happened in it.
#include "io/bulk_schedule.hpp"
#include "io/harness/oracle.hpp"
#include "io/harness/report.hpp"
#include "system/support/spoken.hpp"

#include <algorithm>
#include <set>
#include <sstream>

using namespace std::chrono_literals;

namespace oms::scripted {

namespace {

std::string name_of(task_ref const& task) {
    std::ostringstream text;
    text << task;
    return text.str();
}

std::string text_of(bulk_record::told const& told) {
    return std::string(to_string(told.result.outcome)) + ", " + show(told.code) + ", " +
           std::to_string(told.result.attempts) + " attempts" +
           (told.result.confirmed ? ", read as " + told.result.final_status : std::string());
}

bool disturbed_by(bulk_record const& r, std::initializer_list<disturbance> any) {
    return std::any_of(r.disturbed.begin(), r.disturbed.end(),
                       [&](auto const& each) { return std::find(any.begin(), any.end(), each.first) != any.end(); });
}

std::size_t sum(bulk_counts const& c) {
    return c.stopped + c.already_stopped + c.refused + c.unknown + c.not_sent + c.not_attempted + c.duplicates;
}

unsigned status_of(std::string const& delivered) {
    bool const whole = delivered.find("\r\n\r\n") != std::string::npos;
    return whole ? static_cast<unsigned>(std::strtoul(delivered.c_str() + 9, nullptr, 10)) : 0;
}

}  // namespace

std::string bulk_schedule::check_end() {
    std::string wrong;
    auto const first = [&](std::string what) {
        if (wrong.empty()) wrong = std::move(what);
    };
    if (steps_ > too_many_steps) return "it does not end";
    if (lost_) {
        for (auto const& each : runs_) {
            if (!each->handler.expired()) first("the context is gone, and a handler is left");
        }
        return wrong;
    }
    for (auto const& each : runs_) {
        if (each->completions == 0) first("never completes, with " + std::to_string(each->of.size()) + " results");
    }
    for (auto const& each : runs_)
        first(check(*each));
    if (!wrong.empty()) return wrong;
    time.run(*io, time.now() + 2h);  // more than any outage, source or back-off lasts
    for (auto const& each : runs_) {
        if (each->completions != 1) first("completed twice");
        if (!each->handler.expired()) first("a handler is kept");
        first(each->wrong);
    }
    for (auto const& each : singles_) {
        if (each->completions != 1) first("a single call: " + show(*each));
    }
    if (net.live_streams != 0 || net.live_dials != 0) first("connections are left when idle");
    if (time.armed()) first("something is pending when idle");
    return wrong;
}

std::string bulk_schedule::check(bulk_record const& r) const {
    if (!r.wrong.empty()) return r.wrong;
    if (std::string wrong = check_counts(r); !wrong.empty()) return wrong;
    if (std::string wrong = check_code(r); !wrong.empty()) return wrong;
    for (auto const& [task, told] : r.of) {
        if (std::string wrong = check_task(r, task, told); !wrong.empty()) {
            return name_of(task) + ", " + text_of(told) + ": " + wrong;
        }
    }
    if (r.threw) return {};
    for (std::size_t i = 0; i < r.handed_out; ++i) {
        if (!r.of.contains(r.tasks[i])) return name_of(r.tasks[i]) + " is lost";
    }
    return {};
}

std::string bulk_schedule::check_counts(bulk_record const& r) const {
    bulk_report const& b = r.report;
    if (sum(b) != b.pulled) return "the counts do not add up to " + std::to_string(b.pulled);
    if (b.pulled != r.handed_out) return std::to_string(b.pulled) + " pulled of " + std::to_string(r.handed_out);
    for (bulk_progress const& p : r.progress) {
        if (sum(p) + p.in_flight + p.waiting != p.pulled) return "the counts of a progress do not add up";
        if (p.in_flight > r.options.max_in_flight) return "too many in flight";
    }
    if (r.threw) return {};  // not all was told
    if (r.progress.empty() || r.progress.back().pulled != b.pulled) return "no last progress";
    if (r.results != b.pulled - b.duplicates) return std::to_string(r.results) + " results";
    std::set<std::string> names;
    for (std::size_t i = 0; i < r.handed_out; ++i)
        names.insert(name_of(r.tasks[i]));
    std::size_t const expected = r.options.deduplicate ? names.size() : r.handed_out;
    if (r.results != expected) return "duplicates are not what they are";
    bulk_counts of;
    std::size_t failed = 0;
    for (auto const& [task, told] : r.of) {
        of.stopped += told.result.outcome == outcome::stopped;
        of.already_stopped += told.result.outcome == outcome::already_stopped;
        of.refused += told.result.outcome == outcome::refused;
        of.unknown += told.result.outcome == outcome::unknown;
        of.not_sent += told.result.outcome == outcome::not_sent;
        failed += told.code.failed();
    }
    if (of.stopped != b.stopped || of.already_stopped != b.already_stopped || of.refused != b.refused ||
        of.unknown != b.unknown || of.not_sent != b.not_sent + b.not_attempted) {
        return "the report and the results differ";
    }
    std::size_t counted = 0;
    for (failure_count const& each : b.failures)
        counted += each.count;
    if (counted > failed || counted + b.not_attempted < failed) return "the failures are not those of the results";
    return {};
}

std::string bulk_schedule::check_code(bulk_record const& r) const {
    auto const end = [&](std::string const& what) { return what + ", and ends with " + show(r.code); };
    bool const forced = disturbed_by(r, {disturbance::partial, disturbance::terminal, disturbance::cancel_client,
                                         disturbance::shut_down, disturbance::close});
    if (!r.code) {
        if (forced) return end("was ended");
        if (r.threw) return end("a callback threw");
        if (r.source_failed) return end("the source failed");
        if (r.handed_out != r.tasks.size()) return end("has not pulled all");
        if (r.report.not_attempted > 0 && !disturbed_by(r, {disturbance::total})) return end("some are not attempted");
    } else if (r.code == errc::cancelled) {
        if (!disturbed_by(
                r, {disturbance::total, disturbance::partial, disturbance::terminal, disturbance::cancel_client})) {
            return end("nobody cancelled");
        }
    } else if (r.code == errc::shut_down) {
        if (!disturbed_by(r, {disturbance::shut_down, disturbance::close})) return end("nobody shut down");
    } else if (r.code == errc::callback_failed) {
        if (!r.threw) return end("no callback threw");
    } else if (r.code == errc::source_failed) {
        if (!r.source_failed && r.disturbed.empty()) return end("the source is well");
    } else if (r.code == errc::too_many_failures) {
        bool const many =
            std::count_if(r.of.begin(), r.of.end(), [](auto const& each) { return each.second.code.failed(); }) > 0;
        if (!many && !r.threw) return end("nothing failed");
    } else if (r.code != errc::unavailable && r.code != errc::credentials_rejected) {
        return end("no code of a bulk");
    }
    // What is cut ends at once, unless the source takes its time.
    for (auto const& [what, when] : r.disturbed) {
        bool const cuts =
            what == disturbance::terminal || what == disturbance::cancel_client || what == disturbance::close;
        if (cuts && r.at != when && !r.source_keeps_on) return end("went on after " + std::string(to_string(what)));
    }
    return {};
}

std::string bulk_schedule::check_task(bulk_record const& r, task_ref const& task, bulk_record::told const& told) const {
    task_truth const* const truth = service_.find(task);
    if (truth == nullptr) return "nobody named it";
    bool const once = std::count(r.tasks.begin(), r.tasks.end(), task) == 1 || r.options.deduplicate;
    if (told.times != 1 && once) return "told " + std::to_string(told.times) + " times";
    stop_result const& result = told.result;
    bool const stopped = result.outcome == outcome::stopped || result.outcome == outcome::already_stopped;
    if (truth->acted && !stopped && result.outcome != outcome::unknown) return "but it was stopped";
    if (stopped && truth->state != 3 && truth->state != 7) return "but it runs";
    bool const fails_anyhow = result.outcome == outcome::already_stopped && !r.options.already_stopped_is_success;
    if (!told.code && !stopped) return "success and failure confused";
    if (told.code && stopped && !fails_anyhow) return "success and failure confused";
    if (result.confirmed && truth->shows.empty()) return "was never read";
    return check_requests(r, *truth, told);
}

// What was sent for the task, in order, against what was told of it.
std::string bulk_schedule::check_requests(bulk_record const& r, task_truth const& truth,
                                          bulk_record::told const& told) const {
    std::vector<exchange_record> sent;
    for (std::size_t const number : truth.stops) {
        exchange_record e = net.ledger[number];
        if (e.handed_over == 0) continue;
        // What HTTP/2 has made of a request before it was given up goes out all the same.
        bool const given_up = test::over_http_2() && told.result.outcome == outcome::unknown;
        if (number >= told.requests && !given_up) return "stopped again after it was told";
        if (service_.garbled(number)) e.delivered.clear();
        if (!sent.empty()) {
            unsigned const before = status_of(sent.back().delivered);
            bool const open = before == 0 || before >= 500;
            if (before / 100 == 2 || before == 400 || before == 403)
                return "stopped again after " + std::to_string(before);
            if (open && !config.retry.resend_open) return "stopped again without an answer";
        }
        sent.push_back(std::move(e));
    }
    for (std::size_t const number : truth.shows) {
        bool const late = number >= told.requests && net.ledger[number].handed_over > 0;
        if (late && !test::over_http_2()) return "read after it was told";
    }
    stop_result const& result = told.result;
    if (sent.empty() != (result.outcome == outcome::not_sent)) return std::to_string(sent.size()) + " requests";
    if (result.attempts < sent.size()) return std::to_string(sent.size()) + " requests";
    std::size_t const throttled = static_cast<std::size_t>(std::count_if(
        sent.begin(), sent.end(), [](exchange_record const& e) { return status_of(e.delivered) == 429; }));
    if (sent.size() > throttled + config.retry.max_attempts + 2) return "too many requests";
    bool const answered = std::any_of(sent.begin(), sent.end(),
                                      [](exchange_record const& e) { return status_of(e.delivered) / 100 == 2; });
    if (answered != (result.outcome == outcome::stopped)) return "has another answer";
    if (truth.task.kind != task_kind::sync_task || told.times > 1) return {};
    belief const b = believe(sent, truth.task.task_id);
    bool const resolved = b.result == outcome::unknown && result.confirmed;
    outcome const expected = !resolved                          ? b.result
                             : result.final_status == "STOPPED" ? outcome::already_stopped
                                                                : outcome::refused;
    if (result.outcome != expected) return "expected " + std::string(to_string(expected));
    bool const success =
        b.success || (expected == outcome::already_stopped && (resolved || r.options.already_stopped_is_success));
    if (!told.code != success) return "success and error confused";
    return {};
}

std::string bulk_schedule::story() const {
    std::ostringstream text;
    for (auto const& r : runs_) {
        text << "run: " << show(r->code) << ", pulled " << r->report.pulled << ", stopped " << r->report.stopped
             << ", already " << r->report.already_stopped << ", refused " << r->report.refused << ", unknown "
             << r->report.unknown << ", not sent " << r->report.not_sent << ", not attempted "
             << r->report.not_attempted << ", duplicates " << r->report.duplicates << '\n';
        for (auto const& [what, when] : r->disturbed) {
            text << "  " << to_string(what) << " at " << std::chrono::duration<double>(when.time_since_epoch()).count()
                 << '\n';
        }
        for (auto const& [task, told] : r->of) {
            text << "  " << task << ": " << text_of(told) << '\n';
            task_truth const* const truth = service_.find(task);
            if (truth == nullptr) continue;
            text << "    state " << truth->state << (truth->acted ? ", acted" : "") << '\n';
            for (std::size_t const number : truth->stops) {
                exchange_record const& e = net.ledger[number];
                text << "    " << number << ": " << e.handed_over << " bytes, "
                     << e.delivered.substr(0, e.delivered.find('\r')) << " (" << e.delivered.size() << ")\n";
            }
        }
    }
    return text.str();
}

}  // namespace oms::scripted
