// SPDX-License-Identifier: BSL-1.0
#include "testing/http2_session.hpp"

#include "http2/field_rules.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace oms::testing {

using http2::reason;

http2_session::http2_session(std::uint32_t max_streams) : max_streams_(max_streams), preface_(http2::client_preface) {
    std::array const settings{
        http2::setting{http2::setting_id::max_concurrent_streams, max_streams},
        http2::setting{http2::setting_id::max_header_list_size, max_list},
    };
    http2::append_settings(output_, settings);
}

void http2_session::put(std::string_view bytes) {
    if (over_) return;
    std::size_t const begins = std::min(bytes.size(), preface_.size());
    if (bytes.substr(0, begins) != std::string_view(preface_).substr(0, begins)) {
        break_off(reason::protocol_error);
        return;
    }
    preface_.erase(0, begins);
    unread_ = bytes.substr(begins);
    reader_.put(unread_);
}

bool http2_session::next(event& e) {
    while (!over_) {
        http2::frame f;
        switch (reader_.next(f)) {
            case http2::frame_reader::result::more:
                return false;
            case http2::frame_reader::result::too_large:
                break_off(reason::frame_size_error);
                break;
            case http2::frame_reader::result::frame:
                if (take(f, e)) return true;
                break;
        }
    }
    return false;
}

bool http2_session::take(http2::frame const& f, event& e) {
    using enum http2::frame_type;
    if (!greeted_ && (f.type != settings || f.has(http2::flag::ack))) return break_off(reason::protocol_error);
    if (block_.open()) {
        if (!block_.add(f)) return break_off(reason::protocol_error);
        return f.has(http2::flag::end_headers) && end_block(e);
    }
    switch (f.type) {
        case data:
            return take_data(f, e);
        case headers:
            return take_headers(f, e);
        case rst_stream:
            return take_rst_stream(f, e);
        case settings:
            return take_settings(f);
        case window_update:
            return take_window_update(f);
        case push_promise:
        case continuation:
            return break_off(reason::protocol_error);
        case ping:
            if (f.stream != 0) return break_off(reason::protocol_error);
            if (f.payload.size() != 8) return break_off(reason::frame_size_error);
            if (!f.has(http2::flag::ack)) http2::append_ping(output_, f.payload, true);
            return bound();
        case priority:
        case goaway:
            break;
    }
    return bound();
}

// So that no client keeps us busy for nothing.
bool http2_session::bound() {
    return guard_.take() ? false : break_off(reason::enhance_your_calm);
}

bool http2_session::break_off(http2::reason why) {
    if (!over_) http2::append_goaway(output_, last_, why);
    over_ = true;
    return false;
}

bool http2_session::take_data(http2::frame const& f, event& e) {
    auto const content = http2::content_of(f);
    if (!content || is_idle(f.stream)) return break_off(reason::protocol_error);
    received_.take(f.payload.size());  // half of it, which is more than a frame, is given back at once
    if (auto const more = received_.give_back(); more != 0) http2::append_window_update(output_, 0, more);
    auto const at = streams_.find(f.stream);
    if (at == streams_.end()) return bound();
    stream& s = at->second;
    if (s.whole) return break_off(reason::stream_closed);
    if (!s.received.take(f.payload.size())) {
        reset(f.stream, reason::flow_control_error);
        return false;
    }
    bool const end_stream = f.has(http2::flag::end_stream);
    if (auto const more = s.received.give_back(); more != 0 && !end_stream)
        http2::append_window_update(output_, f.stream, more);
    s.got.too_large = s.got.too_large || content->size() > max_body - s.got.body.size();
    if (!s.got.too_large) s.got.body += *content;
    if (content->empty() && !end_stream && bound()) return false;
    return end_stream && whole_request(f.stream, e);
}

bool http2_session::take_headers(http2::frame const& f, event& e) {
    auto const fragment = http2::content_of(f);
    if (!fragment || f.stream % 2 == 0) return break_off(reason::protocol_error);
    block_.begin(f, *fragment);
    return f.has(http2::flag::end_headers) && end_block(e);
}

bool http2_session::end_block(event& e) {
    http2::stream_id const id = block_.stream();
    block_.close();
    // It would have to be read for the sake of the table.
    if (block_.too_large()) return break_off(reason::enhance_your_calm);
    return take_block(id, block_.bytes(), block_.end_stream(), e);
}

bool http2_session::take_block(http2::stream_id id, std::string_view block, bool end_stream, event& e) {
    request got;
    if (!read_fields(block, got)) return break_off(reason::compression_error);
    if (id <= last_) {  // trailers, or late
        auto const at = streams_.find(id);
        if (at == streams_.end()) return bound();
        if (at->second.whole || !end_stream) return break_off(reason::protocol_error);
        return whole_request(id, e);
    }
    if (going_away_) return bound();
    last_ = id;
    if (streams_.size() >= max_streams_) {
        http2::append_rst_stream(output_, id, reason::refused_stream);
        return bound();
    }
    stream& made = streams_[id];
    made.got = std::move(got);
    made.may_send = http2::flow_window(peer_.initial_window);
    return end_stream && whole_request(id, e);
}

// Whether the block could be read; a list that is too long is not kept.
bool http2_session::read_fields(std::string_view block, request& into) {
    decoder_.begin(block);
    std::size_t size = 0;
    for (http2::field_view f;;) {
        switch (decoder_.next(f)) {
            case http2::header_decoder::result::malformed:
                return false;
            case http2::header_decoder::result::end:
                return true;
            case http2::header_decoder::result::field:
                break;
        }
        size += f.size();
        into.too_large = into.too_large || size > max_list;
        if (!into.too_large) into.fields.emplace_back(f.name, f.value);
    }
}

bool http2_session::whole_request(http2::stream_id id, event& e) {
    streams_.at(id).whole = true;
    e = {event::kind::request, id};
    return true;
}

bool http2_session::take_rst_stream(http2::frame const& f, event& e) {
    if (f.payload.size() != 4) return break_off(reason::frame_size_error);
    if (is_idle(f.stream)) return break_off(reason::protocol_error);
    bound();
    if (over_ || streams_.erase(f.stream) == 0) return false;
    e = {event::kind::cancelled, f.stream};
    return true;
}

bool http2_session::take_settings(http2::frame const& f) {
    if (f.stream != 0) return break_off(reason::protocol_error);
    if (f.has(http2::flag::ack)) return f.payload.empty() ? bound() : break_off(reason::frame_size_error);
    auto const before = peer_.initial_window;
    if (auto const wrong = peer_.apply(f.payload); wrong != reason::no_error) return break_off(wrong);
    encoder_.set_limit(peer_.smallest_table_size);
    encoder_.set_limit(peer_.header_table_size);
    for (auto& [id, s] : streams_) {
        if (!s.may_send.grow(std::int64_t{peer_.initial_window} - before)) return break_off(reason::flow_control_error);
    }
    http2::append_settings_ack(output_);
    greeted_ = true;
    send_more();
    return bound();
}

bool http2_session::take_window_update(http2::frame const& f) {
    if (f.payload.size() != 4) return break_off(reason::frame_size_error);
    std::uint32_t const increment = http2::read_u32(f.payload.data()) & http2::max_stream_id;
    if (f.stream == 0) {
        if (increment == 0) return break_off(reason::protocol_error);
        if (!may_send_.grow(increment)) return break_off(reason::flow_control_error);
        send_more();
        return bound();
    }
    if (is_idle(f.stream)) return break_off(reason::protocol_error);
    auto const at = streams_.find(f.stream);
    if (at == streams_.end()) return bound();
    if (increment == 0 || !at->second.may_send.grow(increment)) {
        reset(f.stream, increment == 0 ? reason::protocol_error : reason::flow_control_error);
        return false;
    }
    send_more(f.stream, at->second);
    return bound();
}

std::size_t http2_session::send_head(http2::stream_id id, field_list const& fields, bool end_stream) {
    std::vector<http2::header_field> list;
    for (auto const& [name, value] : fields)
        list.push_back({name, value});
    std::size_t const begin = output_.size();
    std::size_t const bound = http2::header_encoder::bound(list);
    http2::make_room(output_, bound + http2::frame_header_size + http2::framing_of_block(bound, peer_.frame_size));
    output_.append(http2::frame_header_size, '\0');
    encoder_.append(output_, list);
    http2::frame_header_block(output_, begin, id, end_stream, peer_.frame_size);
    guard_.progress();
    if (end_stream) streams_.erase(id);
    return output_.size() - begin;
}

void http2_session::send_body(http2::stream_id id, std::string_view piece, bool end_stream) {
    auto const at = streams_.find(id);
    if (at == streams_.end()) return;
    at->second.unsent += piece;
    at->second.end_stream = end_stream;
    send_more(id, at->second);
}

bool http2_session::sent(http2::stream_id id) const {
    auto const at = streams_.find(id);
    return at == streams_.end() || (at->second.unsent.empty() && !at->second.end_stream);
}

bool http2_session::all_sent() const {
    return std::ranges::all_of(streams_,
                               [](auto const& each) { return each.second.unsent.empty() && !each.second.end_stream; });
}

// As much as the windows allow. The stream may be gone after it.
void http2_session::send_more(http2::stream_id id, stream& s) {
    while (!s.unsent.empty() || s.end_stream) {
        std::size_t const piece = std::min<std::size_t>(s.unsent.size(), http2::default_frame_size);
        std::size_t const size = may_send_.room(s.may_send.room(piece));
        if (size == 0 && !s.unsent.empty()) return;
        bool const last = s.end_stream && size == s.unsent.size();
        http2::append_data(output_, id, std::string_view(s.unsent).substr(0, size), last);
        may_send_.take(size);
        s.may_send.take(size);
        s.unsent.erase(0, size);
        if (last) {
            streams_.erase(id);
            return;
        }
    }
}

void http2_session::send_more() {
    for (auto at = streams_.begin(); at != streams_.end();) {
        auto const each = at++;
        send_more(each->first, each->second);
    }
}

void http2_session::reset(http2::stream_id id, http2::reason why) {
    if (streams_.erase(id) != 0) http2::append_rst_stream(output_, id, why);
}

void http2_session::go_away(http2::stream_id last) {
    going_away_ = true;
    http2::append_goaway(output_, last, reason::no_error);
}

}  // namespace oms::testing
