// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_IO_FAULT_SCENARIOS_HPP
#define OMS_TEST_IO_FAULT_SCENARIOS_HPP

// Calls that go many ways even where nothing goes wrong, to be disturbed at
// every step.

#include "io/harness/world.hpp"

#include <functional>
#include <string>
#include <vector>

namespace oms::scripted {

struct scenario {
    std::string name;
    std::function<void(world&)> arrange;  ///< What becomes of the call that stops `t0`; every other gets 200.
    bool warm = false;                    ///< A connection is there that has carried an exchange.
    bool paired = false;                  ///< Short enough for pairs of a fault and a cancellation.
};

std::vector<scenario> const& scenarios();

/// What an operation can be made to end with.
std::vector<fault> const& faults_of(operation what);

}  // namespace oms::scripted

#endif
