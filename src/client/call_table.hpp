// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_CLIENT_CALL_TABLE_HPP
#define OMS_CLIENT_CALL_TABLE_HPP

// The calls under way. Each has a slot, whose number and its own id name it as long as it lives and never after.

#include "client/call.hpp"

#include <boost/assert.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace oms::detail {

class call_table {
public:
    bool empty() const noexcept { return calls_.size() == free_.size(); }
    std::size_t size() const noexcept { return calls_.size() - free_.size(); }
    /// Those in no exchange.
    std::size_t waiting() const noexcept { return waiting_; }
    std::size_t in_exchange() const noexcept { return size() - waiting_; }

    /// For one more, and for its end.
    /// @return  The slot that it gets.
    /// @throws std::bad_alloc
    std::uint32_t reserve() {
        if (free_.empty()) {
            if (free_.capacity() <= calls_.size()) free_.reserve(std::max<std::size_t>(16, 2 * calls_.size()));
            calls_.emplace_back();
            free_.push_back(static_cast<std::uint32_t>(calls_.size() - 1));
        }
        return free_.back();
    }
    /// @pre  `reserve` gave `index` of it, and nothing has come since.
    call& add(std::unique_ptr<call> c) noexcept {
        BOOST_ASSERT(c->index == free_.back());
        free_.pop_back();
        ++waiting_;
        return *(calls_[c->index] = std::move(c));
    }
    /// @pre  It is in no exchange.
    std::unique_ptr<call> remove(call& c) noexcept {
        BOOST_ASSERT(c.exchange == nullptr);
        free_.push_back(c.index);
        --waiting_;
        return std::move(calls_[c.index]);
    }

    void exchange_begun(call& c, transport::exchange& x) noexcept {
        c.exchange = &x;
        --waiting_;
    }
    void exchange_ended(call& c) noexcept {
        c.exchange = nullptr;
        ++waiting_;
    }

    call* find(std::uint32_t index, std::uint64_t id) const noexcept {
        if (index >= calls_.size() || !calls_[index] || calls_[index]->id != id) return nullptr;
        return calls_[index].get();
    }
    /// `f` may remove any, and adds none.
    template <class Function>
    void for_each(Function f) const {
        for (auto const& c : calls_) {
            if (c) f(*c);
        }
    }

    /// Gives all away.
    std::vector<std::unique_ptr<call>> release() noexcept {
        free_.clear();
        waiting_ = 0;
        return std::exchange(calls_, {});
    }

private:
    std::vector<std::unique_ptr<call>> calls_;
    std::vector<std::uint32_t> free_;
    std::size_t waiting_ = 0;
};

}  // namespace oms::detail

#endif
