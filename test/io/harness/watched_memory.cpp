// SPDX-License-Identifier: BSL-1.0
#include "io/harness/watched_memory.hpp"

#include <malloc.h>

#include <cstring>

namespace oms::scripted {

namespace {

thread_local constinit watched_memory* watching = nullptr;

constexpr unsigned char filling = 0x5A;
constexpr std::size_t depth = 128 * 1024;  // of the stack that is filled and searched

}  // namespace

disguised::disguised(unsigned seed) noexcept {
    for (unsigned char& each : bytes_) {
        seed = seed * 1664525U + 1013904223U;
        each = static_cast<unsigned char>(('A' + seed / 65536 % 26) ^ mask);
    }
}
std::string disguised::text() const {
    std::string out(size, '\0');
    write(out.data());
    return out;
}
void disguised::write(char* to) const noexcept {
    for (std::size_t i = 0; i < size; ++i)
        to[i] = (*this)[i];
}
std::size_t disguised::pieces_in(void const* memory, std::size_t bytes) const noexcept {
    auto const* const at = static_cast<unsigned char const volatile*>(memory);
    std::size_t found = 0;
    for (std::size_t i = 0; i + least <= bytes;) {
        std::size_t longest = 0;
        for (std::size_t from = 0; from + least <= size; ++from) {
            std::size_t same = 0;
            while (from + same < size && i + same < bytes && at[i + same] == (bytes_[from + same] ^ mask))
                ++same;
            longest = same > longest ? same : longest;
        }
        bool const piece = longest >= least;
        found += piece;
        i += piece ? longest : 1;
    }
    return found;
}

watched_memory::watched_memory(disguised const& secret) noexcept : secret_(secret) {
    watching = this;
}
watched_memory::~watched_memory() {
    watching = nullptr;
}
void watched_memory::taken(void* block) noexcept {
    if (watching != nullptr && block != nullptr) std::memset(block, filling, ::malloc_usable_size(block));
}
void watched_memory::given_back(void* block) noexcept {
    if (watching != nullptr && block != nullptr)
        watching->left_ += watching->secret_.pieces_in(block, ::malloc_usable_size(block));
}

// What it is told of, the compiler takes for read and written.
static void show(void* memory) noexcept {
    asm volatile("" : : "r"(memory) : "memory");
}
[[gnu::noinline]] void fill_stack() noexcept {
    unsigned char below[depth];
    std::memset(below, filling, sizeof below);
    show(below);
}
[[gnu::noinline]] std::size_t pieces_on_stack(disguised const& secret) noexcept {
    unsigned char below[depth];  // as others left it
    show(below);
    return secret.pieces_in(below, sizeof below);
}

}  // namespace oms::scripted
