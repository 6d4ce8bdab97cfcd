// SPDX-License-Identifier: BSL-1.0
//
// What a process pays before its first stop: the first client with the system's roots, and each of a hundred more.

#include "figures.hpp"

#include <oms/client.hpp>

#include <boost/asio/io_context.hpp>

#include <openssl/ssl.h>

#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <list>

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

oms::client_config config() {
    oms::client_config made;
    made.endpoint = "https://localhost:1";
    made.credentials = oms::token_credentials("token");
    return made;
}

// In a process in which nobody has used OpenSSL yet.
void first_client() {
    asio::io_context context{1};
    double const none = heap();
    auto const start = thread_time();
    oms::client const client(context, config());
    print("the first client, what OpenSSL makes once with it", ms(thread_time() - start), "ms", 3, 1);
    print("the first client, heap", (heap() - none) / 1024 / 1024, "MiB", 4.6);
}

void further_clients() {
    constexpr int more = 100;
    auto const empty = thread_time();
    SSL_CTX_free(SSL_CTX_new(TLS_client_method()));
    auto const before = thread_time();
    SSL_CTX_free(SSL_CTX_new(TLS_client_method()));
    std::printf("OpenSSL's own first context: %.2f ms, each further one: %.3f ms\n", ms(before - empty),
                ms(thread_time() - before));
    asio::io_context context{1};
    std::list<oms::client> all;
    all.emplace_back(context, config());
    double const one = heap();
    auto const next = thread_time();
    for (int i = 0; i < more; ++i)
        all.emplace_back(context, config());
    print("each further client", ms((thread_time() - next) / more), "ms", 0.5, 0.2);
    print("each further client, heap", (heap() - one) / 1024 / more, "KiB", 64, 20);
}

}  // namespace

int main() {
    pid_t const child = ::fork();
    if (child == 0) {
        first_client();
        std::_Exit(0);
    }
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) != child || status != 0) return 1;
    further_clients();
}
