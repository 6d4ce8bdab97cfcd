// SPDX-License-Identifier: BSL-1.0
//
// Idle connections that something on the way has forgotten: no end is told, and what is sent there is lost.
#include "io/harness/report.hpp"
#include "io/harness/world.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

class forgetful_path : public world {
public:
    forgetful_path() {
        config.timeouts.attempt = 5s;
        net.keeps_ledger = false;
        net.server = [this](request const& r) {
            auto const by = r.channel.lock();
            if (dead_.contains(by)) {
                ++lost_on_dead;
                return no_answer();
            }
            seen_.insert(by);
            if (slow) return after(config.timeouts.attempt * 2, reply_text(200));
            return after(opening ? 300ms : 20ms, reply_text(200));
        };
    }
    ~forgetful_path() {
        seen_.clear();
        dead_.clear();
    }

    // So many connections that have carried an exchange, idle for a while.
    void open_idle(std::size_t count) {
        opening =
            true;  // each call needs a connection of its own, once the first has shown that the credential is good
        auto const first = stop(0);
        run_until_done(*first);
        start(count);
        run_for(3s);
        opening = false;
        BOOST_REQUIRE_EQUAL(net.live_streams, count);
    }
    void forget_all() {
        dead_.insert(seen_.begin(), seen_.end());
        seen_.clear();
    }
    void start(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i)
            calls.push_back(stop(calls.size()));
    }
    // Each call has ended well after one time-out at most.
    void check_calls(std::size_t from = 0) {
        for (std::size_t i = from; i < calls.size(); ++i) {
            auto const& call = *calls[i];
            BOOST_REQUIRE_MESSAGE(call.completions == 1U && !call.code, i << ": " << show(call));
            BOOST_REQUIRE_MESSAGE(call.result.attempts <= 2U, i << ": " << show(call));
            BOOST_REQUIRE((call.result.elapsed <= 5s + 2s));
            BOOST_REQUIRE(!call.result.cause);
        }
    }

    std::vector<std::shared_ptr<started>> calls;
    std::size_t lost_on_dead = 0;
    bool slow = false;
    bool opening = false;

private:
    std::set<std::shared_ptr<channel>> seen_;
    std::set<std::shared_ptr<channel>> dead_;
};

constexpr std::size_t sizes[] = {8, 16, 64};

}  // namespace

BOOST_AUTO_TEST_SUITE(silent_connections)

BOOST_AUTO_TEST_CASE(one_call_meets_one_of_them) {
    for (std::size_t const count : sizes) {
        forgetful_path w;
        w.open_idle(count);
        w.forget_all();
        auto const dialled = w.net.dialed;
        w.calls.clear();
        w.start(1);
        w.run_for(20s);
        w.check_calls();
        BOOST_TEST(w.lost_on_dead == 1U, count);
        BOOST_TEST(w.net.dialed - dialled == 1U);  // none in the place of the others: nobody waits
        BOOST_TEST(w.net.live_streams == 1U);
    }
}

BOOST_AUTO_TEST_CASE(many_at_once_meet_one_each) {
    for (std::size_t const count : sizes) {
        forgetful_path w;
        w.open_idle(count);
        w.forget_all();
        w.calls.clear();
        w.start(count * 2);
        w.run_for(30s);
        w.check_calls();
        BOOST_TEST(w.lost_on_dead == count);
        BOOST_TEST(w.net.live_dials == 0U);
    }
}

BOOST_AUTO_TEST_CASE(with_every_default_they_meet_one_each) {
    for (std::size_t const count : sizes) {
        forgetful_path w;
        w.config.timeouts = timeout_options();
        w.open_idle(count);
        w.forget_all();
        w.calls.clear();
        w.start(count * 2);
        w.run_for(60s);
        for (auto const& call : w.calls) {
            BOOST_REQUIRE_MESSAGE(call->completions == 1U && !call->code, show(*call));
            BOOST_REQUIRE((call->result.elapsed <= w.config.timeouts.attempt + 1s));
        }
        BOOST_TEST(w.lost_on_dead == count);
    }
}

BOOST_AUTO_TEST_CASE(steady_traffic_meets_one_each) {
    for (std::size_t const count : sizes) {
        for (auto const every : {10ms, 100ms, 1000ms}) {
            forgetful_path w;
            w.open_idle(count);
            w.forget_all();
            w.calls.clear();
            for (auto t = 0ms; t < 15s; t += every) {
                w.start(1);
                w.run_for(every);
            }
            w.run_for(30s);
            w.check_calls();
            BOOST_TEST(w.lost_on_dead <= count);
            // Once the first has found out, no new call meets a dead one.
            auto const after_that = static_cast<std::size_t>(5s / every) + 1;
            for (std::size_t i = after_that; i < w.calls.size(); ++i)
                BOOST_REQUIRE(w.calls[i]->result.attempts == 1U);
        }
    }
}

BOOST_AUTO_TEST_CASE(those_that_never_carried_anything_die_too) {
    forgetful_path w;
    auto const first = w.stop(0);
    w.run_until_done(*first);
    // Dials for four calls, all of which the first connection serves.
    w.net.dials = [](std::size_t) { return std::vector<dial_step>{{phase::connect, 200ms}}; };
    w.start(4);
    w.run_for(1s);
    BOOST_TEST(w.net.live_streams > 2U);
    w.run_for(5s);
    // Whatever is there is dead.
    w.slow = true;
    bool forgotten = true;
    auto const alive = w.net.dialed;
    w.net.server = [&](request const&) {
        return forgotten && w.net.dialed == alive ? no_answer() : after(20ms, reply_text(200));
    };
    w.calls.clear();
    w.start(1);
    w.run_for(20s);
    w.check_calls();
    BOOST_TEST(w.net.live_streams == 1U);
}

// It takes longer than a try may: more connections do not help.
BOOST_AUTO_TEST_CASE(a_service_that_is_merely_slow_costs_a_handshake_a_try_at_most) {
    for (std::size_t const count : sizes) {
        forgetful_path w;
        w.config.retry.project_budget = w.config.retry.endpoint_budget = 10'000;
        w.open_idle(count);
        w.calls.clear();
        w.slow = true;
        auto const dialled = w.net.dialed;
        for (int i = 0; i < 100; ++i) {
            w.start(1);
            w.run_for(500ms);
        }
        w.run_for(120s);
        std::size_t tries = 0;
        for (auto const& each : w.calls) {
            BOOST_REQUIRE(each->completions == 1U);
            tries += each->result.attempts;
        }
        BOOST_TEST(tries > 300U);
        BOOST_TEST(w.net.dialed - dialled <= tries, w.net.dialed - dialled << " dials, " << tries << " tries");
    }
}

// One call of many is slow: it costs the idle ones once, and those in use nothing.
BOOST_AUTO_TEST_CASE(one_in_use_is_not_cut) {
    forgetful_path w;
    w.config.timeouts.attempt = 5s;
    w.net.server = [](request const& r) {
        if (r.target.find("/t7/") != std::string::npos && r.number < 100) return no_answer();
        return after(r.target.find("/t8/") != std::string::npos ? 4s : 20ms, reply_text(200));
    };
    auto const first = w.stop(0);
    w.run_until_done(*first);
    w.start(3);
    w.run_for(3s);
    auto const stuck = w.stop(7);
    w.run_for(2s);
    auto const slow = w.stop(8);  // on its way when the other one times out
    w.run_for(30s);
    BOOST_TEST(slow->result.attempts == 1U, show(*slow));
    BOOST_TEST(!slow->code);
    BOOST_TEST(stuck->completions == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
