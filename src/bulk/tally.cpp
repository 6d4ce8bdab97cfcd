// SPDX-License-Identifier: BSL-1.0
#include "bulk/tally.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace oms::bulk {

void tally::ended(error_code const& code, stop_result const& result) noexcept {
    ++ended_;
    switch (result.outcome) {
        case outcome::not_sent:
            ++counts_.not_sent;
            break;
        case outcome::refused:
            ++counts_.refused;
            break;
        case outcome::unknown:
            ++counts_.unknown;
            break;
        case outcome::stopped:
            ++counts_.stopped;
            break;
        case outcome::already_stopped:
            ++counts_.already_stopped;
            break;
        case outcome::started:  // no stop's
        case outcome::already_started:
            break;
    }
    if (result.outcome != outcome::not_sent) latency_.add(result.elapsed);
    if (!code) return;
    ++failed_;
    auto found = std::find_if(failures_.begin(), failures_.end(), [&](failure_count const& each) {
        return each.code == code && each.service_code == result.service_code;
    });
    if (found == failures_.end()) {
        if (failures_.size() == max_codes) return;
        try {
            failure_count made;
            made.code = code;
            made.service_code = result.service_code;
            made.example = result.service_message;
            found = failures_.insert(failures_.end(), std::move(made));
        } catch (std::bad_alloc const&) {
            // Without its words, if there is room for that: by its code alone it is told, too.
            if (failures_.size() == failures_.capacity()) return;
            found = failures_.emplace(failures_.end());
            found->code = code;
        }
    }
    ++found->count;
}

bulk_progress tally::progress(std::size_t in_flight, std::size_t waiting, duration elapsed) const {
    bulk_progress result;
    static_cast<bulk_counts&>(result) = counts_;
    result.in_flight = in_flight;
    result.waiting = waiting;
    result.failed = failed_;
    result.elapsed = elapsed;
    return result;
}

bulk_report tally::report(duration elapsed) noexcept {
    bulk_report result;
    static_cast<bulk_counts&>(result) = counts_;
    result.failures = std::move(failures_);
    std::stable_sort(result.failures.begin(), result.failures.end(),
                     [](failure_count const& a, failure_count const& b) { return a.count > b.count; });
    result.latency.p50 = latency_.quantile(0.50);
    result.latency.p90 = latency_.quantile(0.90);
    result.latency.p99 = latency_.quantile(0.99);
    result.latency.max = latency_.max();
    result.elapsed = elapsed;
    return result;
}

}  // namespace oms::bulk
