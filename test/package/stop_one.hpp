// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_PACKAGE_STOP_ONE_HPP
#define OMS_TEST_PACKAGE_STOP_ONE_HPP

// What a user's test does: stops a task of the simulator.

#include <oms/oms.hpp>
#include <oms/testing/simulator.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <utility>

/// Whether client and simulator agree that it was stopped.
inline bool stop_one() {
    oms::testing::simulator_options options;
    options.projects = 1;
    options.tasks_per_project = 1;
    oms::testing::simulator service(options);
    oms::task_ref const task = service.tasks().front();

    boost::asio::io_context context;
    oms::client_config config;
    config.endpoint = service.endpoint();
    config.credentials = oms::token_credentials(service.token(task.project_id));
    config.tls.ca_pem = service.ca_pem();
    oms::client client(context, std::move(config));

    oms::outcome outcome = oms::outcome::unknown;
    client.async_stop(task, [&](oms::error_code, oms::stop_result const& result) {
        outcome = result.outcome;
        client.async_shutdown(std::chrono::seconds(5), [](oms::error_code) {});
    });
    context.run();
    return outcome == oms::outcome::stopped && service.stops(task) == 1;
}

#endif
