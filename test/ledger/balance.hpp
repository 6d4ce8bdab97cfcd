// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_LEDGER_BALANCE_HPP
#define OMS_TEST_LEDGER_BALANCE_HPP

// Both accounts of all tasks, side by side, and what is wrong between them.

#include "ledger/account.hpp"
#include "ledger/audit.hpp"
#include "ledger/plan.hpp"

#include <oms/testing/simulator.hpp>

#include <array>
#include <cstddef>
#include <vector>

namespace oms::ledger_test {

struct balance {
    struct wrong {
        std::size_t number = 0;
        std::vector<finding> findings;
        seen facts;
    };

    std::array<std::size_t, static_cast<std::size_t>(finding::last) + 1> counts{};
    std::vector<wrong> first;         ///< At most twenty.
    std::size_t strays = 0;           ///< Requests about no task of the plan, or that could not be read.
    std::size_t mismatches = 0;       ///< Requests with the credential of another project.
    std::size_t unknown_stopped = 0;  ///< Calls with the outcome unknown that have stopped their task.
    std::size_t requests = 0;

    /// Nothing at all is wrong.
    bool clean() const noexcept;
    std::size_t misreported() const noexcept;
    std::size_t count(finding what) const noexcept { return counts[static_cast<std::size_t>(what)]; }
};

balance strike_balance(run_options const& options, std::vector<planned_stop> const& plan, account const& told,
                       wire_watch const& wire, testing::simulator const& sim);

}  // namespace oms::ledger_test

#endif
