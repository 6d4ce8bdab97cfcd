// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_HTTP2_HEADER_DECODER_HPP
#define OMS_HTTP2_HEADER_DECODER_HPP

/// @file
/// Header blocks -> fields (RFC 7541, sections 3 and 6).

#include "http2/static_table.hpp"

#include <oms/detail/export.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace oms::http2 {

/// A client announces a table of size 0, and has none: what is to go into it is read and nothing else. A server cannot
/// do without: requests come before the client has read what was announced.
class OMS_DECL header_decoder {
public:
    enum class result : std::uint8_t {
        field,
        end,
        malformed,  ///< What follows on this connection cannot be read either.
    };

    /// @param table_limit  As announced to the peer.
    explicit header_decoder(std::uint32_t table_limit) noexcept : limit_(table_limit), table_limit_(table_limit) {}
    header_decoder(header_decoder const&) = delete;
    header_decoder& operator=(header_decoder const&) = delete;
    ~header_decoder() { forget(); }

    /// @param block  Whole; lives until its end was told.
    /// @throws std::bad_alloc
    void begin(std::string_view block);
    /// @param out  Its views live until the next block begins; those into a table until the next field.
    /// @throws std::bad_alloc  only where there is a table
    result next(field_view& out);
    /// Wipes what is kept of the last block.
    void forget() noexcept;

private:
    struct entry {
        std::string name;
        std::string value;

        field_view view() const noexcept { return {name, value, 0}; }
    };

    bool take_size() noexcept;
    bool take_text(std::string_view& out) noexcept;
    bool lookup(std::uint32_t index, field_view& out) const noexcept;
    void insert(field_view& field);
    void evict(std::size_t most) noexcept;

    std::string_view block_;
    bool in_fields_ = false;  // a field was read: sizes come before
    std::string texts_;       // those that were coded
    char* texts_end_ = nullptr;
    std::uint32_t limit_;        // what the peer may make of the table's
    std::uint32_t table_limit_;  // as it has made it
    std::size_t table_size_ = 0;
    std::vector<entry> table_;  // the oldest first
    entry too_large_;           // for the table
};

}  // namespace oms::http2

#endif
