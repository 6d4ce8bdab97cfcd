// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_LEDGER_SERVICE_FAULTS_HPP
#define OMS_TEST_LEDGER_SERVICE_FAULTS_HPP

// What goes wrong at the service. Nothing of it lies about a task: what says that one is stopped, or is not there, is
// the service itself.

#include <oms/testing/simulator.hpp>

#include <atomic>
#include <cstddef>
#include <deque>
#include <string>

namespace oms::ledger_test {

struct service_fault {
    explicit service_fault(std::string n) : name(std::move(n)) {}

    std::string name;
    std::atomic<std::size_t> count = 0;  ///< Requests that it hit.
};

/// The faults, each of which counts what it hits; they outlive the simulator.
class service_faults {
public:
    /// Whether the service may revoke a token, of which its caller then has to get another one.
    enum class tokens : bool { live, die };

    /// @param share  Of all requests, by all faults together.
    void begin(testing::simulator& sim, double share, tokens t = tokens::die);

    std::deque<service_fault> const& all() const noexcept { return all_; }

private:
    testing::reply_function counted(std::string name, testing::reply_function answer = {});

    std::deque<service_fault> all_;
};

}  // namespace oms::ledger_test

#endif
