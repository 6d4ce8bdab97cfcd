// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_BENCH_WORK_HPP
#define OMS_BENCH_WORK_HPP

// The work that all clients do alike: its options, and the window in which it is measured.

#include <sys/resource.h>
#include <valgrind/callgrind.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

// Of the library that counts allocations, where it is preloaded.
extern "C" unsigned long bench_allocations() __attribute__((weak));

namespace bench {

using steady = std::chrono::steady_clock;

inline constexpr std::string_view access_key = "BENCHACCESSKEY000000";
inline constexpr std::string_view secret_key = "benchsecretkeybenchsecretkeybenchsecretk";

struct options {
    std::string port, ca_file, token;
    std::string project = "0123456789abcdef0123456789abcdef";
    std::string task;  // empty: another number each time
    std::string mode;
    std::size_t stops = 50'000;
    std::size_t warm_up = 1'000;  // stops before the measured ones, one a connection at least
    std::size_t in_flight = 64;
    std::size_t connections = 0;  // 0: as many as are in flight
    std::size_t opened = 0;       // connections opened before; 0: as many as are used
    std::size_t projects = 1;
    std::size_t clients = 1;  // in the process
    std::size_t regions = 1;
    bool sign = false;
    bool http_2 = false;  // else HTTP/1.1
    bool whole = false;   // of a process: no warm-up, and no connection is opened before

    options(int argc, char** argv) {
        for (int i = 1; i + 1 < argc; i += 2) {
            if (!set(argv[i], argv[i + 1])) usage(argv[i]);
        }
        if (argc % 2 == 0 || port.empty() || token.empty() || stops == 0 || in_flight == 0) usage("");
        if (connections == 0) connections = in_flight;
        warm_up = whole ? 0 : std::max(warm_up, connections);
    }

private:
    bool set(std::string_view name, char const* value) {
        auto const number = [value] { return static_cast<std::size_t>(std::strtoull(value, nullptr, 10)); };
        if (name == "--port") return port = value, true;
        if (name == "--ca") return ca_file = value, true;
        if (name == "--token") return std::ifstream(value) >> token, true;
        if (name == "--project") return project = value, true;
        if (name == "--task") return task = value, true;
        if (name == "--mode") return mode = value, true;
        if (name == "--stops") return stops = number(), true;
        if (name == "--warm-up") return warm_up = number(), true;
        if (name == "--in-flight") return in_flight = number(), true;
        if (name == "--connections") return connections = number(), true;
        if (name == "--opened") return opened = number(), true;
        if (name == "--projects") return projects = number(), true;
        if (name == "--clients") return clients = number(), true;
        if (name == "--regions") return regions = number(), true;
        if (name == "--sign") return sign = std::string_view(value) == "yes", true;
        if (name == "--http") return http_2 = std::string_view(value) == "2", true;
        if (name == "--whole") return whole = std::string_view(value) == "yes", true;
        return false;
    }

    [[noreturn]] static void usage(char const* wrong) {
        std::fprintf(
            stderr,
            "%s\nusage: --port N --ca FILE --token FILE [--project ID] [--task ID] [--mode NAME] [--stops N]\n"
            "       [--warm-up N] [--in-flight N] [--connections N] [--opened N] [--projects N] [--clients N]\n"
            "       [--regions N] [--sign yes] [--http 2] [--whole yes]\n",
            wrong);
        std::exit(2);
    }
};

/// Task ids of 19 digits, as the service's own.
inline constexpr std::uint64_t first_task = 1'000'000'000'000'000'000;

/// Counts stops out and in, and measures so many of them, from the end of the warm-up on, while as many as ever are in
/// flight. Programs open their connections before.
class window {
public:
    window(options const& o, std::string program) : options_(o), program_(std::move(program)) {
        latencies_.reserve(o.stops);
        if (o.warm_up == 0) open();
    }

    /// Whether one more may begin: until the last that is measured has ended; of a whole process, no more than those.
    bool begin() {
        if (complete() || (options_.whole && begun_ == options_.stops)) return false;
        ++begun_;
        for (auto digit = task_.rbegin(); digit != task_.rend() && ++*digit > '9'; ++digit)
            *digit = '0';
        return true;
    }

    /// The id of the task whose stop begun last: the next number, at the price of an addition.
    std::string const& task() const { return options_.task.empty() ? task_ : options_.task; }

    void end(steady::time_point begun, int status) {
        if (complete()) return;
        if (status != 200) ++failed_;
        if (opened_) latencies_.push_back(steady::now() - begun);
        if (++ended_ == options_.warm_up) open();  // never, where it was opened at once
        if (ended_ == options_.warm_up + options_.stops) close();
    }

    std::size_t failed() const { return failed_; }
    bool complete() const { return ended_ == options_.warm_up + options_.stops; }

    /// One line of `name=value`, which the scripts read.
    void print(unsigned long long handshakes) {
        std::sort(latencies_.begin(), latencies_.end());
        auto const n = static_cast<double>(options_.stops);
        double const wall = std::chrono::duration<double>(closed_at_ - opened_at_).count();
        rusage at_end{};
        ::getrusage(RUSAGE_SELF, &at_end);
        std::printf(
            "program=%s mode=%s in_flight=%zu stops=%zu failed=%zu rate=%.0f cpu_us=%.2f user_us=%.2f system_us=%.2f "
            "p50_us=%.0f p99_us=%.0f allocations=%.2f handshakes=%llu peak_kib=%ld\n",
            program_.c_str(), options_.mode.empty() ? "-" : options_.mode.c_str(), options_.in_flight, options_.stops,
            failed_ + (complete() ? 0 : options_.stops + options_.warm_up - ended_), n / wall, (user_ + system_) / n,
            user_ / n, system_ / n, quantile(0.5), quantile(0.99),
            bench_allocations ? static_cast<double>(allocations_) / n : -1.0, handshakes, at_end.ru_maxrss);
    }

private:
    static double microseconds(timeval t) {
        return 1e6 * static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec);
    }

    void open() {
        opened_ = true;
        ::getrusage(RUSAGE_SELF, &usage_);
        if (bench_allocations) allocations_ = bench_allocations();
        opened_at_ = steady::now();
        if (options_.whole) return;  // it is counted from its beginning
        CALLGRIND_START_INSTRUMENTATION;
        CALLGRIND_TOGGLE_COLLECT;
    }

    void close() {
        if (!options_.whole) {
            CALLGRIND_TOGGLE_COLLECT;
            CALLGRIND_STOP_INSTRUMENTATION;
        }
        closed_at_ = steady::now();
        rusage now{};
        ::getrusage(RUSAGE_SELF, &now);
        if (bench_allocations) allocations_ = bench_allocations() - allocations_;
        user_ = microseconds(now.ru_utime) - microseconds(usage_.ru_utime);
        system_ = microseconds(now.ru_stime) - microseconds(usage_.ru_stime);
    }

    double quantile(double q) const {
        if (latencies_.empty()) return 0;
        auto const at = static_cast<std::size_t>(q * static_cast<double>(latencies_.size() - 1));
        return std::chrono::duration<double, std::micro>(latencies_[at]).count();
    }

    options const& options_;
    std::string program_;
    std::vector<steady::duration> latencies_;
    std::string task_ = std::to_string(first_task);
    std::size_t begun_ = 0, ended_ = 0, failed_ = 0;
    bool opened_ = false;
    rusage usage_{};
    steady::time_point opened_at_, closed_at_;
    double user_ = 0, system_ = 0;
    unsigned long allocations_ = 0;
};

}  // namespace bench

#endif
