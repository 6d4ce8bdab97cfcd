// SPDX-License-Identifier: BSL-1.0
//
// Replies of all shapes, however they arrive; and what follows them is never
// taken for the reply to another call.
#include "io/harness/report.hpp"

#include <oms/observer.hpp>

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

struct shape {
    std::string name;
    std::string bytes;
    ending end;
    outcome result;
    error_code code;
    bool reusable;  ///< The connection serves the next call.
};

constexpr auto stays = ending::none;
constexpr auto stopped = outcome::stopped;
constexpr auto unknown = outcome::unknown;
constexpr auto refused = outcome::refused;

std::string const id = "X-Request-Id: this\r\n";
error_code const ok{};
error_code const malformed{errc::malformed_reply};
error_code const not_running = service_error(66);

std::string ok_with(std::string const& headers, std::string const& body = {}) {
    return "HTTP/1.1 200 OK\r\n" + id + headers + "\r\n" + body;
}
std::string failed_with(std::string const& status, std::string const& headers, std::string const& body = {}) {
    return "HTTP/1.1 " + status + " Reason\r\n" + id + headers + "\r\n" + body;
}

std::vector<shape> shapes() {
    std::string const none = "Content-Length: 0\r\n";
    std::string const chunked = "Transfer-Encoding: chunked\r\n";
    std::string const no_task = R"({"error_code":"OMS.0066","error_msg":"not running"})";
    std::string const large_chunk = "5dc\r\n" + std::string(1500, 'x') + "\r\n";
    std::string const continued = "HTTP/1.1 100 Continue\r\n\r\n";
    return {
        {"no body", ok_with(none), stays, stopped, ok, true},
        {"a body", ok_with("Content-Length: 3\r\n", "abc"), stays, stopped, ok, true},
        {"204", "HTTP/1.1 204 No Content\r\n" + id + "\r\n", stays, stopped, ok, true},
        {"304 with a length", failed_with("304", "Content-Length: 10\r\n"), stays, refused, http_error(304), true},
        {"302", failed_with("302", "Location: https://elsewhere/\r\n" + none), stays, refused, http_error(302), true},
        {"chunks", ok_with(chunked, "3\r\nabc\r\n10;x=y\r\n0123456789abcdef\r\n0\r\nTrailer: x\r\n\r\n"), stays,
         stopped, ok, true},
        {"an error in chunks", failed_with("400", chunked, "33\r\n" + no_task + "\r\n0\r\n\r\n"), stays,
         outcome::already_stopped, not_running, true},
        {"100 first", continued + ok_with(none), stays, stopped, ok, true},
        {"100 and 103 first", continued + "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok_with(none), stays, stopped,
         ok, true},
        {"101", failed_with("101", "Upgrade: h2c\r\nConnection: upgrade\r\n"), stays, unknown, malformed, false},
        {"Connection: close", ok_with("Connection: close\r\n" + none), stays, stopped, ok, false},
        {"HTTP/1.0", "HTTP/1.0 200 OK\r\n" + id + none + "\r\n", stays, stopped, ok, false},
        {"until a clean end", ok_with("", "abc"), ending::clean, stopped, ok, false},
        {"until an unclean end", ok_with("", "abc"), ending::unclean, stopped, ok, false},
        {"an error until a clean end", failed_with("400", "", no_task), ending::clean, outcome::already_stopped,
         not_running, false},
        {"folded", ok_with("X-Folded: a\r\n b\r\n" + none), stays, stopped, ok, true},
        {"a folded length", ok_with("Content-Length:\r\n 3\r\n", "abc"), stays, stopped, ok, true},
        {"two numbers in a folded length", ok_with("Content-Length: 0\r\n 3\r\n", "abc"), stays, unknown, malformed,
         false},
        {"a folded coding", ok_with("Transfer-Encoding: chunked,\r\n gzip\r\n", "0\r\n\r\n"), stays, unknown, malformed,
         false},

        {"length and chunks", ok_with("Content-Length: 5\r\n" + chunked, "0\r\n\r\n"), stays, unknown, malformed,
         false},
        {"chunks and length", ok_with(chunked + "Content-Length: 5\r\n", "0\r\n\r\n"), stays, unknown, malformed,
         false},
        {"two lengths", ok_with("Content-Length: 5\r\nContent-Length: 6\r\n", "abcdef"), stays, unknown, malformed,
         false},
        {"the same length twice", ok_with(none + none), stays, unknown, malformed, false},
        {"a list of lengths", ok_with("Content-Length: 0, 0\r\n"), stays, unknown, malformed, false},
        {"a negative length", ok_with("Content-Length: -1\r\n"), stays, unknown, malformed, false},
        {"a signed length", ok_with("Content-Length: +0\r\n"), stays, unknown, malformed, false},
        {"a huge length", ok_with("Content-Length: 99999999999999999999\r\n"), stays, unknown, malformed, false},
        {"an unknown coding", ok_with("Transfer-Encoding: gzip\r\n", "x"), stays, unknown, malformed, false},
        {"a coding inside the chunks", ok_with("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), stays, unknown,
         malformed, false},
        {"no coding", ok_with("Transfer-Encoding: identity\r\n"), stays, unknown, malformed, false},
        {"chunks in HTTP/1.0", "HTTP/1.0 200 OK\r\n" + id + chunked + "\r\n0\r\n\r\n", stays, unknown, malformed,
         false},
        {"chunks of a refusal in HTTP/1.0", "HTTP/1.0 403 No\r\n" + id + chunked + "\r\n0\r\n\r\n", stays, unknown,
         malformed, false},

        // Behind a good header of a success nothing matters but to the connection.
        {"a bad chunk size", ok_with(chunked, "x\r\n\r\n"), stays, stopped, ok, false},
        {"a chunk that is too long", ok_with(chunked, "2\r\nabc\r\n0\r\n\r\n"), stays, stopped, ok, false},
        {"a huge chunk", ok_with(chunked, "fffffffffffffffff\r\n"), stays, stopped, ok, false},
        {"an extension whose quote stays open", ok_with(chunked, "5;a=\"b\r\nhello\r\n0\r\n\r\n"), stays, stopped, ok,
         false},
        {"an open quote of the last chunk", ok_with(chunked, "0;a=\"\r\n\r\n"), stays, stopped, ok, false},
        {"a line's end in a quote", ok_with(chunked, "5;a=\"\n\"\r\nhello\r\n0\r\n\r\n"), stays, stopped, ok, false},
        {"LF behind a chunk's size", ok_with(chunked, "5\nhello\r\n0\r\n\r\n"), stays, stopped, ok, false},
        {"LF behind a trailer", ok_with(chunked, "0\r\nX: y\n\r\n"), stays, stopped, ok, false},
        {"LF behind the trailers", ok_with(chunked, "0\r\nX: y\r\n\n"), stays, stopped, ok, false},
        // Of another status it counts as cut: the header says what the service did.
        {"a bad chunk of a refusal", failed_with("404", chunked, "x\r\n\r\n"), stays, refused, http_error(404), false},
        {"a bad chunk of a failure", failed_with("502", chunked, "x\r\n\r\n"), stays, unknown, http_error(502), false},
        {"an open quote of a refusal", failed_with("403", chunked, "5;a=\"b\r\nhello\r\n0\r\n\r\n"), stays, refused,
         http_error(403), false},
        {"LF behind a chunk's size of a refusal", failed_with("403", chunked, "5\nhello\r\n0\r\n\r\n"), stays, refused,
         http_error(403), false},
        {"a bad chunk behind the code", failed_with("400", chunked, "33\r\n" + no_task + "\r\nx\r\n"), stays,
         outcome::already_stopped, not_running, false},

        {"no blank behind the status", "HTTP/1.1 200\r\n" + id + none + "\r\n", stays, stopped, ok, true},
        {"no blank behind the status of a failure", "HTTP/1.1 403\r\n" + id + none + "\r\n", stays, refused,
         http_error(403), true},
        {"no blank, and chunks", "HTTP/1.1 200\r\n" + id + chunked + "\r\n0\r\n\r\n", stays, stopped, ok, true},
        {"no blank behind 100", "HTTP/1.1 100\r\n\r\n" + ok_with(none), stays, stopped, ok, true},
        {"status 099", "HTTP/1.1 099 x\r\n" + id + none + "\r\n", stays, unknown, errc::bad_status, false},
        {"status 600", "HTTP/1.1 600 x\r\n" + id + none + "\r\n", stays, unknown, errc::bad_status, false},
        {"status 999 and no more", "HTTP/1.1 999 x\r\n", stays, unknown, errc::bad_status, false},
        {"status 2000", "HTTP/1.1 2000 x\r\n" + id + none + "\r\n", stays, unknown, errc::bad_status, false},
        {"status 20", "HTTP/1.1 20 x\r\n" + id + none + "\r\n", stays, unknown, errc::bad_status, false},
        {"no status", "HTTP/1.1 OK\r\n" + id + none + "\r\n", stays, unknown, malformed, false},
        {"lines that end by LF", "HTTP/1.1 200 OK\nContent-Length: 0\n\n", stays, unknown, malformed, false},
        {"one line that ends by LF", ok_with("X: y\n" + none), stays, unknown, malformed, false},
        {"a bare CR", ok_with("X: y\rz\r\n" + none), stays, unknown, malformed, false},
        {"a blank before the colon", ok_with("Content-Length : 0\r\n"), stays, unknown, malformed, false},
        {"no HTTP", "SSH-2.0-OpenSSH\r\n\r\n", stays, unknown, malformed, false},
        {"a zero byte", ok_with(std::string("X: a\0b\r\n", 8) + none), stays, unknown, malformed, false},
        {"a large header", ok_with("X-Large: " + std::string(1500, 'x') + "\r\n" + none), stays, unknown,
         errc::header_too_large, false},
        {"a large body of a failure", failed_with("403", "Content-Length: 1500\r\n", std::string(1500, 'x')), stays,
         refused, http_error(403), true},
        {"a large chunked body of a failure", failed_with("403", chunked, large_chunk + "0\r\n\r\n"), stays, refused,
         http_error(403), true},
        {"a large body in two chunks and a trailer",
         failed_with("403", chunked, large_chunk + "2\r\nab\r\n0\r\nX-Request-Id: that\r\n\r\n"), stays, refused,
         http_error(403), true},
        {"a large body of a success", ok_with("Content-Length: 1500\r\n", std::string(1500, 'x')), stays, stopped, ok,
         true},
        {"a large body, and no other reply wanted",
         failed_with("403", "Connection: close\r\nContent-Length: 1500\r\n", std::string(1500, 'x')), stays, refused,
         http_error(403), false},
        {"a body that is too large to be waited for",
         failed_with("403", "Content-Length: 66561\r\n", std::string(1500, 'x')), stays, refused, http_error(403),
         false},
        {"a large body that is cut", failed_with("403", "Content-Length: 1500\r\n", std::string(1100, 'x')),
         ending::reset, refused, http_error(403), false},
        {"a bad chunk beyond the limit", failed_with("403", chunked, large_chunk + "x\r\n"), stays, refused,
         http_error(403), false},
        {"another reply behind a large body",
         failed_with("403", "Content-Length: 1500\r\n", std::string(1500, 'x')) + ok_with(none), stays, refused,
         http_error(403), false},

        {"another reply behind", ok_with(none) + failed_with("401", none), stays, stopped, ok, false},
        {"a reply behind a failure", failed_with("400", "Content-Length: 51\r\n", no_task) + ok_with(none), stays,
         outcome::already_stopped, not_running, false},
        {"bytes behind chunks", ok_with(chunked, "0\r\n\r\n") + "x", stays, stopped, ok, false},
    };
}

// The second request is answered properly; a reply that crosses over would be seen.
void deliver(sweep_report& report, shape const& s, std::vector<std::size_t> cuts, std::string const& how) {
    world w;
    w.config.retry.max_attempts = 1;
    w.config.limits.header = w.config.limits.error_body = 1024;
    w.net.server = [&](request const& r) {
        answer a;
        if (r.number == 0) {
            a.bytes = s.bytes;
            a.cuts = cuts;
            a.end = s.end;
        } else {
            a.bytes = "HTTP/1.1 403 Reason\r\nX-Request-Id: next\r\nContent-Length: 0\r\n\r\n";
        }
        return a;
    };
    auto const call = w.stop(0);
    w.run_until_done(*call);
    std::string wrong;
    if (call->completions != 1 || call->code != s.code || call->result.outcome != s.result) wrong = show(*call);
    if (call->result.request_id == "that") wrong += "; a trailer was taken for the header";
    std::size_t const reused = w.net.live_streams;
    auto const next = w.stop(1);
    w.run_until_done(*next);
    bool const own = next->code == http_error(403) && next->result.request_id == "next";
    if (!own) wrong += "; the next call got " + show(*next);
    // A connection with something behind the reply may be found out between the calls, or before the next.
    if (!s.reusable && w.net.dialed != 2) wrong += "; the connection was used again";
    if (s.reusable && (reused != 1 || w.net.dialed != 1)) wrong += "; the connection was not used again";
    report.add(wrong.empty(), [&] { return s.name + ", " + how + ": " + wrong; });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(replies)

BOOST_AUTO_TEST_CASE(whole_split_everywhere_and_byte_by_byte) {
    sweep_report report("replies");
    for (shape const& s : shapes()) {
        deliver(report, s, {}, "whole");
        std::vector<std::size_t> all_cuts;
        for (std::size_t at = 1; at < s.bytes.size(); ++at) {
            all_cuts.push_back(at);
            deliver(report, s, {at}, "split at " + std::to_string(at));
        }
        deliver(report, s, all_cuts, "byte by byte");
    }
}

// A migration task or group that "does not run" may wait for its turn: no body may hide that one has to look.
BOOST_AUTO_TEST_CASE(not_running_in_a_cut_body_is_looked_into) {
    std::string const said = R"({"error_code":"OMS.0066","error_msg":"not running"})";
    for (task_kind const kind : {task_kind::sync_task, task_kind::migration_task, task_kind::task_group}) {
        for (bool const code_came : {true, false}) {
            world w;
            w.net.server = [&](request const& r) {
                answer a;
                if (r.method == "GET") return a.bytes = reply_text(200, R"({"status":1})"), a;
                a.bytes = failed_with("400", "Content-Length: 500\r\n", code_came ? said : said.substr(0, 20));
                a.end = ending::reset;
                return a;
            };
            auto const call = w.stop(task_ref("p", "t", kind));
            w.run_until_done(*call);
            bool const sync = kind == task_kind::sync_task;
            error_code const wanted = !code_came ? http_error(400) : sync ? not_running : errc::not_confirmed_stopped;
            BOOST_TEST(call->code == wanted, show(*call));
            BOOST_TEST((call->code == condition::not_running) == (sync && code_came));
            BOOST_TEST(call->result.outcome == (sync && code_came ? outcome::already_stopped : refused));
        }
    }
}

BOOST_AUTO_TEST_CASE(bytes_that_nobody_asked_for_evict_an_idle_connection) {
    struct closures final : observer {
        void on_connection(connection_event const& e) noexcept override {
            if (e.what == connection_event::kind::closed) reasons.emplace_back(to_string(e.reason));
        }
        std::vector<std::string> reasons;
    };
    for (ending end : {stays, ending::clean, ending::unclean, ending::reset}) {
        world w;
        auto const seen = std::make_shared<closures>();
        w.config.observer = seen;
        std::weak_ptr<channel> line;
        w.net.server = [&](request const& r) {
            line = r.channel;
            answer a;
            a.bytes = reply_text(200);
            return a;
        };
        auto const first = w.stop(0);
        w.run_until_done(*first);
        BOOST_TEST(w.net.live_streams == 1U);
        speak(line, end == stays ? failed_with("403", "Content-Length: 0\r\n") : std::string(), end);
        w.run_for(0s);
        BOOST_TEST(w.net.live_streams == 0U);
        BOOST_REQUIRE(seen->reasons.size() == 1U);
        BOOST_TEST(seen->reasons.front() == (end == stays ? "stray_bytes" : "closed_by_peer"));
        auto const second = w.stop(1);
        w.run_until_done(*second);
        BOOST_TEST(second->code == error_code());
        BOOST_TEST(w.net.dialed == 2U);
    }
}

// The bytes are there, and nobody has looked yet, when the next call takes the connection.
BOOST_AUTO_TEST_CASE(bytes_that_arrive_just_before_the_next_request_answer_nothing) {
    world w;
    std::weak_ptr<channel> line;
    w.net.server = [&](request const& r) {
        line = r.channel;
        answer a;
        a.bytes = r.number == 0 ? reply_text(200) : error_text(403, "OMS.0206");
        return a;
    };
    auto const first = w.stop(0);
    w.run_until_done(*first);
    speak(line, reply_text(200));
    auto const second = w.stop(1);
    w.run_until_done(*second);
    BOOST_TEST(second->completions == 1U);
    BOOST_TEST((second->result.outcome != outcome::stopped),
               "a reply that was there before the request: " << show(*second));
}

// A token goes nowhere else because a reply says so.
BOOST_AUTO_TEST_CASE(a_redirect_is_not_followed) {
    for (unsigned const status : {300U, 301U, 302U, 303U, 307U, 308U}) {
        world w;
        w.net.server = [=](request const&) {
            return after(0s, reply_text(status, {}, "Location: https://elsewhere.example/\r\n"));
        };
        auto const call = w.stop(0);
        w.run_for(5min);
        BOOST_TEST(call->completions == 1U);
        BOOST_TEST(call->result.http_status == status);
        BOOST_TEST(call->result.outcome == refused);
        BOOST_TEST(w.net.ledger.size() == 1U);
        BOOST_TEST(w.net.dialed == 1U);
    }
}

BOOST_AUTO_TEST_SUITE_END()
