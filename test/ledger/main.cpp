// SPDX-License-Identifier: BSL-1.0
// Stops many tasks over a bad network at a bad service, and holds what the client said of each against the ledger.
//
//   ledger [--stops N] [--projects N] [--connections N] [--seed N] [--falsify 1]
//
// Prints what went wrong on purpose and what became of the calls; fails where the accounts differ, or where a kind of
// fault never came to pass. With `--falsify 1` the client's account is made a wrong one, which has to be found.
#include "ledger/balance.hpp"
#include "ledger/chaos_proxy.hpp"
#include "ledger/option_words.hpp"
#include "ledger/run.hpp"
#include "ledger/service_faults.hpp"
#include "ledger/table.hpp"
#include "system/support/fixed_resolver.hpp"

#include <boost/asio/ip/address_v4.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

namespace oms::ledger_test {

namespace {

using namespace std::chrono_literals;

constexpr double service_share = 0.025;  // of the exchanges; the network has as many

run_options parse(int count, char** words, bool& falsify) {
    run_options options;
    using word = std::string const&;
    read_options(count, words,
                 {{"--stops", [&](word n) { options.stops = std::stoull(n); }},
                  {"--projects", [&](word n) { options.projects = std::stoull(n); }},
                  {"--connections", [&](word n) { options.connections = std::stoull(n); }},
                  {"--seed", [&](word n) { options.seed = std::stoull(n); }},
                  {"--falsify", [&](word n) { falsify = std::stoull(n) != 0; }}});
    if (options.stops < 1000 || options.projects < 1 || options.connections < 1 || options.connections > 1000)
        throw std::invalid_argument("at least 1,000 stops, one project, and one to 1,000 connections");
    return options;
}

// Delays are short, for there are many of them; no outcome depends on how long they are.
client_config config_for(testing::simulator const& sim, chaos_proxy const& proxy, run_options const& options) {
    client_config config = sim.client_config();
    config.endpoint = "https://localhost:" + std::to_string(proxy.port());
    config.resolver = std::make_shared<test::fixed_resolver>(
        std::vector<boost::asio::ip::address>{boost::asio::ip::address_v4::loopback()});
    config.pool.max_connections = options.connections;
    config.timeouts.total = 5s;
    config.timeouts.attempt = 500ms;
    config.timeouts.connect = config.timeouts.handshake = 1s;
    config.retry.base_delay = config.retry.throttled_delay = 1ms;
    config.retry.max_delay = 20ms;
    config.throttle.adaptive = false;
    config.random_seed = options.seed;
    return config;
}

void add_tasks(testing::simulator& sim, run_options const& options, std::vector<planned_stop> const& plan) {
    for (std::size_t i = 0; i < plan.size(); ++i)
        if (planned_state(plan[i]) != "?") sim.add_task(task_of(options, plan[i], i), planned_state(plan[i]));
}

bool every_fault_came(service_faults const& service, chaos_proxy const& proxy) {
    bool every = std::ranges::all_of(service.all(), [](service_fault const& each) { return each.count > 0; });
    for (std::size_t i = 1; i < disturbances; ++i) {
        auto const what = static_cast<disturbance>(i);
        every = every && proxy.count(what, moment::request) > 0 && proxy.count(what, moment::reply) > 0;
    }
    return every;
}

int run(run_options const& options, bool falsify) {
    std::cout << "ledger --stops " << options.stops << " --projects " << options.projects << " --connections "
              << options.connections << " --seed " << options.seed << std::endl;
    auto const begin = std::chrono::steady_clock::now();
    auto const plan = make_plan(options);
    testing::simulator_options made;
    made.token_length = 256;
    service_faults service;
    testing::simulator sim(made);
    add_tasks(sim, options, plan);
    account told(plan.size());
    wire_watch wire(plan.size());
    chaos_options chaos;
    chaos.target = sim.port();
    chaos.seed = options.seed;
    chaos.on_request = [&wire](std::size_t length) { wire.on_request(length); };
    chaos_proxy proxy(chaos);
    {
        ledger_run all(options, config_for(sim, proxy, options), plan, told, wire);
        all.run([&] {
            proxy.begin();
            service.begin(sim, service_share);
        });
    }
    sim.stop();
    if (falsify) told.falsify();
    balance const result = strike_balance(options, plan, told, wire, sim);
    print_faults(std::cout, service, proxy);
    print_outcomes(std::cout, told);
    print_balance(std::cout, result);
    describe_findings(std::cout, options, plan, told, result);
    std::cout << sim.connections() << " connections, " << sim.handshakes() << " handshakes, " << sim.resumed()
              << " of them resumed; " << std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count()
              << " s\n";
    bool const every = every_fault_came(service, proxy);
    if (!every) std::cout << "A kind of fault never came to pass: more stops are needed.\n";
    return result.clean() && every ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

}  // namespace oms::ledger_test

int main(int count, char** words) {
    try {
        bool falsify = false;
        auto const options = oms::ledger_test::parse(count, words, falsify);
        return oms::ledger_test::run(options, falsify);
    } catch (std::exception const& e) {
        std::cerr << "ledger: " << e.what() << '\n';
        return 2;
    }
}
