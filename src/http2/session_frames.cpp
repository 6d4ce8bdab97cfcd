// SPDX-License-Identifier: BSL-1.0
// What a client makes of each frame: what concerns one stream ends that stream, all else the connection.

#include "http2/session.hpp"

#include <utility>

namespace oms::http2 {

namespace {

constexpr std::size_t ping_size = 8;
constexpr std::size_t goaway_size = 8;

}  // namespace

// Whether there is an event of it.
bool session::take(frame const& f, event& e, std::string& out) {
    if (!greeted_ && (f.type != frame_type::settings || f.has(flag::ack)))
        return break_off(reason::protocol_error, out);
    if (block_.open()) return take_continuation(f, e, out);
    switch (f.type) {
        case frame_type::data:
            return take_data(f, e, out);
        case frame_type::headers:
            return take_headers(f, e, out);
        case frame_type::priority:
            return check_priority(f, e, out);
        case frame_type::rst_stream:
            return take_rst_stream(f, e, out);
        case frame_type::settings:
            return take_settings(f, e, out);
        case frame_type::push_promise:  // we have said that we want none
        case frame_type::continuation:  // of no block
            return break_off(reason::protocol_error, out);
        case frame_type::ping:
            return take_ping(f, e, out);
        case frame_type::goaway:
            return take_goaway(f, e, out);
        case frame_type::window_update:
            return take_window_update(f, e, out);
    }
    return bound_idle_frames(out);
}

bool session::bound_idle_frames(std::string& out) noexcept {
    return guard_.take() ? false : break_off(reason::enhance_your_calm, out);
}

bool session::take_data(frame const& f, event& e, std::string& out) {
    auto const content = content_of(f);
    if (!was_started(f.stream) || !content) return break_off(reason::protocol_error, out);
    // Padding counts, and so does what nobody wants any more.
    // It does not run out: half of it, which is more than a frame, is given back at once.
    received_.take(f.payload.size());
    if (std::uint32_t const more = received_.give_back(); more != 0) append_window_update(out, 0, more);
    entry* const of = find(f.stream);
    bool const end_stream = f.has(flag::end_stream);
    if (of == nullptr) return bound_idle_frames(out);
    if (content->empty() && !end_stream && !guard_.take()) return break_off(reason::enhance_your_calm, out);
    if (!of->stream->received.take(f.payload.size()))
        return tell_failed(*of, failure::flow_control, reason::flow_control_error, e, out);
    return settle(*of, of->stream->take(*content, end_stream), end_stream, e, out);
}

bool session::take_headers(frame const& f, event& e, std::string& out) {
    auto const fragment = content_of(f);
    if (!was_started(f.stream) || !fragment) return break_off(reason::protocol_error, out);
    if (f.has(flag::end_headers) && fragment->size() <= limits_.header)
        return take_block(f.stream, *fragment, f.has(flag::end_stream), e, out);
    block_.begin(f, *fragment);
    return f.has(flag::end_headers) && end_block(e, out);
}

bool session::take_continuation(frame const& f, event& e, std::string& out) {
    if (!block_.add(f)) {
        bool const flood = f.type == frame_type::continuation && f.stream == block_.stream();
        return break_off(flood ? reason::enhance_your_calm : reason::protocol_error, out);
    }
    return f.has(flag::end_headers) && end_block(e, out);
}

bool session::end_block(event& e, std::string& out) {
    stream_id const id = block_.stream();
    block_.close();
    if (!block_.too_large()) return take_block(id, block_.bytes(), block_.end_stream(), e, out);
    // It can be left unread, for it leaves nothing behind in a table.
    entry* const of = find(id);
    return of != nullptr ? tell_failed(*of, failure::header_too_large, reason::cancel, e, out) : bound_idle_frames(out);
}

bool session::take_block(stream_id id, std::string_view block, bool end_stream, event& e, std::string& out) {
    entry* const of = find(id);
    reply_fields fields(of != nullptr && of->stream->has_header());
    std::size_t size = 0;
    decoder_.begin(block);
    for (field_view field;;) {
        auto const got = decoder_.next(field);
        if (got == header_decoder::result::malformed) return break_off(reason::compression_error, out);
        if (got == header_decoder::result::end) break;
        size += field.size();
        if (size <= limits_.header) fields.take(field);
    }
    if (of == nullptr) return bound_idle_frames(out);
    if (size > limits_.header) return tell_failed(*of, failure::header_too_large, reason::cancel, e, out);
    return settle(*of, of->stream->take(fields, end_stream), end_stream, e, out);
}

// What becomes of a stream that took something.
bool session::settle(entry& of, reply_stream::result how, bool end_stream, event& e, std::string& out) {
    using enum reply_stream::result;
    switch (how) {
        case header:
            tell(of, event::kind::header, e);
            return true;
        case malformed:
            return tell_failed(of, failure::malformed, reason::protocol_error, e, out);
        case bad_status:
            return tell_failed(of, failure::bad_status, reason::protocol_error, e, out);
        case no_memory:
            return tell_failed(of, failure::no_memory, reason::cancel, e, out);
        case more:
            if (std::uint32_t const more_room = of.stream->received.give_back(); more_room != 0)
                append_window_update(out, of.id, more_room);
            return false;
        case done:
        case truncated:
            // The peer is to send no more, or needs no more of the request.
            if (!end_stream || of.stream->sent < of.stream->unsent.size())
                append_rst_stream(out, of.id, reason::cancel);
            tell(of, event::kind::reply, e);
            return true;
    }
    return false;
}

bool session::check_priority(frame const& f, event& e, std::string& out) {
    if (f.stream == 0) return break_off(reason::protocol_error, out);
    entry* const of = find(f.stream);
    if (f.payload.size() != priority_size && of != nullptr)
        return tell_failed(*of, failure::malformed, reason::frame_size_error, e, out);
    return bound_idle_frames(out);
}

bool session::take_rst_stream(frame const& f, event& e, std::string& out) {
    if (f.payload.size() != 4) return break_off(reason::frame_size_error, out);
    if (!was_started(f.stream)) return break_off(reason::protocol_error, out);
    bound_idle_frames(out);
    entry* const of = find(f.stream);
    if (over_ || of == nullptr) return false;
    bool const answered = of->stream->has_header();
    tell(*of, event::kind::failed, e);
    e.failure = failure::reset;
    e.code = static_cast<reason>(read_u32(f.payload.data()));
    if (e.code == reason::refused_stream && !answered) e.standing = standing::unprocessed;
    return true;
}

bool session::take_settings(frame const& f, event& e, std::string& out) {
    if (f.stream != 0) return break_off(reason::protocol_error, out);
    if (f.has(flag::ack)) {
        if (!f.payload.empty()) return break_off(reason::frame_size_error, out);
        return bound_idle_frames(out);
    }
    auto const window_before = peer_.initial_window;
    reason const wrong = peer_.apply(f.payload);
    if (wrong != reason::no_error) return break_off(wrong, out);
    if (peer_.push) return break_off(reason::protocol_error, out);
    encoder_.set_limit(peer_.smallest_table_size);
    encoder_.set_limit(peer_.header_table_size);
    std::int64_t const more = std::int64_t{peer_.initial_window} - window_before;
    for (entry& each : streams_) {
        if (!each.stream->may_send.grow(more)) return break_off(reason::flow_control_error, out);
    }
    append_settings_ack(out);
    if (more > 0) send_bodies(out);
    greeted_ = true;
    bound_idle_frames(out);
    e.what = event::kind::settings;
    return !over_;
}

bool session::take_ping(frame const& f, event& e, std::string& out) {
    if (f.payload.size() != ping_size) return break_off(reason::frame_size_error, out);
    if (f.stream != 0) return break_off(reason::protocol_error, out);
    bound_idle_frames(out);
    if (over_) return false;
    e.what = event::kind::pong;
    if (f.has(flag::ack)) return true;
    append_ping(out, f.payload, true);
    return false;
}

// The first may be a warning, with the highest number there is; what it says later can only be less.
bool session::take_goaway(frame const& f, event& e, std::string& out) {
    if (f.stream != 0) return break_off(reason::protocol_error, out);
    if (f.payload.size() < goaway_size) return break_off(reason::frame_size_error, out);
    stream_id const last = read_u32(f.payload.data()) & max_stream_id;
    if (last > last_taken_) return break_off(reason::protocol_error, out);
    bound_idle_frames(out);
    last_taken_ = last;
    going_away_ = true;
    gone_why_ = static_cast<reason>(read_u32(f.payload.data() + 4));
    e.what = event::kind::going_away;
    e.code = gone_why_;
    return !over_;
}

bool session::take_window_update(frame const& f, event& e, std::string& out) {
    if (f.payload.size() != 4) return break_off(reason::frame_size_error, out);
    std::uint32_t const increment = read_u32(f.payload.data()) & max_stream_id;
    bound_idle_frames(out);
    if (f.stream == 0) return take_connection_window(increment, out);
    if (!was_started(f.stream)) return break_off(reason::protocol_error, out);
    entry* const of = find(f.stream);
    if (over_ || of == nullptr) return false;
    if (increment == 0) return tell_failed(*of, failure::malformed, reason::protocol_error, e, out);
    if (!of->stream->may_send.grow(increment))
        return tell_failed(*of, failure::flow_control, reason::flow_control_error, e, out);
    send_body(*of, out);
    return false;
}

bool session::take_connection_window(std::uint32_t increment, std::string& out) {
    if (increment == 0) return break_off(reason::protocol_error, out);
    if (!may_send_.grow(increment)) return break_off(reason::flow_control_error, out);
    if (!over_) send_bodies(out);
    return false;
}

}  // namespace oms::http2
