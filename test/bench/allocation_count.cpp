// SPDX-License-Identifier: BSL-1.0
//
// Preloaded into a client, counts its allocations; one that looks asks for the count.

#include <atomic>
#include <cerrno>
#include <cstddef>

extern "C" {

void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

static std::atomic<unsigned long> count;

__attribute__((visibility("default"))) unsigned long bench_allocations() {
    return count.load(std::memory_order_relaxed);
}

__attribute__((visibility("default"))) void* malloc(std::size_t size) {
    count.fetch_add(1, std::memory_order_relaxed);
    return __libc_malloc(size);
}

__attribute__((visibility("default"))) void* calloc(std::size_t n, std::size_t size) {
    count.fetch_add(1, std::memory_order_relaxed);
    return __libc_calloc(n, size);
}

__attribute__((visibility("default"))) void* realloc(void* at, std::size_t size) {
    count.fetch_add(1, std::memory_order_relaxed);
    return __libc_realloc(at, size);
}

__attribute__((visibility("default"))) void* memalign(std::size_t alignment, std::size_t size) {
    count.fetch_add(1, std::memory_order_relaxed);
    return __libc_memalign(alignment, size);
}

__attribute__((visibility("default"))) void* aligned_alloc(std::size_t alignment, std::size_t size) {
    return memalign(alignment, size);
}

__attribute__((visibility("default"))) int posix_memalign(void** at, std::size_t alignment, std::size_t size) {
    *at = memalign(alignment, size);
    return *at != nullptr ? 0 : ENOMEM;
}

}  // extern "C"
