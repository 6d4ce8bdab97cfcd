// SPDX-License-Identifier: BSL-1.0
#include "bulk/seen_set.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>

namespace oms::bulk {

namespace {

class sip_state {
public:
    explicit sip_state(std::array<std::uint64_t, 2> const& key) noexcept
        : v0_(key[0] ^ 0x736f6d6570736575),
          v1_(key[1] ^ 0x646f72616e646f6d ^ 0xee),  // 0xee: 128 bits of output
          v2_(key[0] ^ 0x6c7967656e657261),
          v3_(key[1] ^ 0x7465646279746573) {}

    void absorb(std::uint64_t word) noexcept {
        v3_ ^= word;
        rounds(2);
        v0_ ^= word;
    }

    std::array<std::uint64_t, 2> finish() noexcept {
        v2_ ^= 0xee;
        rounds(4);
        std::uint64_t const first = v0_ ^ v1_ ^ v2_ ^ v3_;
        v1_ ^= 0xdd;
        rounds(4);
        return {first, v0_ ^ v1_ ^ v2_ ^ v3_};
    }

private:
    void rounds(int count) noexcept {
        for (; count > 0; --count) {
            v0_ += v1_;
            v1_ = std::rotl(v1_, 13) ^ v0_;
            v0_ = std::rotl(v0_, 32);
            v2_ += v3_;
            v3_ = std::rotl(v3_, 16) ^ v2_;
            v0_ += v3_;
            v3_ = std::rotl(v3_, 21) ^ v0_;
            v2_ += v1_;
            v1_ = std::rotl(v1_, 17) ^ v2_;
            v2_ = std::rotl(v2_, 32);
        }
    }

    std::uint64_t v0_, v1_, v2_, v3_;
};

// As words: a comparison of arrays is a call.
bool same(std::array<std::uint64_t, 2> const& a, std::array<std::uint64_t, 2> const& b) noexcept {
    return ((a[0] ^ b[0]) | (a[1] ^ b[1])) == 0;
}
bool is_zero(std::array<std::uint64_t, 2> const& a) noexcept {
    return (a[0] | a[1]) == 0;
}

std::uint64_t little_endian(char const* bytes, std::size_t count) noexcept {
    std::uint64_t word = 0;
    if (std::endian::native == std::endian::little) {
        std::memcpy(&word, bytes, count);
        return word;
    }
    for (std::size_t i = 0; i < count; ++i) {
        word |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    }
    return word;
}

}  // namespace

std::array<std::uint64_t, 2> keyed_hash(std::array<std::uint64_t, 2> const& key, std::string_view bytes) noexcept {
    sip_state state(key);
    std::size_t const whole = bytes.size() / 8 * 8;
    for (std::size_t i = 0; i < whole; i += 8)
        state.absorb(little_endian(bytes.data() + i, 8));
    std::uint64_t const last = little_endian(bytes.data() + whole, bytes.size() - whole);
    state.absorb(last | (std::uint64_t{bytes.size()} << 56));
    return state.finish();
}

bool seen_set::insert(task_ref const& task) {
    name_.clear();
    name_ += static_cast<char>(task.kind);
    name_ += task.region;
    name_ += '\0';  // none of the parts of a valid name has it
    name_ += task.project_id;
    name_ += '\0';
    name_ += task.task_id;
    hash128 h = keyed_hash(key_, name_);
    if (is_zero(h)) h[1] = 1;  // that one marks an empty slot
    bool const is_new = tables_[h[1] & 0xff].insert(h);
    size_ += is_new;
    return is_new;
}

std::size_t seen_set::bytes() const noexcept {
    std::size_t total = sizeof(tables_);
    for (table const& each : tables_)
        total += each.bytes();
    return total;
}

// Between 68 and 85 % of the slots are used, once there are a hundred: 19 to 24 bytes a task.
bool seen_set::table::insert(hash128 const& h) {
    if (used_ + 1 > slots_.size() / 20 * 17) grow();
    hash128& slot = slot_for(h);
    if (same(slot, h)) return false;
    slot = h;
    ++used_;
    return true;
}

void seen_set::table::grow() {
    std::vector<hash128> old(slots_.size() + std::max<std::size_t>(slots_.size() / 100 * 20, 20));
    old.swap(slots_);
    for (hash128 const& h : old) {
        if (!is_zero(h)) slot_for(h) = h;
    }
}

seen_set::hash128& seen_set::table::slot_for(hash128 const& h) noexcept {
    auto at = static_cast<std::size_t>(h[0] % slots_.size());
    while (!same(slots_[at], h) && !is_zero(slots_[at]))
        at = at + 1 < slots_.size() ? at + 1 : 0;
    return slots_[at];
}

}  // namespace oms::bulk
