// SPDX-License-Identifier: BSL-1.0
//
// A peer that stalls in any phase: the call ends at the very time, with the
// phase's own code.
#include "io/harness/report.hpp"

#include <boost/asio/error.hpp>
#include <boost/test/unit_test.hpp>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

class silent_provider final : public credentials_provider {
public:
    void async_get(credential_request, credential_handler handler) override { kept_ = std::move(handler); }

private:
    credential_handler kept_;
};

// What the service answers to every request.
std::function<void(world&)> answers(answer a) {
    return [a = std::move(a)](world& w) { w.net.server = [a](request const&) { return a; }; };
}

answer stalls_after(std::string bytes) {
    answer a;
    a.bytes = std::move(bytes);
    return a;
}

answer blocks_at(std::size_t offset) {
    answer a;
    a.blocks_at = offset;
    a.blocks_for = answer::never;
    return a;
}

std::function<void(world&)> dial_stalls_in(oms::phase in) {
    return [in](world& w) {
        w.net.dials = [in](std::size_t) {
            dial_step last{in};
            last.stalls = true;
            std::vector<dial_step> steps;
            if (in != phase::resolve) steps.push_back({phase::resolve});
            if (in == phase::handshake || in == phase::proxy) steps.push_back({phase::connect});
            steps.push_back(last);
            return steps;
        };
    };
}

std::function<void(world&)> by_a_proxy(phase in) {
    return [in](world& w) {
        w.config.proxy.url = "http://proxy.test:3128";
        dial_stalls_in(in)(w);
    };
}

// The only connection is taken by a call that never ends; the credential has proved itself before.
void pool_is_full(world& w) {
    w.config.pool.max_connections = 1;
    w.net.server = [](request const& r) { return r.number == 0 ? stalls_after(reply_text(200)) : no_answer(); };
    w.stop(98);
    w.run_for(0s);
    call_options patient;
    patient.timeouts.total = patient.timeouts.queue = patient.timeouts.attempt = unlimited;
    w.stop(99, patient);
    w.run_for(0s);
}

struct stall {
    std::string name;
    std::function<void(world&)> arrange;
    virtual_time::duration phase_limit;  ///< How long the phase may take by itself; zero: only `total` bounds it.
    errc code;
    outcome result;
    oms::phase in;
};

std::string const cut_503 = "HTTP/1.1 503 Reason\r\nContent-Length: 10\r\n\r\nabc";

std::vector<stall> stalls() {
    return {
        {"queued", pool_is_full, 7s, errc::queue_timeout, outcome::not_sent, phase::queued},
        {"credentials", [](world& w) { w.config.credentials = std::make_shared<silent_provider>(); }, 0s,
         errc::credentials_timeout, outcome::not_sent, phase::credentials},
        {"resolve", dial_stalls_in(phase::resolve), 4s, errc::resolve_timeout, outcome::not_sent, phase::resolve},
        {"connect", dial_stalls_in(phase::connect), 5s, errc::connect_timeout, outcome::not_sent, phase::connect},
        {"proxy", dial_stalls_in(phase::proxy), 5s, errc::proxy_timeout, outcome::not_sent, phase::proxy},
        {"the proxy's name", by_a_proxy(phase::resolve), 4s, errc::proxy_timeout, outcome::not_sent, phase::resolve},
        {"the proxy's address", by_a_proxy(phase::connect), 5s, errc::proxy_timeout, outcome::not_sent, phase::connect},
        {"a silent proxy", by_a_proxy(phase::proxy), 5s, errc::proxy_timeout, outcome::not_sent, phase::proxy},
        {"handshake", dial_stalls_in(phase::handshake), 6s, errc::handshake_timeout, outcome::not_sent,
         phase::handshake},
        {"write, nothing taken", answers(blocks_at(0)), 30s, errc::write_timeout, outcome::not_sent, phase::write},
        {"write", answers(blocks_at(20)), 30s, errc::write_timeout, outcome::unknown, phase::write},
        {"first byte", answers(no_answer()), 30s, errc::first_byte_timeout, outcome::unknown, phase::first_byte},
        {"header", answers(stalls_after("HTTP/1.1 200 OK\r\nContent-")), 30s, errc::body_timeout, outcome::unknown,
         phase::body},
    };
}

void configure(world& w) {
    w.config.timeouts.queue = 7s;
    w.config.timeouts.resolve = 4s;
    w.config.timeouts.connect = 5s;
    w.config.timeouts.handshake = 6s;
    w.config.timeouts.attempt = 30s;
    w.config.retry.classify = [](failed_try const&) { return retry_verdict::give_up; };
}

void check(world& w, stall const& s, call_options options, virtual_time::duration after) {
    BOOST_TEST_CONTEXT(s.name) {
        auto const begun = w.time.now();
        auto const call = w.stop(0, std::move(options));
        w.run_until_done(*call);
        BOOST_TEST(call->completions == 1U);
        BOOST_TEST(call->code == error_code(s.code), show(*call));
        BOOST_TEST((call->code == condition::timed_out));
        BOOST_TEST(call->result.outcome == s.result);
        BOOST_TEST(call->result.phase == s.in);
        BOOST_TEST((call->at - begun == after),
                   "after " << std::chrono::duration<double>(call->at - begun).count() << " s");
        BOOST_TEST((call->result.elapsed == after));
        auto const& spent = call->result.spent;
        BOOST_TEST((spent.queued + spent.credentials + spent.connect + spent.exchange + spent.backoff == after));
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(time_limits)

BOOST_AUTO_TEST_CASE(each_phase_by_its_own_limit) {
    for (stall const& s : stalls()) {
        world w;
        configure(w);
        s.arrange(w);
        bool const own = s.phase_limit > 0s;
        check(w, s, {}, own ? s.phase_limit : 90s);
    }
}

BOOST_AUTO_TEST_CASE(each_phase_by_the_total) {
    for (stall const& s : stalls()) {
        world w;
        configure(w);
        s.arrange(w);
        call_options options;
        options.timeouts.total = 3s;
        check(w, s, options, 3s);
    }
}

BOOST_AUTO_TEST_CASE(each_phase_by_a_time_point) {
    for (stall const& s : stalls()) {
        world w;
        configure(w);
        s.arrange(w);
        call_options options;
        options.deadline = w.time.now() + 2500ms;
        check(w, s, options, 2500ms);
    }
}

BOOST_AUTO_TEST_CASE(a_time_point_in_the_past_sends_nothing) {
    world w;
    call_options options;
    options.deadline = w.time.now() - 1s;
    auto const call = w.stop(0, options);
    w.run_until_done(*call);
    BOOST_TEST((call->code == condition::timed_out), show(*call));
    BOOST_TEST(call->result.outcome == outcome::not_sent);
    BOOST_TEST(w.net.ledger.empty());
    BOOST_TEST((call->result.elapsed == 0s));
}

BOOST_AUTO_TEST_CASE(limits_of_one_call_overrule_the_clients) {
    for (stall const& s : stalls()) {
        if (s.phase_limit == 0s) continue;
        world w;
        s.arrange(w);
        w.config.retry.classify = [](failed_try const&) { return retry_verdict::give_up; };
        call_options options;
        options.timeouts.queue = options.timeouts.resolve = options.timeouts.connect = options.timeouts.handshake =
            options.timeouts.attempt = 1500ms;
        check(w, s, options, 1500ms);
    }
}

BOOST_AUTO_TEST_CASE(body_of_a_failed_reply) {
    for (auto const& [status, result] : {std::pair(503, outcome::unknown), std::pair(403, outcome::refused)}) {
        world w;
        std::string reply = cut_503;
        reply.replace(9, 3, std::to_string(status));
        answers(stalls_after(reply))(w);
        call_options options;
        options.timeouts.total = 3s;
        auto const call = w.stop(0, options);
        w.run_until_done(*call);
        BOOST_TEST(call->code == error_code(errc::body_timeout), show(*call));
        BOOST_TEST(call->result.cause == http_error(status), show(call->result.cause));
        BOOST_TEST(call->result.outcome == result);
        BOOST_TEST(call->result.phase == phase::body);
        BOOST_TEST((call->result.elapsed == 3s));
    }
}

BOOST_AUTO_TEST_CASE(body_of_a_success_is_not_needed) {
    world w;
    answers(stalls_after("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"))(w);
    auto const call = w.stop(0);
    w.run_until_done(*call);
    BOOST_TEST(call->code == error_code());
    BOOST_TEST(call->result.outcome == outcome::stopped);
    BOOST_TEST((call->result.elapsed <= 30s));
    w.run_for(0s);
    BOOST_TEST(w.net.live_streams == 0U);
}

BOOST_AUTO_TEST_CASE(the_cause_is_the_last_try_and_what_ended_it) {
    world w;
    w.net.server = [](request const& r) {
        return r.number == 0 ? stalls_after(error_text(429, "APIGW.0308")) : no_answer();
    };
    call_options options;
    options.timeouts.total = 20s;
    auto const call = w.stop(0, options);
    w.run_until_done(*call);
    BOOST_TEST(call->code == error_code(errc::first_byte_timeout), show(*call));
    BOOST_TEST(call->result.cause == error_code(errc::first_byte_timeout), show(call->result.cause));
    BOOST_TEST(call->result.outcome == outcome::unknown);
    BOOST_TEST(call->result.attempts == 2U);
    BOOST_TEST((call->result.elapsed == 20s));
}

BOOST_AUTO_TEST_CASE(a_call_that_ends_between_tries_keeps_the_cause_of_the_last) {
    world w;
    w.config.pool.max_connections = 1;
    w.net.server = [](request const& r) {
        return r.number == 0 ? stalls_after(error_text(429, "APIGW.0308")) : after(29s, reply_text(200));
    };
    call_options options;
    options.timeouts.total = 20s;
    options.retry.throttled_delay = 5s;
    auto const call = w.stop(0, options);
    w.run_for(10ms);
    auto const other = w.stop(1);  // has the only connection when the call comes back
    w.run_until_done(*call);
    BOOST_TEST(call->result.attempts == 1U, show(*call));
    BOOST_TEST((call->code == condition::timed_out), show(*call));
    BOOST_TEST(call->result.cause == gateway_error(429'0308), show(call->result.cause));
}

BOOST_AUTO_TEST_CASE(the_cause_of_a_dial_that_ran_out_of_time_is_that_time_out) {
    world w;
    w.net.dials = [](std::size_t) {
        dial_step step{phase::handshake};
        step.stalls = true;
        return std::vector<dial_step>{step};
    };
    call_options options;
    options.timeouts.total = 5s;
    auto const call = w.stop(0, options);
    w.run_until_done(*call);
    BOOST_TEST(call->code == error_code(errc::handshake_timeout), show(*call));
    BOOST_TEST(call->result.cause == error_code(errc::handshake_timeout), show(call->result.cause));
}

BOOST_AUTO_TEST_CASE(a_success_has_no_cause) {
    world w;
    w.config.timeouts.attempt = 1s;
    w.net.server = [](request const& r) { return r.number == 0 ? no_answer() : after(0s, reply_text(200)); };
    auto const call = w.stop(0);
    w.run_until_done(*call);
    BOOST_TEST(call->code == error_code(), show(*call));
    BOOST_TEST(call->result.attempts == 2U);
    BOOST_TEST(!call->result.cause, show(call->result.cause));
}

BOOST_AUTO_TEST_CASE(a_deadline_that_has_passed_says_so) {
    world w;
    w.run_for(1s);
    for (auto const late : {0ns, 1ns}) {
        call_options options;
        options.deadline = w.time.now() - late;
        auto const call = w.stop(0, options);
        w.run_until_done(*call);
        BOOST_TEST(call->code == error_code(errc::deadline_passed), show(*call));
        BOOST_TEST((call->code == condition::timed_out));
        BOOST_TEST((call->code != condition::retryable));
        BOOST_TEST(call->result.service_message == "deadline");
        BOOST_TEST(call->result.outcome == outcome::not_sent);
        BOOST_TEST(call->result.attempts == 0U);
    }
    BOOST_TEST(w.net.dialed == 0U);
}

BOOST_AUTO_TEST_CASE(no_wait_begins_that_the_deadline_would_end) {
    world w;
    w.net.server = [](request const&) {
        return stalls_after(error_text(429, "APIGW.0308", "text", "Retry-After: 20\r\n"));
    };
    call_options options;
    options.timeouts.total = 10s;
    auto const call = w.stop(0, options);
    w.run_until_done(*call);
    BOOST_TEST(call->code == gateway_error(429'0308), show(*call));
    BOOST_TEST((call->result.elapsed == 0s));
    BOOST_TEST(call->result.attempts == 1U);
}

BOOST_AUTO_TEST_CASE(an_idle_client_waits_for_nothing_but_its_connections) {
    world w;
    auto const call = w.stop(0);
    w.run_until_done(*call);
    BOOST_TEST(w.net.live_streams == 1U);
    BOOST_TEST(w.time.armed());
    auto const idle_from = w.time.now();
    w.run();
    BOOST_TEST((w.time.now() - idle_from == 30s));
    BOOST_TEST(w.net.live_streams == 0U);
    BOOST_TEST(!w.time.armed());
}

// They time out at the same moment, and the caller's own rule is asked about each.
BOOST_AUTO_TEST_CASE(what_one_handler_throws_costs_nobody_else_the_turn) {
    world w;
    configure(w);
    bool answers = true;
    w.net.server = [&](request const&) { return answers ? after(20ms, reply_text(200)) : no_answer(); };
    w.run_until_done(*w.stop(0));  // the credential is good
    answers = false;
    std::vector<std::shared_ptr<started>> calls;
    for (std::size_t i = 1; i <= 8; ++i) {
        calls.push_back(w.stop(i));
        calls.back()->on_done = [] { throw std::runtime_error("the user's own"); };
    }
    unsigned thrown = 0;
    for (bool more = true; more;) {
        try {
            w.run();
            more = false;
        } catch (std::runtime_error const&) {
            ++thrown;
        }
    }
    BOOST_TEST(thrown == calls.size());
    for (auto const& each : calls) {
        BOOST_TEST(each->completions == 1U);
        BOOST_TEST(each->code == error_code(errc::first_byte_timeout), show(*each));
    }
}

BOOST_AUTO_TEST_SUITE_END()
