// SPDX-License-Identifier: BSL-1.0
// What a peer sends over HTTP/2, whole and in pieces: the same events come of it, and each stream ends once.
#include "fuzz/fuzz.hpp"
#include "http2/session.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace oms::fuzz {

namespace {

struct told_event {
    http2::event::kind what{};
    http2::stream_id stream = 0;
    unsigned status = 0;
    std::string request_id, retry_after, date, subject_token, body;
    bool truncated = false;
    http2::failure failure{};
    http2::standing standing{};
    http2::reason code{};

    friend bool operator==(told_event const&, told_event const&) = default;
};

told_event kept(http2::event const& e) {
    told_event out;
    out.what = e.what;
    out.stream = e.stream;
    out.status = e.reply.status;
    out.request_id = e.reply.request_id;
    out.retry_after = e.reply.retry_after;
    out.date = e.reply.date;
    out.subject_token = e.reply.subject_token;
    out.body = e.reply.body;
    out.truncated = e.reply.body_truncated;
    out.failure = e.failure;
    out.standing = e.standing;
    out.code = e.code;
    return out;
}

struct script {
    std::size_t streams = 1;
    std::size_t body_limit = 256;
    std::size_t cancels = 0;  // this stream, after the first event
    bool posts = false;
};

class conversation {
public:
    explicit conversation(script const& s) : script_(s), session_(limits()) {
        session_.open(out_);
        std::string const body(s.posts ? 100'000 : 0, 'b');
        std::array<http2::header_field, 4> const fields{{{":method", "POST", http2::indexing::table},
                                                         {":scheme", "https", http2::indexing::table},
                                                         {":path", "/stop", http2::indexing::none},
                                                         {":authority", "oms.example", http2::indexing::table}}};
        for (std::size_t i = 0; i < s.streams; ++i) {
            http2::request asked;
            asked.fields = fields;
            asked.body = body;
            asked.body_limit = s.body_limit;
            require(session_.start(asked, out_) == 2 * i + 1, "streams are numbered in turn");
        }
    }

    void take(std::string_view bytes) {
        session_.put(bytes);
        for (http2::event e; session_.next(e, out_);) {
            told.push_back(kept(e));
            if (script_.cancels != 0 && told.size() == 1)
                session_.cancel(static_cast<http2::stream_id>(2 * script_.cancels - 1), out_);
        }
    }
    void finish() {
        session_.finish();
        take({});
    }

    std::vector<told_event> told;

private:
    static http2::session_limits limits() {
        http2::session_limits small;
        small.header = 1024;
        small.stream_window = 512;
        small.connection_window = http2::default_window;
        return small;
    }

    script script_;
    http2::session session_;
    std::string out_;
};

std::vector<told_event> converse(script const& s, std::string_view bytes, std::size_t first, std::size_t second) {
    conversation c(s);
    in_pieces(bytes, first, second, [&](std::string const& piece) {
        c.take(piece);
        return true;
    });
    c.finish();
    return c.told;
}

void check_ends(script const& s, std::vector<told_event> const& told) {
    using kind = http2::event::kind;
    std::vector<unsigned> ends(s.streams + 1);
    for (told_event const& each : told) {
        bool const is_end = each.what == kind::reply || each.what == kind::failed;
        if (!is_end) continue;
        require(each.stream % 2 == 1 && each.stream < 2 * s.streams, "an end is of a stream that was started");
        ++ends[(each.stream + 1) / 2];
        require(each.standing != http2::standing::answered || each.status >= 200, "an answer has its status");
        require(each.what != kind::reply || each.body.size() <= s.body_limit, "no body is over its limit");
    }
    for (std::size_t i = 1; i <= s.streams; ++i)
        require(ends[i] == 1 || (ends[i] == 0 && i == s.cancels), "each stream ends once");
    require(!told.empty() && told.back().what == kind::ended, "the connection's end is the last event");
}

}  // namespace

void run(input in) {
    script s;
    unsigned const settings = in.byte();
    s.streams = 1 + settings % 4;
    s.posts = (settings & 4U) != 0;
    if ((settings & 8U) != 0) s.body_limit = 16;
    if ((settings & 16U) != 0) s.cancels = 1 + (settings >> 5U) % s.streams;
    std::size_t const first = in.number(1, 20), second = in.number(1, 60);
    // It is polite at first, or nothing else would ever be looked at.
    std::string bytes;
    http2::append_settings(bytes, {});
    bytes += in.rest();
    auto const whole = converse(s, bytes, bytes.size(), bytes.size());
    check_ends(s, whole);
    if (s.cancels != 0) return check_ends(s, converse(s, bytes, first, second));
    require(whole == converse(s, bytes, first, second), "pieces mean the same");
}

}  // namespace oms::fuzz
