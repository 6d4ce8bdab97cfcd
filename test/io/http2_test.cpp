// SPDX-License-Identifier: BSL-1.0
//
// Many stops on one connection of HTTP/2: how they share it, and what each comes to when its stream, or the
// connection, ends before its reply.
#include "client/client_core.hpp"
#include "http2/frame.hpp"
#include "io/harness/http2_line.hpp"
#include "io/harness/report.hpp"
#include "io/harness/world.hpp"

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;
using boost::asio::cancellation_type;

namespace {

using calls_type = std::vector<std::shared_ptr<started>>;

// A client whose credential has proved itself, with one connection.
struct scene : world {
    std::vector<std::weak_ptr<http2_line>> lines;  // in the order of their first requests

    explicit scene(std::size_t max_streams = 16, std::optional<http_version> spoken = http_version::http_2) {
        config.http = *spoken;
        config.pool.max_streams = max_streams;
        net.speaks = transport::protocol::http_2;
        net.server = [this](request const& r) { return answered(r); };
    }
    void warm() {
        auto const first = stop(1'000'000);
        run_until_done(*first);
        BOOST_REQUIRE(!first->code);
        net.forget_requests();
    }

    // What becomes of a request; by default it is answered.
    std::function<answer(request const&)> script;
    answer answered(request const& r) {
        if (r.on_connection == 0) lines.push_back(r.over_http_2);
        if (script) return script(r);
        return after(0s, reply_text(200));
    }

    std::shared_ptr<http2_line> line(std::size_t i = 0) const { return lines.at(i).lock(); }

    calls_type stops(std::size_t count) {
        calls_type made;
        for (std::size_t i = 0; i < count; ++i)
            made.push_back(stop(i));
        return made;
    }
    void end(calls_type const& calls) {
        run();
        for (auto const& each : calls)
            BOOST_TEST(each->completions == 1U);
    }
};

std::size_t number_of(request const& r) {
    static constexpr std::string_view before = "/sync-tasks/t";
    return std::stoul(r.target.substr(r.target.find(before) + before.size()));
}

answer by_stream(std::function<void(http2_line&, http2::stream_id)> f, ending end = ending::none) {
    answer a;
    a.over_http_2 = std::move(f);
    a.end = end;
    return a;
}
answer reset_by(http2::reason why) {
    return by_stream([why](http2_line& l, http2::stream_id id) { l.peer().reset(id, why); });
}
answer raw(std::string bytes, ending end = ending::none) {
    return by_stream([bytes = std::move(bytes)](http2_line& l, http2::stream_id) { l.peer().send_raw(bytes); }, end);
}

void all_stopped(calls_type const& calls) {
    for (auto const& each : calls) {
        BOOST_TEST(!each->code, each->code.message());
        BOOST_TEST(each->result.outcome == outcome::stopped);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http2_stops)

BOOST_AUTO_TEST_CASE(sixteen_share_a_connection) {
    scene w;
    w.warm();
    auto const calls = w.stops(64);
    w.run_for(10ms);
    BOOST_TEST(w.net.dialed == 4U);
    w.end(calls);
    all_stopped(calls);
    BOOST_TEST(w.core->metrics().http_2 == 4U);
}

// As long as nobody knows what the endpoint speaks, four dials are under way at most; afterwards as many as are needed.
BOOST_AUTO_TEST_CASE(a_first_burst_dials_four_times) {
    for (bool const speaks_2 : {true, false}) {
        scene w(16, http_version::automatic);
        if (!speaks_2) w.net.speaks = transport::protocol::http_1_1;
        w.net.dials = [](std::size_t) { return std::vector<dial_step>{{phase::handshake, 10ms}}; };
        w.config.credentials = token_credentials("secret-token");
        auto const first = w.stop(1);  // proves the credential; the others wait for it
        w.run_for(1ms);
        BOOST_TEST(w.net.dialed == 1U);
        w.run_until_done(*first);
        auto const calls = w.stops(64);
        w.run_for(5ms);
        BOOST_TEST(w.net.dialed == (speaks_2 ? 4U : 17U));
        w.end(calls);
        all_stopped(calls);
        if (speaks_2) BOOST_TEST(w.net.dialed == 4U);
    }
}

BOOST_AUTO_TEST_CASE(replies_come_in_any_order_and_none_is_crossed) {
    scene w;
    w.warm();
    w.script = [](request const& r) {
        std::size_t const n = number_of(r);
        auto text = reply_text(n % 3 == 0 ? 400 : 200,
                               R"({"error_code":"OMS.0001","error_msg":"no )" + std::to_string(n) + "\"}");
        return after(std::chrono::milliseconds((n * 7919) % 64), std::move(text));
    };
    auto const calls = w.stops(64);
    w.end(calls);
    for (std::size_t n = 0; n < calls.size(); ++n) {
        auto const& r = calls[n]->result;
        BOOST_TEST((r.outcome == (n % 3 == 0 ? outcome::refused : outcome::stopped)));
        if (n % 3 == 0) BOOST_TEST(r.service_message == "no " + std::to_string(n));
    }
    BOOST_TEST(w.net.dialed == 4U);
}

// The credential is a byte from the third time on, and so is nearly everything else.
BOOST_AUTO_TEST_CASE(requests_that_follow_are_short) {
    scene w;
    w.config.credentials = token_credentials(std::string(2000, 't'));
    w.warm();
    std::vector<std::size_t> sizes;
    for (std::size_t i = 0; i < 4; ++i) {
        auto const call = w.stop(i);
        w.run_until_done(*call);
        sizes.push_back(w.net.ledger.back().handed_over);
        BOOST_TEST(w.net.ledger.back().request.find(std::string(2000, 't')) != std::string::npos);
    }
    BOOST_TEST(sizes[0] > 2000U);
    BOOST_TEST(sizes[1] < 100U);
    BOOST_TEST(sizes[3] < 100U);
    w.run();
}

BOOST_AUTO_TEST_CASE(a_refused_stream_is_repeated_at_once_and_free) {
    for (bool const strict : {false, true}) {
        scene w;
        w.config.retry.resend_open = !strict;
        w.config.retry.max_attempts = 1;  // it counts for nothing
        w.warm();
        std::set<std::size_t> seen;
        w.script = [&](request const& r) {
            if (seen.insert(number_of(r)).second) return reset_by(http2::reason::refused_stream);
            return after(0s, reply_text(200));
        };
        auto const begun = w.time.now();
        auto const calls = w.stops(5);
        w.run_until_done(*calls.back());
        BOOST_TEST((w.time.now() == begun));
        w.end(calls);
        all_stopped(calls);
        for (auto const& each : calls)
            BOOST_TEST(each->result.attempts == 2U);
        BOOST_TEST(w.net.dialed == 1U);
    }
}

BOOST_AUTO_TEST_CASE(one_that_is_refused_for_ever_was_not_sent) {
    scene w;
    w.config.timeouts.total = 30s;
    w.warm();
    std::size_t tries = 0;
    w.script = [&](request const&) {
        ++tries;
        return reset_by(http2::reason::refused_stream);
    };
    auto const call = w.stop(1);
    w.run_until_done(*call);
    BOOST_TEST(call->code == errc::stream_refused);
    BOOST_TEST((call->code == condition::retryable));
    BOOST_TEST(call->result.outcome == outcome::not_sent);
    BOOST_TEST(tries > 4U);   // outside `max_attempts`
    BOOST_TEST(tries < 40U);  // and paced
    BOOST_TEST(call->result.cause.message() == "HTTP/2: REFUSED_STREAM");
    w.run();
}

// After an attempt that is open, or behind the header of a reply, a refusal proves nothing.
BOOST_AUTO_TEST_CASE(a_refusal_speaks_of_its_own_attempt_alone) {
    scene w;
    w.config.retry.max_attempts = 2;
    w.config.timeouts.total = 20s;
    w.warm();
    std::size_t tries = 0;
    w.script = [&](request const&) {
        return reset_by(++tries == 1 ? http2::reason::internal_error : http2::reason::refused_stream);
    };
    auto const call = w.stop(1);
    w.run_until_done(*call);
    BOOST_TEST(call->result.outcome == outcome::unknown);
    w.script = [&](request const&) {
        return by_stream([](http2_line& l, http2::stream_id id) {
            l.peer().send_head(id, {{":status", "200"}}, false);
            l.peer().reset(id, http2::reason::refused_stream);
        });
    };
    auto const answered = w.stop(2);
    w.run_until_done(*answered);
    BOOST_TEST(answered->result.outcome == outcome::stopped);
    w.run();
}

BOOST_AUTO_TEST_CASE(each_reason_of_a_reset_but_refusal_leaves_its_attempt_open) {
    for (unsigned why = 0; why < 16; ++why) {
        auto const reason = static_cast<http2::reason>(why);
        if (reason == http2::reason::refused_stream) continue;
        scene w;
        w.config.retry.resend_open = false;
        w.warm();
        w.script = [&](request const& r) { return number_of(r) == 1 ? reset_by(reason) : after(1ms, reply_text(200)); };
        auto const calls = w.stops(3);
        w.end(calls);
        BOOST_TEST(calls[1]->code == errc::stream_reset);
        BOOST_TEST(calls[1]->result.outcome == outcome::unknown);
        BOOST_TEST((calls[1]->result.cause.category().name() == std::string("oms.http2")));
        all_stopped({calls[0], calls[2]});
        BOOST_TEST(w.net.dialed == 1U);
    }
}

BOOST_AUTO_TEST_CASE(what_goaway_leaves_out_goes_to_another_connection) {
    for (bool const graceful : {false, true}) {
        scene w;
        w.config.retry.resend_open = false;
        w.warm();
        // The first four are looked at; the rest is not.
        w.script = [&](request const& r) {
            if (r.on_connection < 5 || w.lines.size() > 1) return after(5ms, reply_text(200));
            if (r.on_connection > 5) return no_answer();
            return by_stream([&](http2_line& l, http2::stream_id id) {
                if (graceful) http2::append_goaway(l.peer().output(), http2::max_stream_id, http2::reason::no_error);
                http2::append_goaway(l.peer().output(), id - 2, http2::reason::no_error);
            });
        };
        auto const calls = w.stops(10);
        w.end(calls);
        all_stopped(calls);
        BOOST_TEST(w.net.dialed == 2U);
        for (std::size_t i = 0; i < calls.size(); ++i)
            BOOST_TEST(calls[i]->result.attempts == (i < 4 ? 1U : 2U), i);
    }
}

BOOST_AUTO_TEST_CASE(a_connection_that_breaks_leaves_what_it_carries_open) {
    for (ending const how : {ending::clean, ending::unclean, ending::reset}) {
        scene w(4);
        w.config.retry.resend_open = false;
        w.warm();
        w.script = [&](request const& r) {
            if (number_of(r) < 2) return after(0s, reply_text(200));
            answer a;
            a.stalls = number_of(r) != 3;
            if (!a.stalls) a = by_stream([](http2_line&, http2::stream_id) {}, how);
            if (number_of(r) > 3) a = after(0s, reply_text(200));
            return a;
        };
        auto const calls = w.stops(8);
        w.end(calls);
        for (std::size_t i = 0; i < calls.size(); ++i) {
            bool const cut = i == 2 || i == 3;
            BOOST_TEST((calls[i]->result.outcome == (cut ? outcome::unknown : outcome::stopped)), i);
            if (cut) BOOST_TEST((calls[i]->code == condition::connection_failed));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_cancelled_stop_keeps_its_connection) {
    scene w;
    w.warm();
    w.script = [](request const& r) { return number_of(r) == 1 ? no_answer() : after(10ms, reply_text(200)); };
    auto const calls = w.stops(3);
    w.run_for(1ms);
    w.cancel(*calls[1], cancellation_type::terminal);
    w.run_for(1ms);
    BOOST_TEST(calls[1]->completions == 1U);
    BOOST_TEST(calls[1]->code == errc::cancelled);
    BOOST_TEST(calls[1]->result.outcome == outcome::unknown);
    BOOST_TEST(w.line()->resets.size() == 1U);
    auto const more = w.stop(7);
    w.run_until_done(*more);
    BOOST_TEST(!more->code);
    w.end(calls);
    all_stopped({calls[0], calls[2]});
    BOOST_TEST(w.net.dialed == 1U);
}

// A peer may take many resets for an attack: the connection is left, and what it carries ends there.
BOOST_AUTO_TEST_CASE(many_resets_retire_a_connection) {
    scene w;
    w.warm();
    w.script = [](request const& r) {
        return number_of(r) < 8 && r.number < 20 ? no_answer() : after(50ms, reply_text(200));
    };
    auto const calls = w.stops(10);
    w.run_for(1ms);
    for (std::size_t i = 0; i < 8; ++i)
        w.cancel(*calls[i], cancellation_type::terminal);
    auto const more = w.stop(20);
    w.end(calls);
    all_stopped({calls[8], calls[9], more});
    BOOST_TEST(w.net.dialed == 2U);
}

BOOST_AUTO_TEST_CASE(a_try_that_times_out_ends_its_stream_alone) {
    scene w;
    w.config.timeouts.attempt = 5s;
    w.config.retry.max_attempts = 1;
    w.warm();
    w.script = [](request const& r) {
        return number_of(r) == 1 ? no_answer() : after(1s * number_of(r), reply_text(200));
    };
    auto const calls = w.stops(4);  // others are answered meanwhile, so the connection lives
    w.run_until_done(*calls[1]);
    BOOST_TEST(calls[1]->code == errc::first_byte_timeout);
    BOOST_TEST(calls[1]->result.outcome == outcome::unknown);
    auto const more = w.stop(0);
    w.run_until_done(*more);
    BOOST_TEST(w.net.dialed == 1U);
    BOOST_TEST(w.line()->resets.size() == 1U);
    w.end(calls);
}

// Where nothing at all came, it may be dead: it gets nothing more, and the repeat goes to one that was opened since.
BOOST_AUTO_TEST_CASE(a_silent_connection_gets_no_more) {
    scene w;
    w.config.timeouts.attempt = 5s;
    w.warm();
    w.run_for(10s);
    w.script = [&](request const&) { return w.lines.size() == 1 ? no_answer() : after(0s, reply_text(200)); };
    auto const call = w.stop(1);
    w.run_for(6s);
    BOOST_TEST(call->completions == 1U);
    BOOST_TEST(call->result.outcome == outcome::stopped);
    BOOST_TEST(w.net.dialed == 2U);
    w.run();
}

BOOST_AUTO_TEST_CASE(a_ping_tells_a_dead_connection_before_its_calls_would) {
    scene w;
    w.config.timeouts.attempt = 60s;
    w.config.retry.resend_open = false;
    w.warm();
    bool dead = true;
    w.script = [&](request const& r) {
        if (!dead) return after(25s, reply_text(200));
        return r.on_connection == 1 ? by_stream([](http2_line& l, http2::stream_id) { l.goes_deaf(); }) : no_answer();
    };
    auto const begun = w.time.now();
    auto const calls = w.stops(3);
    w.run_until_done(*calls[0]);
    BOOST_TEST((w.time.now() - begun >= 10s));
    BOOST_TEST((w.time.now() - begun <= 30s));
    for (auto const& each : calls) {
        BOOST_TEST(each->code == errc::connection_lost);
        BOOST_TEST((each->result.cause == boost::asio::error::timed_out));
        BOOST_TEST(each->result.outcome == outcome::unknown);
    }
    dead = false;  // it answers a ping, and so has all the time that its calls have
    auto const slow = w.stop(5);
    w.run_until_done(*slow);
    BOOST_TEST(!slow->code);
    BOOST_TEST(slow->result.attempts == 1U);
    w.run();
}

BOOST_AUTO_TEST_CASE(the_peer_may_take_fewer_streams_or_none_for_a_while) {
    scene w;
    w.net.max_streams = 3;
    w.warm();
    w.script = [](request const&) { return after(10ms, reply_text(200)); };
    auto const calls = w.stops(9);
    w.run_for(5ms);
    BOOST_TEST(w.net.dialed >= 2U);
    w.end(calls);
    all_stopped(calls);

    scene none;
    none.config.pool.max_connections = 1;
    none.warm();
    auto const say = [&](std::uint32_t streams) {
        http2::setting const one[] = {{http2::setting_id::max_concurrent_streams, streams}};
        http2::append_settings(none.line()->peer().output(), one);
        none.line()->send();
        none.run_for(1ms);
    };
    say(0);
    auto const waiting = none.stops(3);
    none.run_for(1s);
    for (auto const& each : waiting)
        BOOST_TEST(each->completions == 0U);
    say(2);
    none.run_for(1ms);
    none.end(waiting);
    all_stopped(waiting);
    BOOST_TEST(none.net.dialed == 1U);
}

BOOST_AUTO_TEST_CASE(a_peer_that_wants_http_1_gets_it) {
    scene w(16, http_version::automatic);
    w.config.retry.base_delay = 10ms;
    w.warm();
    w.script = [&](request const& r) {
        if (r.over_http_2.expired()) return after(0s, reply_text(200));
        w.net.speaks = transport::protocol::http_1_1;
        return reset_by(http2::reason::http_1_1_required);
    };
    auto const call = w.stop(1);
    w.run_until_done(*call);
    BOOST_TEST(!call->code);
    BOOST_TEST(call->result.attempts == 2U);
    BOOST_TEST((w.net.offers.back() == transport::alpn::none));
    BOOST_TEST((w.net.offers.front() == transport::alpn::either));
    w.run();
}

BOOST_AUTO_TEST_CASE(a_peer_that_is_asked_too_much_is_asked_less) {
    scene w;
    w.warm();
    w.script = [&](request const& r) {
        return r.number == 1 ? reset_by(http2::reason::enhance_your_calm) : after(0s, reply_text(200));
    };
    auto const call = w.stop(1);
    w.run_for(1ms);
    BOOST_TEST(w.core->describe().find("rate unlimited") == std::string::npos);
    w.run_until_done(*call);
    w.run();
}

// What breaks the rules ends the connection, with its own code, and each of its streams.
BOOST_AUTO_TEST_CASE(a_peer_that_breaks_the_rules) {
    std::string const push("\0\0\4\5\4\0\0\0\1\0\0\0\2", 13);
    std::string const bad_block("\0\0\1\1\4\0\0\0\1\xff", 10);
    for (std::string const& bytes : {push, bad_block}) {
        scene w;
        w.config.retry.resend_open = false;
        w.warm();
        w.script = [&](request const& r) {
            return number_of(r) == 0 ? raw(bytes) : number_of(r) < 3 ? no_answer() : after(0s, reply_text(200));
        };
        auto const calls = w.stops(3);
        w.end(calls);
        for (auto const& each : calls) {
            BOOST_TEST(each->code == errc::http2_error);
            BOOST_TEST((each->code == condition::protocol_error));
            BOOST_TEST(each->result.outcome == outcome::unknown);
        }
        auto const more = w.stop(9);
        w.run_until_done(*more);
        BOOST_TEST(!more->code);
        BOOST_TEST(w.net.dialed == 2U);
        w.run();
    }
}

BOOST_AUTO_TEST_CASE(a_malformed_reply_ends_its_stream_alone) {
    scene w;
    w.warm();
    w.script = [](request const& r) {
        if (number_of(r) != 1) return after(1ms, reply_text(200));
        return by_stream([](http2_line& l, http2::stream_id id) {
            l.peer().send_head(id, {{":status", "200"}, {"transfer-encoding", "chunked"}}, true);
        });
    };
    auto const calls = w.stops(3);
    w.end(calls);
    BOOST_TEST(calls[1]->code == errc::malformed_reply);
    BOOST_TEST(calls[1]->result.outcome == outcome::unknown);
    all_stopped({calls[0], calls[2]});
    BOOST_TEST(w.net.dialed == 1U);
}

// A request that the peer takes no header of is told as such, at once and for good.
BOOST_AUTO_TEST_CASE(a_header_that_the_peer_does_not_take) {
    scene w;
    w.warm();
    http2::setting const one[] = {{http2::setting_id::max_header_list_size, 200}};
    http2::append_settings(w.line()->peer().output(), one);
    w.line()->send();
    w.run_for(1ms);
    auto const call = w.stop(1);
    w.run_for(1ms);
    BOOST_TEST(call->completions == 1U);
    BOOST_TEST(call->code == errc::invalid_header);
    BOOST_TEST(call->result.outcome == outcome::not_sent);
    BOOST_TEST(w.net.dialed == 1U);
    w.run();
}

// One handler throws, and the others of the same turn hear of their ends all the same.
BOOST_AUTO_TEST_CASE(a_handler_that_throws_costs_the_others_nothing) {
    scene w;
    w.warm();
    std::vector<http2::stream_id> asked;
    w.script = [&](request const& r) {
        return by_stream([&, last = number_of(r) == 4](http2_line& l, http2::stream_id id) {
            asked.push_back(id);
            if (!last) return;
            for (auto const each : asked)
                l.peer().send_head(each, {{":status", "200"}}, true);
        });
    };
    auto const calls = w.stops(5);
    for (std::size_t const i : {1U, 2U})
        calls[i]->on_done = [] { throw std::runtime_error("a user's"); };
    unsigned thrown = 0;
    for (int turns = 0; turns < 1000; ++turns) {
        try {
            w.run();
            break;
        } catch (std::runtime_error const&) {
            ++thrown;
        }
    }
    BOOST_TEST(thrown == 2U);
    for (auto const& each : calls)
        BOOST_TEST(each->completions == 1U);
    all_stopped(calls);
}

// Given up at each step, one of several: it ends once, and the others are as if nothing had been.
BOOST_AUTO_TEST_CASE(cancelled_at_every_step) {
    for (bool const answers : {true, false}) {
        for (std::size_t k = 0;; ++k) {
            scene w;
            w.warm();
            w.script = [&](request const& r) {
                if (number_of(r) == 1 && !answers) return no_answer();
                auto a = after(number_of(r) * 1ms, reply_text(200, "a body"));
                a.cuts = {60, 100};
                return a;
            };
            auto const calls = w.stops(3);
            bool more = true;
            for (std::size_t i = 0; i < k && more; ++i)
                more = w.step();
            if (calls[1]->completions > 0) break;
            w.cancel(*calls[1], cancellation_type::terminal);
            w.end(calls);
            auto const& given_up = *calls[1];
            bool const sent = std::any_of(w.net.ledger.begin(), w.net.ledger.end(), [](auto const& each) {
                return each.request.find("/t1/stop") != std::string::npos;
            });
            if (!given_up.code) {
                BOOST_TEST(given_up.result.outcome == outcome::stopped, k);
            } else {
                BOOST_TEST(given_up.code == errc::cancelled);
                BOOST_TEST((given_up.result.outcome == (sent ? outcome::unknown : outcome::not_sent)), k);
            }
            all_stopped({calls[0], calls[2]});
            BOOST_TEST(w.net.dialed == 1U);
            BOOST_REQUIRE(more);  // until the call has ended by itself
        }
    }
}

// Each operation fails in turn; whatever becomes of the calls, what is said of them is so.
BOOST_AUTO_TEST_CASE(every_operation_fails_in_turn) {
    for (error_code const how :
         {error_code(boost::asio::error::connection_reset), error_code(boost::asio::error::would_block)}) {
        for (std::size_t takes : {std::size_t{0}, std::size_t{5}, all}) {
            for (std::size_t k = 0;; ++k) {
                scene w;
                w.config.retry.resend_open = false;
                w.warm();
                std::size_t const before = w.net.operations.size();
                w.net.fault_at = before + k;
                w.net.planned = {how, takes};
                auto const calls = w.stops(3);
                w.run_for(1s);
                bool const over = w.net.operations.size() <= before + k;
                w.end(calls);
                for (std::size_t i = 0; i < calls.size(); ++i) {
                    std::string const target = "/t" + std::to_string(i) + "/stop";
                    std::size_t left = 0;
                    std::size_t told = 0;
                    for (auto const& each : w.net.ledger) {
                        if (each.request.find(target) == std::string::npos) continue;
                        left += each.handed_over;
                        told += each.delivered.find("200") != std::string::npos;
                    }
                    auto const out = calls[i]->result.outcome;
                    BOOST_TEST((out == outcome::stopped) == !calls[i]->code);
                    if (told > 0) BOOST_TEST((out == outcome::stopped), k);
                    if (out == outcome::not_sent) BOOST_TEST(left == 0U, k);
                    if (out == outcome::unknown) BOOST_TEST(left > 0U, k);
                }
                if (over || k > 200) break;
            }
        }
    }
}

// The context, or the client, goes with streams under way.
BOOST_AUTO_TEST_CASE(ends_in_the_middle) {
    for (bool const context : {true, false}) {
        for (std::size_t k = 0; k < 30; ++k) {
            scene w;
            w.warm();
            w.script = [](request const& r) { return number_of(r) == 1 ? no_answer() : after(1ms, reply_text(200)); };
            auto const calls = w.stops(4);
            for (std::size_t i = 0; i < k; ++i)
                w.step();
            if (context) {
                w.lose_context();
                for (auto const& each : calls)
                    BOOST_TEST(each->completions <= 1U);
            } else {
                w.close();
                w.run();
                for (auto const& each : calls)
                    BOOST_TEST(each->completions == 1U);
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
