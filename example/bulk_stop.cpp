// SPDX-License-Identifier: BSL-1.0
//
// Stops all sync tasks of many projects, over TLS, against the simulator in
// this very process, and compares what the library reports with what the
// server saw. The exit status is 0 only where the two agree on every task.
//
//     bulk-stop [PROJECTS [TASKS_PER_PROJECT]]

#include <oms/oms.hpp>
#include <oms/testing/simulator.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <unistd.h>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace asio = boost::asio;

namespace {

double seconds(oms::duration d) {
    return std::chrono::duration<double>(d).count();
}
double milliseconds(oms::duration d) {
    return 1000 * seconds(d);
}

// A bar that is drawn over and over on a terminal; elsewhere a line a second.
class progress_meter {
public:
    explicit progress_meter(std::size_t total) : total_(total) {}

    void show(oms::bulk_progress const& p) {
        std::size_t const done = p.pulled - p.waiting - p.in_flight;
        double const rate = p.elapsed.count() > 0 ? static_cast<double>(done) / seconds(p.elapsed) : 0;
        if (terminal_) {
            constexpr std::size_t width = 40;
            std::size_t const filled = total_ == 0 ? width : done * width / total_;
            std::string const bar = std::string(filled, '#') + std::string(width - filled, '.');
            std::fprintf(stderr, "\r[%s] %zu/%zu  %.0f/s  %zu in flight  %zu failed ", bar.c_str(), done, total_, rate,
                         p.in_flight, p.failed);
            if (done == total_) std::fputc('\n', stderr);
        } else if (done == total_ || p.elapsed - told_ >= std::chrono::seconds(1)) {
            told_ = p.elapsed;
            std::fprintf(stderr, "%zu of %zu, %.0f/s, %zu in flight, %zu failed\n", done, total_, rate, p.in_flight,
                         p.failed);
        }
    }

private:
    std::size_t const total_;
    bool const terminal_ = ::isatty(STDERR_FILENO) != 0;
    oms::duration told_{};
};

// A project's token serves for that project alone.
std::shared_ptr<oms::credentials_provider> tokens_of(oms::testing::simulator const& server, std::size_t projects) {
    std::map<std::string, std::shared_ptr<oms::credentials_provider>, std::less<>> tokens;
    for (std::size_t i = 0; i < projects; ++i) {
        std::string const project = oms::testing::simulator::project_id(i);
        tokens[project] = oms::token_credentials(server.token(project), project);
    }
    return oms::per_project_credentials(std::move(tokens));
}

asio::awaitable<oms::bulk_report> stop_all(oms::client& client, std::vector<oms::task_ref> tasks) {
    auto const meter = std::make_shared<progress_meter>(tasks.size());
    oms::bulk_options options;
    options.max_in_flight = 64;
    options.on_progress = [meter](oms::bulk_progress const& p) { meter->show(p); };
    options.on_result = [](oms::task_ref const& task, oms::error_code ec, oms::stop_result const& result) {
        if (!ec) return;
        std::fprintf(stderr, "%s/%s: %s\n", task.project_id.c_str(), task.task_id.c_str(),
                     oms::describe_failure(ec, result).c_str());
    };
    auto result = co_await oms::async_stop_all(client, std::move(tasks), options, asio::as_tuple(asio::use_awaitable));
    auto& [ec, report] = result;
    if (ec) std::fprintf(stderr, "the run ended early: %s\n", ec.message().c_str());
    co_await client.async_shutdown(std::chrono::seconds(5), asio::use_awaitable);
    co_return std::move(report);
}

void print(oms::bulk_report const& r) {
    std::printf("report of the library\n");
    std::printf("  tasks            %zu\n", r.pulled);
    std::printf("  stopped          %zu\n", r.stopped);
    std::printf("  already stopped  %zu\n", r.already_stopped);
    std::printf("  refused          %zu\n", r.refused);
    std::printf("  unknown          %zu\n", r.unknown);
    std::printf("  not sent         %zu\n", r.not_sent);
    std::printf("  not attempted    %zu\n", r.not_attempted);
    std::printf("  duplicates       %zu\n", r.duplicates);
    for (oms::failure_count const& f : r.failures) {
        std::printf("  failure          %zu x %s: %s\n", f.count, f.service_code.c_str(), f.code.message().c_str());
    }
    std::printf("  rate             %.0f stops/s in %.3f s\n", static_cast<double>(r.pulled) / seconds(r.elapsed),
                seconds(r.elapsed));
    std::printf("  latency          p50 %.2f ms, p90 %.2f ms, p99 %.2f ms\n", milliseconds(r.latency.p50),
                milliseconds(r.latency.p90), milliseconds(r.latency.p99));
}

// The server's view; true where it saw every task stopped, and none twice.
bool print_ledger(oms::testing::simulator const& server) {
    std::size_t once = 0, never = 0, again = 0;
    for (oms::task_ref const& task : server.tasks()) {
        std::size_t const n = server.stops(task);
        ++(n == 0 ? never : n == 1 ? once : again);
    }
    std::printf("ledger of the simulator\n");
    std::printf("  requests         %zu", server.requests());
    for (auto const& [status, n] : server.statuses())
        std::printf("  (%u: %zu)", status, n);
    std::printf("\n  connections      %zu, with %zu TLS handshakes, %zu of them resumed\n", server.connections(),
                server.handshakes(), server.resumed());
    std::printf("  stopped once     %zu\n", once);
    std::printf("  stopped again    %zu\n", again);
    std::printf("  never stopped    %zu\n", never);
    return never == 0 && again == 0;
}

std::size_t number(char const* text) {
    char* end = nullptr;
    unsigned long const n = std::strtoul(text, &end, 10);
    if (*text == '\0' || *end != '\0' || n == 0 || n > 1'000'000) {
        std::fprintf(stderr, "usage: bulk-stop [PROJECTS [TASKS_PER_PROJECT]], numbers above 0\n");
        std::exit(2);
    }
    return n;
}

}  // namespace

int main(int argc, char** argv) try {
    std::size_t const projects = argc > 1 ? number(argv[1]) : 1000;
    std::size_t const tasks = argc > 2 ? number(argv[2]) : 5;

    oms::testing::simulator_options options;
    options.projects = projects;
    options.tasks_per_project = tasks;
    oms::testing::simulator const server(options);
    std::printf("%zu sync tasks of %zu projects, at %s\n", projects * tasks, projects, server.endpoint().c_str());
    std::fflush(stdout);

    oms::client_config config;
    config.endpoint = server.endpoint();
    config.tls.ca_pem = server.ca_pem();
    config.credentials = tokens_of(server, projects);

    asio::io_context context(1);
    oms::client client(context, config);
    auto report = asio::co_spawn(context, stop_all(client, server.tasks()), asio::use_future);
    context.run();

    oms::bulk_report const result = report.get();
    print(result);
    bool const server_agrees = print_ledger(server);
    bool const agree = server_agrees && result.stopped == projects * tasks && result.pulled == projects * tasks;
    std::printf("%s\n", agree ? "every task was stopped exactly once; library and server agree"
                              : "library and server do NOT agree that every task was stopped exactly once");
    return agree ? 0 : 1;
} catch (std::exception const& e) {
    std::fprintf(stderr, "bulk-stop: %s\n", e.what());
    return 1;
}
