// SPDX-License-Identifier: BSL-1.0
#include "endurance/bad_service.hpp"

#include "ledger/chaos_proxy.hpp"
#include "ledger/service_faults.hpp"

#include <oms/testing/simulator.hpp>

#include <string>

namespace oms::endurance_test {

namespace {

constexpr double service_share = 0.025;  // of the exchanges; the network has as many

}  // namespace

bench::service_process bad_service(std::uint64_t seed) {
    using bench::service_process;
    return service_process([seed](service_process::serve_function const& serve) {
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
        serve({"https://localhost:" + std::to_string(proxy.port()),
               sim.ca_pem(),
               {sim.token(testing::simulator::project_id(0))}});
        sim.stop();
    });
}

}  // namespace oms::endurance_test
