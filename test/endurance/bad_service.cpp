// SPDX-License-Identifier: BSL-1.0
#include "endurance/bad_service.hpp"

#include "ledger/chaos_proxy.hpp"
#include "ledger/service_faults.hpp"

#include <oms/testing/simulator.hpp>

#include <sys/wait.h>
#include <unistd.h>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <stdexcept>

namespace oms::endurance_test {

namespace {

constexpr double service_share = 0.025;  // of the exchanges; the network has as many

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

void serve(std::uint64_t seed, int out, int life) {
    testing::simulator_options made;
    made.token_length = 256;
    made.keep_ledger = false;
    ledger_test::service_faults faults;
    testing::simulator sim(made);
    ledger_test::chaos_options chaos;
    chaos.target = sim.port();
    chaos.seed = seed;
    ledger_test::chaos_proxy proxy(chaos);
    proxy.begin();
    faults.begin(sim, service_share, ledger_test::service_faults::tokens::live);
    sim.on(testing::any()).reply(200);
    {
        file_ptr const to(::fdopen(out, "w"), &std::fclose);
        send(to.get(), std::to_string(proxy.port()));
        send(to.get(), sim.ca_pem());
        send(to.get(), sim.token(testing::simulator::project_id(0)));
        send(to.get(), testing::simulator::project_id(0));
    }
    char none = 0;
    while (::read(life, &none, 1) > 0) {
    }
    sim.stop();
}

}  // namespace

bad_service::bad_service(std::uint64_t seed) {
    int from[2], to[2];
    if (::pipe(from) != 0 || ::pipe(to) != 0) throw std::runtime_error("no pipe");
    child_ = ::fork();
    if (child_ < 0) throw std::runtime_error("no process");
    if (child_ == 0) {
        ::close(from[0]);
        ::close(to[1]);
        try {
            serve(seed, from[1], to[0]);
            std::_Exit(0);
        } catch (std::exception const& e) {
            std::fprintf(stderr, "endurance: %s\n", e.what());
        }
        std::_Exit(1);
    }
    ::close(from[1]);
    ::close(to[0]);
    life_ = to[1];
    file_ptr const in(::fdopen(from[0], "r"), &std::fclose);
    port_ = static_cast<std::uint16_t>(std::stoul(receive(in.get())));
    ca_pem_ = receive(in.get());
    token_ = receive(in.get());
    project_ = receive(in.get());
}

bad_service::~bad_service() {
    ::close(life_);
    ::waitpid(child_, nullptr, 0);
}

}  // namespace oms::endurance_test
