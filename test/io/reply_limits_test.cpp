// SPDX-License-Identifier: BSL-1.0
//
// How much of a reply is taken, and what becomes of a body that says nothing
// to us.
#include "call/operation.hpp"
#include "client/reading.hpp"
#include "io/harness/report.hpp"

#include <oms/observer.hpp>

#include <boost/test/unit_test.hpp>

#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

// As much of a body as is read beyond its limit for the sake of the connection.
constexpr std::size_t rest_limit = 64 * 1024;

// A header of so many bytes, and no body.
std::string reply_with_header_of(std::size_t size) {
    std::string const before = "HTTP/1.1 200 OK\r\nX-Large: ";
    std::string const behind = "\r\nContent-Length: 0\r\n\r\n";
    return before + std::string(size - before.size() - behind.size(), 'x') + behind;
}

// A refusal whose body has so many bytes.
std::string refusal_of(std::size_t size) {
    std::string const before = R"({"error_code":"OMS.0066","error_msg":")";
    std::string const behind = R"("})";
    return reply_text(400, before + std::string(size - before.size() - behind.size(), 'x') + behind);
}

struct answered_world : world {
    explicit answered_world(std::string bytes) {
        config.retry.max_attempts = 1;
        net.server = [bytes = std::move(bytes)](request const&) {
            answer a;
            a.bytes = bytes;
            return a;
        };
    }
    std::shared_ptr<started> run_one() {
        auto const call = stop(0);
        run_until_done(*call);
        return call;
    }
    /// The connection is kept for the next call.
    bool reusable() const { return net.live_streams == 1; }
};

// The same in chunks.
std::string chunked(unsigned status, std::string_view body) {
    std::ostringstream text;
    text << "HTTP/1.1 " << status << " Reason\r\nTransfer-Encoding: chunked\r\n\r\n" << std::hex;
    for (std::size_t at = 0; at < body.size(); at += 5000) {
        auto const chunk = body.substr(at, 5000);
        text << chunk.size() << "\r\n" << chunk << "\r\n";
    }
    text << "0\r\n\r\n";
    return text.str();
}

struct closures final : observer {
    void on_connection(connection_event const& e) noexcept override {
        if (e.what == connection_event::kind::closed) reasons.emplace_back(to_string(e.reason));
    }
    std::vector<std::string> reasons;
};

// The first reply stops somewhere; more of it is spoken on the line.
struct slow_world : world {
    explicit slow_world(std::string bytes) {
        config.observer = seen;
        net.server = [this, bytes = std::move(bytes)](request const& r) {
            answer a;
            a.bytes = r.number == 0 ? bytes : reply_text(200);
            if (r.number == 0) line = r.channel;
            return a;
        };
    }
    std::shared_ptr<closures> const seen = std::make_shared<closures>();
    std::weak_ptr<channel> line;
};

// What a reading of a list brought, unparsed.
struct page_text {
    std::string body;
    stop_result call;
};

struct reading_world : answered_world {
    using answered_world::answered_world;

    unsigned completions = 0;
    error_code code;
    page_text page;

    void read() {
        open();
        auto keep = [](std::string_view body, page_text& out) {
            out.body = body;
            return error_code();
        };
        detail::reading<page_text, decltype(keep)>::start(
            *core,
            [this](error_code ec, page_text p) {
                ++completions;
                code = ec;
                page = std::move(p);
            },
            keep, sync_task("p", {}), call::list_operation(task_kind::sync_task), {}, nullptr, nullptr, core->enter());
        run_for(1s);
        BOOST_TEST(completions == 1U);
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(reply_limits)

BOOST_AUTO_TEST_CASE(a_header_up_to_its_limit) {
    for (std::size_t const limit : {std::size_t{1024}, std::size_t{10'000}, limit_options().header}) {
        for (std::size_t const size : {limit / 2, limit}) {
            answered_world w(reply_with_header_of(size));
            w.config.limits.header = limit;
            auto const call = w.run_one();
            BOOST_TEST(!call->code, size << " of " << limit << ": " << show(*call));
            BOOST_TEST(w.reusable());
        }
        answered_world w(reply_with_header_of(limit + 64));  // the ends of its lines may not count
        w.config.limits.header = limit;
        auto const call = w.run_one();
        BOOST_TEST(call->code == error_code(errc::header_too_large), limit << ": " << show(*call));
        BOOST_TEST(call->result.outcome == outcome::unknown);  // whatever was done, it did not say so
        BOOST_TEST(!w.reusable());
    }
}

// The status decides, also where the body goes beyond the limit.
BOOST_AUTO_TEST_CASE(a_body_of_an_error_up_to_its_limit) {
    for (std::size_t const limit : {std::size_t{1024}, std::size_t{10'000}, limit_options().error_body}) {
        answered_world whole(refusal_of(limit));
        whole.config.limits.error_body = limit;
        auto const understood = whole.run_one();
        BOOST_TEST(understood->code == service_error(66), limit << ": " << show(*understood));
        BOOST_TEST(whole.reusable());

        answered_world beyond(refusal_of(limit + 1));
        beyond.config.limits.error_body = limit;
        auto const cut = beyond.run_one();
        BOOST_TEST(cut->code != error_code());
        BOOST_TEST(cut->result.http_status == 400U);
        BOOST_TEST(cut->result.outcome != outcome::unknown, limit << ": " << show(*cut));
        BOOST_TEST(cut->result.details().body.size() == std::min(limit, std::size_t{4096}));
        BOOST_TEST(beyond.reusable());
    }
}

BOOST_AUTO_TEST_CASE(a_list_up_to_its_limit) {
    for (std::size_t const limit : {std::size_t{1024}, std::size_t{100'000}, limit_options().list_body}) {
        reading_world whole(reply_text(200, std::string(limit, 'x')));
        whole.config.limits.list_body = limit;
        whole.config.limits.error_body = 1024;  // not the one that counts
        whole.read();
        BOOST_TEST(!whole.code, whole.code.message());
        BOOST_TEST(whole.page.body.size() == limit);
        BOOST_TEST(whole.reusable());

        reading_world beyond(reply_text(200, std::string(limit + 1, 'x')));
        beyond.config.limits.list_body = limit;
        beyond.read();
        BOOST_TEST(beyond.code == error_code(errc::body_too_large), beyond.code.message());
        BOOST_TEST(beyond.reusable());

        reading_world far_beyond(reply_text(200, std::string(limit + rest_limit + 1, 'x')));
        far_beyond.config.limits.list_body = limit;
        far_beyond.read();
        BOOST_TEST(far_beyond.code == error_code(errc::body_too_large), far_beyond.code.message());
        BOOST_TEST(!far_beyond.reusable());
    }
}

BOOST_AUTO_TEST_CASE(what_goes_beyond_the_limit_is_read_up_to_a_cap) {
    constexpr std::size_t limit = 2000;
    for (std::size_t const rest : {std::size_t{1}, std::size_t{9000}, rest_limit, rest_limit + 1}) {
        for (bool const in_chunks : {false, true}) {
            for (std::size_t const piece : {all, std::size_t{4001}, std::size_t{700}}) {
                std::string const body(limit + rest, 'x');
                std::string const bytes = in_chunks ? chunked(403, body) : reply_text(403, body);
                world w;
                w.config.limits.error_body = limit;
                w.net.server = [&](request const& r) {
                    answer a;
                    a.bytes = r.number == 0 ? bytes : reply_text(200);
                    for (std::size_t at = piece; r.number == 0 && at < bytes.size(); at += piece)
                        a.cuts.push_back(at);
                    return a;
                };
                auto const call = w.stop(0);
                w.run_until_done(*call);
                BOOST_TEST(call->code == http_error(403), show(*call));
                BOOST_TEST(call->result.details().body == body.substr(0, limit));
                bool const kept = rest <= rest_limit;
                BOOST_TEST(w.net.live_streams == (kept ? 1U : 0U), rest << " in pieces of " << piece);
                auto const next = w.stop(1);
                w.run_until_done(*next);
                BOOST_TEST(!next->code, show(*next));
                BOOST_TEST(w.net.dialed == (kept ? 1U : 2U));
            }
        }
    }
}

// The caller has its answer as soon as all is there that it gets; the connection has a second more.
BOOST_AUTO_TEST_CASE(nobody_waits_for_what_is_dropped) {
    constexpr std::size_t limit = 2000;
    std::string const bytes = reply_text(403, std::string(limit + 500, 'x'));
    for (auto const comes_after : {999ms, 1001ms}) {
        slow_world w(bytes.substr(0, bytes.size() - 499));
        w.config.limits.error_body = limit;
        auto const call = w.stop(0);
        auto const begun = w.time.now();
        w.run_until_done(*call);
        BOOST_TEST(call->code == http_error(403), show(*call));
        BOOST_TEST((call->at == begun));
        BOOST_TEST(w.net.live_streams == 1U);
        auto const meanwhile = w.stop(1);  // not on a connection that is not done yet
        w.run_until_done(*meanwhile);
        BOOST_TEST(!meanwhile->code, show(*meanwhile));
        BOOST_TEST(w.net.dialed == 2U);
        w.run_for(comes_after);
        speak(w.line, std::string(499, 'x'));
        w.run_for(0ms);
        bool const kept = comes_after < 1s;
        BOOST_TEST(w.net.live_streams == (kept ? 2U : 1U));
        BOOST_TEST(w.seen->reasons.size() == (kept ? 0U : 1U));
        if (!kept) BOOST_TEST(w.seen->reasons.at(0) == "not_kept_alive");
    }
}

// With one connection at most: a call that waits for it gets it, or another one.
BOOST_AUTO_TEST_CASE(a_call_waits_for_the_connection_and_not_for_ever) {
    constexpr std::size_t limit = 2000;
    std::string const bytes = reply_text(403, std::string(limit + 500, 'x'));
    for (bool const comes : {true, false}) {
        slow_world w(bytes.substr(0, bytes.size() - 499));
        w.config.limits.error_body = limit;
        w.config.pool.max_connections = 1;
        auto const call = w.stop(0);
        w.run_until_done(*call);
        auto const next = w.stop(1);
        w.run_for(500ms);
        BOOST_TEST(next->completions == 0U);
        if (comes) speak(w.line, std::string(499, 'x'));
        w.run_for(500ms);
        BOOST_TEST(next->completions == 1U);
        BOOST_TEST(!next->code, show(*next));
        BOOST_TEST(w.net.dialed == (comes ? 1U : 2U));
    }
}

BOOST_AUTO_TEST_CASE(a_client_ends_while_a_rest_is_dropped) {
    constexpr std::size_t limit = 2000;
    std::string const bytes = reply_text(403, std::string(limit + 500, 'x'));
    for (bool const politely : {true, false}) {
        slow_world w(bytes.substr(0, bytes.size() - 499));
        w.config.limits.error_body = limit;
        auto const call = w.stop(0);
        w.run_until_done(*call);
        auto const begun = w.time.now();
        if (politely) {
            auto const ended = w.shut_down({});
            w.run();
            BOOST_REQUIRE(ended->has_value());
            BOOST_TEST(!ended->value());
        } else {
            w.close();
            w.run();
        }
        BOOST_TEST((w.time.now() == begun));
        BOOST_TEST(w.net.live_streams == 0U);
    }
}

// A body within its limit that never ends, a byte each second: the deadline of the call holds.
BOOST_AUTO_TEST_CASE(a_reply_that_never_ends_holds_no_call_beyond_its_deadline) {
    std::string const header = "Reason\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (bool const success : {true, false}) {
        slow_world w((success ? "HTTP/1.1 200 " : "HTTP/1.1 403 ") + header);
        w.config.timeouts.total = 10s;
        std::function<void()> const trickle = [&] {
            speak(w.line, "1\r\nx\r\n");
            if (w.time.elapsed() < 1min) w.time.after(1s, trickle);
        };
        w.time.after(1s, trickle);
        auto const call = w.stop(0);
        auto const begun = w.time.now();
        w.run_until_done(*call);
        BOOST_TEST((call->at - begun == 10s));
        BOOST_TEST(call->code == (success ? error_code() : error_code(errc::body_timeout)), show(*call));
        BOOST_TEST((call->result.outcome == (success ? outcome::stopped : outcome::refused)));
        BOOST_TEST(call->result.http_status == (success ? 200U : 403U));
        BOOST_TEST(w.net.live_streams == 0U);
    }
}

// Nobody asked for a coding: what comes so is kept as it is, and the status speaks.
BOOST_AUTO_TEST_CASE(a_compressed_body_of_an_error_is_not_read) {
    std::string const gzip("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\x56\x4a\x2d\x2a\xca\x2f\x8a\x4f\xce", 20);
    for (auto const& [status, belief] : {std::pair(403, outcome::refused), std::pair(502, outcome::unknown)}) {
        answered_world w(reply_text(static_cast<unsigned>(status), gzip, "Content-Encoding: gzip\r\n"));
        auto const call = w.run_one();
        BOOST_TEST(call->code == http_error(status), show(*call));
        BOOST_TEST(call->result.outcome == belief);
        BOOST_TEST(call->result.service_code.empty());
        BOOST_TEST(call->result.service_message == (status == 403 ? "Forbidden" : "Bad Gateway"));
        BOOST_TEST(call->result.details().body == gzip);
        BOOST_TEST(w.reusable());
        BOOST_TEST(w.net.ledger.at(0).request.find("Accept-Encoding") == std::string::npos);
    }
}

BOOST_AUTO_TEST_SUITE_END()
