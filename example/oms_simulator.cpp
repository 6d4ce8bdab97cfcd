// SPDX-License-Identifier: BSL-1.0
//
// oms-simulator: the service on loopback, until SIGTERM or SIGINT.
// Its first line of output says where; what the files tell is there by then.

#include "simulator_faults.hpp"
#include "simulator_options.hpp"
#include "simulator_pages.hpp"

#include <oms/testing/simulator.hpp>
#include <oms/version.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <csignal>
#include <cstddef>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

template <class Write>
void write_file(std::string const& name, Write write) {
    if (name.empty()) return;
    std::ofstream file(name, std::ios::binary);
    write(file);
    if (!file.flush()) throw std::runtime_error("cannot write " + name);
}

// For its owner alone.
template <class Write>
void write_secret(std::string const& name, Write write) {
    if (name.empty()) return;
    write_file(name, [](std::ostream&) {});
    std::filesystem::permissions(name, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    write_file(name, write);
}

void write_key(std::string const& name, std::string const& key) {
    if (!std::filesystem::exists(name)) write_secret(name, [&](std::ostream& os) { os << key; });
}

// A file of the cloud's SDKs.
void write_profile(std::string const& name, oms::testing::simulator& sim) {
    if (name.empty()) return;
    std::random_device chance;
    std::string secret;
    while (secret.size() < 40)
        secret += static_cast<char>('a' + chance() % 26);
    oms::testing::access_key const key("OMSSIMULATORKEY00000", secret);
    sim.add_key(key);
    write_secret(name, [&](std::ostream& os) { os << "[basic]\nak = " << key.id << "\nsk = " << key.secret << '\n'; });
}

void revoke_tokens(settings const& s, oms::testing::simulator& sim) {
    for (std::size_t i = 0; i < s.options.projects; ++i)
        sim.revoke(sim.token(sim.project_id(i)));
}

void write_files(settings const& s, oms::testing::simulator const& sim) {
    write_file(s.ca_out, [&](std::ostream& os) { os << sim.ca_pem(); });
    write_secret(s.token_out, [&](std::ostream& os) {
        for (std::size_t i = 0; i < s.options.projects; ++i) {
            auto const project = sim.project_id(i);
            os << project << ' ' << sim.token(project) << '\n';
        }
    });
    write_file(s.tasks_out, [&](std::ostream& os) {
        for (auto const& task : sim.tasks()) {
            os << task.project_id << '/' << task.task_id << '\n';
        }
    });
}

void print_ledger(std::ostream& os, oms::testing::simulator const& sim) {
    std::size_t never = 0, once = 0, often = 0;
    auto const tasks = sim.tasks();
    for (auto const& task : tasks) {
        auto const stops = sim.stops(task);
        ++(stops == 0 ? never : stops == 1 ? once : often);
    }
    os << "requests " << sim.requests() << '\n';
    for (auto const& [status, count] : sim.statuses()) {
        os << "status " << status << ' ' << count << '\n';
    }
    os << "connections " << sim.connections() << '\n'
       << "handshakes " << sim.handshakes() << '\n'
       << "resumed " << sim.resumed() << '\n'
       << "tasks " << tasks.size() << '\n'
       << "stopped-once " << once << '\n'
       << "stopped-more-often " << often << '\n'
       << "never-stopped " << never << std::endl;
}

// What is asked of the program itself; empty: it is to serve.
std::string printed(std::span<char const* const> arguments) {
    std::string_view const first = arguments.empty() ? "" : arguments[0];
    if (arguments.size() == 1 && first == "--help") return help_page();
    if (arguments.size() == 1 && first == "--version") return "oms-simulator " + std::string(oms::version()) + "\n";
    if (arguments.size() == 1 && first == "--manual") return manual_page();
    if (arguments.size() == 2 && first == "--completion") return completion_script(arguments[1]);
    return {};
}

}  // namespace

int main(int argc, char** argv) {
    try {
        std::span<char const* const> const arguments(argv + 1, argv + argc);
        if (std::string const text = printed(arguments); !text.empty()) {
            std::cout << text;
            return 0;
        }
        settings const s = parse(arguments);
        // Before anybody can know that we are there.
        boost::asio::io_context context;
        boost::asio::signal_set signals(context, SIGTERM, SIGINT);
        signals.async_wait([&](auto const&, int) { context.stop(); });
        oms::testing::simulator sim(s.options);
        for (std::string const& line : s.faults)
            add_fault(sim, line);
        boost::asio::steady_timer tokens(context);
        if (s.tokens_end) {
            tokens.expires_after(*s.tokens_end);
            tokens.async_wait([&](boost::system::error_code code) {
                if (!code) revoke_tokens(s, sim);
            });
        }
        write_key(s.ca_key, sim.ca_key_pem());
        write_files(s, sim);
        write_profile(s.profile_out, sim);
        std::cout << "listening on " << sim.endpoint() << std::endl;
        context.run();
        sim.stop();
        print_ledger(std::cout, sim);
        return 0;
    } catch (bad_usage const& e) {
        std::cerr << "oms-simulator: " << e.what() << "; oms-simulator --help tells the options\n";
        return 2;
    } catch (std::invalid_argument const& e) {
        std::cerr << "oms-simulator: " << e.what() << '\n';
        return 2;
    } catch (std::exception const& e) {
        std::cerr << "oms-simulator: " << e.what() << '\n';
        return 1;
    }
}
