// SPDX-License-Identifier: BSL-1.0
//
// The table of outcomes, that the client is held against at every byte, on the
// machine alone: what ends an attempt is an event, whatever byte it was.
#include "call/call_fsm.hpp"
#include "io/harness/codes.hpp"
#include "io/outcome_table.hpp"
#include "unit/retry_table.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::call;
using oms::scripted::first;
using oms::scripted::gateway_error;
using oms::scripted::http_error;
using oms::scripted::kinds;
using oms::scripted::mode;
using oms::scripted::reading;
using oms::scripted::row;
using oms::scripted::second;
using oms::scripted::service_error;

namespace {

using ev = event::kind;
using act = action::kind;

std::vector<std::string> const not_running_codes{"OMS.0066"};

event lost(progress sent, errc why) {
    event e(ev::lost);
    e.sent = sent;
    e.failure.how = sent == progress::handed_over ? policy::failure::kind::lost : policy::failure::kind::unsent;
    e.failure.code = why;
    return e;
}

event reply(operation const& what, unsigned status, error_code code, std::string_view word = {}) {
    auto const says = meaning_of(what, status, code, word, not_running_codes);
    event e(ev::reply);
    e.said = says.what;
    if (!code) return e;
    e.failure.how = policy::failure::kind::reply;
    e.failure.status = status;
    e.failure.code = says.code;
    return e;
}

event cut(event e) {
    e.what = ev::header;
    e.code = errc::connection_lost;
    return e;
}

// One way in which the first attempt ends.
struct opening {
    first what;
    event ends;
    error_code code;
};

std::vector<opening> openings(operation const& stop) {
    std::vector<opening> all{
        {first::unsent, lost(progress::unsent, errc::connection_lost), errc::connection_lost},
        {first::lost, lost(progress::handed_over, errc::connection_lost), errc::connection_lost},
        {first::lost, lost(progress::handed_over, errc::connection_closed), errc::connection_closed},
        {first::answered, reply(stop, 200, {}), {}},
        {first::answered, cut(reply(stop, 200, {})), {}},
    };
    for (unsigned status : {500U, 502U, 503U, 504U}) {
        error_code const code = http_error(static_cast<int>(status));
        all.push_back({first::failed, reply(stop, status, code), code});
        all.push_back({first::failed, cut(reply(stop, status, code)), code});
    }
    return all;
}

// What a later attempt is answered.
event later(operation const& stop, second s) {
    switch (s) {
        case second::ok:
            return reply(stop, 200, {});
        case second::not_running:
            return reply(stop, 400, service_error(66), "OMS.0066");
        case second::not_found:
            return reply(stop, 400, service_error(1009), "OMS.1009");
        case second::unauthorized:
            return reply(stop, 401, gateway_error(401'0301), "APIGW.0301");
        case second::throttled:
            return reply(stop, 429, gateway_error(429'0308), "APIGW.0308");
        case second::unavailable:
            return reply(stop, 503, http_error(503));
        case second::refused_dial:
            break;
        case second::timeout:
            return ev::time;
        case second::cancelled:
            return ev::cancel;
    }
    return lost(progress::unsent, errc::connect_failed);
}

event shown(operation const& stop, task_kind kind, reading r) {
    event e(ev::reply);
    auto const state = [&](std::string_view status) { e.said = meaning_of_show(stop, kind, status); };
    switch (r) {
        case reading::state_1:
            state("1");
            break;
        case reading::state_2:
            state("2");
            break;
        case reading::state_3:
            state("3");
            break;
        case reading::state_5:
            state("5");
            break;
        case reading::state_7:
            state("7");
            break;
        case reading::word:
            state("DREAMING");
            break;
        case reading::none:
        case reading::forbidden:
        case reading::unreachable:
            state("");
            break;
    }
    return e;
}

// Does as the machine says, with everything at hand at once.
action run(call_fsm& machine, view& with, operation const& stop, task_kind kind, opening const& o, row const& r) {
    bool opened = false;
    action a = machine.resume(ev::begin, with);
    while (a.what != act::complete) {
        bool const dials_fail =
            (opened && r.then == second::refused_dial) || (machine.confirms() && r.shows == reading::unreachable);
        switch (a.what) {
            case act::enqueue:
            case act::enqueue_fresh:
            case act::stay_queued:
                a = machine.resume(dials_fail ? lost(progress::unsent, errc::connect_failed) : event(ev::turn), with);
                break;
            case act::send:
                if (machine.confirms()) {
                    a = machine.resume(shown(stop, kind, r.shows), with);
                } else {
                    a = machine.resume(opened ? later(stop, r.then) : o.ends, with);
                    opened = true;
                }
                break;
            case act::abandon:
                a = machine.resume(lost(progress::handed_over, errc::first_byte_timeout), with);
                break;
            case act::sleep:
                a = machine.resume(ev::time, with);
                break;
            case act::judge: {
                event verdict(ev::verdict, *a.failure);
                bool const hopeless = a.failure->code == errc::connect_failed;
                verdict.verdict = hopeless ? retry_verdict::give_up : retry_verdict::standard;
                a = machine.resume(verdict, with);
                break;
            }
            default:
                a = machine.resume(ev::credential, with);
        }
    }
    return a;
}

bool applies(row const& r, task_kind kind) {
    return r.of == kinds::any || (r.of == kinds::sync) == (kind == task_kind::sync_task);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(call_tables)

BOOST_AUTO_TEST_CASE(outcomes) {
    std::size_t tried = 0;
    for (task_kind kind : {task_kind::sync_task, task_kind::migration_task, task_kind::task_group}) {
        operation const& stop = stop_operation(kind);
        for (opening const& o : openings(stop)) {
            for (row const& r : scripted::outcome_table()) {
                if (r.before != o.what || !applies(r, kind)) continue;
                for (bool strict : {false, true}) {
                    if (r.in == (strict ? mode::normal : mode::strict)) continue;
                    retry_options rules;
                    rules.max_attempts = 2;
                    rules.resend_open = !strict;
                    view with;
                    with.rules = &rules;
                    with.retry.left = 1h;
                    with.judges = true;
                    call_fsm machine(stop, kind);
                    action const a = run(machine, with, stop, kind, o, r);
                    ++tried;
                    bool const right = a.result == r.result && a.code == (r.code == scripted::own ? o.code : r.code) &&
                                       machine.attempts() == r.attempts;
                    BOOST_TEST(right, to_string(kind) << ", first " << int(r.before) << " by " << o.code.message()
                                                      << ", then " << int(r.then) << ", show " << int(r.shows)
                                                      << (strict ? ", strict" : "") << " -> " << to_string(a.result)
                                                      << ", " << a.code.message() << ", " << machine.attempts());
                }
            }
        }
    }
    BOOST_TEST(tried > 500U);
    BOOST_TEST_MESSAGE(tried << " calls");
}

// Row by row, for a call whose first attempt fails so.
BOOST_AUTO_TEST_CASE(repeats) {
    using oms::testing::retries::how;
    for (auto const& r : oms::testing::retries::table()) {
        for (bool strict : {false, true}) {
            retry_options rules;
            rules.resend_open = !strict;
            view with;
            with.rules = &rules;
            with.retry.left = 1h;
            with.retry.random = std::numeric_limits<std::uint64_t>::max();
            call_fsm machine(stop_operation(task_kind::sync_task), task_kind::sync_task);
            machine.resume(ev::begin, with);
            machine.resume(ev::credential, with);
            machine.resume(ev::turn, with);
            event e(r.what.how == how::reply ? ev::reply : ev::lost, r.what);
            e.sent = r.what.how == how::lost ? progress::handed_over
                     : r.what.unprocessed    ? progress::unprocessed
                                             : progress::unsent;
            action const a = machine.resume(e, with);
            bool const again = r.expected == policy::decision::action::repeat && !(strict && r.open);
            auto const goes_on = r.what.unprocessed ? act::get_credential : act::sleep;  // at once
            BOOST_TEST((a.what == (again ? goes_on : act::complete)), r.name << (strict ? ", strict" : ""));
            if (!again) BOOST_TEST((a.code == r.what.code), r.name);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
