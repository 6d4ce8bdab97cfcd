// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_SYSTEM_SUPPORT_BULK_RIG_HPP
#define OMS_TEST_SYSTEM_SUPPORT_BULK_RIG_HPP

// What every bulk must keep to, whatever becomes of it.

#include "system/support/rig.hpp"

#include <oms/bulk.hpp>

#include <functional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace oms::test {

struct bulk_rig : rig {
    struct seen {
        unsigned times = 0;
        error_code code;
        oms::outcome outcome = oms::outcome::not_sent;
    };

    bulk_options options;
    bulk_receipt got;
    std::unordered_map<task_ref, seen> results;
    std::vector<task_ref> order;  // in which they ended
    std::vector<bulk_progress> progress;
    std::function<void()> each_result = [] {};

    explicit bulk_rig(testing::simulator_options o = running(10, 20)) : rig(std::move(o)) {
        options.on_result = [this](task_ref const& which, error_code code, stop_result const& r) {
            BOOST_TEST(got.calls == 0u);
            seen& entry = results[which];
            ++entry.times;
            entry.code = code;
            entry.outcome = r.outcome;
            order.push_back(which);
            each_result();
        };
        options.on_progress = [this](bulk_progress const& p) {
            BOOST_TEST(got.calls == 0u);
            progress.push_back(p);
        };
    }

    /// Starts a bulk; `finish` waits for its end.
    template <class Source>
    void begin(Source&& source) {
        async_stop_all(client(), std::forward<Source>(source), options, got.handler());
    }
    void finish() {
        BOOST_REQUIRE(run_until(context, [&] { return got.calls > 0; }));
    }

    template <class Source>
    bulk_report const& stop_each(Source&& source) {
        begin(std::forward<Source>(source));
        finish();
        check_sums();
        return got.result;
    }

    static std::size_t sum(bulk_counts const& c) {
        return c.stopped + c.already_stopped + c.refused + c.unknown + c.not_sent + c.not_attempted + c.duplicates;
    }

    /// The counts add up, and `on_result` was called once for each pulled task
    /// that is no duplicate, with what was counted.
    void check_sums() {
        BOOST_TEST(got.calls == 1u);
        bulk_report const& r = got.result;
        BOOST_TEST(sum(r) == r.pulled);
        for (bulk_progress const& p : progress)
            BOOST_TEST(sum(p) + p.in_flight + p.waiting == p.pulled);
        if (got.code == errc::callback_failed) return;  // it is called no more
        BOOST_REQUIRE(!progress.empty());
        BOOST_TEST(progress.back().pulled == r.pulled);
        BOOST_TEST(order.size() == r.pulled - r.duplicates);
        bulk_counts of;
        for (auto const& [which, entry] : results) {
            if (options.deduplicate) BOOST_TEST(entry.times == 1u, which);
            of.stopped += entry.outcome == outcome::stopped ? 1 : 0;
            of.unknown += entry.outcome == outcome::unknown ? 1 : 0;
            of.refused += entry.outcome == outcome::refused ? 1 : 0;
        }
        if (!options.deduplicate) return;
        BOOST_TEST(of.stopped == r.stopped);
        BOOST_TEST(of.unknown == r.unknown);
        BOOST_TEST(of.refused == r.refused);
    }
    /// A task that is reported as stopped is so, by one stop.
    void check_effects() {
        for (auto const& [which, entry] : results) {
            if (entry.outcome == outcome::stopped) BOOST_TEST(sim.stops(which) == 1u, which);
            if (entry.outcome == outcome::not_sent) BOOST_TEST(sim.stops(which) == 0u, which);
        }
    }
};

}  // namespace oms::test

#endif
