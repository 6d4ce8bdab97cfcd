// SPDX-License-Identifier: BSL-1.0
//
// This program's `malloc` and all of its kind, which the C library lets a program
// define: whoever takes memory takes it here, the C and C++ libraries, Asio and
// OpenSSL included.
#include "io/harness/scarce_memory.hpp"

#include <openssl/crypto.h>

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <cstdlib>

// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {
void* __libc_malloc(std::size_t size) noexcept;
void* __libc_calloc(std::size_t count, std::size_t size) noexcept;
void* __libc_realloc(void* p, std::size_t size) noexcept;
void* __libc_memalign(std::size_t alignment, std::size_t size) noexcept;
void __libc_free(void* p) noexcept;
}
// NOLINTEND(bugprone-reserved-identifier)

namespace {

bool fails_now() noexcept {
    using oms::scripted::scarce_memory;
    if (!scarce_memory::fails_now(scarce_memory::whose::anybodys)) return false;
    errno = ENOMEM;
    return true;
}

}  // namespace

extern "C" {

void* malloc(std::size_t size) noexcept {
    return fails_now() ? nullptr : __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) noexcept {
    return fails_now() ? nullptr : __libc_calloc(count, size);
}
void* realloc(void* p, std::size_t size) noexcept {
    return fails_now() ? nullptr : __libc_realloc(p, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
    return fails_now() ? nullptr : __libc_memalign(alignment, size);
}
void* memalign(std::size_t alignment, std::size_t size) noexcept {
    return fails_now() ? nullptr : __libc_memalign(alignment, size);
}
int posix_memalign(void** p, std::size_t alignment, std::size_t size) noexcept {
    if (fails_now()) return ENOMEM;
    *p = __libc_memalign(alignment, size);
    return *p != nullptr ? 0 : ENOMEM;
}
void free(void* p) noexcept {
    __libc_free(p);
}

}  // extern "C"

namespace {

// For the compiler, which may else leave out what nobody uses.
void* seen(void* p) {
    asm volatile("" : "+r"(p));
    return p;
}

// How many of what `f` asks for are counted.
template <class Function>
std::size_t asked_by(Function f) {
    oms::scripted::scarce_memory scarce(0, oms::scripted::scarce_memory::lasts::once,
                                        oms::scripted::scarce_memory::whose::anybodys);
    f();
    return scarce.end();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(memory_malloc)

BOOST_AUTO_TEST_CASE(each_of_its_kind_is_counted_once) {
    void* p = nullptr;
    BOOST_TEST(asked_by([&] { p = seen(std::malloc(8)); }) == 1U);
    BOOST_TEST(asked_by([&] { p = seen(std::realloc(p, 1024)); }) == 1U);
    std::free(p);
    BOOST_TEST(asked_by([] { std::free(seen(std::calloc(2, 8))); }) == 1U);
    BOOST_TEST(asked_by([] { std::free(seen(std::aligned_alloc(16, 64))); }) == 1U);
    BOOST_TEST(asked_by([] { ::operator delete(seen(::operator new(8))); }) == 1U);
    BOOST_TEST(asked_by([] { OPENSSL_free(seen(OPENSSL_malloc(8))); }) == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
