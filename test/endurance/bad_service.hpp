// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_ENDURANCE_BAD_SERVICE_HPP
#define OMS_TEST_ENDURANCE_BAD_SERVICE_HPP

#include "bench/service_process.hpp"

#include <cstdint>

namespace oms::endurance_test {

/// The simulator with the ledger's faults, behind its bad network, of one project.
/// @throws std::runtime_error
bench::service_process bad_service(std::uint64_t seed);

}  // namespace oms::endurance_test

#endif
