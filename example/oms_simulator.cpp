// SPDX-License-Identifier: BSL-1.0
//
// oms-simulator: the service on loopback, until SIGTERM or SIGINT.
// Its first line of output says where; what the files tell is there by then.

#include "simulator_faults.hpp"

#include <oms/testing/simulator.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <charconv>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::string_view usage =
    "usage: oms-simulator [--port N] [--threads N] [--projects N] [--tasks-per-project N]\n"
    "                     [--latency MILLISECONDS] [--stop-again STATUS] [--http 1|2|both]\n"
    "                     [--throttle N] [--fail N%:STATUS] [--slow [N%:]TIME] [--script FILE]\n"
    "                     [--expire-tokens-after TIME] [--ca-key FILE]\n"
    "                     [--ca-out FILE] [--token-out FILE] [--profile-out FILE] [--tasks-out FILE]\n"
    "A stop of a task that does not run is answered 400 OMS.0066; --stop-again 200 accepts it.\n"
    "So many requests of a project a second, such a share of them that fails or is slow; times: 250ms, 2s, 5m.\n"
    "The key of the root is made where the file is not there, so that a simulator that comes back is trusted.\n"
    "Files: the root certificate; lines \"project token\"; a key for all projects, as "
    "HUAWEICLOUD_SDK_CREDENTIALS_FILE\n"
    "names it; lines \"project/task\".\n";

struct bad_usage : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct settings {
    oms::testing::simulator_options options;
    std::string ca_out, token_out, profile_out, tasks_out, ca_key;
    std::vector<std::string> faults;  // lines of a script
    std::optional<std::chrono::milliseconds> tokens_end;
};

// `5%:503` as `share 5% reply 503`; `2s` as `delay 2s`.
std::string shared_fault(std::string_view word, std::string_view value) {
    std::size_t const colon = value.find(':');
    if (colon == std::string_view::npos) return std::string(word) + " " + std::string(value);
    return "share " + std::string(value.substr(0, colon)) + " " + std::string(word) + " " +
           std::string(value.substr(colon + 1));
}

std::string text_of_file(std::string const& name) {
    std::ifstream file(name, std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(file), {});
    if (!file) throw std::runtime_error("cannot read " + name);
    return text;
}

void add_script(settings& s, std::string const& name) {
    std::istringstream text(text_of_file(name));
    for (std::string line; std::getline(text, line);)
        s.faults.push_back(line);
}

template <class Number>
Number number(std::string_view name, std::string_view text) {
    Number value{};
    auto const result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (result.ec != std::errc() || result.ptr != text.data() + text.size()) {
        throw bad_usage(std::string(name) + " cannot be \"" + std::string(text) + "\"");
    }
    return value;
}

oms::testing::http_versions versions(std::string_view name, std::string_view text) {
    using enum oms::testing::http_versions;
    if (text == "1") return http_1_1;
    if (text == "2") return http_2;
    if (text == "both") return both;
    throw bad_usage(std::string(name) + " cannot be \"" + std::string(text) + "\"");
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
        } else if (name == "--http") {
            s.options.http = versions(name, value);
        } else if (name == "--throttle") {
            s.faults.push_back("throttle " + std::string(value));
        } else if (name == "--fail") {
            s.faults.push_back(shared_fault("reply", value));
        } else if (name == "--slow") {
            s.faults.push_back(shared_fault("delay", value));
        } else if (name == "--script") {
            add_script(s, std::string(value));
        } else if (name == "--expire-tokens-after") {
            s.tokens_end = time_of(value);
            if (!s.tokens_end) throw bad_usage(std::string(name) + " cannot be \"" + std::string(value) + "\"");
        } else if (name == "--ca-key") {
            s.ca_key = value;
        } else if (name == "--ca-out") {
            s.ca_out = value;
        } else if (name == "--token-out") {
            s.token_out = value;
        } else if (name == "--profile-out") {
            s.profile_out = value;
        } else if (name == "--tasks-out") {
            s.tasks_out = value;
        } else {
            throw bad_usage("there is no option " + std::string(name));
        }
    }
    s.options.keep_ledger = false;
    if (!s.ca_key.empty() && std::filesystem::exists(s.ca_key)) s.options.ca_key_pem = text_of_file(s.ca_key);
    return s;
}

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

}  // namespace

int main(int argc, char** argv) {
    try {
        if (argc == 2 && std::string_view(argv[1]) == "--help") {
            std::cout << usage << fault_words;
            return 0;
        }
        settings const s = parse(argc, argv);
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
