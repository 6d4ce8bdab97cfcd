// SPDX-License-Identifier: BSL-1.0
//
// What a stop costs where several threads run one client, and where each has a
// client of its own.
//
//     threads                      a table
//     threads SHAPE THREADS STOPS  one line of it, for tools that watch a process; SHAPE: one, each

#include "figures.hpp"
#include "service_process.hpp"

#include <oms/client.hpp>

#include <boost/asio/io_context.hpp>

#include <dlfcn.h>
#include <pthread.h>
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

std::atomic<bool> counting = false;
std::atomic<std::uint64_t> locks = 0;
std::atomic<std::uint64_t> contended = 0;

}  // namespace

// Counts the locks of the whole process, and those that somebody else held.
extern "C" int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
    static auto const real = reinterpret_cast<int (*)(pthread_mutex_t*)>(::dlsym(RTLD_NEXT, "pthread_mutex_lock"));
    if (!counting.load(std::memory_order_relaxed)) return real(mutex);
    locks.fetch_add(1, std::memory_order_relaxed);
    if (::pthread_mutex_trylock(mutex) == 0) return 0;
    contended.fetch_add(1, std::memory_order_relaxed);
    return real(mutex);
}

namespace {

using namespace oms::bench;
using namespace std::chrono_literals;
namespace asio = boost::asio;

constexpr std::size_t in_flight = 64;

oms::client_config config_for(service_process const& service, std::size_t connections) {
    oms::client_config config;
    config.endpoint = service.endpoint();
    config.tls.ca_pem = service.ca_pem();
    config.credentials = oms::token_credentials(service.token());
    config.pool.max_connections = config.pool.max_idle = connections;
    config.pool.idle_timeout = 100ms;
    return config;
}

// Keeps so many calls in flight on one client, until all are done.
class load {
public:
    load(unsigned threads, oms::client_config const& config, std::size_t calls)
        : context_(static_cast<int>(threads)), client_(context_, config), left_(calls) {
        for (std::size_t i = 0; i < config.pool.max_connections; ++i)
            next();
    }
    void run() { context_.run(); }
    std::size_t failed() const { return failed_; }

private:
    void next() {
        std::size_t const number = left_.fetch_sub(1, std::memory_order_relaxed);
        if (number == 0 || number > std::size_t{1} << 60) return;
        client_.async_stop(oms::sync_task("0123456789abcdef0123456789abcdef", "1000000000000000000"),
                           [this](oms::error_code ec, oms::stop_result const&) {
                               if (ec) failed_.fetch_add(1, std::memory_order_relaxed);
                               next();
                           });
    }

    asio::io_context context_;
    oms::client client_;
    std::atomic<std::size_t> left_;
    std::atomic<std::size_t> failed_ = 0;
};

struct cost {
    double cpu_us = 0;
    double per_second = 0;
    double locks = 0;
    double contended = 0;
    std::size_t failed = 0;
};

cost measure(service_process const& service, bool one_client, unsigned threads, std::size_t stops, bool count) {
    std::vector<std::unique_ptr<load>> loads;
    unsigned const clients = one_client ? 1 : threads;
    auto const config = config_for(service, in_flight / clients);
    for (unsigned i = 0; i < clients; ++i)
        loads.push_back(std::make_unique<load>(one_client ? threads : 1, config, stops / clients));
    locks = contended = 0;
    counting = count;
    auto const cpu = process_time();
    auto const begun = std::chrono::steady_clock::now();
    {
        std::vector<std::jthread> running;
        for (unsigned i = 0; i < threads; ++i)
            running.emplace_back([&, i] { loads[i % clients]->run(); });
    }
    auto const took = std::chrono::steady_clock::now() - begun;
    counting = false;
    auto const n = static_cast<double>(stops);
    cost c;
    c.cpu_us = std::chrono::duration<double, std::micro>(process_time() - cpu).count() / n;
    c.per_second = n / std::chrono::duration<double>(took).count();
    c.locks = static_cast<double>(locks.load()) / n;
    c.contended = static_cast<double>(contended.load()) / n;
    for (auto const& each : loads)
        c.failed += each->failed();
    return c;
}

void print_row(char const* shape, unsigned threads, cost const& c, cost const& counted, double one) {
    std::printf("%-22s %7u %10.2f %6.2f %10.0f %8.2f %10.4f%s\n", shape, threads, c.cpu_us, c.cpu_us / one,
                c.per_second, counted.locks, counted.contended, c.failed > 0 ? "  some failed" : "");
    std::fflush(stdout);
}

void print_table(std::size_t stops) {
    service_process const service;
    std::array<unsigned, 4> const threads{1, 2, 4, 8};
    std::array<std::array<cost, 4>, 2> best{};
    measure(service, true, 1, stops / 4, false);  // warms the service up
    // By turns, so that whatever else the machine does meets all alike; the least counts.
    for (int round = 0; round < 3; ++round) {
        for (std::size_t shape = 0; shape < 2; ++shape) {
            for (std::size_t i = 0; i < threads.size(); ++i) {
                cost const c = measure(service, shape == 0, threads[i], stops, false);
                cost& least = best[shape][i];
                if (round == 0 || c.cpu_us < least.cpu_us) least = c;
            }
        }
    }
    double const one = best[0][0].cpu_us;
    std::printf("%-22s %7s %10s %6s %10s %8s %10s\n", "", "threads", "cpu us", "ratio", "stops/s", "locks",
                "contended");
    for (std::size_t shape = 0; shape < 2; ++shape) {
        for (std::size_t i = 0; i < threads.size(); ++i) {
            cost const counted = measure(service, shape == 0, threads[i], stops, true);
            print_row(shape == 0 ? "one client" : "one client a thread", threads[i], best[shape][i], counted, one);
        }
    }
    print("two threads on one client, against one", best[0][1].cpu_us / one, "x", 1.2);
    print("two threads with a client each, against one", best[1][1].cpu_us / one, "x", 1.2);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 1) {
        print_table(20'000);
        return 0;
    }
    if (argc != 4) {
        std::fprintf(stderr, "usage: threads [one|each THREADS STOPS]\n");
        return 2;
    }
    bool const one_client = std::string_view(argv[1]) == "one";
    auto const threads = static_cast<unsigned>(std::strtoul(argv[2], nullptr, 10));
    std::size_t const stops = std::strtoul(argv[3], nullptr, 10);
    service_process const service;
    cost const c = measure(service, one_client, std::max(threads, 1U), stops, true);
    print_row(one_client ? "one client" : "one client a thread", threads, c, c, c.cpu_us);
}
