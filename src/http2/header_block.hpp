// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_HTTP2_HEADER_BLOCK_HPP
#define OMS_HTTP2_HEADER_BLOCK_HPP

/// @file
/// A header block that comes in several frames: HEADERS, then CONTINUATION, with nothing in between.

#include "http2/frame.hpp"

#include <oms/detail/export.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace oms::http2 {

class OMS_DECL header_block {
public:
    /// A block that is spread over more frames than these is an attack.
    static constexpr unsigned most_frames = 64;

    explicit header_block(std::size_t limit) noexcept : limit_(limit) {}
    header_block(header_block const&) = delete;
    header_block& operator=(header_block const&) = delete;
    ~header_block() { forget(); }

    /// @pre  None is open.
    /// @throws std::bad_alloc
    void begin(frame const& headers, std::string_view fragment);
    /// @return whether it belongs to the block, and there are not too many.
    /// @throws std::bad_alloc
    bool add(frame const& continuation);
    void close() noexcept { stream_ = 0; }

    bool open() const noexcept { return stream_ != 0; }
    stream_id stream() const noexcept { return stream_; }
    bool end_stream() const noexcept { return end_stream_; }
    /// What was over the limit was not kept: the block cannot be read.
    bool too_large() const noexcept { return too_large_; }
    std::string_view bytes() const noexcept { return bytes_; }
    /// Wipes and gives back what is kept of the last one.
    void forget() noexcept;

private:
    void keep(std::string_view fragment);

    std::size_t limit_;
    stream_id stream_ = 0;
    bool end_stream_ = false;
    bool too_large_ = false;
    unsigned frames_ = 0;
    std::string bytes_;
};

}  // namespace oms::http2

#endif
