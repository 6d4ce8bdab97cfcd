// SPDX-License-Identifier: BSL-1.0
#include "io/harness/scarce_memory.hpp"

#include "io/harness/watched_memory.hpp"

#include <cstdlib>
#include <new>

namespace oms::scripted {

namespace {

struct memory_state {
    bool armed = false;
    bool for_ever = false;
    bool all = false;
    std::size_t fails_at = 0;
    std::size_t asked = 0;
    unsigned aside = 0;
};
thread_local constinit memory_state state;

void* aligned(std::size_t size, std::size_t alignment) noexcept {
    void* p = nullptr;
    return ::posix_memalign(&p, alignment < sizeof(void*) ? sizeof(void*) : alignment, size) == 0 ? p : nullptr;
}

void* allocate(std::size_t size, std::size_t alignment = 0) noexcept {
    if (scarce_memory::fails_now(scarce_memory::whose::ours)) return nullptr;
    scarce_memory::aside const once;  // not again where it comes from
    if (size == 0) size = 1;
    void* const p = alignment == 0 ? std::malloc(size) : aligned(size, alignment);
    watched_memory::taken(p);
    return p;
}

void give_back(void* p) noexcept {
    watched_memory::given_back(p);
    std::free(p);
}

void* allocate_or_throw(std::size_t size, std::size_t alignment = 0) {
    if (void* const p = allocate(size, alignment)) return p;
    throw std::bad_alloc();
}

}  // namespace

scarce_memory::scarce_memory(std::size_t k, lasts how, whose of) noexcept {
    state.all = of == whose::anybodys;
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
bool scarce_memory::fails_now(whose of) noexcept {
    if (!state.armed || state.aside > 0 || (of == whose::anybodys && !state.all)) return false;
    std::size_t const number = ++state.asked;
    return state.fails_at != 0 && (number == state.fails_at || (state.for_ever && number > state.fails_at));
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
using oms::scripted::give_back;

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
    give_back(p);
}
void operator delete[](void* p) noexcept {
    give_back(p);
}
void operator delete(void* p, std::size_t) noexcept {
    give_back(p);
}
void operator delete[](void* p, std::size_t) noexcept {
    give_back(p);
}
void operator delete(void* p, std::align_val_t) noexcept {
    give_back(p);
}
void operator delete[](void* p, std::align_val_t) noexcept {
    give_back(p);
}
void operator delete(void* p, std::size_t, std::align_val_t) noexcept {
    give_back(p);
}
void operator delete[](void* p, std::size_t, std::align_val_t) noexcept {
    give_back(p);
}
