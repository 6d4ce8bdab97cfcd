// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_IO_HARNESS_BULK_HPP
#define OMS_TEST_IO_HARNESS_BULK_HPP

// One `async_stop_all` in virtual time, and everything that it told.

#include "io/harness/world.hpp"

#include <oms/bulk.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/test/unit_test.hpp>

#include <functional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace oms::scripted {

/// What the requests' targets name.
struct target_names {
    std::string project;
    std::string task;

    /// Of `/v2/{project}/{kind}/{task}[/stop][?query]`.
    explicit target_names(std::string const& target) {
        std::size_t const a = target.find('/', 1) + 1;
        std::size_t const b = target.find('/', a);
        std::size_t const c = target.find('/', b + 1) + 1;
        project = target.substr(a, b - a);
        task = target.substr(c, target.find_first_of("/?", c) - c);
    }
};

struct bulk_world : world {
    struct ended {
        unsigned times = 0;
        error_code code;
        stop_result result;
        virtual_time::duration at{};
    };

    bulk_options options;
    unsigned completions = 0;
    error_code code;
    bulk_report report;
    std::unordered_map<task_ref, ended> results;
    std::vector<task_ref> order;
    std::vector<bulk_progress> progress;
    std::function<void()> each_result = [] {};
    boost::asio::cancellation_signal signal;

    bulk_world() {
        net.keeps_ledger = false;
        options.on_result = [this](task_ref const& which, error_code ec, stop_result const& r) {
            ended& entry = results[which];
            ++entry.times;
            entry.code = ec;
            entry.result = r;
            entry.at = time.elapsed();
            order.push_back(which);
            each_result();
        };
        options.on_progress = [this](bulk_progress const& p) { progress.push_back(p); };
    }

    template <class Source>
    void begin(Source&& source) {
        if (!core) open();
        detail::bulk_access::start(core,
                                   boost::asio::bind_cancellation_slot(signal.slot(),
                                                                       [this](error_code ec, bulk_report r) {
                                                                           ++completions;
                                                                           code = ec;
                                                                           report = std::move(r);
                                                                       }),
                                   detail::make_task_source(std::forward<Source>(source)),
                                   std::make_unique<bulk_options>(options));
    }

    /// Runs a bulk to its end.
    template <class Source>
    bulk_report const& stop_each(Source&& source) {
        begin(std::forward<Source>(source));
        while (completions == 0 && step()) {
        }
        BOOST_TEST(accounts(), "the counts do not add up");
        return report;
    }

    static std::size_t sum(bulk_counts const& c) {
        return c.stopped + c.already_stopped + c.refused + c.unknown + c.not_sent + c.not_attempted + c.duplicates;
    }

    /// Completed once; every pulled task is in one place, and was told once.
    bool accounts() const {
        if (completions != 1 || sum(report) != report.pulled) return false;
        if (order.size() != report.pulled - report.duplicates || order.size() != results.size()) return false;
        bulk_counts of;
        for (auto const& [which, each] : results) {
            if (each.times != 1) return false;
            of.stopped += each.result.outcome == outcome::stopped;
            of.already_stopped += each.result.outcome == outcome::already_stopped;
            of.refused += each.result.outcome == outcome::refused;
            of.unknown += each.result.outcome == outcome::unknown;
        }
        for (bulk_progress const& p : progress) {
            if (sum(p) + p.in_flight + p.waiting != p.pulled) return false;
        }
        return of.stopped == report.stopped && of.already_stopped == report.already_stopped &&
               of.refused == report.refused && of.unknown == report.unknown;
    }
};

inline std::vector<task_ref> tasks_of(std::size_t count, std::size_t projects, std::string const& region = {}) {
    std::vector<task_ref> result;
    for (std::size_t i = 0; i < count; ++i) {
        result.push_back(sync_task("p" + std::to_string(i % projects), "t" + std::to_string(i), region));
    }
    return result;
}

}  // namespace oms::scripted

#endif
