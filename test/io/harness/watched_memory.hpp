// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_IO_HARNESS_WATCHED_MEMORY_HPP
#define OMS_TEST_IO_HARNESS_WATCHED_MEMORY_HPP

// What is left of a secret in memory that is given back: on the heap, where this
// program's `operator delete` shows each block, and on the stack, below whoever
// looks. Either is filled beforehand, so that what is found was written since.

#include <array>
#include <cstddef>
#include <string>

namespace oms::scripted {

/// A text that is nowhere in memory by itself: kept in disguise, and made when it is needed.
class disguised {
public:
    static constexpr std::size_t size = 40;
    explicit disguised(unsigned seed) noexcept;
    char operator[](std::size_t i) const noexcept { return static_cast<char>(bytes_[i] ^ mask); }
    /// Whoever has it wipes it.
    std::string text() const;
    /// Puts it there, and leaves no other copy of it.
    void write(char* to) const noexcept;
    /// How many places hold so many of its bytes in a row.
    std::size_t pieces_in(void const* memory, std::size_t bytes) const noexcept;

private:
    static constexpr unsigned char mask = 0xA5;
    static constexpr std::size_t least = 8;  // of them in a row are no accident
    std::array<unsigned char, size> bytes_;
};

/// While it lives, looks into what this thread gives back.
class watched_memory {
public:
    explicit watched_memory(disguised const& secret) noexcept;
    ~watched_memory();
    watched_memory(watched_memory const&) = delete;
    watched_memory& operator=(watched_memory const&) = delete;

    /// Pieces of the secret that were in it.
    std::size_t left() const noexcept { return left_; }

    /// For what gives memory, and takes it back: malloc's.
    static void taken(void* block) noexcept;
    static void given_back(void* block) noexcept;

private:
    disguised const& secret_;
    std::size_t left_ = 0;
};

/// Fills the stack below the caller.
void fill_stack() noexcept;
/// Pieces of the secret in the stack below the caller, which has called others since it filled it.
std::size_t pieces_on_stack(disguised const& secret) noexcept;

}  // namespace oms::scripted

#endif
