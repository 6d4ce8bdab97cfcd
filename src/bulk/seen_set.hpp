// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_BULK_SEEN_SET_HPP
#define OMS_BULK_SEEN_SET_HPP

/// @file
/// Which tasks a run has seen, in at most 24 bytes each.

#include <oms/task.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace oms::bulk {

/// 128 bits of a keyed hash (SipHash-2-4): nobody who does not know the key
/// can make two tasks collide, and among n tasks chance does with n² / 2^129:
/// for a million, one run in 10^26.
std::array<std::uint64_t, 2> keyed_hash(std::array<std::uint64_t, 2> const& key, std::string_view bytes) noexcept;

/// Tables that double would need twice as much as they hold, and half as much
/// again while they grow: here many small ones grow by a fifth, one at a time.
class seen_set {
public:
    /// @param key  Random; another one for each run.
    explicit seen_set(std::array<std::uint64_t, 2> key) noexcept : key_(key) {}

    /// Whether the task is new; from now on it is not.
    bool insert(task_ref const& task);

    std::size_t size() const noexcept { return size_; }
    /// What the tables take: at most 24 for each task from twenty thousand on.
    std::size_t bytes() const noexcept;

private:
    using hash128 = std::array<std::uint64_t, 2>;

    // Open addressing with linear probing; all zero is an empty slot.
    class table {
    public:
        bool insert(hash128 const& h);
        std::size_t bytes() const noexcept { return slots_.capacity() * sizeof(hash128); }

    private:
        void grow();
        hash128& slot_for(hash128 const& h) noexcept;

        std::vector<hash128> slots_;
        std::size_t used_ = 0;
    };

    std::array<std::uint64_t, 2> key_;
    std::string name_;               // keeps its memory
    std::array<table, 256> tables_;  // one for each value of a byte of the hash
    std::size_t size_ = 0;
};

}  // namespace oms::bulk

#endif
