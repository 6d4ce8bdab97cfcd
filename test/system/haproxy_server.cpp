// SPDX-License-Identifier: BSL-1.0
#include "system/haproxy_server.hpp"

#include "system/support/spoken.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace oms::test {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

std::string defaults(std::string const& mode) {
    return "global\n"
           "    maxconn 200\n"
           "defaults\n"
           "    mode " +
           mode +
           "\n"
           "    timeout connect 10s\n"
           "    timeout client 60s\n"
           "    timeout server 60s\n"
           "frontend terminating\n";
}

// Newer ones offer HTTP/2 unless they are told what to offer.
std::string bind(int listening, std::string const& certificate) {
    return "    bind fd@" + std::to_string(listening) + " ssl crt " + certificate + " ssl-min-ver TLSv1.2" + " alpn " +
           (over_http_2() ? "h2,http/1.1" : "http/1.1");
}

// It hangs up on whoever speaks no TLS.
bool answers(std::uint16_t port) {
    asio::io_context context;
    tcp::socket socket(context);
    socket.connect({asio::ip::address_v4::loopback(), port});
    asio::write(socket, asio::buffer(std::string_view("GET / HTTP/1.0\r\n\r\n")));
    std::array<char, 64> buffer;
    bool answered = false;
    socket.async_read_some(asio::buffer(buffer), [&](boost::system::error_code, std::size_t) { answered = true; });
    context.run_for(std::chrono::seconds(20));
    return answered;
}

}  // namespace

std::string haproxy_server::write(testing::identity const& own) {
    return directory_.write("server.pem", testing::to_pem(*own.certificate) + testing::to_pem(*own.key));
}

haproxy_server::haproxy_server(testing::simulator const& simulator) {
    auto const root = testing::make_root("haproxy root");
    ca_pem_ = testing::to_pem(*root.certificate);
    std::string const certificate = write(testing::make_server(root, {}));
    std::string const server = "    server simulator 127.0.0.1:" + std::to_string(simulator.port()) +
                               " ssl verify required ca-file " + directory_.write("upstream.pem", simulator.ca_pem()) +
                               " sni str(localhost) verifyhost localhost\n";
    start([&](int listening) {
        return defaults("http") + bind(listening, certificate) +
               "\n"
               "    use_backend unshared if { hdr(user-agent) -m sub unshared }\n"
               "    default_backend shared\n"
               "backend shared\n"
               "    http-reuse always\n" +
               server +
               "backend unshared\n"
               "    http-reuse never\n" +
               server;
    });
}

haproxy_server::haproxy_server(testing::identity const& root, testing::identity const& own, std::uint16_t upstream)
    : ca_pem_(testing::to_pem(*root.certificate)) {
    std::string const certificate = write(own);
    std::string const clients = directory_.write("clients.pem", ca_pem_);
    start([&](int listening) {
        return defaults("tcp") + bind(listening, certificate) + " verify optional ca-file " + clients +
               "\n"
               "    tcp-request content reject if { ssl_c_used }\n"
               "    default_backend plain\n"
               "backend plain\n"
               "    server plain 127.0.0.1:" +
               std::to_string(upstream) + "\n";
    });
}

// It takes a listening socket over by its number: the system picks the port, nobody can take it in between, and
// connections wait in the backlog until HAProxy accepts.
void haproxy_server::start(std::function<std::string(int)> const& configuration) {
    asio::io_context context;
    tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
    std::string const file = directory_.write("haproxy.cfg", configuration(acceptor.native_handle()));
    process_.emplace(std::vector<std::string>{OMS_HAPROXY, "-db", "-f", file}, std::vector<std::string>{},
                     acceptor.native_handle());
    port_ = acceptor.local_endpoint().port();
    acceptor.close();
    if (!answers(port_) || !process_->running()) throw std::runtime_error("HAProxy does not start");
}

}  // namespace oms::test
