// SPDX-License-Identifier: BSL-1.0
#include "progress.hpp"

#include <sys/ioctl.h>
#include <unistd.h>
#include <algorithm>
#include <cstdio>
#include <utility>

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

std::string fitted_line(std::string with_bar, std::string without, std::size_t columns) {
    std::string line = with_bar.size() < columns ? std::move(with_bar) : std::move(without);
    if (line.size() >= columns) line.resize(columns - 1);  // the last column would begin the next line
    return line;
}

progress_meter::progress_meter(std::size_t total, bool quiet)
    : total_(total), quiet_(quiet), terminal_(::isatty(STDERR_FILENO) != 0) {}

void progress_meter::show(oms::bulk_progress const& p, std::string const& waits_for) {
    if (quiet_) return;
    if (terminal_) return draw(p, waits_for);
    auto const now = std::chrono::steady_clock::now();
    if (now - told_ < std::chrono::seconds(5)) return;
    told_ = now;
    std::fprintf(stderr, "%s\n", progress_line(p, total_, waits_for, false).c_str());
}

void progress_meter::draw(oms::bulk_progress const& p, std::string const& waits_for) {
    winsize size{};
    bool const known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    std::string const line = fitted_line(progress_line(p, total_, waits_for, true),
                                         progress_line(p, total_, waits_for, false), known ? size.ws_col : 1000);
    drawn_ = true;
    std::fprintf(stderr, "\r%s\x1b[K", line.c_str());
}

void progress_meter::say(std::string const& line) {
    std::fprintf(stderr, "%s%s\n", std::exchange(drawn_, false) ? "\r\x1b[K" : "", line.c_str());
}

void progress_meter::end(oms::bulk_progress const& p) {
    if (!drawn_) return;
    draw(p, {});
    std::fputc('\n', stderr);
    drawn_ = false;
}

}  // namespace oms_stop
