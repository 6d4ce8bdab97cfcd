// SPDX-License-Identifier: BSL-1.0
//
// A bulk that sleeps is woken, whatever another thread does at the moment at
// which it decides to sleep, and however the time passes meanwhile.
#include "bulk/bulk_run.hpp"
#include "io/harness/bulk.hpp"

#include <boost/asio/post.hpp>

#include <memory>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using namespace oms;
using namespace oms::scripted;

namespace {

// Runs something to its end on another thread.
template <class Step>
void elsewhere(Step step) {
    std::thread(std::move(step)).join();
}

struct sleeping_bulk : bulk_world {
    std::weak_ptr<bulk::bulk_run> run;
    std::vector<task_ref> tasks;

    void begin() {
        if (!core) open();
        auto const made = std::make_shared<bulk::bulk_run>(
            core,
            [this](error_code ec, bulk_report r) {
                ++completions;
                code = ec;
                report = std::move(r);
            },
            detail::make_task_source(std::move(tasks)), std::make_unique<bulk_options>(options),
            core->rules_of(options.call));
        run = made;
        made->start();
    }
    void finish() {
        while (completions == 0 && step()) {
        }
        BOOST_TEST(completions == 1U, "the bulk does not end");
        BOOST_TEST(accounts(), "the counts do not add up");
    }
    // The timer's step for the bulk.
    void time_comes() const {
        if (auto const r = run.lock()) r->on_time();
    }
};

// What makes a bulk wait for a time.
struct wait {
    char const* name;
    void (*set)(sleeping_bulk&);
};

void rate(sleeping_bulk& w) {
    w.tasks = tasks_of(30, 3);
    w.options.rate = 10;
    w.net.server = [](request const&) { return after(5ms, reply_text(200)); };
}

void rate_of_a_project(sleeping_bulk& w) {
    w.tasks = tasks_of(30, 3);
    w.options.rate_per_project = 5;
    w.net.server = [](request const&) { return after(5ms, reply_text(200)); };
}

void throttled(sleeping_bulk& w) {
    w.tasks = tasks_of(3, 3);
    w.net.server = [&w](request const&) {
        if (w.time.elapsed() > 3s) return after(5ms, reply_text(200));
        return after(5ms, error_text(429, "APIGW.0308", "policy user over ratelimit", "Retry-After: 2\r\n"));
    };
}

void learnt_pace(sleeping_bulk& w) {
    w.tasks = tasks_of(30, 3);
    w.net.server = [&w, free = virtual_time::duration{}](request const&) mutable {
        if (w.time.elapsed() < free) return after(5ms, error_text(429, "APIGW.0308", "limit:10,time:1 second"));
        free = w.time.elapsed() + 100ms;
        return after(5ms, reply_text(200));
    };
}

void confirmed(sleeping_bulk& w) {
    w.tasks = {migration_task("p", "t")};
    w.options.confirm = true;
    w.net.server = [&w](request const& r) {
        if (r.method != "GET") return after(5ms, reply_text(200));
        return after(5ms, reply_text(200, w.time.elapsed() < 4s ? R"({"status":7})" : R"({"status":3})"));
    };
}

void out_of_patience(sleeping_bulk& w) {
    w.tasks = tasks_of(3, 3);
    w.options.outage_patience = 3s;
    w.net.dials = [](std::size_t) {
        dial_step s;
        s.takes = 5ms;
        s.code = errc::connect_failed;
        return std::vector{s};
    };
}

constexpr wait waits[]{
    {"rate", rate},           {"rate of a project", rate_of_a_project},
    {"throttled", throttled}, {"learnt pace", learnt_pace},
    {"confirmed", confirmed}, {"out of patience", out_of_patience},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(bulk_wakes)

// The timer comes on another thread while the run looks at the clock and has not asked for it yet.
BOOST_AUTO_TEST_CASE(a_time_that_comes_before_the_order) {
    for (wait const& each : waits) {
        for (std::size_t at = 1; at <= 30; ++at) {
            BOOST_TEST_CONTEXT(each.name << ", look " << at) {
                sleeping_bulk w;
                each.set(w);
                std::size_t looks = 0;
                w.time.on_look = [&] {
                    if (++looks == at) elsewhere([&] { w.time_comes(); });
                };
                w.begin();
                w.finish();
                BOOST_TEST(looks > at);
            }
        }
    }
}

// It comes when the run has asked for it and is still awake.
BOOST_AUTO_TEST_CASE(a_time_that_comes_between_the_order_and_the_sleep) {
    for (wait const& each : waits) {
        BOOST_TEST_CONTEXT(each.name) {
            sleeping_bulk w;
            each.set(w);
            std::size_t orders = 0;
            std::size_t lost = 0;
            w.time.on_order = [&](virtual_time::time_point when) {
                auto const r = w.run.lock();
                if (!r || !r->waiting() || r->when != when) return;
                ++orders;
                w.time.pass(when - w.time.now());
                elsewhere([&] { w.time_comes(); });
                // It is not given twice: a run that goes to sleep with it has overslept.
                boost::asio::post(*w.io, [&, when] {
                    auto const later = w.run.lock();
                    if (later && later->waiting() && later->when == when) ++lost;
                });
            };
            w.begin();
            w.finish();
            BOOST_TEST(orders > 0U);
            BOOST_TEST(lost == 0U);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_time_that_comes_while_it_sleeps_or_for_nothing) {
    for (wait const& each : waits) {
        BOOST_TEST_CONTEXT(each.name) {
            sleeping_bulk w;
            each.set(w);
            w.begin();
            auto last = w.time.now();
            while (w.completions == 0 && w.step()) {
                if (std::exchange(last, w.time.now()) != last) elsewhere([&] { w.time_comes(); });
            }
            BOOST_TEST(w.accounts());
        }
    }
}

// What is due at a time that passes inside a round is started, by that round or the next.
BOOST_AUTO_TEST_CASE(time_passes_inside_a_round) {
    for (wait const& each : waits) {
        for (int tick = 1; tick <= 40; ++tick) {
            BOOST_TEST_CONTEXT(each.name << ", " << tick << " ms a look") {
                sleeping_bulk w;
                each.set(w);
                w.options.call.timeouts.total = 1h;
                w.time.on_look = [&w, tick] { w.time.pass(std::chrono::milliseconds(tick)); };
                w.begin();
                w.finish();
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
