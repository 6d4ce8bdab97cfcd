// SPDX-License-Identifier: BSL-1.0
#include "service_process.hpp"

#include <oms/testing/simulator.hpp>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cstdio>
#include <cstdlib>
#include <exception>
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
    std::string text;
    if (std::fscanf(from, "%zu", &size) == 1 && std::fgetc(from) == '\n') {
        text.resize(size);
        if (std::fread(text.data(), 1, size, from) == size) return text;
    }
    throw std::runtime_error("the service did not start");
}

void tell(int out, service_process::words const& of) {
    file_ptr const to(::fdopen(out, "w"), &std::fclose);
    send(to.get(), of.endpoint);
    send(to.get(), of.ca_pem);
    send(to.get(), std::to_string(of.tokens.size()));
    for (std::string const& token : of.tokens)
        send(to.get(), token);
}

void wait_for_end(int stop) {
    char none = 0;
    while (::read(stop, &none, 1) > 0) {
    }
}

std::function<void(service_process::serve_function const&)> good_service(service_options const& options) {
    return [options](service_process::serve_function const& serve) {
        testing::simulator_options made;
        made.projects = options.tokens;
        made.threads = options.threads;
        made.latency = options.latency;
        made.keep_ledger = false;
        testing::simulator sim(made);
        sim.on(testing::any()).reply(200);
        service_process::words of{sim.endpoint(), sim.ca_pem(), {}};
        for (std::size_t i = 0; i < options.tokens; ++i)
            of.tokens.push_back(sim.token(testing::simulator::project_id(i)));
        serve(of);
        sim.stop();
    };
}

}  // namespace

service_process::service_process(service_options const& options) : service_process(good_service(options)) {}

service_process::service_process(std::function<void(serve_function const&)> const& run) {
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
            run([out = from[1], stop = to[0]](words const& of) {
                tell(out, of);
                wait_for_end(stop);
            });
            std::_Exit(0);
        } catch (std::exception const& e) {
            std::fprintf(stderr, "%s\n", e.what());
        }
        std::_Exit(1);
    }
    ::close(from[1]);
    ::close(to[0]);
    stop_ = to[1];
    file_ptr const in(::fdopen(from[0], "r"), &std::fclose);
    told_.endpoint = receive(in.get());
    told_.ca_pem = receive(in.get());
    for (std::size_t left = std::stoul(receive(in.get())); left > 0; --left)
        told_.tokens.push_back(receive(in.get()));
}

service_process::~service_process() {
    ::close(stop_);
    ::waitpid(child_, nullptr, 0);
}

}  // namespace oms::bench
