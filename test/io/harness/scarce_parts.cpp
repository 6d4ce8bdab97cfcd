// SPDX-License-Identifier: BSL-1.0
//
// The `aligned_alloc` that Asio takes its memory by, and the memory of OpenSSL.
#include "io/harness/scarce_memory.hpp"

#include <openssl/crypto.h>

#include <boost/test/unit_test.hpp>

#include <cstdlib>

namespace {

using oms::scripted::scarce_memory;

bool fails_now() noexcept {
    return scarce_memory::fails_now(scarce_memory::whose::anybodys);
}

// Before it has taken any.
bool const installed = CRYPTO_set_mem_functions([](std::size_t size, char const*,
                                                   int) -> void* { return fails_now() ? nullptr : std::malloc(size); },
                                                [](void* p, std::size_t size, char const*, int) -> void* {
                                                    return fails_now() ? nullptr : std::realloc(p, size);
                                                },
                                                [](void* p, char const*, int) { std::free(p); }) == 1;

}  // namespace

extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
    if (fails_now()) return nullptr;
    void* p = nullptr;
    return ::posix_memalign(&p, alignment < sizeof(void*) ? sizeof(void*) : alignment, size) == 0 ? p : nullptr;
}

BOOST_AUTO_TEST_SUITE(memory_parts)

BOOST_AUTO_TEST_CASE(openssl_asks_for_its_memory_here) {
    BOOST_TEST(installed);
}

BOOST_AUTO_TEST_SUITE_END()
