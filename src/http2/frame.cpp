// SPDX-License-Identifier: BSL-1.0
#include "http2/frame.hpp"

#include "wire/secure_zero.hpp"

#include <algorithm>
#include <cstring>

namespace oms::http2 {

namespace {

constexpr unsigned byte_at(char const* bytes, std::size_t at) noexcept {
    return static_cast<unsigned char>(bytes[at]);
}

void put_u32(char* to, std::uint32_t value) noexcept {
    for (unsigned i = 0; i < 4; ++i)
        to[i] = static_cast<char>(value >> (24U - 8 * i));
}

void put_frame_header(char* to, frame_header const& h) noexcept {
    auto const length = static_cast<std::uint32_t>(h.length);
    put_u32(to, (length << 8U) | static_cast<std::uint32_t>(h.type));
    to[4] = static_cast<char>(h.flags);
    put_u32(to + 5, h.stream);
}

// A frame whose payload is numbers. (In one array for all of it, g++ 12 sees an overrun that is none.)
void append_numbers(std::string& out, frame_type type, stream_id stream, std::initializer_list<std::uint32_t> numbers) {
    make_room(out, frame_header_size + 4 * numbers.size());
    append_frame_header(out, {4 * numbers.size(), type, 0, stream});
    for (std::uint32_t const each : numbers) {
        char bytes[4];
        put_u32(bytes, each);
        out.append(bytes, sizeof bytes);
    }
}

}  // namespace

std::uint32_t read_u32(char const* bytes) noexcept {
    return byte_at(bytes, 0) << 24U | byte_at(bytes, 1) << 16U | byte_at(bytes, 2) << 8U | byte_at(bytes, 3);
}

std::uint16_t read_u16(char const* bytes) noexcept {
    return static_cast<std::uint16_t>(byte_at(bytes, 0) << 8U | byte_at(bytes, 1));
}

frame_header read_frame_header(char const* bytes) noexcept {
    std::uint32_t const first = read_u32(bytes);
    return {first >> 8U, static_cast<frame_type>(first & 0xFFU), static_cast<std::uint8_t>(bytes[4]),
            read_u32(bytes + 5) & max_stream_id};
}

std::optional<std::string_view> content_of(frame const& f) noexcept {
    std::string_view content = f.payload;
    std::size_t padding = 0;
    if (f.has(flag::padded)) {
        if (content.empty()) return std::nullopt;
        padding = byte_at(content.data(), 0);
        content.remove_prefix(1);
    }
    if (f.type == frame_type::headers && f.has(flag::priority)) {
        if (content.size() < priority_size) return std::nullopt;
        content.remove_prefix(priority_size);
    }
    if (padding > content.size()) return std::nullopt;
    content.remove_suffix(padding);
    return content;
}

void append_frame_header(std::string& out, frame_header const& header) {
    char bytes[frame_header_size];
    put_frame_header(bytes, header);
    out.append(bytes, sizeof bytes);
}

void append_settings(std::string& out, std::span<setting const> settings) {
    make_room(out, frame_header_size + setting_size * settings.size());
    append_frame_header(out, {setting_size * settings.size(), frame_type::settings, 0, 0});
    for (setting const& each : settings) {
        char bytes[setting_size];
        auto const id = static_cast<std::uint16_t>(each.id);
        bytes[0] = static_cast<char>(id >> 8U);
        bytes[1] = static_cast<char>(id);
        put_u32(bytes + 2, each.value);
        out.append(bytes, sizeof bytes);
    }
}

void append_settings_ack(std::string& out) {
    append_frame_header(out, {0, frame_type::settings, flag::ack, 0});
}

void append_ping(std::string& out, std::string_view opaque, bool ack) {
    make_room(out, frame_header_size + opaque.size());
    append_frame_header(out, {opaque.size(), frame_type::ping, ack ? flag::ack : std::uint8_t{0}, 0});
    out += opaque;
}

void append_goaway(std::string& out, stream_id last, reason why) {
    append_numbers(out, frame_type::goaway, 0, {last, static_cast<std::uint32_t>(why)});
}

void append_rst_stream(std::string& out, stream_id stream, reason why) {
    append_numbers(out, frame_type::rst_stream, stream, {static_cast<std::uint32_t>(why)});
}

void append_window_update(std::string& out, stream_id stream, std::uint32_t increment) {
    append_numbers(out, frame_type::window_update, stream, {increment});
}

void append_data(std::string& out, stream_id stream, std::string_view content, bool end_stream) {
    make_room(out, frame_header_size + content.size());
    append_frame_header(out,
                        {content.size(), frame_type::data, end_stream ? flag::end_stream : std::uint8_t{0}, stream});
    out += content;
}

void frame_header_block(std::string& out, std::size_t begin, stream_id stream, bool end_stream,
                        std::size_t most_a_frame) noexcept {
    std::size_t const block_at = begin + frame_header_size;
    std::size_t const block = out.size() - block_at;
    std::size_t const continued = block == 0 ? 0 : (block - 1) / most_a_frame;
    out.resize(out.size() + frame_header_size * continued);
    // From the last piece on, so that none overwrites what is still to be moved.
    for (std::size_t i = continued; i > 0; --i) {
        std::size_t const size = std::min(most_a_frame, block - i * most_a_frame);
        char* const to = out.data() + begin + i * (frame_header_size + most_a_frame);
        std::memmove(to + frame_header_size, out.data() + block_at + i * most_a_frame, size);
        put_frame_header(
            to, {size, frame_type::continuation, i == continued ? flag::end_headers : std::uint8_t{0}, stream});
    }
    unsigned const flags = (end_stream ? flag::end_stream : 0U) | (continued == 0 ? flag::end_headers : 0U);
    put_frame_header(out.data() + begin,
                     {std::min(block, most_a_frame), frame_type::headers, static_cast<std::uint8_t>(flags), stream});
}

void make_room(std::string& out, std::size_t more) {
    std::size_t const wanted = out.size() + more;
    if (wanted <= out.capacity()) return;
    std::string larger;
    larger.reserve(std::max(wanted, 2 * out.capacity()));
    larger = out;
    wire::secure_zero(out.data(), out.size());
    out.swap(larger);
}

}  // namespace oms::http2
