// SPDX-License-Identifier: BSL-1.0
#include "endurance/usage.hpp"

#include <unistd.h>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

extern "C" unsigned long bench_allocations();  // bench/allocation_count.cpp

namespace oms::endurance_test {

usage now_used() {
    usage u;
    u.allocations = bench_allocations();
    std::size_t pages = 0, resident = 0;
    if (!(std::ifstream("/proc/self/statm") >> pages >> resident))
        throw std::runtime_error("/proc/self/statm is not there");
    u.resident_kib = resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) / 1024;
    std::filesystem::directory_iterator const open("/proc/self/fd");
    u.descriptors = static_cast<std::size_t>(std::distance(begin(open), end(open))) - 1;  // that of the look itself
    timespec cpu{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    u.cpu_us = static_cast<std::uint64_t>(cpu.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(cpu.tv_nsec) / 1'000;
    return u;
}

}  // namespace oms::endurance_test
