// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_SYSTEM_SUPPORT_RIG_HPP
#define OMS_TEST_SYSTEM_SUPPORT_RIG_HPP

// A simulator, a context and a client, as a user sets them up, and bounded ways
// to wait: nothing here sleeps or waits for ever.

#include "system/support/spoken.hpp"

#include <oms/oms.hpp>
#include <oms/testing/simulator.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <future>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace oms::test {

namespace asio = boost::asio;
using namespace std::chrono_literals;

inline constexpr std::chrono::seconds patience{30};

inline testing::simulator_options running(std::size_t projects, std::size_t tasks_per_project) {
    testing::simulator_options options;
    options.projects = projects;
    options.tasks_per_project = tasks_per_project;
    options.token_length = 256;
    if (over_http_2()) options.http = testing::http_versions::http_2;
    return options;
}

/// Each project has its own token, as the service wants it.
inline client_config config_for(testing::simulator const& sim) {
    client_config config;
    config.endpoint = sim.endpoint();
    config.tls.ca_pem = sim.ca_pem();
    config.credentials =
        per_project_credentials([&sim](std::string const& project) { return token_credentials(sim.token(project)); });
    config.random_seed = 1;
    if (over_http_2()) config.pool.max_streams = 1;
    return config;
}

/// What a callback got, and how often.
template <class Result>
struct receipt {
    unsigned calls = 0;
    error_code code;
    Result result;

    auto handler() {
        return [this](error_code ec, Result r) {
            ++calls;
            code = ec;
            result = std::move(r);
        };
    }
};
using stop_receipt = receipt<stop_result>;
using bulk_receipt = receipt<bulk_report>;

/// Runs a context until something is so. Looks at least once a millisecond, so
/// that it may be something that other threads do.
template <class Condition>
bool run_until(asio::io_context& context, Condition so) {
    auto const end = std::chrono::steady_clock::now() + patience;
    while (!so()) {
        if (std::chrono::steady_clock::now() > end) return false;
        context.restart();
        context.run_one_for(1ms);
    }
    return true;
}

/// For what happens on other threads altogether.
template <class Condition>
bool becomes_true(Condition so) {
    auto const end = std::chrono::steady_clock::now() + patience;
    while (!so()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::yield();
    }
    return true;
}

/// Runs a context until it has nothing more to do; says whether that came to pass.
inline bool run_out(asio::io_context& context) {
    context.restart();
    context.run_for(patience);
    return context.stopped();
}

/// Runs a coroutine to its end; throws what it throws.
inline void run(asio::io_context& context, std::function<asio::awaitable<void>()> body) {
    bool ended = false;
    std::exception_ptr failure;
    asio::co_spawn(context, std::move(body), [&](std::exception_ptr e) {
        ended = true;
        failure = e;
    });
    BOOST_REQUIRE(run_until(context, [&] { return ended; }));
    if (failure) std::rethrow_exception(failure);
}

template <class T>
T get(std::future<T> future) {
    if (future.wait_for(patience) != std::future_status::ready) throw std::runtime_error("the future was never set");
    return future.get();
}

/// Runs a context in a thread of its own, until the end of the scope.
class background {
public:
    explicit background(asio::io_context& context)
        : context_(context), work_(context.get_executor()), thread_([&context] { context.run(); }) {}
    background(background const&) = delete;
    background& operator=(background const&) = delete;
    ~background() {
        context_.stop();
        thread_.join();
    }
    std::thread::id id() const noexcept { return thread_.get_id(); }

private:
    asio::io_context& context_;
    asio::executor_work_guard<asio::io_context::executor_type> work_;
    std::thread thread_;
};

/// The whole of it. Tests that need other options make a new client in place.
struct rig {
    testing::simulator sim;
    asio::io_context context{1};
    client_config config = config_for(sim);
    std::optional<oms::client> own;

    explicit rig(testing::simulator_options options = running(4, 25)) : sim(std::move(options)) {}

    /// Made at the first use, from `config` as it is then.
    oms::client& client() {
        if (!own) own.emplace(context, config);
        return *own;
    }
    task_ref task(std::size_t project, std::size_t number = 0) const {
        return sync_task(testing::simulator::project_id(project), testing::simulator::task_id(project, number));
    }
    stop_receipt stop(task_ref const& which, call_options options = call_options()) {
        stop_receipt got;
        client().async_stop(which, std::move(options), got.handler());
        BOOST_REQUIRE(run_until(context, [&] { return got.calls > 0; }));
        return got;
    }
    template <class Source>
    bulk_receipt stop_all(Source&& source, bulk_options options = bulk_options()) {
        bulk_receipt got;
        async_stop_all(client(), std::forward<Source>(source), std::move(options), got.handler());
        BOOST_REQUIRE(run_until(context, [&] { return got.calls > 0; }));
        return got;
    }
};

}  // namespace oms::test

#endif
