// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_HTTP2_HEADER_ENCODER_HPP
#define OMS_HTTP2_HEADER_ENCODER_HPP

/// @file
/// Fields -> header blocks (RFC 7541, section 6).

#include "http2/header_coding.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace oms::http2 {

/// What becomes of a field.
enum class indexing : std::uint8_t {
    table,  ///< Nearly always the same: goes into the table, and is a byte from then on.
    none,   ///< Another one each time.
    never,  ///< A secret that nobody on the way may put into a table either (RFC 7541, section 7.1.3).
    token,  ///< A secret that goes into the table where it is long and comes twice in a row; else as `never`.
};

struct header_field {
    std::string_view name;
    std::string_view value;
    indexing how = indexing::none;

    std::size_t size() const noexcept { return field_view{name, value}.size(); }
};

/// What the list's size is, as a peer limits it.
std::size_t size_of(std::span<header_field const> fields) noexcept;

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
    bool assign(std::string_view text) noexcept;
    void wipe() noexcept;
    std::string_view view() const noexcept { return {data_.get(), size_}; }

private:
    void swap(kept_text& other) noexcept;

    std::unique_ptr<char[]> data_;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

/// Knows the peer's table, of which it fills no more than it needs. One token is in it, and nothing but another one
/// pushes it out.
class header_encoder {
public:
    /// Of the peer's table so much is used at most: any token fits, and what is always the same.
    static constexpr std::uint32_t most_used = 32 * 1024;
    /// A token that is shorter may be guessed, by who can make us send others and sees how long our requests are.
    static constexpr std::size_t shortest_indexed = 32;

    /// Appends a block.
    /// @throws std::bad_alloc  nothing has changed then
    void append(std::string& out, std::span<header_field const> fields);
    /// No block of these fields is longer.
    static std::size_t bound(std::span<header_field const> fields) noexcept;
    /// The peer's limit; the next block tells it that we know.
    void set_limit(std::uint32_t peers) noexcept;

private:
    struct entry {
        kept_text name;
        kept_text value;
        std::size_t size = 0;
    };

    void append_size_updates(std::string& out) noexcept;
    void append(std::string& out, header_field const& field) noexcept;
    void append_literal(std::string& out, representation as, std::uint32_t name, header_field const& field) noexcept;
    bool is_bound(header_field const& field) noexcept;
    bool seen_before(header_field const& field) noexcept;
    std::uint32_t find(header_field const& field, std::uint32_t& name) const noexcept;
    bool insert(header_field const& field) noexcept;
    bool has_room_beside_token(std::size_t size) const noexcept;
    void evict(std::size_t most) noexcept;

    std::vector<entry> table_;  // the oldest first
    std::size_t table_size_ = 0;
    std::size_t token_at_ = no_token;  // in the table
    kept_text last_token_;             // that was not in it
    std::uint32_t limit_ = default_table_size;
    std::uint32_t told_ = default_table_size;      // the limit that the peer knows of
    std::uint32_t smallest_ = default_table_size;  // since then

    static constexpr std::size_t no_token = static_cast<std::size_t>(-1);
};

}  // namespace oms::http2

#endif
