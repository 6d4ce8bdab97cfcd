// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_FUZZ_FUZZ_HPP
#define OMS_TEST_FUZZ_FUZZ_HPP

// What the targets share: each is one function of any bytes, which ends the process where something is not so.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace oms::fuzz {

/// What must be so, whatever the input.
inline void require(bool so, char const* what) {
    if (so) return;
    std::fprintf(stderr, "not so: %s\n", what);
    std::abort();
}

/// An input, taken apart from its front. Texts are told from their lengths, so that a corpus stays readable: a target's
/// settings come first, a byte each, and the rest is what is read.
class input {
public:
    explicit input(std::string_view bytes) noexcept : left_(bytes) {}

    std::uint8_t byte() noexcept {
        if (left_.empty()) return 0;
        auto const first = static_cast<std::uint8_t>(left_.front());
        left_.remove_prefix(1);
        return first;
    }
    /// From `least` to `most`.
    std::size_t number(std::size_t least, std::size_t most) noexcept {
        std::size_t value = byte();
        if (most - least > 255) value = value << 8U | byte();
        return least + value % (most - least + 1);
    }
    /// Up to the next line's end, which is left out.
    std::string_view line() noexcept {
        std::size_t const end = std::min(left_.find('\n'), left_.size());
        std::string_view const found = left_.substr(0, end);
        left_.remove_prefix(std::min(end + 1, left_.size()));
        return found;
    }
    std::string_view rest() noexcept {
        std::string_view const all = left_;
        left_ = {};
        return all;
    }
    bool empty() const noexcept { return left_.empty(); }

private:
    std::string_view left_;
};

/// Calls with pieces of a text, of sizes that repeat.
template <class F>
void in_pieces(std::string_view text, std::size_t first, std::size_t second, F f) {
    for (bool odd = false; !text.empty(); odd = !odd) {
        std::size_t const size = std::min(odd ? second : first, text.size());
        if (!f(std::string(text.substr(0, size)))) return;  // a copy, so that reading beyond it is seen
        text.remove_prefix(size);
    }
}

/// Whether it is what may be shown: no control character.
inline bool shown(std::string_view text) noexcept {
    return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127; });
}

/// The target itself.
void run(input in);

}  // namespace oms::fuzz

#endif
