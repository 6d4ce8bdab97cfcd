// SPDX-License-Identifier: BSL-1.0
#include "progress.hpp"

#include <unistd.h>
#include <algorithm>
#include <cstdio>

namespace oms_stop {

std::string progress_line(oms::bulk_progress const& p, std::size_t total, std::string const& waits_for, bool bar) {
    std::size_t const done = p.pulled - p.waiting - p.in_flight;
    double const seconds = std::chrono::duration<double>(p.elapsed).count();
    double const rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
    std::string line;
    if (bar) {
        constexpr std::size_t width = 30;
        std::size_t const filled = total == 0 ? width : std::min(width, done * width / total);
        line = '[' + std::string(filled, '#') + std::string(width - filled, '.') + "] ";
    }
    char text[160];
    std::snprintf(text, sizeof text, "%zu of %zu, %.1f/s, %zu in flight, %zu failed", done, total, rate, p.in_flight,
                  p.failed);
    line += text;
    if (done < total && rate > 0) {
        std::snprintf(text, sizeof text, ", %.0f s left", static_cast<double>(total - done) / rate);
        line += text;
    }
    if (!waits_for.empty()) line += ", " + waits_for;
    return line;
}

progress_meter::progress_meter(std::size_t total, bool quiet)
    : total_(total), quiet_(quiet), terminal_(::isatty(STDERR_FILENO) != 0) {}

void progress_meter::show(oms::bulk_progress const& p, std::string const& waits_for) {
    if (quiet_) return;
    if (terminal_) {
        drawn_ = true;
        std::fprintf(stderr, "\r%s\x1b[K", progress_line(p, total_, waits_for, true).c_str());
        return;
    }
    auto const now = std::chrono::steady_clock::now();
    if (now - told_ < std::chrono::seconds(5)) return;
    told_ = now;
    std::fprintf(stderr, "%s\n", progress_line(p, total_, waits_for, false).c_str());
}

void progress_meter::end() {
    if (drawn_) std::fputc('\n', stderr);
    drawn_ = false;
}

}  // namespace oms_stop
