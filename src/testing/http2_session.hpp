// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TESTING_HTTP2_SESSION_HPP
#define OMS_TESTING_HTTP2_SESSION_HPP

// The server's side of a connection of HTTP/2, without I/O. Strict: what a client may not send ends the stream, or the
// connection. Header coding has tables here, as most servers': requests come before the client has read what we allow.

#include "http2/flood_guard.hpp"
#include "http2/flow_window.hpp"
#include "http2/frame_reader.hpp"
#include "http2/header_block.hpp"
#include "http2/header_decoder.hpp"
#include "http2/header_encoder.hpp"
#include "http2/peer_settings.hpp"
#include "testing/reply.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace oms::testing {

class http2_session {
public:
    static constexpr std::size_t max_list = 64 * 1024;
    static constexpr std::size_t max_body = 1024 * 1024;

    // What has come.
    struct event {
        enum class kind { request, cancelled };

        kind what{};
        http2::stream_id stream = 0;
    };
    struct request {
        field_list fields;
        std::string body;
        bool too_large = false;  // one of the two, which was not kept
    };

    explicit http2_session(std::uint32_t max_streams);

    void put(std::string_view bytes);
    /// @return whether there was an event; else all that came is used up.
    bool next(event& e);
    /// Of a request that has come.
    request const& get(http2::stream_id id) const { return streams_.at(id).got; }

    /// @return the size of its frame.
    std::size_t send_head(http2::stream_id id, field_list const& fields, bool end_stream);
    /// As soon as the client has room for it.
    void send_body(http2::stream_id id, std::string_view piece, bool end_stream);
    /// Without a frame around it.
    void send_raw(std::string_view bytes) { output_ += bytes; }
    /// Cuts off what was sent beyond so much of the output.
    void cut(std::size_t size) { output_.resize(size); }
    void reset(http2::stream_id id, http2::reason why);
    /// Later requests are passed over.
    void go_away(http2::stream_id last);

    bool knows(http2::stream_id id) const { return streams_.contains(id); }
    /// Whether all of a reply that may be sent has been; it is forgotten once it ended.
    bool sent(http2::stream_id id) const;
    /// Whether the same holds for every one.
    bool all_sent() const;
    /// The connection is over: the client broke the rules, or has gone.
    bool over() const noexcept { return over_; }
    std::string& output() noexcept { return output_; }

private:
    struct stream {
        request got;
        std::size_t promised = 0;  // of the body
        bool whole = false;        // the request
        http2::flow_window may_send;
        http2::received_window received{http2::default_window};
        std::string unsent;
        bool end_stream = false;  // behind that
    };

    bool take(http2::frame const& f, event& e);
    bool take_data(http2::frame const& f, event& e);
    bool take_headers(http2::frame const& f, event& e);
    bool end_block(event& e);
    bool take_block(http2::stream_id id, std::string_view block, bool end_stream, event& e);
    bool read_fields(std::string_view block, request& into);
    bool take_rst_stream(http2::frame const& f, event& e);
    bool take_settings(http2::frame const& f);
    bool take_window_update(http2::frame const& f);
    bool whole_request(http2::stream_id id, event& e);
    bool bound();
    bool break_off(http2::reason why);
    void send_more(http2::stream_id id, stream& s);
    void send_more();
    bool is_idle(http2::stream_id id) const noexcept { return id % 2 == 0 || id > last_; }

    std::uint32_t const max_streams_;
    std::string preface_;  // what is still to come of it
    http2::peer_settings peer_;
    http2::frame_reader reader_;
    http2::header_block block_{max_list};
    http2::header_decoder decoder_{http2::default_table_size};
    http2::header_encoder encoder_;
    http2::flood_guard guard_;
    http2::flow_window may_send_;
    http2::received_window received_{http2::default_window};
    std::map<http2::stream_id, stream> streams_;
    http2::stream_id last_ = 0;
    bool greeted_ = false;
    bool going_away_ = false;
    bool over_ = false;
    std::string unread_;  // kept until it is used up
    std::string output_;
};

}  // namespace oms::testing

#endif
