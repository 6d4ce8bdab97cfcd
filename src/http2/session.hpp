// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_HTTP2_SESSION_HPP
#define OMS_HTTP2_SESSION_HPP

/// @file
/// A client's side of one connection, without I/O and without a clock (RFC 9113): bytes in, events out, and bytes for
/// the peer into a buffer of the owner's.

#include "http2/flood_guard.hpp"
#include "http2/flow_window.hpp"
#include "http2/frame_reader.hpp"
#include "http2/header_block.hpp"
#include "http2/header_decoder.hpp"
#include "http2/header_encoder.hpp"
#include "http2/peer_settings.hpp"
#include "http2/reply_stream.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace oms::http2 {

/// What we allow the peer.
struct session_limits {
    std::size_t header = 64 * 1024;                 ///< Of a reply's header, as a list and as a block.
    std::uint32_t stream_window = 256 * 1024;       ///< Of a body so much at a time.
    std::uint32_t connection_window = 1024 * 1024;  ///< At least `default_window`.
};

struct request {
    std::span<header_field const> fields;  ///< Pseudo-header fields first. Well formed.
    std::string_view body;
    std::size_t body_limit = 0;  ///< Of the reply.
    bool confidential = false;   ///< The reply holds a secret: what was kept of it is wiped.
    void* user = nullptr;        ///< Comes back with each event.
};

/// Why a stream has failed, or a connection has ended.
enum class failure : std::uint8_t {
    none,
    malformed,         ///< The reply is no HTTP.
    bad_status,        ///< Its status is a number that is none.
    header_too_large,  ///< Over our limit.
    flow_control,      ///< The peer went over the stream's window.
    reset,             ///< By the peer; `code` says why.
    going_away,        ///< The peer has said that it will not look at it; `code` says why it goes.
    protocol,          ///< The peer broke the rules of the connection; `code` says which.
    closed,            ///< The connection ended under it, or we have closed it.
    no_memory,
};

/// What is known of a request whose stream has failed.
enum class standing : std::uint8_t {
    unprocessed,  ///< The peer has proved that it has not looked at it.
    open,         ///< Nobody knows.
    answered,     ///< A well-formed header came; the event has it.
};

struct event {
    enum class kind : std::uint8_t {
        header,      ///< Of a reply, and more of it is to come.
        reply,       ///< A whole one; the stream is over.
        failed,      ///< The stream is over.
        settings,    ///< `room()` may be another.
        going_away,  ///< The peer takes no further streams; `code` says why.
        pong,        ///< The answer to `ping`.
        ended,       ///< The connection is over, and all streams were told; the last event.
    };

    kind what{};
    stream_id stream = 0;
    void* user = nullptr;
    http2::reply reply;  ///< Lives until the next event is asked for.
    http2::failure failure = http2::failure::none;
    http2::standing standing = http2::standing::open;
    reason code = reason::no_error;
};

class session {
public:
    /// Before the peer has said how many streams it takes.
    static constexpr std::uint32_t streams_before_settings = 100;

    explicit session(session_limits const& limits) noexcept;
    session(session const&) = delete;
    session& operator=(session const&) = delete;

    /// The first bytes.
    /// @throws std::bad_alloc
    void open(std::string& out);

    /// So many streams may be under way, as the peer wants it; 0 also where it takes no more.
    std::size_t most() const noexcept;
    /// So many may be started now.
    std::size_t room() const noexcept;
    /// Whether there may ever be room again.
    bool takes_more() const noexcept;
    /// Nothing is sent or read any more.
    bool over() const noexcept { return over_; }
    /// Streams that are under way.
    std::size_t active() const noexcept { return streams_.size(); }

    /// Starts a stream, and appends the whole request, or of its body what the peer has room for.
    /// @pre     There is room.
    /// @return  Its number; 0: the peer takes no header of this size, and nothing has happened.
    /// @throws std::bad_alloc  Then nothing has happened.
    stream_id start(request const& what, std::string& out);
    /// Ends a stream, of which no event is told any more. What the last event told of lives on.
    /// @return  What has come of its reply; lives until the next call.
    reply cancel(stream_id stream, std::string& out) noexcept;
    /// @pre  `opaque` is of eight bytes.
    /// @throws std::bad_alloc
    void ping(std::string_view opaque, std::string& out);
    /// Says goodbye. Streams that are under way fail.
    void close(std::string& out) noexcept;

    /// @pre  The events of the bytes before were told. These must live until theirs are.
    void put(std::string_view bytes) noexcept { reader_.put(bytes); }
    /// Of these, all that was not looked at yet.
    std::string_view unread() const noexcept { return reader_.unread(); }
    /// The peer has closed the connection, or it broke.
    void finish() noexcept;
    /// @return whether there was one; else all that came is used up.
    bool next(event& e, std::string& out) noexcept;
    /// Gives back the memory that is kept between replies.
    void trim() noexcept;

private:
    using stream_ptr = std::unique_ptr<reply_stream>;
    struct entry {
        stream_id id = 0;
        reply_stream* stream = nullptr;
    };

    bool advance(event& e, std::string& out);
    bool take(frame const& f, event& e, std::string& out);
    bool take_data(frame const& f, event& e, std::string& out);
    bool take_headers(frame const& f, event& e, std::string& out);
    bool take_continuation(frame const& f, event& e, std::string& out);
    bool end_block(event& e, std::string& out);
    bool take_block(stream_id id, std::string_view block, bool end_stream, event& e, std::string& out);
    bool take_rst_stream(frame const& f, event& e, std::string& out);
    bool take_settings(frame const& f, event& e, std::string& out);
    bool take_ping(frame const& f, event& e, std::string& out);
    bool take_goaway(frame const& f, event& e, std::string& out);
    bool take_window_update(frame const& f, event& e, std::string& out);
    bool take_connection_window(std::uint32_t increment, std::string& out);
    bool check_priority(frame const& f, event& e, std::string& out);

    bool settle(entry& of, reply_stream::result how, bool end_stream, event& e, std::string& out);
    bool tell_failed(entry& of, failure why, reason code, event& e, std::string& out);
    void tell(entry& of, event::kind what, event& e) noexcept;
    bool tell_lost(event& e) noexcept;
    bool tell_end(event& e) noexcept;
    bool bound_idle_frames(std::string& out) noexcept;
    bool break_off(reason why, std::string& out, failure how = failure::protocol) noexcept;

    reply_stream& new_stream();
    void send_body(entry& of, std::string& out);
    void send_bodies(std::string& out);
    entry* find(stream_id id) noexcept;
    reply_stream& take_out(entry& of) noexcept;
    void recycle(reply_stream*& last) noexcept;
    void recycle() noexcept;
    bool was_started(stream_id id) const noexcept { return id % 2 == 1 && id < next_id_; }

    session_limits limits_;
    peer_settings peer_;
    frame_reader reader_;
    header_block block_;
    header_decoder decoder_{0};
    header_encoder encoder_;
    flood_guard guard_;
    flow_window may_send_;
    received_window received_;
    std::vector<stream_ptr> places_;    // all, whatever they are used for
    std::vector<entry> streams_;        // those under way, by their numbers
    std::vector<reply_stream*> spare_;  // those that are not
    reply_stream* told_ = nullptr;      // what the last event tells of
    reply_stream* given_up_ = nullptr;  // and the last cancellation
    bool forgets_ = false;              // what was decoded was a secret
    stream_id next_id_ = 1;
    stream_id last_taken_ = max_stream_id;  // as GOAWAY says
    reason gone_why_ = reason::no_error;    // likewise
    bool greeted_ = false;                  // the peer's SETTINGS came
    bool going_away_ = false;
    bool over_ = false;
    bool end_told_ = false;
    failure over_how_ = failure::none;
    reason over_why_ = reason::no_error;
};

}  // namespace oms::http2

#endif
