// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_HTTP2_KEPT_TEXT_HPP
#define OMS_HTTP2_KEPT_TEXT_HPP

/// @file
/// A table's copy of a value.

#include "wire/secure_zero.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <string_view>
#include <utility>

namespace oms::http2 {

/// Text that may be a secret: wiped where it goes.
class kept_text {
public:
    kept_text() = default;
    kept_text(kept_text&& other) noexcept { swap(other); }
    kept_text& operator=(kept_text&& other) noexcept {
        swap(other);
        return *this;
    }
    ~kept_text() { wipe(); }

    /// @return whether there was memory for it; else it is empty.
    bool assign(std::string_view text) noexcept {
        std::size_t const before = size_;
        if (text.size() > capacity_) {
            wipe();
            data_.reset(new (std::nothrow) char[text.size()]);
            capacity_ = data_ ? text.size() : 0;
            if (!data_) return false;
        } else if (before > text.size()) {
            wire::secure_zero(data_.get() + text.size(), before - text.size());
        }
        std::copy(text.begin(), text.end(), data_.get());
        size_ = text.size();
        return true;
    }
    void wipe() noexcept {
        if (size_ != 0) wire::secure_zero(data_.get(), size_);
        size_ = 0;
    }
    std::string_view view() const noexcept { return {data_.get(), size_}; }

private:
    void swap(kept_text& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        std::swap(capacity_, other.capacity_);
    }

    std::unique_ptr<char[]> data_;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

}  // namespace oms::http2

#endif
