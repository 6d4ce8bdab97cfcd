// SPDX-License-Identifier: BSL-1.0
#include "testing/names.hpp"

namespace oms::testing {

namespace {

// A bijection (the finaliser of SplitMix64), so that no two numbers meet.
std::uint64_t mix(std::uint64_t x) noexcept {
    x += 0x9e3779b97f4a7c15U;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
}

void append_hex(std::uint64_t value, std::string& out) {
    for (int shift = 60; shift >= 0; shift -= 4) {
        out.push_back("0123456789abcdef"[value >> shift & 15]);
    }
}

}  // namespace

void append_hex_id(std::uint64_t number, std::string& out) {
    auto const first = mix(number);
    append_hex(first, out);
    append_hex(mix(first), out);
}

std::string hex_id(std::uint64_t number) {
    std::string id;
    append_hex_id(number, id);
    return id;
}

std::string uuid(std::uint64_t high, std::uint64_t low) {
    std::string id;
    auto const first = mix(~high);  // unlike the id of the project of this number
    append_hex(first, id);
    append_hex(mix(first ^ low), id);
    for (std::size_t const dash : {8U, 13U, 18U, 23U}) {
        id.insert(dash, 1, '-');
    }
    return id;
}

}  // namespace oms::testing
