// SPDX-License-Identifier: BSL-1.0
//
// The shortest of all: stops one task. Region, endpoint and credential come from the environment.
//
//     hello-stop PROJECT TASK

#include <oms/oms.hpp>

#include <boost/asio.hpp>
#include <exception>
#include <iostream>
#include <stdexcept>

int main(int argc, char** argv) try {
    if (argc != 3) throw std::invalid_argument("usage: hello-stop PROJECT TASK");
    boost::asio::io_context context;
    oms::client client(context, oms::client_config::from_environment());
    auto answer = client.async_stop(oms::sync_task(argv[1], argv[2]), oms::with_details(boost::asio::use_future));
    client.async_wait_idle([&](oms::error_code) { client.async_shutdown(boost::asio::detached); });
    context.run();
    std::cout << answer.get().outcome << '\n';
} catch (std::exception const& e) {
    std::cerr << e.what() << '\n';
    return 1;
}
