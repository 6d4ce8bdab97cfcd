// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_IO_HARNESS_DICE_HPP
#define OMS_TEST_IO_HARNESS_DICE_HPP

// Chance that a seed repeats, on every standard library.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <random>

namespace oms::scripted {

class dice {
public:
    explicit dice(std::uint64_t seed) : engine_(seed) {}

    std::size_t below(std::size_t n) { return static_cast<std::size_t>(engine_() % n); }
    std::size_t between(std::size_t least, std::size_t most) { return least + below(most - least + 1); }
    bool one_in(std::size_t n) { return below(n) == 0; }
    std::chrono::milliseconds milliseconds(std::size_t most) {
        return std::chrono::milliseconds(static_cast<std::chrono::milliseconds::rep>(below(most + 1)));
    }
    template <class T>
    T any_of(std::initializer_list<T> list) {
        return list.begin()[below(list.size())];
    }
    /// Small numbers are as likely as large ones: 0 to 2^`bits` - 1.
    std::size_t any_size(std::size_t bits) { return below(std::size_t{1} << below(bits + 1)); }

private:
    std::mt19937_64 engine_;
};

}  // namespace oms::scripted

#endif
