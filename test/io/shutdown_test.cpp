// SPDX-License-Identifier: BSL-1.0
//
// The end: of the client, of its context, and in good order.
#include "io/fault_scenarios.hpp"
#include "io/harness/oracle.hpp"
#include "io/harness/report.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

class silent_provider final : public credentials_provider {
public:
    void async_get(credential_request, credential_handler handler) override { kept_.push_back(std::move(handler)); }

private:
    std::vector<credential_handler> kept_;
};

// A client with a call in every state.
struct busy_client : world {
    busy_client() {
        config.pool.max_connections = 3;
        config.retry.base_delay = 20s;
        net.server = [](request const& r) {
            if (r.target.find("/t1/") != std::string::npos) return after(2s, reply_text(200));
            if (r.target.find("/t2/") != std::string::npos) return after(0s, reply_text(503));
            if (r.target.find("/t3/") != std::string::npos) return after(1000h, {});
            return after(0s, reply_text(200));
        };
        auto const first = stop(0);
        run_until_done(*first);
        backing_off = stop(2);
        run_for(0s);
        answered_soon = stop(1);
        stalled = stop(3);
        also_stalled = stop(sync_task("q", "t3"));
        run_for(0s);
        queued = stop(4);
        call_options options;
        options.credentials = std::make_shared<silent_provider>();
        without_credential = stop(5, options);
        run_for(0s);
        BOOST_REQUIRE(net.live_streams == 3U);
        for (auto const& each : everyone())
            BOOST_REQUIRE(each->completions == 0U);
    }

    std::vector<std::shared_ptr<started>> everyone() const {
        return {backing_off, answered_soon, stalled, also_stalled, queued, without_credential};
    }

    std::shared_ptr<started> backing_off, answered_soon, stalled, also_stalled, queued, without_credential;
};

void check(started const& call, errc code, outcome result, std::string const& name) {
    BOOST_TEST_CONTEXT(name) {
        BOOST_TEST(call.completions == 1U);
        BOOST_TEST(!call.inside);
        BOOST_TEST(call.code == error_code(code), show(call));
        BOOST_TEST(call.result.outcome == result);
    }
}

void check_stopped(started const& call, std::string const& name) {
    BOOST_TEST_CONTEXT(name) {
        BOOST_TEST(call.completions == 1U);
        BOOST_TEST(call.result.outcome == outcome::stopped, show(call));
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(shutting_down)

BOOST_AUTO_TEST_CASE(drains_what_is_in_flight) {
    busy_client w;
    auto const begun = w.time.now();
    shutdown_options options;
    options.drain_for = 5s;
    auto const done = w.shut_down(options);
    w.run_for(0s);
    check(*w.backing_off, errc::shut_down, outcome::unknown, "backing off");
    check(*w.queued, errc::shut_down, outcome::not_sent, "queued");
    check(*w.without_credential, errc::shut_down, outcome::not_sent, "without a credential");
    BOOST_TEST(w.answered_soon->completions == 0U);
    auto const refused = w.stop(7);
    w.run_for(3s);
    check(*refused, errc::shut_down, outcome::not_sent, "after the shutdown");
    check_stopped(*w.answered_soon, "answered soon");
    BOOST_TEST(w.stalled->completions == 0U);
    BOOST_TEST(!done->has_value());
    w.run_for(3s);
    check(*w.stalled, errc::shut_down, outcome::unknown, "stalled");
    check(*w.also_stalled, errc::shut_down, outcome::unknown, "also stalled");
    BOOST_TEST((w.stalled->at == begun + 5s));
    BOOST_REQUIRE(done->has_value());
    BOOST_TEST(**done == error_code());
    BOOST_TEST(w.net.live_streams == 0U);
    BOOST_TEST(!w.time.armed());
}

BOOST_AUTO_TEST_CASE(lets_the_unsent_run_where_asked) {
    busy_client w;
    shutdown_options options;
    options.drain_for = 5s;
    options.finish_unsent = true;
    auto const done = w.shut_down(options);
    w.run_for(4s);
    check_stopped(*w.answered_soon, "answered soon");
    check_stopped(*w.queued, "queued");
    auto const refused = w.stop(7);
    w.run_for(2s);
    check(*refused, errc::shut_down, outcome::not_sent, "after the shutdown");
    check(*w.stalled, errc::shut_down, outcome::unknown, "stalled");
    check(*w.without_credential, errc::shut_down, outcome::not_sent, "without a credential");
    check(*w.backing_off, errc::shut_down, outcome::unknown, "backing off");
    BOOST_REQUIRE(done->has_value());
    BOOST_TEST(**done == error_code());
    BOOST_TEST(w.net.live_streams == 0U);
}

// "Calls in back-off end at once", in this mode too: they have sent something.
BOOST_AUTO_TEST_CASE(calls_between_two_tries_end_at_once_in_either_mode) {
    for (bool finish_unsent : {false, true}) {
        busy_client w;
        shutdown_options options;
        options.finish_unsent = finish_unsent;
        w.shut_down(options);
        w.run_for(0s);
        check(*w.backing_off, errc::shut_down, outcome::unknown, "backing off");
    }
}

BOOST_AUTO_TEST_CASE(without_time_to_drain) {
    for (bool finish_unsent : {false, true}) {
        busy_client w;
        shutdown_options options;
        options.drain_for = 0s;
        options.finish_unsent = finish_unsent;
        auto const done = w.shut_down(options);
        w.run_for(0s);
        for (auto const& each : w.everyone())
            BOOST_TEST((each->code == errc::shut_down), show(*each));
        BOOST_REQUIRE(done->has_value());
        BOOST_TEST(w.net.live_streams == 0U);
    }
}

BOOST_AUTO_TEST_CASE(an_idle_client_ends_at_once_and_twice) {
    world w;
    auto const call = w.stop(0);
    w.run_until_done(*call);
    auto const first = w.shut_down({});
    auto const second = w.shut_down({});
    BOOST_TEST(!first->has_value());
    w.run_for(0s);
    BOOST_TEST((first->has_value() && second->has_value()));
    BOOST_TEST(w.net.live_streams == 0U);
}

BOOST_AUTO_TEST_CASE(destroyed_with_ten_thousand_calls) {
    busy_client w;
    std::vector<std::shared_ptr<started>> calls = w.everyone();
    for (std::size_t i = 0; i < 10'000; ++i) {
        call_options options;
        if (i % 3 == 0) options.credentials = std::make_shared<silent_provider>();
        calls.push_back(w.stop(100 + i, options));
        if (i % 100 == 0) w.run_for(0s);
    }
    w.close();
    for (auto const& each : calls)
        BOOST_REQUIRE(each->completions == 0U);
    w.run();
    for (auto const& each : calls) {
        BOOST_REQUIRE(each->completions == 1U);
        BOOST_REQUIRE(each->code == error_code(errc::shut_down));
        BOOST_REQUIRE(each->handler.expired());
    }
    BOOST_TEST(w.net.live_streams == 0U);
    BOOST_TEST(w.net.live_dials == 0U);
}

BOOST_AUTO_TEST_CASE(destroyed_inside_a_handler) {
    busy_client w;
    w.answered_soon->on_done = [&] { w.close(); };
    w.run();
    check_stopped(*w.answered_soon, "answered soon");
    for (auto const& each : {w.stalled, w.also_stalled, w.queued, w.without_credential, w.backing_off}) {
        BOOST_TEST(each->completions == 1U);
        BOOST_TEST(each->code == error_code(errc::shut_down), show(*each));
    }
    BOOST_TEST(w.net.live_streams == 0U);
}

BOOST_AUTO_TEST_CASE(cancelled_all_at_once_and_used_on) {
    busy_client w;
    w.cancel_all();
    w.run_for(0s);
    check(*w.backing_off, errc::cancelled, outcome::unknown, "backing off");
    check(*w.queued, errc::cancelled, outcome::not_sent, "queued");
    check(*w.without_credential, errc::cancelled, outcome::not_sent, "without a credential");
    check(*w.stalled, errc::cancelled, outcome::unknown, "stalled");
    check(*w.answered_soon, errc::cancelled, outcome::unknown, "answered soon");
    auto const next = w.stop(8);
    w.run_until_done(*next);
    check_stopped(*next, "the next");
}

BOOST_AUTO_TEST_CASE(the_context_goes_first) {
    busy_client w;
    auto const calls = w.everyone();
    auto const done = w.shut_down({});
    w.lose_context();
    for (auto const& each : calls) {
        BOOST_TEST(each->completions == 0U);
        BOOST_TEST(each->handler.expired());
    }
    BOOST_TEST(!done->has_value());
    BOOST_TEST(w.net.live_streams == 0U);
    BOOST_TEST(w.net.live_dials == 0U);
}

BOOST_AUTO_TEST_CASE(ends_before_every_step) {
    enum class end { close, lose_context, drain, finish_unsent, at_once, cancel_all };
    sweep_report report("ended before each step");
    for (scenario const& s : scenarios()) {
        for (end how : {end::close, end::lose_context, end::drain, end::finish_unsent, end::at_once, end::cancel_all}) {
            for (std::size_t at = 0;; ++at) {
                world w;
                s.arrange(w);
                auto const call = w.stop();
                std::size_t step = 0;
                while (step < at && call->completions == 0 && w.step())
                    ++step;
                if (step < at) break;
                unsigned const before = call->completions;
                auto done = std::make_shared<std::optional<error_code>>(error_code());
                shutdown_options options;
                options.drain_for = how == end::at_once ? 0s : 5s;
                options.finish_unsent = how == end::finish_unsent;
                if (how == end::lose_context) {
                    w.lose_context();
                } else {
                    if (how == end::close) w.close();
                    if (how == end::cancel_all) w.cancel_all();
                    if (how == end::drain || how == end::finish_unsent || how == end::at_once)
                        done = w.shut_down(options);
                    w.run();
                }
                bool right =
                    call->handler.expired() && !call->inside && w.net.live_streams == 0 && w.net.live_dials == 0;
                right = right && call->completions == (how == end::lose_context ? before : 1U) && done->has_value();
                if (call->completions == 1) {
                    right = right && call->result.outcome == believe(w.net.ledger, "t0").result;
                }
                report.add(right, [&] {
                    return s.name + ", end " + std::to_string(static_cast<int>(how)) + " before step " +
                           std::to_string(at) + ": " + show(*call);
                });
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
