// SPDX-License-Identifier: BSL-1.0
#include "transport/request_memory.hpp"

#include "wire/secure_zero.hpp"

#include <cstddef>

namespace oms::transport {

namespace {

constexpr std::size_t most_kept = 32 * 1024;  // a larger one is seldom followed by its like

// Also told after its end: a client may be as long as the process.
thread_local constinit bool memory_gone = false;

struct memory {
    std::string spare;
    ~memory() { memory_gone = true; }
};

std::string* spare() noexcept {
    static thread_local memory of_this_thread;
    return memory_gone ? nullptr : &of_this_thread.spare;
}

}  // namespace

void borrow_memory(std::string& request) noexcept {
    std::string* const kept = spare();
    if (kept != nullptr && request.capacity() < kept->capacity()) request.swap(*kept);
}

void give_memory_back(std::string& request) noexcept {
    wire::secure_zero(request.data(), request.size());
    request.clear();
    std::string* const kept = spare();
    if (kept != nullptr && request.capacity() > kept->capacity() && request.capacity() <= most_kept)
        request.swap(*kept);
    if (request.capacity() > std::string().capacity()) request = std::string();
}

}  // namespace oms::transport
