// SPDX-License-Identifier: BSL-1.0
#include "system/tinyproxy_server.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect_pipe.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/writable_pipe.hpp>

#include <chrono>
#include <stdexcept>
#include <vector>

namespace oms::test {

namespace asio = boost::asio;

tinyproxy_server::tinyproxy_server(std::uint16_t allowed_port) {
    // It takes no listening socket over, so that another program may take the port in between.
    for (int tries = 0; tries < 3; ++tries) {
        if (start(allowed_port)) return;
        process_.reset();
        output_.close();
    }
    throw std::runtime_error("tinyproxy does not start: " + log_);
}

bool tinyproxy_server::start(std::uint16_t allowed_port) {
    {
        asio::ip::tcp::acceptor const acceptor(context_, {asio::ip::address_v4::loopback(), 0});
        port_ = acceptor.local_endpoint().port();
    }
    std::string const configuration =
        directory_.write("tinyproxy.conf", "Port " + std::to_string(port_) +
                                               "\nListen 127.0.0.1\nAllow 127.0.0.1\nTimeout 60\nMaxClients 20\n"
                                               "LogLevel Info\nBasicAuth user passw0rd\nConnectPort " +
                                               std::to_string(allowed_port) + "\n");
    // In the foreground it reports to its output, and what it reports tells when it is ready.
    asio::writable_pipe input(context_);
    asio::connect_pipe(output_, input);
    std::string const redirected =
        "exec \"$0\" -d -c \"$1\" >/dev/fd/" + std::to_string(input.native_handle()) + " 2>&1";
    process_.emplace(std::vector<std::string>{"/bin/sh", "-c", redirected, OMS_TINYPROXY, configuration},
                     std::vector<std::string>{}, input.native_handle());
    input.close();
    bool ready = false;
    log_.clear();
    asio::async_read_until(output_, asio::dynamic_buffer(log_), "Accepting connections",
                           [&](boost::system::error_code code, std::size_t) { ready = !code; });
    context_.restart();
    context_.run_for(std::chrono::seconds(20));
    return ready;
}

}  // namespace oms::test
