// SPDX-License-Identifier: BSL-1.0
#include "progress.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace oms_stop {

namespace {

constexpr std::chrono::seconds lately{30};
constexpr std::chrono::milliseconds between_samples{500};
constexpr std::size_t widest_bar = 30, narrowest_bar = 5;

std::string time_left(double seconds) {
    char text[40];
    if (seconds < 600) {
        std::snprintf(text, sizeof text, "%.0f s left", seconds);
    } else if (seconds < 36'000) {
        std::snprintf(text, sizeof text, "%.0f min left", seconds / 60);
    } else {
        std::snprintf(text, sizeof text, "%.0f h left", seconds / 3600);
    }
    return text;
}

std::string rate_text(double rate) {
    char text[40];
    std::snprintf(text, sizeof text, "%.1f/s", rate);
    return text;
}

std::string bar(progress const& p, std::size_t width) {
    std::size_t const filled = p.total == 0 ? width : std::min(width, p.done * width / p.total);
    return '[' + std::string(filled, '#') + std::string(width - filled, '.') + "] ";
}

// A part of the line: those with the lowest rank stay longest.
struct part {
    int rank;
    std::string text;
};

std::string joined(auto const& parts, int ranks) {
    std::string line;
    for (part const& each : parts) {
        if (each.rank >= ranks || each.text.empty()) continue;
        line += (line.empty() ? "" : ", ") + each.text;
    }
    return line;
}

}  // namespace

std::string progress_line(progress const& p, std::size_t columns) {
    std::string const left =
        p.done < p.total && p.rate > 0 ? time_left(static_cast<double>(p.total - p.done) / p.rate) : std::string();
    std::string const counts =
        (p.doing.empty() ? "" : p.doing + " ") + std::to_string(p.done) + " of " + std::to_string(p.total);
    std::array<part, 6> const parts{{{0, counts},
                                     {4, rate_text(p.rate)},
                                     {5, std::to_string(p.in_flight) + " in flight"},
                                     {1, std::to_string(p.failed) + " failed"},
                                     {2, left},
                                     {3, p.waits_for}}};
    constexpr int all = 6;
    if (columns == 0) return joined(parts, all);
    std::size_t const room = columns - 1;  // the last column would begin the next line
    // The bar goes before what matters, and after what does not.
    for (int ranks = all; ranks >= 4; --ranks) {
        std::string const line = joined(parts, ranks);
        if (line.size() + narrowest_bar + 3 <= room) return bar(p, std::min(widest_bar, room - line.size() - 3)) + line;
    }
    for (int ranks = 4; ranks > 1; --ranks) {
        std::string const line = joined(parts, ranks);
        if (line.size() <= room) return line;
    }
    return joined(parts, 1).substr(0, room);
}

void moving_rate::add(time_point now, std::size_t done) {
    if (!samples_.empty() && done < samples_.back().done) samples_.clear();
    if (samples_.size() > 1 && now - samples_[samples_.size() - 2].at < between_samples) samples_.pop_back();
    samples_.push_back({now, done});
    while (samples_.size() > 2 && now - samples_[1].at >= lately)
        samples_.pop_front();
}

double moving_rate::value() const {
    if (samples_.size() < 2) return 0;
    double const time = std::chrono::duration<double>(samples_.back().at - samples_.front().at).count();
    return time > 0 ? static_cast<double>(samples_.back().done - samples_.front().done) / time : 0;
}

}  // namespace oms_stop
