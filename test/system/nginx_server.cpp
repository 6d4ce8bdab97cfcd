// SPDX-License-Identifier: BSL-1.0
#include "system/nginx_server.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace oms::test {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

void write_configuration(temporary_directory const& directory, std::uint16_t port) {
    std::string text = read_file(OMS_NGINX_CONFIGURATION);
    std::string_view const mark = "@port@";
    text.replace(text.find(mark), mark.size(), std::to_string(port));
    directory.write("nginx.conf", text);
}

void make_certificate(std::string const& key, std::string const& certificate, std::vector<std::string> const& more) {
    std::vector<std::string> command = {OMS_OPENSSL, "req",      "-x509",
                                        "-days",     "2",        "-newkey",
                                        "ec",        "-pkeyopt", "ec_paramgen_curve:prime256v1",
                                        "-nodes",    "-keyout",  key,
                                        "-out",      certificate};
    command.insert(command.end(), more.begin(), more.end());
    run(std::move(command));
}

// A root, and a certificate for localhost that it signs.
void make_certificates(temporary_directory const& directory) {
    std::string const ca_key = directory.file("ca.key");
    std::string const ca = directory.file("ca.pem");
    make_certificate(ca_key, ca, {"-subj", "/CN=oms test root", "-addext", "keyUsage=critical,keyCertSign"});
    make_certificate(directory.file("server.key"), directory.file("server.pem"),
                     {"-CA", ca, "-CAkey", ca_key, "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                      "-addext", "basicConstraints=critical,CA:FALSE", "-addext", "extendedKeyUsage=serverAuth"});
}

// nginx explains to whoever speaks plain HTTP to it that this is a TLS port.
bool answers(std::uint16_t port) {
    asio::io_context context;
    tcp::socket socket(context);
    socket.connect({asio::ip::address_v4::loopback(), port});
    asio::write(socket, asio::buffer(std::string_view("GET / HTTP/1.0\r\n\r\n")));
    char first = 0;
    bool answered = false;
    asio::async_read(socket, asio::buffer(&first, 1),
                     [&](boost::system::error_code code, std::size_t) { answered = !code; });
    context.run_for(std::chrono::seconds(20));
    return answered;
}

}  // namespace

nginx_server::nginx_server() {
    make_certificates(directory_);
    ca_pem_ = directory_.read("ca.pem");

    // nginx takes a listening socket over by its number, as it does when it upgrades itself. So the system picks the
    // port, nobody can take it in between, and connections wait in the backlog until nginx accepts.
    asio::io_context context;
    tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
    std::uint16_t const port = acceptor.local_endpoint().port();
    write_configuration(directory_, port);
    process_.emplace(
        std::vector<std::string>{OMS_NGINX, "-p", directory_.file(""), "-e", "error.log", "-c", "nginx.conf"},
        std::vector<std::string>{"NGINX=" + std::to_string(acceptor.native_handle()) + ";"}, acceptor.native_handle());
    acceptor.close();
    if (!answers(port)) throw std::runtime_error("nginx does not start: " + directory_.read("error.log"));
    endpoint_ = "https://localhost:" + std::to_string(port);
}

}  // namespace oms::test
