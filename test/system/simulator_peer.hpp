// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_SYSTEM_SIMULATOR_PEER_HPP
#define OMS_TEST_SYSTEM_SIMULATOR_PEER_HPP

// A blocking client for the simulator's own tests: knows TLS and a little HTTP,
// and nothing of the library.

#include <oms/testing/simulator.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace simulator_test {

namespace asio = boost::asio;
using oms::testing::simulator;

struct received {
    unsigned status = 0;
    std::string head, body;
    boost::system::error_code error;  // why it ended early

    std::string header(std::string_view name) const {
        auto const begin = head.find("\r\n" + std::string(name) + ": ");
        if (begin == std::string::npos) return {};
        auto const value = begin + name.size() + 4;
        return head.substr(value, head.find("\r\n", value) - value);
    }
    boost::json::object json() const { return boost::json::parse(body).as_object(); }
    std::string code() const { return json().at("error_code").as_string().c_str(); }
};

struct session_deleter {
    void operator()(SSL_SESSION* s) const { SSL_SESSION_free(s); }
};
using session = std::unique_ptr<SSL_SESSION, session_deleter>;

inline std::uint16_t port_of(std::string const& url) {
    return static_cast<std::uint16_t>(std::stoul(url.substr(url.rfind(':') + 1)));
}

class peer {
public:
    explicit peer(simulator const& sim, std::string_view region = {},
                  asio::ssl::context::method method = asio::ssl::context::tls_client, SSL_SESSION* resume = nullptr)
        : peer(sim.port(region), sim, method, resume) {}

    peer(std::uint16_t port, simulator const& sim, asio::ssl::context::method method = asio::ssl::context::tls_client,
         SSL_SESSION* resume = nullptr)
        : tls_(method), stream_(context_, tls_) {
        tls_.add_certificate_authority(asio::buffer(sim.ca_pem()));
        // The stream took its settings from the context as it was.
        SSL_set1_verify_cert_store(stream_.native_handle(), SSL_CTX_get_cert_store(tls_.native_handle()));
        stream_.set_verify_mode(asio::ssl::verify_peer);
        stream_.set_verify_callback(asio::ssl::host_name_verification("localhost"));
        // So that an old version gets as far as the simulator.
        if (method == asio::ssl::context::tlsv11_client) SSL_set_security_level(stream_.native_handle(), 0);
        if (resume) SSL_set_session(stream_.native_handle(), resume);
        stream_.next_layer().connect({asio::ip::address_v4::loopback(), port});
        stream_.handshake(asio::ssl::stream_base::client);
    }

    void send(std::string const& bytes) { asio::write(stream_, asio::buffer(bytes)); }

    received receive() {
        received r;
        auto const size = asio::read_until(stream_, asio::dynamic_buffer(buffer_), "\r\n\r\n", r.error);
        if (r.error) return r;
        r.head = buffer_.substr(0, size);
        buffer_.erase(0, size);
        r.status = static_cast<unsigned>(std::stoul(r.head.substr(9, 3)));
        auto const length = r.header("Content-Length");
        auto const wanted = length.empty() ? 0 : std::stoul(length);
        if (buffer_.size() < wanted) {
            asio::read(stream_, asio::dynamic_buffer(buffer_), asio::transfer_exactly(wanted - buffer_.size()),
                       r.error);
        }
        r.body = buffer_.substr(0, wanted);
        buffer_.erase(0, wanted);
        return r;
    }

    received ask(std::string const& bytes) {
        send(bytes);
        return receive();
    }

    // What is there next, however little; nothing may have been received before.
    std::string read_once() {
        char some[4096];
        return std::string(some, stream_.read_some(asio::buffer(some)));
    }

    // Everything until the connection ends.
    std::string drain(boost::system::error_code& why) {
        asio::read(stream_, asio::dynamic_buffer(buffer_), asio::transfer_all(), why);
        return std::move(buffer_);
    }

    void close() { stream_.next_layer().close(); }
    SSL* native() { return stream_.native_handle(); }

private:
    asio::io_context context_;
    asio::ssl::context tls_;
    asio::ssl::stream<asio::ip::tcp::socket> stream_;
    std::string buffer_;
};

inline std::string request(std::string_view method, std::string_view target, std::string_view token,
                           std::string_view more = {}) {
    std::string text;
    text.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n");
    if (!token.empty()) text.append("X-Auth-Token: ").append(token).append("\r\n");
    if (more.empty()) more = "Content-Length: 0\r\n";
    return text.append(more).append("\r\n");
}

inline std::string path_of(oms::task_ref const& task) {
    char const* const collections[] = {"sync-tasks", "tasks", "taskgroups"};
    return "/v2/" + task.project_id + "/" + collections[static_cast<int>(task.kind)] + "/" + task.task_id;
}

inline std::string stop_request(simulator const& sim, oms::task_ref const& task) {
    auto const* const method = task.kind == oms::task_kind::task_group ? "PUT" : "POST";
    return request(method, path_of(task) + "/stop", sim.token(task.project_id));
}

inline std::string show_request(simulator const& sim, oms::task_ref const& task) {
    return request("GET", path_of(task) + "?query_time=1726000000000", sim.token(task.project_id));
}

inline oms::testing::simulator_options options_with(std::size_t projects, std::size_t tasks_per_project) {
    oms::testing::simulator_options options;
    options.projects = projects;
    options.tasks_per_project = tasks_per_project;
    return options;
}

}  // namespace simulator_test

#endif
