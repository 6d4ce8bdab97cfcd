// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_DETAIL_SECRET_HPP
#define OMS_DETAIL_SECRET_HPP

/// @file
/// The type that keeps secrets; included by whatever public header needs it.

#include <oms/detail/export.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace oms {

/// Text that is wiped when it goes, cannot be printed, and is read on purpose only.
/// As safe in threads as a `std::string`; copies may throw `std::bad_alloc`.
class OMS_DECL secret {
public:
    secret() noexcept;
    /// Takes the text over; wipes the argument's own buffer.
    explicit secret(std::string text);
    secret(secret const&);
    secret(secret&&) noexcept;
    secret& operator=(secret const&);
    secret& operator=(secret&&) noexcept;
    ~secret();

    /// The text. Copies of it are the reader's to wipe.
    std::string_view reveal() const noexcept { return {data_.get(), size_}; }
    /// Whether there is no text.
    bool empty() const noexcept { return size_ == 0; }

    friend bool operator==(secret const& a, secret const& b) noexcept { return a.reveal() == b.reveal(); }

private:
    std::unique_ptr<char[]> data_;
    std::size_t size_ = 0;
};

}  // namespace oms

#endif
