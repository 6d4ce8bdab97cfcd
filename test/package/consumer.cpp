// SPDX-License-Identifier: BSL-1.0
// What a user's first program does, without a network: makes a client, and has a wrong task refused.

#include <oms/oms.hpp>

#include <boost/asio/io_context.hpp>

#include <iostream>
#include <utility>

int main() {
    boost::asio::io_context context;
    oms::client_config config;
    config.endpoint = "https://localhost";
    config.credentials = oms::token_credentials("token");
    oms::client client(context, std::move(config));

    oms::error_code code;
    client.async_stop(oms::sync_task("", "task"), [&](oms::error_code ec, oms::stop_result) { code = ec; });
    context.run();
    std::cout << "oms " << oms::version() << ": " << code.message() << '\n';
    return code == oms::errc::invalid_project_id && code == oms::condition::invalid_argument ? 0 : 1;
}
