// SPDX-License-Identifier: BSL-1.0
#ifndef OMS_TEST_UNIT_HTTP2_BYTES_HPP
#define OMS_TEST_UNIT_HTTP2_BYTES_HPP

// What a peer of HTTP/2 says, byte by byte, and a client's session that hears it. Nothing here uses the room's own
// writers.

#include "http2/session.hpp"
#include "unit/http2_printing.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oms::test {

inline std::string u32(std::uint32_t value) {
    std::string made;
    for (unsigned shift : {24U, 16U, 8U, 0U})
        made += static_cast<char>(value >> shift);
    return made;
}

inline std::string frame_bytes(unsigned type, unsigned flags, std::uint32_t stream, std::string_view payload = {}) {
    std::string made = u32(static_cast<std::uint32_t>(payload.size())).substr(1);
    made += static_cast<char>(type);
    made += static_cast<char>(flags);
    made += u32(stream);
    made += payload;
    return made;
}

inline std::string data_bytes(std::uint32_t stream, std::string_view content, unsigned flags = 0) {
    return frame_bytes(0, flags, stream, content);
}
inline std::string headers_bytes(std::uint32_t stream, std::string_view block, unsigned flags = 4) {
    return frame_bytes(1, flags, stream, block);
}
inline std::string rst_bytes(std::uint32_t stream, std::uint32_t code) {
    return frame_bytes(3, 0, stream, u32(code));
}
inline std::string settings_bytes(std::initializer_list<std::pair<unsigned, std::uint32_t>> settings = {}) {
    std::string payload;
    for (auto const& [id, value] : settings) {
        payload += static_cast<char>(id >> 8U);
        payload += static_cast<char>(id);
        payload += u32(value);
    }
    return frame_bytes(4, 0, 0, payload);
}
inline std::string goaway_bytes(std::uint32_t last, std::uint32_t code, std::string_view words = {}) {
    return frame_bytes(7, 0, 0, u32(last) + u32(code) + std::string(words));
}
inline std::string window_bytes(std::uint32_t stream, std::uint32_t increment) {
    return frame_bytes(8, 0, stream, u32(increment));
}

// A literal that goes into no table. Texts of up to 126 bytes.
inline std::string literal_bytes(std::string_view name, std::string_view value) {
    std::string made(1, '\0');
    made += static_cast<char>(name.size());
    made += name;
    made += static_cast<char>(value.size());
    made += value;
    return made;
}

inline constexpr std::string_view status_200 = "\x88";
inline constexpr std::string_view status_404 = "\x8d";

// An event with texts of its own.
struct told {
    http2::event::kind what{};
    http2::stream_id stream = 0;
    void* user = nullptr;
    unsigned status = 0;
    std::string request_id, retry_after, date, subject_token, body;
    bool truncated = false;
    http2::failure failure{};
    http2::standing standing{};
    http2::reason code{};

    explicit told(http2::event const& e)
        : what(e.what),
          stream(e.stream),
          user(e.user),
          status(e.reply.status),
          request_id(e.reply.request_id),
          retry_after(e.reply.retry_after),
          date(e.reply.date),
          subject_token(e.reply.subject_token),
          body(e.reply.body),
          truncated(e.reply.body_truncated),
          failure(e.failure),
          standing(e.standing),
          code(e.code) {}
};

inline std::vector<http2::header_field> const& stop_fields() {
    using http2::indexing;
    static std::vector<http2::header_field> const fields{
        {":method", "POST", indexing::table},
        {":scheme", "https", indexing::table},
        {":path", "/v2/p/sync-tasks/t/stop", indexing::none},
        {":authority", "oms.example.com", indexing::table},
        {"user-agent", "oms/1", indexing::table},
        {"content-length", "0", indexing::table},
    };
    return fields;
}

struct frame_text {
    unsigned type;
    unsigned flags;
    std::uint32_t stream;
    std::string payload;
};

inline std::vector<frame_text> frames_of(std::string_view bytes) {
    std::vector<frame_text> made;
    while (bytes.size() >= 9) {
        auto const byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
        std::size_t const size = std::size_t{byte(0)} << 16U | std::size_t{byte(1)} << 8U | byte(2);
        std::uint32_t const stream =
            std::uint32_t{byte(5)} << 24U | std::uint32_t{byte(6)} << 16U | std::uint32_t{byte(7)} << 8U | byte(8);
        if (bytes.size() < 9 + size) break;
        made.push_back({byte(3), byte(4), stream, std::string(bytes.substr(9, size))});
        bytes.remove_prefix(9 + size);
    }
    BOOST_TEST(bytes.size() == 0U);
    return made;
}

// A client that has said hello, to a peer that has, too.
struct client_side {
    explicit client_side(http2::session_limits limits = {}, std::string hello = settings_bytes()) : session(limits) {
        session.open(out);
        if (!hello.empty()) give(hello);
        out.clear();
        events.clear();
    }

    http2::stream_id start(std::string_view body = {}, std::size_t body_limit = 1024, bool confidential = false) {
        http2::request r;
        r.fields = stop_fields();
        r.body = body;
        r.body_limit = body_limit;
        r.confidential = confidential;
        r.user = this;
        return session.start(r, out);
    }

    void give(std::string_view bytes) {
        session.put(bytes);
        hear();
    }
    void hear() {
        http2::event e;
        while (session.next(e, out))
            events.emplace_back(e);
    }

    // The only event since, which is forgotten.
    told only() {
        BOOST_REQUIRE_EQUAL(events.size(), 1U);
        told const e = events.front();
        events.clear();
        return e;
    }
    // Whether there was none.
    bool silent() const { return events.empty(); }

    // The frames that were sent since.
    std::vector<frame_text> sent() {
        auto made = frames_of(out);
        out.clear();
        return made;
    }

    // The connection must have ended, with this code said to the peer.
    void must_have_ended(http2::reason why, http2::failure how = http2::failure::protocol) {
        BOOST_REQUIRE(!events.empty());
        BOOST_TEST(events.back().what == http2::event::kind::ended);
        BOOST_TEST(events.back().failure == how);
        BOOST_TEST(events.back().code == why);
        auto const frames = frames_of(out);
        BOOST_REQUIRE(!frames.empty());
        BOOST_TEST(frames.back().type == 7U);
        BOOST_TEST(frames.back().payload == u32(0) + u32(static_cast<std::uint32_t>(why)));
        BOOST_TEST(session.room() == 0U);
        BOOST_TEST(session.active() == 0U);
        std::size_t const size = events.size();
        give(settings_bytes());  // nothing is read any more
        BOOST_TEST(events.size() == size);
    }

    std::string out;
    std::vector<told> events;
    http2::session session;
};

}  // namespace oms::test

#endif
