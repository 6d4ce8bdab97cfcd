// SPDX-License-Identifier: BSL-1.0
#include "io/harness/scarce_memory.hpp"

#include <openssl/crypto.h>

#include <boost/asio/detail/mutex.hpp>
#include <boost/asio/detail/strand_executor_service.hpp>

#include <cstdlib>
#include <new>
#include <utility>

namespace oms::scripted {

namespace {

struct memory_state {
    bool armed = false;
    bool for_ever = false;
    bool all = false;
    std::size_t fails_at = 0;
    std::size_t asked = 0;
    unsigned aside = 0;
    unsigned of_a_strand = 0;  // how much of one is there
};
thread_local constinit memory_state state;

using strand_implementation = boost::asio::detail::strand_executor_service::implementation_type::element_type;

// What follows the implementation of a strand: who shares it, and perhaps its mutex.
bool completes_a_strand(std::size_t size) noexcept {
    if (state.of_a_strand == 1 || (state.of_a_strand == 2 && size == sizeof(boost::asio::detail::mutex))) {
        ++state.of_a_strand;
        return true;
    }
    state.of_a_strand = size == sizeof(strand_implementation) ? 1 : 0;
    return false;
}

bool fails_now(std::size_t size) noexcept {
    if (!state.armed || state.aside > 0 || completes_a_strand(size)) return false;
    std::size_t const number = ++state.asked;
    bool const fails = state.fails_at != 0 && (number == state.fails_at || (state.for_ever && number > state.fails_at));
    if (fails) state.of_a_strand = 0;
    return fails;
}

void* aligned(std::size_t size, std::size_t alignment) noexcept {
    void* p = nullptr;
    return ::posix_memalign(&p, alignment < sizeof(void*) ? sizeof(void*) : alignment, size) == 0 ? p : nullptr;
}

void* allocate(std::size_t size, std::size_t alignment = 0) noexcept {
    if (fails_now(size)) return nullptr;
    if (size == 0) size = 1;
    return alignment == 0 ? std::malloc(size) : aligned(size, alignment);
}

// OpenSSL's, before it has taken any.
bool const installed =
    CRYPTO_set_mem_functions([](std::size_t size, char const*,
                                int) -> void* { return state.all && fails_now(size) ? nullptr : std::malloc(size); },
                             [](void* p, std::size_t size, char const*, int) -> void* {
                                 return state.all && fails_now(size) ? nullptr : std::realloc(p, size);
                             },
                             [](void* p, char const*, int) { std::free(p); }) == 1;

void* allocate_or_throw(std::size_t size, std::size_t alignment = 0) {
    if (void* const p = allocate(size, alignment)) return p;
    throw std::bad_alloc();
}

}  // namespace

scarce_memory::scarce_memory(std::size_t k, lasts how, whose of) noexcept {
    state.all = of == whose::anybodys && installed;
    state.armed = true;
    state.for_ever = how == lasts::for_ever;
    state.fails_at = k;
    state.asked = 0;
}
scarce_memory::~scarce_memory() {
    end();
}
std::size_t scarce_memory::end() noexcept {
    state.armed = false;
    return state.asked;
}
scarce_memory::aside::aside() noexcept {
    ++state.aside;
}
scarce_memory::aside::~aside() {
    --state.aside;
}

}  // namespace oms::scripted

using oms::scripted::allocate;
using oms::scripted::allocate_or_throw;

// Asio's.
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
    return oms::scripted::state.all && oms::scripted::fails_now(size) ? nullptr
                                                                      : oms::scripted::aligned(size, alignment);
}

void* operator new(std::size_t size) {
    return allocate_or_throw(size);
}
void* operator new[](std::size_t size) {
    return allocate_or_throw(size);
}
void* operator new(std::size_t size, std::nothrow_t const&) noexcept {
    return allocate(size);
}
void* operator new[](std::size_t size, std::nothrow_t const&) noexcept {
    return allocate(size);
}
void* operator new(std::size_t size, std::align_val_t a) {
    return allocate_or_throw(size, static_cast<std::size_t>(a));
}
void* operator new[](std::size_t size, std::align_val_t a) {
    return allocate_or_throw(size, static_cast<std::size_t>(a));
}
void operator delete(void* p) noexcept {
    std::free(p);
}
void operator delete[](void* p) noexcept {
    std::free(p);
}
void operator delete(void* p, std::size_t) noexcept {
    std::free(p);
}
void operator delete[](void* p, std::size_t) noexcept {
    std::free(p);
}
void operator delete(void* p, std::align_val_t) noexcept {
    std::free(p);
}
void operator delete[](void* p, std::align_val_t) noexcept {
    std::free(p);
}
void operator delete(void* p, std::size_t, std::align_val_t) noexcept {
    std::free(p);
}
void operator delete[](void* p, std::size_t, std::align_val_t) noexcept {
    std::free(p);
}
