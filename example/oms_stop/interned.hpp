// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_STOP_INTERNED_HPP
#define OMS_STOP_INTERNED_HPP

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <unordered_map>

namespace oms_stop {

/// Values of which each is kept once, by number.
template <class Value, class Hash = std::hash<Value>>
class interned {
public:
    std::uint32_t number_of(Value const& value) {
        auto const [place, added] = numbers_.try_emplace(value, static_cast<std::uint32_t>(values_.size()));
        if (added) values_.push_back(&place->first);
        return place->second;
    }
    /// The number of one that is kept.
    std::optional<std::uint32_t> find(Value const& value) const {
        auto const found = numbers_.find(value);
        if (found == numbers_.end()) return {};
        return found->second;
    }
    Value const& operator[](std::uint32_t number) const { return *values_[number]; }

private:
    std::unordered_map<Value, std::uint32_t, Hash> numbers_;  // its nodes stay where they are
    std::deque<Value const*> values_;
};

/// Mixes hashes of a value's members.
class hash_mixer {
public:
    template <class T>
    hash_mixer& add(T const& member) {
        hash_ = (hash_ ^ std::hash<T>()(member)) * 0x9E3779B97F4A7C15U;
        hash_ ^= hash_ >> 32;
        return *this;
    }
    std::size_t hash() const noexcept { return hash_; }

private:
    std::size_t hash_ = 0;
};

}  // namespace oms_stop

#endif
