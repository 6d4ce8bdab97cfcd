// SPDX-License-Identifier: BSL-1.0
#include "service_process.hpp"

#include <oms/testing/simulator.hpp>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>

namespace oms::bench {

namespace {

using file_ptr = std::unique_ptr<std::FILE, decltype(&std::fclose)>;

void send(std::FILE* to, std::string const& text) {
    std::fprintf(to, "%zu\n", text.size());
    std::fwrite(text.data(), 1, text.size(), to);
}

std::string receive(std::FILE* from) {
    std::size_t size = 0;
    if (std::fscanf(from, "%zu", &size) != 1 || std::fgetc(from) != '\n') {
        throw std::runtime_error("the service did not start");
    }
    std::string text(size, '\0');
    if (std::fread(text.data(), 1, size, from) != size) throw std::runtime_error("the service did not start");
    return text;
}

[[noreturn]] void serve(service_options const& options, int out, int stop) {
    testing::simulator_options made;
    made.projects = options.tokens;
    made.threads = options.threads;
    made.latency = options.latency;
    made.keep_ledger = false;
    testing::simulator sim(made);
    sim.on(testing::any()).reply(200);
    {
        file_ptr const to(::fdopen(out, "w"), &std::fclose);
        send(to.get(), sim.endpoint());
        send(to.get(), sim.ca_pem());
        for (std::size_t i = 0; i < options.tokens; ++i)
            send(to.get(), sim.token(testing::simulator::project_id(i)));
    }
    char none = 0;
    while (::read(stop, &none, 1) > 0) {
    }
    sim.stop();
    std::_Exit(0);
}

}  // namespace

service_process::service_process(service_options const& options) {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    int from[2], to[2];
    if (::pipe(from) != 0 || ::pipe(to) != 0) throw std::runtime_error("no pipe");
    child_ = ::fork();
    if (child_ < 0) throw std::runtime_error("no process");
    if (child_ == 0) {
        ::close(from[0]);
        ::close(to[1]);
        try {
            serve(options, from[1], to[0]);
        } catch (std::exception const& e) {
            std::fprintf(stderr, "%s\n", e.what());
        }
        std::_Exit(1);
    }
    ::close(from[1]);
    ::close(to[0]);
    stop_ = to[1];
    file_ptr const in(::fdopen(from[0], "r"), &std::fclose);
    endpoint_ = receive(in.get());
    ca_pem_ = receive(in.get());
    for (std::size_t i = 0; i < options.tokens; ++i)
        tokens_.push_back(receive(in.get()));
}

service_process::~service_process() {
    ::close(stop_);
    ::waitpid(child_, nullptr, 0);
}

}  // namespace oms::bench
