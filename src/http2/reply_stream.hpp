// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_HTTP2_REPLY_STREAM_HPP
#define OMS_HTTP2_REPLY_STREAM_HPP

/// @file
/// A client's stream: what is left to send of a request, and what has come of its reply.

#include "http2/flow_window.hpp"
#include "http2/reply_header.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace oms::http2 {

/// What a stream has brought.
struct reply {
    unsigned status = 0;  ///< 0: no header has come; interim ones do not count.
    std::string_view request_id;
    std::string_view retry_after;
    std::string_view date;
    std::string_view subject_token;
    std::string_view body;
    bool body_truncated = false;  ///< The body was larger than its limit.
};

class reply_stream {
public:
    static constexpr unsigned most_interim = 8;

    enum class result : std::uint8_t {
        more,
        header,  ///< That of the reply is there, and more is to come.
        done,
        truncated,  ///< Done with it, for the body is over its limit.
        malformed,
        bad_status,
        no_memory,
    };

    reply_stream() = default;
    reply_stream(reply_stream const&) = delete;
    reply_stream& operator=(reply_stream const&) = delete;
    ~reply_stream() { clear(); }

    /// @param window  What the peer may send before it is told more.
    void begin(std::size_t body_limit, bool confidential, std::int64_t send_window, std::uint32_t window) noexcept;
    /// Ends what it was for, and wipes what was secret.
    void clear() noexcept;

    bool has_header() const noexcept { return header_.status != 0; }
    /// A block was read.
    /// @param fields  What is told of them lives as long as they do, where the stream is over.
    result take(reply_fields const& fields, bool end_stream) noexcept;
    /// A piece of the body.
    /// @param content  Is told as it is, where the stream is over.
    result take(std::string_view content, bool end_stream) noexcept;
    reply get() const noexcept;

    void* user = nullptr;
    bool confidential = false;
    flow_window may_send;
    received_window received{0};
    std::string unsent;    // of the request's body
    std::size_t sent = 0;  // of that

private:
    result end() const noexcept;
    bool keep_texts() noexcept;
    bool keep_body(std::string_view content) noexcept;

    reply_header header_;  // into `texts_`, or what was received
    std::string texts_;
    std::string body_;
    std::string_view last_piece_;  // the whole body, where it came in one
    std::size_t body_limit_ = 0;
    std::uint64_t body_size_ = 0;  // so far
    unsigned interim_ = 0;
    bool truncated_ = false;
};

}  // namespace oms::http2

#endif
