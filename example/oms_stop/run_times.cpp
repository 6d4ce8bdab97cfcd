// SPDX-License-Identifier: BSL-1.0
#include "run_times.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>

namespace oms_stop {

namespace {

constexpr std::int64_t most_steps = 120;

// Of 1, 2, 5, 10, 20, …
milliseconds next_step(milliseconds step) {
    std::int64_t first = step.count();
    while (first >= 10)
        first /= 10;
    return first == 2 ? step * 5 / 2 : step * 2;
}

double seconds_of(milliseconds d) {
    return std::chrono::duration<double>(d).count();
}

}  // namespace

std::vector<task_time> task_times(record const& r) {
    std::vector<milliseconds> begins;  // of the sessions
    milliseconds end{};
    for (run_session const& s : r.sessions) {
        begins.push_back(end);
        end += milliseconds(s.last_ms);
    }
    std::vector<task_time> result;
    for (record::number n = 0; n < r.size(); ++n) {
        task_state const& s = r.state(n);
        // What was not sent only waited; what was found so took no time.
        if (!s.timed || s.sent || s.unsure || r.word(n) == "not_sent") continue;
        milliseconds const to = begins[s.session] + milliseconds(s.ended_ms);
        result.push_back({to - milliseconds(s.took_ms), to});
    }
    return result;
}

std::vector<latency_bin> latency_bins(std::vector<task_time> const& times) {
    std::vector<latency_bin> result;
    if (times.empty()) return result;
    std::vector<milliseconds> lengths;
    for (task_time const& t : times)
        lengths.push_back(t.length());
    std::ranges::sort(lengths);
    auto at = lengths.begin();
    for (milliseconds from{0}, to{1}; at != lengths.end(); from = to, to = next_step(to)) {
        auto const end = std::lower_bound(at, lengths.end(), to);
        if (end != at || !result.empty()) result.push_back({from, to, static_cast<std::size_t>(end - at)});
        at = end;
    }
    return result;
}

milliseconds percentile(std::vector<task_time> const& times, double share) {
    if (times.empty()) return {};
    std::vector<milliseconds> lengths;
    for (task_time const& t : times)
        lengths.push_back(t.length());
    auto const rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(lengths.size())));
    auto const at = lengths.begin() + static_cast<std::ptrdiff_t>(std::clamp<std::size_t>(rank, 1, lengths.size()) - 1);
    std::ranges::nth_element(lengths, at);
    return *at;
}

timeline timeline_of(std::vector<task_time> const& times) {
    timeline result;
    if (times.empty()) return result;
    result.begin = std::ranges::min(times, {}, &task_time::begin).begin;
    auto const span = std::ranges::max(times, {}, &task_time::end).end - result.begin;
    result.step = milliseconds(100);
    while (span / result.step > most_steps)
        result.step = next_step(result.step);
    auto const step_of = [&](milliseconds t) { return static_cast<std::size_t>((t - result.begin) / result.step); };
    std::size_t const steps = static_cast<std::size_t>(span / result.step) + 1;
    result.in_flight.resize(steps);
    result.rate.resize(steps);
    double const length = seconds_of(result.step);
    for (task_time const& t : times) {
        result.rate[step_of(t.end)] += 1 / length;
        for (std::size_t i = step_of(t.begin); i <= step_of(t.end); ++i) {
            milliseconds const from = result.begin + result.step * static_cast<std::int64_t>(i);
            result.in_flight[i] += seconds_of(std::min(t.end, from + result.step) - std::max(t.begin, from)) / length;
        }
    }
    return result;
}

std::string time_text(milliseconds time) {
    double const ms = static_cast<double>(time.count());
    char text[32];
    if (ms < 1000) {
        std::snprintf(text, sizeof text, "%.0f ms", ms);
    } else if (ms < 120'000) {
        std::snprintf(text, sizeof text, "%.4g s", ms / 1000);
    } else if (ms < 7'200'000) {
        std::snprintf(text, sizeof text, "%.4g min", ms / 60'000);
    } else {
        std::snprintf(text, sizeof text, "%.4g h", ms / 3'600'000);
    }
    return text;
}

}  // namespace oms_stop
