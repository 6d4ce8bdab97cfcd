// SPDX-License-Identifier: BSL-1.0
//
// A service that limits the rate, in virtual time.
#include "io/harness/world.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

// Lets `rate` requests a second through, and as many at once after a pause.
class token_bucket {
public:
    explicit token_bucket(double rate) noexcept : rate_(rate), level_(rate) {}

    bool take(virtual_time::time_point now) {
        level_ = std::min(rate_, level_ + rate_ * std::chrono::duration<double>(now - last_).count());
        last_ = now;
        if (level_ < 1) return false;
        --level_;
        return true;
    }

private:
    double rate_;
    double level_;
    virtual_time::time_point last_{};
};

using calls = std::vector<std::shared_ptr<started>>;

calls start(world& w, std::size_t count, std::size_t projects, call_options const& options) {
    calls result;
    for (std::size_t i = 0; i < count; ++i) {
        result.push_back(w.stop(sync_task("p" + std::to_string(i % projects), "t" + std::to_string(i)), options));
    }
    return result;
}

void two_thousand_calls(std::string const& text, std::size_t projects) {
    BOOST_TEST_CONTEXT(text << ", " << projects << " projects") {
        world w;
        w.net.keeps_ledger = false;
        token_bucket bucket(20);
        std::size_t attempts = 0;
        std::size_t rejected = 0;
        w.net.server = [&](request const&) {
            ++attempts;
            if (bucket.take(w.time.now())) return after(50ms, reply_text(200));
            ++rejected;
            return after(5ms, error_text(429, "APIGW.0308", text));
        };
        call_options options;
        options.timeouts.total = 10min;
        calls const all_calls = start(w, 2000, projects, options);
        w.run();
        std::size_t failures = 0;
        for (auto const& each : all_calls) {
            BOOST_REQUIRE(each->completions == 1U);
            failures += each->result.outcome != outcome::stopped;
        }
        BOOST_TEST(failures == 0U);
        BOOST_TEST(rejected * 20 <= attempts, rejected << " of " << attempts << " attempts were rejected");
    }
}

// The 99th percentile of the time that the calls of all projects but the first took.
double p99_of_others(bool first_is_throttled) {
    world w;
    w.net.keeps_ledger = false;
    w.net.server = [&](request const& r) {
        bool const theirs = r.target.find("/p0/") != std::string::npos;
        return theirs && first_is_throttled ? after(5ms, error_text(429, "APIGW.0308")) : after(50ms, reply_text(200));
    };
    call_options options;
    options.timeouts.total = 10min;
    calls const all_calls = start(w, 5000, 50, options);
    w.run();
    std::vector<double> times;
    for (auto const& each : all_calls) {
        BOOST_REQUIRE(each->completions == 1U);
        if (each->task.project_id == "p0") continue;
        BOOST_TEST(each->result.outcome == outcome::stopped);
        times.push_back(std::chrono::duration<double>(each->result.elapsed).count());
    }
    std::sort(times.begin(), times.end());
    return times[times.size() * 99 / 100];
}

struct paces final : observer {
    void on_throttle(throttle_event const& e) noexcept override {
        BOOST_TEST((e.delay >= 0ns));
        seen.push_back(e);
        seen.back().call.tag = {};  // it points to what is gone by then
    }
    std::vector<throttle_event> seen;
};

// The events of some calls, of which one a second gets through.
std::vector<throttle_event> paces_of(std::string const& text, std::size_t projects) {
    world w;
    auto const events = std::make_shared<paces>();
    w.config.observer = events;
    token_bucket bucket(1);
    w.net.server = [&](request const&) {
        return bucket.take(w.time.now()) ? after(5ms, reply_text(200))
                                         : after(5ms, error_text(429, "APIGW.0308", text));
    };
    calls const all_calls = start(w, 6, projects, {});
    w.run();
    for (auto const& each : all_calls)
        BOOST_TEST(each->result.outcome == outcome::stopped);
    return events->seen;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(throttling)

BOOST_AUTO_TEST_CASE(the_observer_hears_what_has_which_pace) {
    using scope = throttle_event::scope;
    struct {
        char const* text;
        scope what;
    } const cases[] = {
        {"policy user over ratelimit,limit:60,time:1 minute", scope::credential},
        {"policy ip over ratelimit,limit:60,time:1 minute", scope::endpoint},
        {"limit:60,time:1 minute", scope::project},
    };
    for (auto const& each : cases) {
        auto const seen = paces_of(each.text, 1);
        // Those that wait say so, too: there are more events than replies 429.
        BOOST_TEST(seen.size() >= 5U, each.text);
        for (throttle_event const& e : seen) {
            BOOST_TEST((e.what == each.what), each.text);
            BOOST_TEST((e.rate > 0.9 && e.rate <= 1));
            BOOST_TEST(e.learnt);
            BOOST_TEST(e.call.call_id != 0U);
        }
    }
    // Several projects at once: it is the endpoint's.
    auto const several = paces_of("too many", 3);
    BOOST_TEST(std::ranges::any_of(several, [](auto const& e) { return e.what == scope::endpoint; }));
}

BOOST_AUTO_TEST_CASE(the_observer_hears_of_a_pace_of_the_options) {
    world w;
    auto const events = std::make_shared<paces>();
    w.config.observer = events;
    w.config.throttle.rate = 2;
    w.net.server = [](request const&) { return after(5ms, reply_text(200)); };
    auto const all_calls = start(w, 6, 2, {});
    w.run();
    BOOST_TEST(events->seen.size() >= 2U);
    for (throttle_event const& e : events->seen) {
        BOOST_TEST((e.what == throttle_event::scope::endpoint));
        BOOST_TEST(e.rate == 2.0);
        BOOST_TEST(!e.learnt);
        BOOST_TEST((e.delay > 0ns && e.delay <= 500ms));
    }
}

BOOST_AUTO_TEST_CASE(all_calls_succeed_and_few_attempts_are_rejected) {
    for (std::size_t projects : {1U, 50U}) {
        two_thousand_calls("too many", projects);
        two_thousand_calls("policy user over ratelimit,limit:20,time:1 second", projects);
        two_thousand_calls("policy ip over ratelimit,limit:20,time:1 second", projects);
        two_thousand_calls("policy ip over ratelimit,limit:1200,time:1 minute", projects);
    }
}

BOOST_AUTO_TEST_CASE(one_throttled_project_leaves_the_others_alone) {
    double const undisturbed = p99_of_others(false);
    double const disturbed = p99_of_others(true);
    BOOST_TEST(disturbed <= 1.1 * undisturbed, disturbed << " s instead of " << undisturbed << " s");
}

BOOST_AUTO_TEST_CASE(a_project_has_so_many_requests_at_a_time) {
    for (std::size_t const limit : {1U, 3U}) {
        world w;
        w.config.throttle.per_project_in_flight = limit;
        w.run_until_done(*w.stop(9'999));
        std::map<std::string, std::pair<std::size_t, std::size_t>> open;  // now, and at most
        w.net.server = [&](request const& r) {
            auto& [now, most] = open[r.target.substr(0, r.target.find("/sync-tasks"))];
            most = std::max(most, ++now);
            w.time.after(100ms, [&now = now] { --now; });
            return after(100ms, reply_text(200));
        };
        auto const all = start(w, 40, 2, call_options());
        w.run_for(1min);
        BOOST_TEST(open.size() == 2U);
        for (auto const& [project, count] : open)
            BOOST_TEST(count.second == limit);
        for (auto const& each : all)
            BOOST_TEST(each->result.outcome == outcome::stopped);
    }
}

BOOST_AUTO_TEST_SUITE_END()
