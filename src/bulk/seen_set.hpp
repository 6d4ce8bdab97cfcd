// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_BULK_SEEN_SET_HPP
#define OMS_BULK_SEEN_SET_HPP

/// @file
/// Which tasks a run has seen, in 16 bytes each.

#include <oms/task.hpp>

#include <boost/unordered/unordered_flat_set.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace oms::bulk {

/// 128 bits of a keyed hash (SipHash-2-4): nobody who does not know the key
/// can make two tasks collide, and among n tasks chance does with n² / 2^129:
/// for a million, one run in 10^26.
std::array<std::uint64_t, 2> keyed_hash(std::array<std::uint64_t, 2> const& key, std::string_view bytes) noexcept;

class seen_set {
public:
    /// @param key  Random; another one for each run.
    explicit seen_set(std::array<std::uint64_t, 2> key) noexcept : key_(key) {}

    /// Whether the task is new; from now on it is not.
    bool insert(task_ref const& task);

    std::size_t size() const noexcept { return seen_.size(); }

private:
    using hash128 = std::array<std::uint64_t, 2>;
    struct first_word {  // of a good hash, so as good as a hash of it
        using is_avalanching = void;
        std::size_t operator()(hash128 const& h) const noexcept { return static_cast<std::size_t>(h[0]); }
    };

    std::array<std::uint64_t, 2> key_;
    boost::unordered_flat_set<hash128, first_word> seen_;
};

}  // namespace oms::bulk

#endif
