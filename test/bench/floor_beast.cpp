// SPDX-License-Identifier: BSL-1.0
//
// A client on Beast as it is usually written: a coroutine for each connection, a message built for each call.

#include "request_bytes.hpp"

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <exception>
#include <string>

namespace asio = boost::asio;
namespace ssl = asio::ssl;
namespace http = boost::beast::http;
using asio::ip::tcp;

namespace {

/// Opens when all have come.
class gate {
public:
    gate(asio::io_context& context, std::size_t wanted)
        : wanted_(wanted), timer_(context, asio::steady_timer::time_point::max()) {}

    asio::awaitable<void> pass() {
        if (++arrived_ == wanted_) co_return void(timer_.cancel());
        boost::system::error_code ec;
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ec));
    }

private:
    std::size_t wanted_, arrived_ = 0;
    asio::steady_timer timer_;
};

asio::awaitable<void> stop_one_after_the_other(bench::options const& options, bench::window& window, gate& all_up,
                                               ssl::context& trust, tcp::endpoint server) {
    ssl::stream<tcp::socket> stream(co_await asio::this_coro::executor, trust);
    co_await stream.lowest_layer().async_connect(server, asio::use_awaitable);
    stream.lowest_layer().set_option(tcp::no_delay(true));
    SSL_set_tlsext_host_name(stream.native_handle(), "localhost");
    stream.set_verify_callback(ssl::host_name_verification("localhost"));
    co_await stream.async_handshake(ssl::stream_base::client, asio::use_awaitable);
    bench::request_bytes const names(options);
    bench::signing signer;
    std::string signature;
    boost::beast::flat_buffer buffer;
    co_await all_up.pass();

    while (window.begin()) {
        auto const begun = bench::steady::now();
        auto const path = names.path(window.task());
        http::request<http::empty_body> request(http::verb::post, path, 11);
        request.set(http::field::host, names.host());
        request.set(http::field::user_agent, "oms-bench/1.0");
        request.set(http::field::content_type, "application/json");
        request.set(http::field::content_length, "0");
        if (options.sign) {
            signature.clear();
            signer.append(signature, path, names.host(), options.project);
            for (std::size_t at = 0; at < signature.size();) {
                auto const line = signature.substr(at, signature.find("\r\n", at) - at);
                request.set(line.substr(0, line.find(':')), line.substr(line.find(':') + 2));
                at += line.size() + 2;
            }
        } else {
            request.set("X-Auth-Token", options.token);
        }
        co_await http::async_write(stream, request, asio::use_awaitable);
        http::response<http::string_body> response;
        co_await http::async_read(stream, buffer, response, asio::use_awaitable);
        window.end(begun, static_cast<int>(response.result_int()));
    }
}

}  // namespace

int main(int argc, char** argv) {
    bench::options const options(argc, argv);
    bench::window window(options, "floor_beast");
    asio::io_context context(1);
    ssl::context trust(ssl::context::tls_client);
    trust.load_verify_file(options.ca_file);
    trust.set_verify_mode(ssl::verify_peer);
    gate all_up(context, options.in_flight);
    tcp::endpoint const server(asio::ip::address_v4::loopback(), static_cast<unsigned short>(std::stoi(options.port)));
    for (std::size_t i = 0; i < options.in_flight; ++i) {
        asio::co_spawn(context, stop_one_after_the_other(options, window, all_up, trust, server),
                       [](std::exception_ptr e) {
                           if (e) std::rethrow_exception(e);
                       });
    }
    context.run();
    window.print(options.in_flight);
    return window.failed() == 0 && window.complete() ? 0 : 1;
}
