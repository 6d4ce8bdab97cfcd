// SPDX-License-Identifier: BSL-1.0
#include "http2/session.hpp"

#include <boost/assert.hpp>

#include <algorithm>
#include <new>
#include <utility>

namespace oms::http2 {

session::session(session_limits const& limits) noexcept
    : limits_(limits), block_(limits.header), received_(limits.connection_window) {}

void session::open(std::string& out) {
    setting const settings[] = {
        {setting_id::header_table_size, 0},
        {setting_id::enable_push, 0},
        {setting_id::initial_window_size, limits_.stream_window},
        {setting_id::max_header_list_size, static_cast<std::uint32_t>(limits_.header)},
    };
    make_room(out, client_preface.size() + 2 * frame_header_size + setting_size * std::size(settings) + 4);
    out += client_preface;
    append_settings(out, settings);
    if (limits_.connection_window > default_window)
        append_window_update(out, 0, limits_.connection_window - default_window);
}

std::size_t session::most() const noexcept {
    if (!takes_more()) return 0;
    return greeted_ ? peer_.max_streams : streams_before_settings;
}

std::size_t session::room() const noexcept {
    std::size_t const ids = takes_more() ? (max_stream_id - next_id_) / 2 + 1 : 0;
    return std::min(most() - std::min(most(), streams_.size()), ids);
}

bool session::takes_more() const noexcept {
    return !over_ && !going_away_ && next_id_ <= max_stream_id;
}

stream_id session::start(request const& what, std::string& out) {
    BOOST_ASSERT(room() > 0);
    if (size_of(what.fields) > peer_.header_list_size) return 0;
    std::size_t const block = header_encoder::bound(what.fields);
    make_room(out, frame_header_size + block + framing_of_block(block, peer_.frame_size) + what.body.size() +
                       framing_of_block(what.body.size(), default_frame_size));
    reply_stream& made = new_stream();
    made.unsent = what.body;
    made.begin(what.body_limit, what.confidential, peer_.initial_window, limits_.stream_window);
    made.user = what.user;
    spare_.pop_back();
    if (what.confidential) reader_.keep_secrets();
    // Nothing throws from here on.
    std::size_t const begin = out.size();
    out.append(frame_header_size, '\0');
    encoder_.append(out, what.fields);
    frame_header_block(out, begin, next_id_, what.body.empty(), peer_.frame_size);
    streams_.push_back({next_id_, &made});
    next_id_ += 2;
    send_body(streams_.back(), out);
    return streams_.back().id;
}

// The last of those to spare; with memory for all lists that it may be in.
reply_stream& session::new_stream() {
    if (spare_.empty()) {
        streams_.reserve(places_.size() + 1);
        spare_.reserve(places_.size() + 1);
        places_.push_back(std::make_unique<reply_stream>());
        spare_.push_back(places_.back().get());
    }
    return *spare_.back();
}

// As much of it as the windows allow.
void session::send_body(entry& of, std::string& out) {
    reply_stream& s = *of.stream;
    while (s.sent < s.unsent.size()) {
        std::string_view const left = std::string_view(s.unsent).substr(s.sent, default_frame_size);
        std::size_t const size = may_send_.room(s.may_send.room(left.size()));
        if (size == 0) return;
        bool const last = s.sent + size == s.unsent.size();
        append_data(out, of.id, left.substr(0, size), last);
        may_send_.take(size);
        s.may_send.take(size);
        s.sent += size;
    }
}

void session::send_bodies(std::string& out) {
    for (entry& each : streams_)
        send_body(each, out);
}

reply session::cancel(stream_id stream, std::string& out) noexcept {
    recycle(given_up_);
    entry* const of = find(stream);
    if (of == nullptr) return {};
    try {
        if (!over_) append_rst_stream(out, stream, reason::cancel);
    } catch (std::bad_alloc const&) {
        break_off(reason::internal_error, out, failure::no_memory);
    }
    given_up_ = &take_out(*of);
    return given_up_->get();
}

void session::ping(std::string_view opaque, std::string& out) {
    append_ping(out, opaque, false);
}

void session::close(std::string& out) noexcept {
    break_off(reason::no_error, out, failure::closed);
}

void session::finish() noexcept {
    if (over_) return;
    over_ = true;
    over_how_ = failure::closed;
    over_why_ = gone_why_;
}

void session::trim() noexcept {
    recycle();
    if (streams_.empty()) {
        spare_.clear();
        places_.clear();
    }
    decoder_.forget();
    if (!block_.open()) block_.forget();
    reader_.trim();
}

bool session::next(event& e, std::string& out) noexcept {
    recycle();
    for (;;) {
        e = event();
        try {
            return advance(e, out);
        } catch (std::bad_alloc const&) {
            break_off(reason::internal_error, out, failure::no_memory);
        }
    }
}

bool session::advance(event& e, std::string& out) {
    for (;;) {
        if (tell_lost(e)) return true;
        if (over_) return tell_end(e);
        frame f;
        switch (reader_.next(f)) {
            case frame_reader::result::more:
                return false;
            case frame_reader::result::too_large:
                // Most likely it is no HTTP/2 at all where it comes first.
                break_off(greeted_ ? reason::frame_size_error : reason::protocol_error, out);
                break;
            case frame_reader::result::frame:
                if (take(f, e, out)) return true;
                break;
        }
    }
}

// A stream that the peer will not look at, or that the connection ended under.
bool session::tell_lost(event& e) noexcept {
    if (streams_.empty()) return false;
    entry& last = streams_.back();
    bool const refused = last.id > last_taken_;
    if (!refused && !over_) return false;
    bool const answered = last.stream->has_header();
    tell(last, event::kind::failed, e);
    e.failure = refused ? failure::going_away : over_how_;
    e.code = refused ? gone_why_ : over_why_;
    if (refused && !answered) e.standing = standing::unprocessed;
    return true;
}

bool session::tell_end(event& e) noexcept {
    if (end_told_) return false;
    end_told_ = true;
    e.what = event::kind::ended;
    e.failure = over_how_;
    e.code = over_why_;
    return true;
}

// Says what becomes of a stream, which is not among those under way any more where it is over.
void session::tell(entry& of, event::kind what, event& e) noexcept {
    e.what = what;
    e.stream = of.id;
    e.user = of.stream->user;
    e.reply = of.stream->get();
    e.standing = of.stream->has_header() ? standing::answered : standing::open;
    if (what == event::kind::header) return;
    if (what == event::kind::reply) guard_.progress();
    told_ = &take_out(of);
}

// With a code for the peer: it is to stop.
bool session::tell_failed(entry& of, failure why, reason code, event& e, std::string& out) {
    append_rst_stream(out, of.id, code);
    tell(of, event::kind::failed, e);
    e.failure = why;
    e.code = code;
    return true;
}

bool session::break_off(reason why, std::string& out, failure how) noexcept {
    if (over_) return false;
    over_ = true;
    over_how_ = how;
    over_why_ = why;
    try {
        append_goaway(out, 0, why);
    } catch (std::bad_alloc const&) {  // then it goes without a word
        return false;
    }
    return false;
}

session::entry* session::find(stream_id id) noexcept {
    auto const at = std::lower_bound(streams_.begin(), streams_.end(), id,
                                     [](entry const& each, stream_id wanted) { return each.id < wanted; });
    return at != streams_.end() && at->id == id ? &*at : nullptr;
}

// It is told of, and then to spare.
reply_stream& session::take_out(entry& of) noexcept {
    reply_stream& taken = *of.stream;
    streams_.erase(streams_.begin() + (&of - streams_.data()));
    return taken;
}

void session::recycle(reply_stream*& last) noexcept {
    if (last == nullptr) return;
    forgets_ |= last->confidential;
    last->clear();
    spare_.push_back(std::exchange(last, nullptr));
}

void session::recycle() noexcept {
    recycle(told_);
    recycle(given_up_);
    if (!std::exchange(forgets_, false)) return;
    decoder_.forget();
    if (!block_.open()) block_.forget();
}

}  // namespace oms::http2
