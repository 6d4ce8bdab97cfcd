// SPDX-License-Identifier: BSL-1.0
//
// An observer that writes what a client does through spdlog, and a run of it
// against the simulator, whose first answers are failures.

#include <oms/oms.hpp>
#include <oms/testing/simulator.hpp>

#include <spdlog/spdlog.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace asio = boost::asio;

// Events come from any of the client's threads; spdlog's loggers may be used from all of them.
class logging_observer final : public oms::observer {
public:
    void on_call_end(oms::call_end_event const& e) noexcept override {
        if (!e.code) {
            spdlog::info("call {} [{}] {}: {}", e.call.call_id, e.call.tag, e.task->task_id,
                         oms::to_string(e.result->outcome));
        } else {
            spdlog::error("call {} [{}] {}: {}", e.call.call_id, e.call.tag, e.task->task_id,
                          oms::describe_failure(e.code, *e.result));
        }
    }

    void on_phase(oms::phase_event const& e) noexcept override {
        spdlog::debug("call {} [{}] attempt {}: {} took {} us{}{}", e.call.call_id, e.call.tag, e.attempt,
                      oms::to_string(e.phase), microseconds(e.elapsed), e.code ? ", " : "",
                      e.code ? e.code.message() : std::string());
    }

    void on_retry(oms::retry_event const& e) noexcept override {
        spdlog::warn(
            "call {} [{}] attempt {} failed: {}; {} ({})", e.call.call_id, e.call.tag, e.attempt, e.code.message(),
            e.repeated ? "again in " + std::to_string(microseconds(e.delay)) + " us" : "ends", to_string(e.reason));
    }

    void on_throttle(oms::throttle_event const& e) noexcept override {
        spdlog::debug("call {} [{}] waits {} us for a pace of {}/s", e.call.call_id, e.call.tag, microseconds(e.delay),
                      e.rate);
    }

    void on_connection(oms::connection_event const& e) noexcept override {
        switch (e.what) {
            case oms::connection_event::kind::opened:
                spdlog::debug("connection {} to {} opened{}", e.connection_id, e.endpoint,
                              e.session_resumed ? ", session resumed" : "");
                break;
            case oms::connection_event::kind::reused:
                spdlog::debug("connection {} serves call {}", e.connection_id, e.call.call_id);
                break;
            case oms::connection_event::kind::closed:
                spdlog::debug("connection {} closed: {}", e.connection_id, to_string(e.reason));
                break;
            case oms::connection_event::kind::dial_failed:
                spdlog::warn("no connection to {}: {}", e.endpoint, e.code.message());
                break;
        }
    }

    void on_warning(oms::warning_event const& e) noexcept override { spdlog::warn("{}: {}", e.code, e.text); }

private:
    static long long microseconds(oms::duration d) {
        return std::chrono::duration_cast<std::chrono::microseconds>(d).count();
    }
};

static asio::awaitable<void> stop(oms::client& client, oms::task_ref task, bool& stopped) {
    oms::call_options options;
    options.tag = "example";
    auto answer = co_await client.async_stop(std::move(task), options, asio::as_tuple(asio::use_awaitable));
    stopped = !std::get<0>(answer);
    co_await client.async_shutdown(std::chrono::seconds(1), asio::use_awaitable);
}

int main() {
    spdlog::set_level(spdlog::level::debug);
    oms::testing::simulator_options made;
    made.projects = made.tasks_per_project = 1;
    oms::testing::simulator server(made);
    server.on(oms::testing::any()).attempt(1).reply(503, R"({"error_code":"APIGW.0613","error_msg":"IAM is away"})");
    server.on(oms::testing::any()).attempt(2).reset_before_reply();

    oms::client_config config;
    config.endpoint = server.endpoint();
    config.tls.ca_pem = server.ca_pem();
    config.credentials = oms::token_credentials(server.token(server.project_id(0)));
    config.observer = std::make_shared<logging_observer>();
    asio::io_context context;
    oms::client client(context, config);
    bool stopped = false;
    asio::co_spawn(context, stop(client, server.tasks().front(), stopped), asio::detached);
    context.run();
    return stopped ? 0 : 1;
}
