// SPDX-License-Identifier: BSL-1.0
//
// stop-service: stops tasks for others, over HTTP.
//
//     POST /stops               a list of tasks in JSON; 202 with an id, once it is written down
//     GET  /stops               the last jobs
//     GET  /stops/{id}          how far one is
//     GET  /stops/{id}/events   each result as it comes, as server-sent events; Last-Event-ID resumes
//     GET  /metrics, /healthz   for those who watch it
//     GET  /                    a page that shows all that to people
//
// What was answered 202 is done, whatever happens to the process: a job is in the store before its answer is sent, a
// result before its event is. SIGTERM and SIGINT let what is in flight end; what is not is taken up at the next start,
// and so is all that a crash or `kill -9` left. It has no users and no passwords: it listens on loopback, and who puts
// it on a network puts a proxy before it that has them.

#include "api.hpp"
#include "coroutine.hpp"
#include "group_commit.hpp"
#include "http_server.hpp"
#include "job_runner.hpp"
#include "job_store.hpp"
#include "log.hpp"
#include "options.hpp"

#include <oms/oms.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace asio = boost::asio;
using namespace stop_service;

namespace {

constexpr std::chrono::seconds time_to_leave{5};  // for connections, once all else has ended

class warnings final : public oms::observer {
public:
    void on_warning(oms::warning_event const& e) noexcept override { log_line("warning: " + std::string(e.code)); }
};

oms::client_config client_config() {
    oms::client_config config = oms::client_config::from_environment();
    config.observer = std::make_shared<warnings>();
    return config;
}

struct service {
    job_store store;
    group_commit commits;
    oms::client client;
    job_runner runner;
    api answers;
    http_server server;

    service(asio::io_context& context, options const& o)
        : store(o.database),
          commits(context, store),
          client(context, client_config()),
          runner(client, commits, o),
          answers(client, commits, runner, o),
          server(context, o, answers) {}
};

// The second signal: nobody wants to wait any more. Requests under way are given up; their tasks stay open in the
// store.
void hurry(asio::signal_set& signals, service& all) {
    signals.async_wait([&](oms::error_code const& code, int) {
        if (code) return;
        log_line("again: cuts what is in flight");
        all.client.cancel();
        all.server.cut();
    });
}

asio::awaitable<void> end_at_signal(asio::signal_set& signals, service& all, options const& o) {
    auto const got = co_await signals.async_wait(use_tuple);
    if (std::get<0>(got)) co_return;
    log_line("ends: " + std::to_string(all.runner.tasks()) + " tasks are open");
    hurry(signals, all);
    all.server.stop();
    all.runner.stop();
    co_await all.client.async_shutdown(o.drain, use_tuple);
    // The jobs write down what has come, and tell it; then nobody has anything more to say.
    co_await all.server.finish(time_to_leave);
    signals.cancel();
}

// What is thrown here is for want of memory, where nothing could be refused. Coroutines are amid their work then, so
// the program ends as if it had been killed; its next start takes up what it left.
void run(asio::io_context& context) {
    try {
        context.run();
    } catch (std::exception const& e) {
        log_line(std::string("cannot go on: ") + e.what());
        std::_Exit(1);
    }
}

void serve(options const& o) {
    asio::io_context context(1);
    asio::signal_set signals(context, SIGTERM, SIGINT);  // before anybody can know that we are there
    service all(context, o);
    auto const unfinished = all.store.unfinished();
    if (!unfinished.empty()) log_line("takes up " + std::to_string(unfinished.size()) + " jobs");
    all.runner.resume(unfinished);
    all.server.start();
    asio::co_spawn(context, end_at_signal(signals, all, o), rethrow);
    std::cout << "listening on http://" << all.server.where() << std::endl;
    run(context);
    std::uint64_t left = 0;
    for (job_summary const& each : all.store.unfinished())
        left += each.tasks - each.ended;
    log_line("ended: " + std::to_string(left) + " tasks are left for the next start");
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    try {
        std::vector<std::string> const arguments(argv + 1, argv + argc);
        if (arguments == std::vector<std::string>{"--help"}) {
            std::cout << usage;
            return 0;
        }
        serve(parse_options(arguments));
        return 0;
    } catch (usage_error const& e) {
        std::cerr << "stop-service: " << e.what() << '\n' << usage;
        return 2;
    } catch (std::exception const& e) {
        std::cerr << "stop-service: " << e.what() << '\n';
        return 1;
    }
}
