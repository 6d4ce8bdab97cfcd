// SPDX-License-Identifier: BSL-1.0
//
// A client's metrics in Prometheus' text format, for a service that has a
// page for them already.

#include "prometheus_page.hpp"

#include <oms/oms.hpp>
#include <oms/testing/simulator.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <iostream>
#include <utility>
#include <vector>

namespace asio = boost::asio;

static asio::awaitable<void> stop_all(oms::client& client, std::vector<oms::task_ref> tasks) {
    oms::bulk_options options;
    co_await oms::async_stop_all(client, std::move(tasks), options, asio::as_tuple(asio::use_awaitable));
    prometheus_page(std::cout).print(client.metrics());
    std::cout << "\n# what a person would read:\n" << client.describe();
    co_await client.async_shutdown(std::chrono::seconds(1), asio::use_awaitable);
}

int main() {
    oms::testing::simulator_options made;
    made.projects = 1;
    made.tasks_per_project = 100;
    oms::testing::simulator server(made);

    oms::client_config config;
    config.endpoint = server.endpoint();
    config.tls.ca_pem = server.ca_pem();
    config.credentials = oms::token_credentials(server.token(server.project_id(0)));
    asio::io_context context;
    oms::client client(context, config);
    asio::co_spawn(context, stop_all(client, server.tasks()), asio::detached);
    context.run();
}
