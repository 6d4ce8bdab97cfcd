// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_HTTP2_FRAME_HPP
#define OMS_HTTP2_FRAME_HPP

/// @file
/// Frames of HTTP/2 (RFC 9113, sections 4 and 6) as bytes. What the simulator shares with the client is exported.

#include <oms/detail/export.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace oms::http2 {

using stream_id = std::uint32_t;

inline constexpr stream_id max_stream_id = 0x7FFF'FFFF;
inline constexpr std::string_view client_preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
inline constexpr std::size_t frame_header_size = 9;
inline constexpr std::size_t priority_size = 5;  // in HEADERS, or a frame of its own
inline constexpr std::size_t setting_size = 6;
/// Of a payload; a peer may allow more, we do not.
inline constexpr std::uint32_t default_frame_size = 16'384;
inline constexpr std::uint32_t largest_frame_size = 0xFF'FFFF;

enum class frame_type : std::uint8_t {
    data,
    headers,
    priority,
    rst_stream,
    settings,
    push_promise,
    ping,
    goaway,
    window_update,
    continuation,
};

namespace flag {
inline constexpr std::uint8_t end_stream = 0x01;
inline constexpr std::uint8_t ack = 0x01;
inline constexpr std::uint8_t end_headers = 0x04;
inline constexpr std::uint8_t padded = 0x08;
inline constexpr std::uint8_t priority = 0x20;
}  // namespace flag

/// Why a stream or a connection ends: the "error code" of RFC 9113, section 7. A peer may say others, too.
enum class reason : std::uint32_t {
    no_error,
    protocol_error,
    internal_error,
    flow_control_error,
    settings_timeout,
    stream_closed,
    frame_size_error,
    refused_stream,
    cancel,
    compression_error,
    connect_error,
    enhance_your_calm,
    inadequate_security,
    http_1_1_required,
};

enum class setting_id : std::uint16_t {
    header_table_size = 1,
    enable_push = 2,
    max_concurrent_streams = 3,
    initial_window_size = 4,
    max_frame_size = 5,
    max_header_list_size = 6,
};

struct setting {
    setting_id id{};
    std::uint32_t value = 0;
};

/// A whole frame. The payload is a view into what was received.
struct frame {
    frame_type type{};  ///< Perhaps none of those named.
    std::uint8_t flags = 0;
    stream_id stream = 0;
    std::string_view payload;

    bool has(std::uint8_t f) const noexcept { return (flags & f) != 0; }
};

struct frame_header {
    std::size_t length = 0;
    frame_type type{};
    std::uint8_t flags = 0;
    stream_id stream = 0;
};

/// @pre  `bytes` holds at least `frame_header_size`.
OMS_DECL frame_header read_frame_header(char const* bytes) noexcept;
/// @pre  `bytes` holds at least four, or two.
OMS_DECL std::uint32_t read_u32(char const* bytes) noexcept;
OMS_DECL std::uint16_t read_u16(char const* bytes) noexcept;

/// What a DATA or HEADERS frame carries without its padding, and without the priority of HEADERS; empty: it has more
/// padding than payload, or is too short.
OMS_DECL std::optional<std::string_view> content_of(frame const& f) noexcept;

// Each appends a whole frame, and throws `std::bad_alloc` before anything is appended.
OMS_DECL void append_settings(std::string& out, std::span<setting const> settings);
OMS_DECL void append_settings_ack(std::string& out);
/// @pre  `opaque` is of eight bytes.
OMS_DECL void append_ping(std::string& out, std::string_view opaque, bool ack);
OMS_DECL void append_goaway(std::string& out, stream_id last, reason why);
OMS_DECL void append_rst_stream(std::string& out, stream_id stream, reason why);
OMS_DECL void append_window_update(std::string& out, stream_id stream, std::uint32_t increment);
/// @pre  It is no larger than the peer allows.
OMS_DECL void append_data(std::string& out, stream_id stream, std::string_view content, bool end_stream);

/// Appends the header of a frame whose payload is appended next.
OMS_DECL void append_frame_header(std::string& out, frame_header const& header);

/// So much more than the block itself do its frames take.
constexpr std::size_t framing_of_block(std::size_t block, std::size_t most_a_frame) noexcept {
    return frame_header_size * (block / most_a_frame + 1);
}
/// Makes HEADERS, and CONTINUATION where it is too long, of a header block that was appended behind an empty place for
/// a frame's header.
/// @param begin  Where this place begins.
/// @pre   `out` has the capacity for it.
OMS_DECL void frame_header_block(std::string& out, std::size_t begin, stream_id stream, bool end_stream,
                                 std::size_t most_a_frame) noexcept;

/// Makes room for so much more. Bytes that were there are not left behind in freed memory.
OMS_DECL void make_room(std::string& out, std::size_t more);

}  // namespace oms::http2

#endif
