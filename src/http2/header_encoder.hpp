// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_HTTP2_HEADER_ENCODER_HPP
#define OMS_HTTP2_HEADER_ENCODER_HPP

/// @file
/// Fields -> header blocks (RFC 7541, section 6).

#include "http2/header_coding.hpp"
#include "http2/kept_text.hpp"

#include <oms/detail/export.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
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
    std::string_view name;  ///< In lower case. Lives as long as the encoder where it may go into the table.
    std::string_view value;
    indexing how = indexing::none;

    std::size_t size() const noexcept { return field_view{name, value, 0}.size(); }
};

/// What the list's size is, as a peer limits it.
std::size_t size_of(std::span<header_field const> fields) noexcept;

/// Knows the peer's table, of which it fills no more than it needs. One token is in it, and nothing but another one
/// pushes it out.
class OMS_DECL header_encoder {
public:
    /// Of the peer's table so much is used at most: any token fits, and what is always the same.
    static constexpr std::uint32_t most_used = 32 * 1024;
    /// A token that is shorter may be guessed, by who can make us send others and sees how long our requests are.
    static constexpr std::size_t shortest_indexed = 32;

    /// Appends a block. It is quickest where the fields come in the same order each time.
    /// @throws std::bad_alloc  nothing has changed then
    void append(std::string& out, std::span<header_field const> fields);
    /// No block of these fields is longer.
    static std::size_t bound(std::span<header_field const> fields) noexcept;
    /// The peer's limit; the next block tells it that we know.
    void set_limit(std::uint32_t peers) noexcept;

private:
    struct entry {
        std::string_view name;
        kept_text value;
        std::size_t size = 0;
    };
    // Where a field was found the last time: 1–61 in the static table, above that the number of what was inserted.
    using place = std::uint32_t;

    // Into the room that was made.
    void append_size_updates(std::string& out) noexcept;
    void append(std::string& out, header_field const& field, place& last) noexcept;
    static void append_literal(std::string& out, representation as, header_field const& field,
                               std::uint32_t name) noexcept;
    bool is_at(place where, header_field const& field) const noexcept;
    place find(header_field const& field) const noexcept;
    place find_name(std::string_view name, place last) const noexcept;
    std::uint32_t index_of(place where) const noexcept;
    entry const* entry_at(place where) const noexcept;
    bool is_bound(header_field const& field) noexcept;
    bool seen_before(header_field const& field) noexcept;
    bool insert(header_field const& field) noexcept;
    bool has_room_beside_token(std::size_t size) const noexcept;
    void evict(std::size_t most) noexcept;
    place newest() const noexcept { return inserted_; }
    place oldest() const noexcept { return inserted_ - static_cast<place>(table_.size()) + 1; }

    std::vector<entry> table_;  // the oldest first
    std::size_t table_size_ = 0;
    place inserted_ = static_table_size;
    place token_ = 0;       // where it is in the table; 0: in none
    kept_text last_token_;  // that was not in it
    std::array<place, 16> last_{};
    std::uint32_t limit_ = default_table_size;
    std::uint32_t told_ = default_table_size;      // the limit that the peer knows of
    std::uint32_t smallest_ = default_table_size;  // since then
};

}  // namespace oms::http2

#endif
