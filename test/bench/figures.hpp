// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_BENCH_FIGURES_HPP
#define OMS_BENCH_FIGURES_HPP

// How figures are taken, and printed against their bars.

#include <chrono>
#include <cstdio>
#include <ctime>
#include <string>

namespace oms::bench {

inline char const* met(bool is) {
    return is ? "met" : "not met";
}

/// One line: the figure, its bar (an upper limit), and what is hoped for.
inline void print(std::string const& what, double figure, char const* unit, double bar, double hoped = 0) {
    std::printf("%-64s %10.2f %-6s bar %8.2f %-7s", what.c_str(), figure, unit, bar, met(figure <= bar));
    if (hoped > 0) std::printf("  moonshot %8.2f %s", hoped, met(figure <= hoped));
    std::printf("\n");
    std::fflush(stdout);
}

/// CPU time of the calling thread.
inline std::chrono::nanoseconds thread_time() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

/// Of the whole process, all threads, user and system.
inline std::chrono::nanoseconds process_time() {
    timespec now{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

}  // namespace oms::bench

#endif
