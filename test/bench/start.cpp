// SPDX-License-Identifier: BSL-1.0
//
// What a process pays before its first stop: the first client with the
// system's roots, each further one, and ten stops from beginning to end.
//
//   start                   the first client and 100 more
//   start stops             ten stops, one after another, for a count of instructions

#include "figures.hpp"
#include "service_process.hpp"

#include <oms/client.hpp>

#include <boost/asio/io_context.hpp>

#include <openssl/ssl.h>

#include <malloc.h>
#include <unistd.h>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <list>
#include <string>
#include <string_view>

using namespace oms::bench;

namespace {

namespace asio = boost::asio;

double heap() {
    auto const info = ::mallinfo2();
    return static_cast<double>(info.uordblks + info.hblkhd);
}

double ms(std::chrono::nanoseconds t) {
    return std::chrono::duration<double, std::milli>(t).count();
}

oms::client_config config_for(std::string const& endpoint, std::string const& token) {
    oms::client_config config;
    config.endpoint = endpoint;
    config.credentials = oms::token_credentials(token);
    return config;
}

void clients() {
    constexpr int more = 100;
    asio::io_context context{1};
    auto const config = config_for("https://localhost:1", "token");
    auto const empty = thread_time();
    SSL_CTX_free(SSL_CTX_new(TLS_client_method()));
    auto const before = thread_time();
    SSL_CTX_free(SSL_CTX_new(TLS_client_method()));
    auto const bare = thread_time() - before;
    std::list<oms::client> all;
    double const none = heap();
    auto const start = thread_time();
    all.emplace_back(context, config);
    auto const first = thread_time() - start;
    double const one = heap();
    auto const next = thread_time();
    for (int i = 0; i < more; ++i)
        all.emplace_back(context, config);
    auto const each = (thread_time() - next) / more;
    std::printf("OpenSSL's own first context: %.2f ms, each further one: %.3f ms\n", ms(before - empty), ms(bare));
    print("the first client, OpenSSL's own first context with it", ms(first + (before - empty)), "ms", 3, 1);
    print("the first client, heap", (one - none) / 1024 / 1024, "MiB", 4.6);
    print("each further client", ms(each), "ms", 0.5, 0.2);
    print("each further client, heap", (heap() - one) / 1024 / more, "KiB", 64, 20);
}

// The service's root is one more in a copy of the system's file.
void trust(service_process const& service, std::string const& path) {
    std::ifstream const system(X509_get_default_cert_file());
    std::ofstream(path) << system.rdbuf() << service.ca_pem();
    ::setenv(X509_get_default_cert_file_env(), path.c_str(), 1);
}

int stops() {
    service_process const service;
    std::string const path = "/tmp/oms-bench-roots-" + std::to_string(::getpid()) + ".pem";
    trust(service, path);
    asio::io_context context{1};
    int done = 0;
    {
        oms::client client(context, config_for(service.endpoint(), service.token()));
        for (int i = 0; i < 10; ++i) {
            client.async_stop(oms::sync_task("project", std::to_string(i)),
                              [&](oms::error_code ec, oms::stop_result const&) { done += ec ? 0 : 1; });
        }
        while (done < 10 && context.run_one_for(std::chrono::seconds(10)) > 0) {
        }
    }
    std::remove(path.c_str());
    std::printf("stopped: %d\n", done);
    return done == 10 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 1 && std::string_view(argv[1]) == "stops") return stops();
    clients();
}
