// SPDX-License-Identifier: BSL-1.0
#include "system/haproxy_server.hpp"

#include "testing/certificate.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <openssl/bio.h>
#include <openssl/pem.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace oms::test {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

std::string key_to_pem(EVP_PKEY& key) {
    std::unique_ptr<BIO, testing::openssl_deleter<BIO_free_all>> const bio(BIO_new(BIO_s_mem()));
    if (!bio || PEM_write_bio_PrivateKey(bio.get(), &key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
        testing::throw_openssl_error("key");
    }
    char* text = nullptr;
    long const size = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

std::string configuration(int listening, std::string const& certificate, std::string const& upstream_root,
                          std::uint16_t upstream) {
    std::string const server = "    server simulator 127.0.0.1:" + std::to_string(upstream) +
                               " ssl verify required ca-file " + upstream_root +
                               " sni str(localhost) verifyhost localhost\n";
    return "global\n"
           "    maxconn 200\n"
           "defaults\n"
           "    mode http\n"
           "    timeout connect 10s\n"
           "    timeout client 60s\n"
           "    timeout server 60s\n"
           "frontend terminating\n"
           "    bind fd@" +
           std::to_string(listening) + " ssl crt " + certificate +
           " ssl-min-ver TLSv1.2\n"
           "    use_backend unshared if { hdr(user-agent) -m sub unshared }\n"
           "    default_backend shared\n"
           "backend shared\n"
           "    http-reuse always\n" +
           server +
           "backend unshared\n"
           "    http-reuse never\n" +
           server;
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

haproxy_server::haproxy_server(testing::simulator const& simulator) {
    auto const root = testing::make_root("haproxy root");
    auto const own = testing::make_server(root, {});
    ca_pem_ = testing::to_pem(*root.certificate);
    std::string const certificate =
        directory_.write("server.pem", testing::to_pem(*own.certificate) + key_to_pem(*own.key));
    std::string const upstream_root = directory_.write("upstream.pem", simulator.ca_pem());

    // It takes a listening socket over by its number: the system picks the port, nobody can take it in between, and
    // connections wait in the backlog until HAProxy accepts.
    asio::io_context context;
    tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
    std::string const file = directory_.write(
        "haproxy.cfg", configuration(acceptor.native_handle(), certificate, upstream_root, simulator.port()));
    process_.emplace(std::vector<std::string>{OMS_HAPROXY, "-db", "-f", file}, std::vector<std::string>{},
                     acceptor.native_handle());
    std::uint16_t const port = acceptor.local_endpoint().port();
    acceptor.close();
    if (!answers(port) || !process_->running()) throw std::runtime_error("HAProxy does not start");
    endpoint_ = "https://localhost:" + std::to_string(port);
}

}  // namespace oms::test
