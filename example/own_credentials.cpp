// SPDX-License-Identifier: BSL-1.0
//
// A provider of your own: it asks whoever hands out tokens at your place, here
// a vault that takes a moment, and stops asking when nobody waits any more.

#include <oms/oms.hpp>
#include <oms/testing/simulator.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

namespace asio = boost::asio;

using vault = std::function<asio::awaitable<std::string>(std::string project_id)>;

class vault_credentials final : public oms::credentials_provider {
public:
    explicit vault_credentials(vault ask) : ask_(std::move(ask)) {}

    void async_get(oms::credential_request request, oms::credential_handler handler) override {
        auto done = [handler = std::move(handler)](std::exception_ptr failed, oms::credential value) mutable {
            failed ? handler(oms::errc::credentials_unavailable, {}) : handler({}, std::move(value));
        };
        asio::co_spawn(request.executor, fetch(ask_, request.project_id),
                       asio::bind_cancellation_slot(request.cancellation, std::move(done)));
    }

private:
    static asio::awaitable<oms::credential> fetch(vault ask, std::string project_id) {
        auto value = oms::credential::from_token(co_await ask(std::move(project_id)));
        value.expires_at = std::chrono::system_clock::now() + std::chrono::hours(24);
        co_return value;
    }

    vault const ask_;
};

static asio::awaitable<void> stop(oms::client& client, oms::task_ref task, int& stopped) {
    auto answer = co_await client.async_stop(std::move(task), asio::as_tuple(asio::use_awaitable));
    auto& [code, result] = answer;
    if (code) {
        std::cerr << oms::describe_failure(code, result) << '\n';
    } else if (++stopped == 2) {
        co_await client.async_shutdown(std::chrono::seconds(1), asio::use_awaitable);
    }
}

int main() {
    oms::testing::simulator_options made;
    made.projects = 1;
    made.tasks_per_project = 2;
    oms::testing::simulator server(made);

    int asked = 0;
    vault const ask = [&](std::string project_id) -> asio::awaitable<std::string> {
        ++asked;
        asio::steady_timer moment(co_await asio::this_coro::executor, std::chrono::milliseconds(20));
        co_await moment.async_wait(asio::use_awaitable);
        co_return server.token(project_id);
    };
    oms::client_config config;
    config.endpoint = server.endpoint();
    config.tls.ca_pem = server.ca_pem();
    config.credentials = std::make_shared<vault_credentials>(ask);

    asio::io_context context;
    oms::client client(context, config);
    int stopped = 0;
    for (oms::task_ref const& task : server.tasks()) {
        asio::co_spawn(context, stop(client, task, stopped), asio::detached);
    }
    context.run();
    std::cout << stopped << " tasks stopped, the vault was asked " << asked << " time(s)\n";
    return stopped == 2 && asked == 1 ? 0 : 1;
}
