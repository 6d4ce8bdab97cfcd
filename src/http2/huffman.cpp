// SPDX-License-Identifier: BSL-1.0
#include "http2/huffman.hpp"

#include <array>
#include <cstdint>

namespace oms::http2 {

namespace {

constexpr std::size_t symbol_count = 257;  // the bytes, and the end of a string
constexpr unsigned end_of_string = 256;
constexpr unsigned longest_code = 30;
constexpr unsigned quick_bits = 8;

// The code is canonical: its lengths are all of it. The codes of one length follow each other in the order of the
// symbols, behind those that are shorter.
constexpr std::array<std::uint8_t, symbol_count> code_lengths{
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,  // 0
    28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,  // 16
    6,  10, 10, 12, 13, 6,  8,  11, 10, 10, 8,  11, 8,  6,  6,  6,   // 32
    5,  5,  5,  6,  6,  6,  6,  6,  6,  6,  7,  8,  15, 6,  12, 10,  // 48
    13, 6,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,   // 64
    7,  7,  7,  7,  7,  7,  7,  7,  8,  7,  8,  13, 19, 13, 14, 6,   // 80
    15, 5,  6,  5,  6,  5,  6,  6,  6,  5,  7,  7,  6,  6,  6,  5,   // 96
    6,  7,  6,  5,  5,  6,  7,  7,  7,  7,  7,  15, 11, 14, 13, 28,  // 112
    20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,  // 128
    24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,  // 144
    22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,  // 160
    21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,  // 176
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,  // 192
    19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,  // 208
    20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,  // 224
    26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,  // 240
    30};

struct symbol {
    std::uint16_t value = 0;
    std::uint8_t length = 0;  // of its code; 0: longer than what was looked at
};

struct code_table {
    std::array<std::uint16_t, symbol_count> ordered{};    // by their codes
    std::array<std::uint32_t, longest_code + 1> first{};  // the first code of a length
    std::array<std::uint32_t, longest_code + 1> count{};
    std::array<std::uint32_t, longest_code + 1> before{};  // so many symbols have shorter codes
    std::array<symbol, 1U << quick_bits> quick{};          // by the next bits
    bool complete = false;                                 // whether every string of bits begins with one
};

constexpr code_table make_code_table() noexcept {
    code_table made;
    for (unsigned length : code_lengths)
        ++made.count[length];
    std::uint32_t code = 0;
    std::uint32_t before = 0;
    for (unsigned length = 1; length <= longest_code; ++length) {
        code <<= 1U;
        made.first[length] = code;
        made.before[length] = before;
        std::uint32_t at = before;
        for (unsigned value = 0; value < symbol_count; ++value) {
            if (code_lengths[value] != length) continue;
            made.ordered[at++] = static_cast<std::uint16_t>(value);
            if (length > quick_bits) continue;
            std::uint32_t const from = (code + at - 1 - before) << (quick_bits - length);
            for (std::uint32_t i = 0; i < 1U << (quick_bits - length); ++i)
                made.quick[from + i] = {static_cast<std::uint16_t>(value), static_cast<std::uint8_t>(length)};
        }
        code += made.count[length];
        before = at;
    }
    made.complete = code == 1U << longest_code;
    return made;
}

constexpr code_table codes = make_code_table();
static_assert(codes.complete);

// Of the code at the top of 64 bits, which is longer than the quick ones.
symbol long_code(std::uint64_t bits) noexcept {
    for (unsigned length = quick_bits + 1; length < longest_code; ++length) {
        std::uint32_t const offset = static_cast<std::uint32_t>(bits >> (64 - length)) - codes.first[length];
        if (offset < codes.count[length])
            return {codes.ordered[codes.before[length] + offset], static_cast<std::uint8_t>(length)};
    }
    std::uint32_t const offset = static_cast<std::uint32_t>(bits >> (64 - longest_code)) - codes.first[longest_code];
    return {codes.ordered[codes.before[longest_code] + offset], longest_code};
}

constexpr std::uint64_t all_ones = ~std::uint64_t{0};
constexpr unsigned refilled = 32;  // more than the longest_code code

// Written so that compilers make one load of it.
std::uint64_t read_32(char const* at) noexcept {
    auto const byte = [at](unsigned i) { return std::uint32_t{static_cast<unsigned char>(at[i])}; };
    return byte(0) << 24U | byte(1) << 16U | byte(2) << 8U | byte(3);
}

}  // namespace

char* huffman_decode(std::string_view coded, char* out) noexcept {
    std::uint64_t bits = 0;  // the next one is the highest
    unsigned count = 0;
    char const* at = coded.data();
    char const* const end = at + coded.size();
    // Whole codes, without a look at the end.
    for (;;) {
        if (count < refilled) {
            if (end - at < 4) break;
            bits |= read_32(at) << (32 - count);
            at += 4;
            count += 32;
        }
        symbol found = codes.quick[bits >> (64 - quick_bits)];
        if (found.length == 0) {
            found = long_code(bits);
            if (found.value == end_of_string) return nullptr;
        }
        *out++ = static_cast<char>(found.value);
        bits <<= found.length;
        count -= found.length;
    }
    for (; at != end; count += 8)
        bits |= std::uint64_t{static_cast<unsigned char>(*at++)} << (56 - count);
    while (count > 0) {
        // Behind the end there are ones: so the padding looks like the beginning of the end of a string.
        std::uint64_t const next = bits | all_ones >> count;
        if (count < 8 && next == all_ones) return out;
        symbol found = codes.quick[next >> (64 - quick_bits)];
        if (found.length == 0) found = long_code(next);
        if (found.length > count || found.value == end_of_string) return nullptr;
        *out++ = static_cast<char>(found.value);
        bits <<= found.length;
        count -= found.length;
    }
    return out;
}

}  // namespace oms::http2
