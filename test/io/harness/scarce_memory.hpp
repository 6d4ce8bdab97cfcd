// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_IO_HARNESS_SCARCE_MEMORY_HPP
#define OMS_TEST_IO_HARNESS_SCARCE_MEMORY_HPP

// This program's `operator new`, and what else it takes memory by: each can be
// made to fail once, or from some call on. Counted per thread, and only what is
// asked for while it is armed. What "else" is, a file beside this says: Asio's
// `aligned_alloc` and OpenSSL's memory (also under sanitizers, whose own `malloc`
// is), or `malloc` and all of its kind.

#include <cstddef>

namespace oms::scripted {

class scarce_memory {
public:
    enum class lasts : unsigned char { once, for_ever };
    /// Whose allocations are meant.
    enum class whose : unsigned char { ours, anybodys };

    /// Fails the `k`-th allocation from now on, counted from 1; 0: none, they are only counted.
    explicit scarce_memory(std::size_t k, lasts how = lasts::once, whose of = whose::ours) noexcept;
    ~scarce_memory();
    scarce_memory(scarce_memory const&) = delete;
    scarce_memory& operator=(scarce_memory const&) = delete;

    /// No further one fails. What was asked for so far.
    std::size_t end() noexcept;

    /// For what gives memory: counts one that is asked for. Whether it is to fail.
    static bool fails_now(whose of) noexcept;

    /// While it lives, the allocations are the test's own: not counted, never failed.
    class aside {
    public:
        aside() noexcept;
        ~aside();
        aside(aside const&) = delete;
        aside& operator=(aside const&) = delete;
    };
};

}  // namespace oms::scripted

#endif
