// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_FUZZ_READING_HPP
#define OMS_TEST_FUZZ_READING_HPP

// A reply that is read whole, and in pieces.

#include "fuzz/fuzz.hpp"
#include "transport/reply_reader.hpp"

#include <oms/error.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace oms::fuzz {

struct reading_options {
    std::size_t header_limit = 64 * 1024;
    std::size_t body_limit = 256 * 1024;
    bool confidential = false;
    bool lenient = false;
    std::size_t first = 1, second = 1;  // sizes of pieces
};

/// All that a reader says in the end, in texts of its own.
struct told_reply {
    transport::reply_reader::progress end = transport::reply_reader::progress::more;
    error_code code;
    bool salvaged = false;
    bool cut = false;
    unsigned status = 0;
    std::string request_id, retry_after, date, subject_token, body;
    bool truncated = false;
    bool keep_alive = false;
};

inline void tell(transport::reply_reader& reader, told_reply& out) {
    using progress = transport::reply_reader::progress;
    out.cut = reader.cut();
    if (out.end == progress::more) {  // the peer says that no more will come
        out.end = reader.finish(out.code);
    }
    if (out.end == progress::failed) out.salvaged = !out.cut && reader.salvage();
    if (out.end != progress::done && !out.salvaged) return;
    transport::reply const& r = reader.get();
    out.status = r.status;
    out.request_id = r.request_id;
    out.retry_after = r.retry_after;
    out.date = r.date;
    out.subject_token = r.subject_token;
    out.body = r.body;
    out.truncated = r.body_truncated;
    out.keep_alive = r.keep_alive;
}

inline told_reply read_pieces(std::string_view bytes, reading_options const& options, std::size_t first,
                              std::size_t second) {
    using progress = transport::reply_reader::progress;
    told_reply out;
    transport::reply_reader reader;
    reader.start(options.header_limit, options.body_limit, options.confidential, options.lenient);
    std::string last;  // a reply has views into it
    in_pieces(bytes, first, second, [&](std::string piece) {
        last = std::move(piece);
        out.end = reader.put(last, out.code);
        require((out.end == progress::failed) == out.code.failed(), "a failure has a code, and nothing else has");
        return out.end == progress::more;
    });
    tell(reader, out);
    return out;
}

inline told_reply read_whole(std::string_view bytes, reading_options const& options) {
    return read_pieces(bytes, options, bytes.size(), bytes.size());
}

/// The same bytes mean the same, however they come. What lies behind a reply is not seen by who has it in pieces, and
/// which of a reply's faults is told first may differ.
inline void compare_pieces(std::string_view bytes, reading_options const& options) {
    told_reply const whole = read_whole(bytes, options);
    told_reply const parts = read_pieces(bytes, options, options.first, options.second);
    require(whole.end == parts.end || whole.cut != parts.cut, "the same end");
    require(whole.salvaged == parts.salvaged, "the same header of a failed reply");
    require(whole.status == parts.status, "the same status");
    require(whole.request_id == parts.request_id && whole.retry_after == parts.retry_after &&
                whole.date == parts.date && whole.subject_token == parts.subject_token,
            "the same fields");
    bool const done = whole.end == transport::reply_reader::progress::done && parts.end == whole.end;
    if (!done) return;
    require(whole.body == parts.body, "the same body");
    require(whole.truncated == parts.truncated, "the same cut");
    require(!whole.keep_alive || parts.keep_alive, "the same end of the connection");
}

}  // namespace oms::fuzz

#endif
