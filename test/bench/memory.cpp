// SPDX-License-Identifier: BSL-1.0
//
// What is resident for each idle connection, each queued call and each
// project, and for a hundred thousand calls at once. Heap figures include what
// the allocator needs for itself; those of connections are resident memory.

#include "figures.hpp"
#include "service_process.hpp"

#include <oms/client.hpp>

#include <boost/asio/io_context.hpp>

#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <optional>
#include <string>

using namespace oms::bench;
using namespace std::chrono_literals;

namespace {

namespace asio = boost::asio;

double heap() {
    auto const info = ::mallinfo2();
    return static_cast<double>(info.uordblks + info.hblkhd);
}

double resident() {
    std::size_t size = 0, pages = 0;
    std::ifstream("/proc/self/statm") >> size >> pages;
    return static_cast<double>(pages) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

oms::client_config config_for(service_process const& service) {
    oms::client_config config;
    config.endpoint = service.endpoint();
    config.tls.ca_pem = service.ca_pem();
    config.credentials = oms::token_credentials(service.token());
    config.timeouts.total = config.timeouts.attempt = 10min;
    config.pool.idle_timeout = 10min;
    return config;
}

std::string number_of(std::size_t i) {
    std::string digits = std::to_string(i);
    return std::string(32 - digits.size(), '0') + digits;
}

struct load {
    asio::io_context context{1};
    std::optional<oms::client> client;
    std::size_t ended = 0;
    std::size_t failed = 0;

    explicit load(oms::client_config const& config) { client.emplace(context, config); }

    // A handler of 64 bytes, as a caller's may be.
    void start(std::size_t project, std::size_t task) {
        std::array<void*, 7> more{};
        client->async_stop(oms::sync_task(number_of(project), number_of(task)),
                           [this, more](oms::error_code ec, oms::stop_result const&) {
                               static_cast<void>(more);
                               ++ended;
                               failed += ec ? 1U : 0U;
                           });
    }
    template <class Condition>
    void run_until(Condition so) {
        while (!so()) {
            context.restart();
            context.run_one_for(10ms);
        }
    }
    void run_for(std::chrono::milliseconds d) {
        auto const end = std::chrono::steady_clock::now() + d;
        run_until([&] { return std::chrono::steady_clock::now() >= end; });
    }
    // Warm: the credential has proved itself, and there is a connection.
    void warm_up() {
        start(0, 0);
        run_until([this] { return ended == 1; });
    }
};

// Until so many connections are idle: replies take their time, so that each call needs one of its own.
void open_connections(load& l, std::size_t count) {
    while (l.client->metrics().idle < count) {
        std::size_t const expected = l.ended + count;
        for (std::size_t i = 0; i < count; ++i)
            l.start(0, i);
        l.run_until([&] { return l.ended == expected; });
    }
    l.run_for(1500ms);  // they give up their buffers when they have been idle for a second
}

void idle_connections() {
    service_process const service({1, 1, 1500ms});
    auto config = config_for(service);
    config.pool.max_connections = config.pool.max_idle = 2500;
    config.pool.max_handshakes = 64;
    load l(config);
    open_connections(l, 500);
    double const few = resident(), few_on_heap = heap();
    open_connections(l, 2500);
    constexpr double more = 2000.0 * 1024;
    print("an idle pooled connection", (resident() - few) / more, "KiB", 38, 30);
    ::malloc_trim(0);  // what they gave up lies between what they keep
    std::printf("in use on the heap: %.1f KiB; resident where the allocator gives back what is free: %.1f KiB\n",
                (heap() - few_on_heap) / more, (resident() - few) / more);
    if (l.failed > 0) std::printf("%zu calls failed\n", l.failed);
}

void calls_before_the_credential_has_proved_itself() {
    service_process const service({1, 1, 60s});
    auto config = config_for(service);
    config.pool.max_connections = 1;
    load l(config);
    // The first call tries the credential for all; so the one that proves it must come back.
    constexpr std::size_t count = 100'000;
    l.start(0, 0);
    l.run_for(300ms);
    for (std::size_t i = 0; i < 1000; ++i)  // what grows once is there
        l.start(0, i);
    double const before = heap();
    for (std::size_t i = 0; i < count; ++i)
        l.start(0, i);
    l.run_for(200ms);
    print("a call that waits for its credential", (heap() - before) / count, "bytes", 1000, 600);
}

// Calls in the queue of a pool that is taken, in one project or each in one of its own.
double in_the_queue(std::size_t count, bool projects) {
    service_process const service({1, 1, 3s});
    auto config = config_for(service);
    config.pool.max_connections = config.pool.max_idle = 1;
    load l(config);
    l.warm_up();
    l.start(0, 0);  // takes the connection
    l.run_for(300ms);
    double const before = heap();
    for (std::size_t i = 0; i < count; ++i)
        l.start(projects ? i : 0, i);
    l.run_for(100ms);
    return (heap() - before) / static_cast<double>(count);
}

void calls_in_the_queue() {
    double const one_project = in_the_queue(20'000, false);
    print("a call in the queue", one_project, "bytes", 1000, 600);
    print("a project with a call pending, more than the call", in_the_queue(20'000, true) - one_project, "bytes", 1024);
}

void projects_at_rest() {
    service_process const service({1, 1, 0ms});
    auto config = config_for(service);
    load l(config);
    auto const go = [&](std::size_t projects) {
        std::size_t const expected = l.ended + 20'000;
        for (std::size_t i = 0; i < 20'000; ++i)
            l.start(i % projects, i);
        l.run_until([&] { return l.ended == expected; });
        l.run_for(1500ms);  // until the connections have given up their buffers
    };
    go(1);
    go(1);
    double const one = heap();
    go(10'000);
    double const left = (heap() - one) / 10'000;
    std::printf("projects remembered afterwards: %zu of 10000\n", l.client->metrics().projects);
    print("a project at rest again (nothing, but for the noise of a heap)", left, "bytes", 16);
}

void a_hundred_thousand() {
    service_process const service({1, 1, 0ms});
    load l(config_for(service));
    l.warm_up();
    std::size_t const idle = l.ended;
    double const before = resident();
    double most = before;
    for (std::size_t i = 0; i < 100'000; ++i)
        l.start(i % 1000, i);
    std::size_t next = 0;
    while (l.ended < idle + 100'000) {
        l.context.restart();
        l.context.run_one_for(10ms);
        if (l.ended >= next) {
            most = std::max(most, resident());
            next = l.ended + 1000;
        }
    }
    print("100,000 calls on 64 connections", (most - before) / (1024 * 1024), "MiB", 200);
    std::printf("ended: %zu, failed: %zu; connections: %zu\n", l.ended - idle, l.failed,
                static_cast<std::size_t>(l.client->metrics().handshakes));
}

// What one case leaves behind in the heap is not the next one's.
void in_a_process_of_its_own(void (*one)()) {
    std::fflush(stdout);
    pid_t const child = ::fork();
    if (child == 0) {
        one();
        std::fflush(stdout);
        std::_Exit(0);
    }
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) != child || status != 0) std::printf("a case failed\n");
}

}  // namespace

int main() {
    in_a_process_of_its_own(idle_connections);
    in_a_process_of_its_own(calls_before_the_credential_has_proved_itself);
    in_a_process_of_its_own(calls_in_the_queue);
    in_a_process_of_its_own(projects_at_rest);
    in_a_process_of_its_own(a_hundred_thousand);
}
