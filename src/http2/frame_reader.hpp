// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_HTTP2_FRAME_READER_HPP
#define OMS_HTTP2_FRAME_READER_HPP

/// @file
/// Bytes as they come -> whole frames.

#include "http2/frame.hpp"

#include <oms/detail/export.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace oms::http2 {

/// A frame that is there in one piece is read in place; of the others the beginning is kept, one frame at most.
class OMS_DECL frame_reader {
public:
    enum class result : std::uint8_t {
        frame,
        more,       ///< All that came is used up.
        too_large,  ///< A frame is larger than we allow. Nothing can be read any more.
    };

    frame_reader() = default;
    frame_reader(frame_reader const&) = delete;
    frame_reader& operator=(frame_reader const&) = delete;
    ~frame_reader();

    /// @pre  The bytes before are used up. These must live until they are.
    void put(std::string_view bytes) noexcept { unread_ = bytes; }
    /// @param out  Its payload lives until the next call.
    /// @throws std::bad_alloc
    result next(frame& out);
    /// Of what came, all that was not looked at yet.
    std::string_view unread() const noexcept { return unread_; }
    /// From now on what was kept is wiped.
    void keep_secrets() noexcept { secret_ = true; }
    /// Gives back the memory that it takes, where it keeps nothing.
    void trim() noexcept;

private:
    bool fill(std::size_t size);
    void drop() noexcept;

    std::string_view unread_;
    std::string kept_;   // of a frame whose beginning came before
    bool read_ = false;  // that one was given out
    bool secret_ = false;
};

}  // namespace oms::http2

#endif
