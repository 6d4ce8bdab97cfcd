// SPDX-License-Identifier: BSL-1.0
//
// The outcome of a call, for every byte at which its first connection can die
// and for every way in which it can go on.
#include "io/outcome_table.hpp"

#include "io/harness/report.hpp"

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

// One concrete way in which the first try ends.
struct opening {
    first what;
    answer play;
    error_code code;
    std::string name;
};

task_ref task_of(task_kind kind) {
    return {"project", "task", kind};
}

// How long the request of each kind is; tried once.
std::size_t request_size(task_kind kind) {
    world w;
    auto const call = w.stop(task_of(kind));
    w.run_until_done(*call);
    BOOST_REQUIRE(call->result.outcome == outcome::stopped);
    return w.net.ledger.at(0).request.size();
}

opening dies_sending(std::size_t offset, error_code why) {
    opening o{offset == 0 ? first::unsent : first::lost,
              {},
              errc::connection_lost,
              "dies at byte " + std::to_string(offset) + " of the request"};
    o.play.takes = offset;
    o.play.write_error = why;
    return o;
}

opening dies_receiving(std::string const& reply, std::size_t offset, ending end) {
    std::size_t const header = reply.find("\r\n\r\n") + 4;
    bool const whole = offset >= header;
    opening o;
    o.name =
        "dies at byte " + std::to_string(offset) + " of the reply, ending " + std::to_string(static_cast<int>(end));
    o.play.bytes = reply.substr(0, offset);
    o.play.end = end;
    if (whole) {
        bool const success = reply.compare(9, 1, "2") == 0;
        o.what = success ? first::answered : first::failed;
        if (!success) o.code = http_error(std::stoi(reply.substr(9, 3)));
    } else {
        o.what = first::lost;
        o.code = end == ending::reset ? errc::connection_lost : errc::connection_closed;
    }
    return o;
}

std::vector<opening> openings(task_kind kind) {
    std::vector<opening> result;
    std::size_t const size = request_size(kind);
    for (std::size_t at = 0; at < size; ++at) {
        result.push_back(
            dies_sending(at, at % 2 == 0 ? boost::asio::error::connection_reset : boost::asio::error::broken_pipe));
    }
    result.push_back(dies_sending(0, boost::asio::error::broken_pipe));
    for (std::string const& reply : {reply_text(200, R"({"a":1})"), reply_text(503, "unavailable")}) {
        for (std::size_t at = 0; at < reply.size(); ++at) {
            for (ending end : {ending::clean, ending::unclean, ending::reset}) {
                result.push_back(dies_receiving(reply, at, end));
            }
        }
    }
    for (unsigned status : {500U, 502U, 503U, 504U}) {
        opening o{first::failed, {}, http_error(static_cast<int>(status)), "is answered " + std::to_string(status)};
        o.play.bytes = reply_text(status, {}, "Connection: close\r\n");
        result.push_back(std::move(o));
    }
    return result;
}

answer show_reply(reading r) {
    answer a;
    switch (r) {
        case reading::none:
            BOOST_FAIL("nobody should ask");
            break;
        case reading::state_1:
            a.bytes = reply_text(200, R"({"status":1})");
            break;
        case reading::state_2:
            a.bytes = reply_text(200, R"({"status":2})");
            break;
        case reading::word:
            a.bytes = reply_text(200, R"({"status":"DREAMING"})");
            break;
        case reading::state_3:
            a.bytes = reply_text(200, R"({"status":3})");
            break;
        case reading::state_7:
            a.bytes = reply_text(200, R"({"status":7})");
            break;
        case reading::state_5:
            a.bytes = reply_text(200, R"({"status":5})");
            break;
        case reading::forbidden:
            a.bytes = error_text(403, "OMS.0206");
            break;
        case reading::unreachable:
            a.end = ending::reset;
            break;
    }
    return a;
}

answer later_reply(second s) {
    answer a;
    switch (s) {
        case second::ok:
            a.bytes = reply_text(200);
            break;
        case second::not_running:
            a.bytes = error_text(400, "OMS.0066");
            break;
        case second::not_found:
            a.bytes = error_text(400, "OMS.1009");
            break;
        case second::unauthorized:
            a.bytes = error_text(401, "APIGW.0301");
            break;
        case second::throttled:
            a.bytes = error_text(429, "APIGW.0308");
            break;
        case second::unavailable:
            a.bytes = reply_text(503);
            break;
        case second::refused_dial:
            BOOST_FAIL("no connection should be had");
            break;
        case second::timeout:
        case second::cancelled:
            a.stalls = true;
            break;
    }
    return a;
}

bool applies(row const& r, task_kind kind) {
    return r.of == kinds::any || (r.of == kinds::sync) == (kind == task_kind::sync_task);
}

std::string name_of(opening const& o, row const& r, task_kind kind, bool strict) {
    return std::string(to_string(kind)) + (strict ? ", strict: " : ": ") + o.name + ", then " +
           std::to_string(static_cast<int>(r.then)) + ", show " + std::to_string(static_cast<int>(r.shows));
}

void play(sweep_report& report, opening const& o, row const& r, task_kind kind, bool strict) {
    world w;
    w.config.retry.max_attempts = 2;
    w.config.retry.resend_open = !strict;
    if (r.then == second::refused_dial || r.shows == reading::unreachable) {
        bool const at_once = r.then == second::refused_dial;
        w.net.dials = [at_once](std::size_t number) {
            dial_step step{phase::connect};
            if (number > (at_once ? 0U : 1U)) {
                step.code = errc::connect_failed;
                step.cause = boost::asio::error::connection_refused;
            }
            return std::vector<dial_step>{step};
        };
        // A dial that fails uses up no attempt; this ends the call at the first.
        w.config.retry.classify = [](failed_try const& t) {
            return t.code == errc::connect_failed ? retry_verdict::give_up : retry_verdict::standard;
        };
    }
    started* running = nullptr;
    w.net.server = [&](request const& req) {
        if (req.method == "GET") return show_reply(r.shows);
        if (req.number == 0) return o.play;
        if (r.then == second::cancelled) {
            w.time.after(1s, [&] { w.cancel(*running, boost::asio::cancellation_type::terminal); });
        }
        return later_reply(r.then);
    };
    auto const call = w.stop(task_of(kind));
    running = call.get();
    w.run_until_done(*call);
    error_code const expected = r.code == own ? o.code : r.code;
    bool right = call->completions == 1 && !call->inside && call->result.attempts == r.attempts &&
                 call->result.outcome == r.result && call->code == expected;
    w.close();
    w.run();
    right = right && call->completions == 1 && w.net.live_streams == 0 && w.net.live_dials == 0;
    report.add(right, [&] {
        return name_of(o, r, kind, strict) + " -> " + show(*call) + "; expected " + std::to_string(r.attempts) +
               " attempts, " + std::string(to_string(r.result)) + ", " + show(expected);
    });
}

// The rows of one kind of task, for every opening that they speak of.
void sweep(task_kind kind, kinds rows, std::string const& name) {
    sweep_report report(name);
    for (opening const& o : openings(kind)) {
        for (row const& r : outcome_table()) {
            if (r.before != o.what || !applies(r, kind)) continue;
            if ((r.of == kinds::others) != (rows == kinds::others)) continue;
            if (r.in != mode::strict) play(report, o, r, kind, false);
            if (r.in != mode::normal) play(report, o, r, kind, true);
        }
    }
    BOOST_TEST(report.tried() > 0U);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(outcomes)

BOOST_AUTO_TEST_CASE(sync_task_at_every_byte) {
    sweep(task_kind::sync_task, kinds::any, "outcomes of a sync task");
}

BOOST_AUTO_TEST_CASE(migration_task_at_every_byte) {
    sweep(task_kind::migration_task, kinds::any, "outcomes of a migration task");
}

BOOST_AUTO_TEST_CASE(task_group_at_every_byte) {
    sweep(task_kind::task_group, kinds::any, "outcomes of a task group");
}

BOOST_AUTO_TEST_CASE(migration_task_that_is_shown) {
    sweep(task_kind::migration_task, kinds::others, "outcomes of a shown migration task");
}

BOOST_AUTO_TEST_CASE(task_group_that_is_shown) {
    sweep(task_kind::task_group, kinds::others, "outcomes of a shown task group");
}

// "Only a task that is monitored can be paused": of a sync task it says nothing, of the others one look tells.
BOOST_AUTO_TEST_CASE(the_other_code_that_says_not_running) {
    for (task_kind const kind : {task_kind::sync_task, task_kind::migration_task, task_kind::task_group}) {
        for (reading const r : {reading::state_1, reading::state_3, reading::state_5, reading::forbidden}) {
            world w;
            w.net.server = [&](request const& req) {
                answer a;
                a.bytes = error_text(400, "OMS.1038");
                return req.method == "GET" ? show_reply(r) : a;
            };
            auto const call = w.stop(task_of(kind));
            w.run_until_done(*call);
            bool const sync = kind == task_kind::sync_task;
            bool const ended = !sync && (r == reading::state_3 || r == reading::state_5);
            BOOST_TEST(w.net.ledger.size() == (sync ? 1U : 2U));
            BOOST_TEST((call->code == condition::not_running) == ended, show(*call));
            error_code const wanted = sync    ? service_error(1038)
                                      : ended ? error_code(errc::not_running)
                                              : error_code(errc::not_confirmed_stopped);
            BOOST_TEST(call->code == wanted, show(*call));
            bool const stopped = ended && r == reading::state_3;
            BOOST_TEST(call->result.outcome == (stopped ? outcome::already_stopped : outcome::refused));
            BOOST_TEST(call->result.cause ==
                       (!sync && r == reading::forbidden ? service_error(206) : service_error(1038)));
        }
    }
}

// A status that never speaks of the task, whatever code comes with it.
BOOST_AUTO_TEST_CASE(not_running_with_another_status) {
    for (unsigned const status : {401U, 403U, 408U, 429U, 500U, 503U}) {
        for (task_kind const kind : {task_kind::sync_task, task_kind::migration_task}) {
            world w;
            w.config.retry.max_attempts = 1;
            w.net.server = [&](request const&) {
                answer a;
                a.bytes = error_text(status, "OMS.0066");
                return a;
            };
            auto const call = w.stop(task_of(kind));
            w.run_until_done(*call);
            BOOST_TEST(call->code == http_error(static_cast<int>(status)), show(*call));
            BOOST_TEST(call->result.outcome == (status >= 500 ? outcome::unknown : outcome::refused));
        }
    }
}

BOOST_AUTO_TEST_CASE(table_has_every_case) {
    for (first f : {first::unsent, first::lost, first::answered, first::failed}) {
        for (second s : every_second) {
            for (task_kind kind : {task_kind::sync_task, task_kind::migration_task, task_kind::task_group}) {
                for (mode m : {mode::normal, mode::strict}) {
                    bool const found = std::any_of(outcome_table().begin(), outcome_table().end(), [&](row const& r) {
                        return r.before == f && r.then == s && applies(r, kind) && (r.in == m || r.in == mode::both);
                    });
                    BOOST_TEST(found);
                }
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
