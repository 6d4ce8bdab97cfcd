// SPDX-License-Identifier: BSL-1.0
// Where libFuzzer enters.
#include "fuzz/fuzz.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    oms::fuzz::run(oms::fuzz::input({reinterpret_cast<char const*>(data), size}));
    return 0;
}
