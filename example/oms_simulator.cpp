// SPDX-License-Identifier: BSL-1.0
//
// oms-simulator: the service on loopback, until SIGTERM or SIGINT.
// Its first line of output says where; what the files tell is there by then.

#include <oms/testing/simulator.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <charconv>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

constexpr std::string_view usage =
    "usage: oms-simulator [--port N] [--threads N] [--projects N] [--tasks-per-project N]\n"
    "                     [--latency MILLISECONDS] [--stop-again STATUS]\n"
    "                     [--ca-out FILE] [--token-out FILE] [--tasks-out FILE]\n"
    "A stop of a task that does not run is answered 400 OMS.0066; --stop-again 200 accepts it.\n"
    "Files: the root certificate; lines \"project token\"; lines \"project/task\".\n";

struct bad_usage : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct settings {
    oms::testing::simulator_options options;
    std::string ca_out, token_out, tasks_out;
};

template <class Number>
Number number(std::string_view name, std::string_view text) {
    Number value{};
    auto const result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (result.ec != std::errc() || result.ptr != text.data() + text.size()) {
        throw bad_usage(std::string(name) + " cannot be \"" + std::string(text) + "\"");
    }
    return value;
}

settings parse(int argc, char const* const* argv) {
    settings s;
    for (int i = 1; i < argc; i += 2) {
        std::string_view const name = argv[i];
        if (i + 1 == argc) throw bad_usage(std::string(name) + " takes a value");
        std::string_view const value = argv[i + 1];
        if (name == "--port") {
            s.options.port = number<std::uint16_t>(name, value);
        } else if (name == "--threads") {
            s.options.threads = number<unsigned>(name, value);
        } else if (name == "--projects") {
            s.options.projects = number<std::uint32_t>(name, value);
        } else if (name == "--tasks-per-project") {
            s.options.tasks_per_project = number<std::uint32_t>(name, value);
        } else if (name == "--latency") {
            s.options.latency = std::chrono::milliseconds(number<std::uint32_t>(name, value));
        } else if (name == "--stop-again") {
            s.options.sync_tasks.stop_of_stopped.status = number<unsigned>(name, value);
        } else if (name == "--ca-out") {
            s.ca_out = value;
        } else if (name == "--token-out") {
            s.token_out = value;
        } else if (name == "--tasks-out") {
            s.tasks_out = value;
        } else {
            throw bad_usage("there is no option " + std::string(name));
        }
    }
    s.options.keep_ledger = false;
    return s;
}

template <class Write>
void write_file(std::string const& name, Write write) {
    if (name.empty()) return;
    std::ofstream file(name, std::ios::binary);
    write(file);
    if (!file.flush()) throw std::runtime_error("cannot write " + name);
}

void write_files(settings const& s, oms::testing::simulator const& sim) {
    write_file(s.ca_out, [&](std::ostream& os) { os << sim.ca_pem(); });
    write_file(s.token_out, [&](std::ostream& os) {
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

}  // namespace

int main(int argc, char** argv) {
    try {
        if (argc == 2 && std::string_view(argv[1]) == "--help") {
            std::cout << usage;
            return 0;
        }
        settings const s = parse(argc, argv);
        // Before anybody can know that we are there.
        boost::asio::io_context context;
        boost::asio::signal_set signals(context, SIGTERM, SIGINT);
        signals.async_wait([](auto const&, int) {});
        oms::testing::simulator sim(s.options);
        write_files(s, sim);
        std::cout << "listening on " << sim.endpoint() << std::endl;
        context.run();
        sim.stop();
        print_ledger(std::cout, sim);
        return 0;
    } catch (bad_usage const& e) {
        std::cerr << "oms-simulator: " << e.what() << '\n' << usage;
        return 2;
    } catch (std::invalid_argument const& e) {
        std::cerr << "oms-simulator: " << e.what() << '\n';
        return 2;
    } catch (std::exception const& e) {
        std::cerr << "oms-simulator: " << e.what() << '\n';
        return 1;
    }
}
