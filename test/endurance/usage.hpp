// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_ENDURANCE_USAGE_HPP
#define OMS_TEST_ENDURANCE_USAGE_HPP

#include <cstddef>
#include <cstdint>

namespace oms::endurance_test {

/// What this process has, and has used so far.
struct usage {
    std::size_t resident_kib = 0;
    std::size_t descriptors = 0;
    std::uint64_t allocations = 0;  ///< All of `malloc`'s, OpenSSL's among them.
    std::uint64_t cpu_us = 0;
};

/// @throws std::runtime_error  The system does not say.
usage now_used();

}  // namespace oms::endurance_test

#endif
