// SPDX-License-Identifier: BSL-1.0
// The simulator's side of HTTP/2: what it makes of what a client may send.
#include "testing/http2_session.hpp"

#include "http2/session.hpp"
#include "unit/http2_bytes.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace oms::http2;
using namespace oms::test;
using namespace std::string_literals;
using namespace std::string_view_literals;
using oms::testing::http2_session;

namespace {

// POST https /
constexpr std::string_view request_block = "\x83\x87\x84";

// A client of raw bytes, after its preface.
struct server_side {
    explicit server_side(std::uint32_t max_streams = 10, bool greets = true) : session(max_streams) {
        if (!greets) return;
        give(std::string(client_preface) + settings_bytes());
        session.output().clear();
    }

    void give(std::string_view bytes) {
        session.put(bytes);
        http2_session::event e;
        while (session.next(e)) {
            if (e.what == http2_session::event::kind::request) {
                requests.push_back(e.stream);
                bodies[e.stream] = session.get(e.stream).body;
            } else {
                cancelled.push_back(e.stream);
            }
        }
    }

    std::vector<frame_text> sent() {
        auto made = frames_of(session.output());
        session.output().clear();
        return made;
    }

    http2_session session;
    std::vector<stream_id> requests, cancelled;
    std::map<stream_id, std::string> bodies;
};

void must_break(std::string_view bytes, reason why) {
    server_side s;
    s.give(headers_bytes(1, request_block, 4));
    s.session.output().clear();
    s.give(bytes);
    BOOST_TEST_CONTEXT("frame of type " << int(bytes[3]) << " to break with " << why) {
        BOOST_REQUIRE(s.session.over());
        auto const frames = s.sent();
        BOOST_REQUIRE(!frames.empty());
        BOOST_TEST(frames.back().type == 7U);
        BOOST_TEST(frames.back().payload.substr(4) == u32(static_cast<std::uint32_t>(why)));
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(simulator_http2_session)

BOOST_AUTO_TEST_CASE(says_hello_and_wants_one) {
    server_side s(7, false);
    auto const hello = s.sent();
    BOOST_REQUIRE_EQUAL(hello.size(), 1U);
    BOOST_TEST(hello[0].payload == settings_bytes({{3, 7}, {6, 65'536}}).substr(9));
    for (char c : std::string(client_preface) + settings_bytes())
        s.give(std::string(1, c));
    BOOST_TEST(!s.session.over());
    BOOST_TEST(s.session.output() == frame_bytes(4, 1, 0));
    for (auto const& other : {"GET / HTTP/1.1\r\n\r\n"s, std::string(client_preface) + frame_bytes(6, 0, 0, "12345678"),
                              std::string(client_preface) + frame_bytes(4, 1, 0)}) {
        server_side t(7, false);
        t.give(other);
        BOOST_TEST(t.session.over());
    }
}

BOOST_AUTO_TEST_CASE(requests_cut_at_each_byte) {
    std::string const bytes = headers_bytes(1, request_block, 5) + headers_bytes(3, request_block.substr(0, 1), 0) +
                              frame_bytes(9, 4, 3, request_block.substr(1)) + data_bytes(3, "\2body xx", 8) +
                              data_bytes(3, " and more") + headers_bytes(3, literal_bytes("x", "y"), 5) +
                              frame_bytes(2, 0, 9, "12345") +
                              headers_bytes(5,
                                            "\1"
                                            "12345"
                                            "\x83\x87\x84"
                                            "x",
                                            0x2D);
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
        server_side s;
        s.give(bytes.substr(0, cut));
        s.give(bytes.substr(cut));
        BOOST_TEST((s.requests == std::vector<stream_id>{1, 3, 5}));
        BOOST_TEST(s.bodies[3] == "body  and more");
        BOOST_TEST(s.session.get(5).fields.size() == 3U);
    }
}

BOOST_AUTO_TEST_CASE(what_breaks_the_connection) {
    must_break(data_bytes(0, "x"), reason::protocol_error);
    must_break(data_bytes(2, "x"), reason::protocol_error);
    must_break(data_bytes(3, "x"), reason::protocol_error);
    must_break(data_bytes(1, "\5x", 8), reason::protocol_error);
    must_break(data_bytes(1, "x", 1) + data_bytes(1, "y"), reason::stream_closed);
    must_break(headers_bytes(0, request_block), reason::protocol_error);
    must_break(headers_bytes(2, request_block), reason::protocol_error);
    must_break(headers_bytes(1, request_block, 4), reason::protocol_error);  // trailers without an end
    must_break(data_bytes(1, "", 1) + headers_bytes(1, request_block, 5), reason::protocol_error);
    must_break(headers_bytes(3, "\xbe", 5), reason::compression_error);
    must_break(frame_bytes(9, 4, 1, request_block), reason::protocol_error);
    must_break(headers_bytes(3, request_block, 0) + data_bytes(1, "x"), reason::protocol_error);
    must_break(headers_bytes(3, std::string(16'000, 'x'), 0) + frame_bytes(9, 0, 3, std::string(16'000, 'x')) +
                   frame_bytes(9, 0, 3, std::string(16'000, 'x')) + frame_bytes(9, 0, 3, std::string(16'000, 'x')) +
                   frame_bytes(9, 4, 3, std::string(16'000, 'x')),
               reason::enhance_your_calm);
    must_break(rst_bytes(3, 8), reason::protocol_error);
    must_break(frame_bytes(3, 0, 1, "123"), reason::frame_size_error);
    must_break(frame_bytes(4, 0, 1), reason::protocol_error);
    must_break(frame_bytes(4, 1, 0, "123456"), reason::frame_size_error);
    must_break(settings_bytes({{4, 0x80000000}}), reason::flow_control_error);
    must_break(frame_bytes(5, 4, 1, "12345"), reason::protocol_error);
    must_break(frame_bytes(6, 0, 0, "123"), reason::frame_size_error);
    must_break(frame_bytes(6, 0, 1, "12345678"), reason::protocol_error);
    must_break(window_bytes(0, 0), reason::protocol_error);
    must_break(window_bytes(0, 0x7FFFFFFF), reason::flow_control_error);
    must_break(window_bytes(3, 1), reason::protocol_error);
    must_break(frame_bytes(8, 0, 0, "123"), reason::frame_size_error);
    must_break(frame_bytes(0x42, 0, 0, std::string(16'385, 'x')), reason::frame_size_error);
}

BOOST_AUTO_TEST_CASE(floods_break_the_connection) {
    for (auto const& one : {settings_bytes(), frame_bytes(6, 0, 0, "12345678"), frame_bytes(2, 0, 1, "12345"),
                            data_bytes(1, ""), window_bytes(1, 1), frame_bytes(0x42, 0, 0)}) {
        server_side s;
        s.give(headers_bytes(1, request_block, 4));
        unsigned taken = 0;
        for (; taken < 5000 && !s.session.over(); ++taken)
            s.give(one);
        BOOST_TEST(taken == flood_guard::limit);  // the hello was one
    }
    server_side s;  // streams that are begun and reset at once
    stream_id id = 1;
    for (; id < 10'000 && !s.session.over(); id += 2)
        s.give(headers_bytes(id, request_block, 5) + rst_bytes(id, 8));
    BOOST_TEST(id < 2 * flood_guard::limit + 10);
    BOOST_TEST(s.requests.size() <= flood_guard::limit + 1);
}

BOOST_AUTO_TEST_CASE(more_streams_than_allowed_are_refused) {
    server_side s(1);
    s.give(headers_bytes(1, request_block, 5) + headers_bytes(3, request_block, 5));
    BOOST_TEST((s.requests == std::vector<stream_id>{1}));
    BOOST_TEST(s.session.output() == rst_bytes(3, 7));
    s.session.output().clear();
    s.session.send_head(1, {{":status", "200"}}, true);
    s.give(headers_bytes(5, request_block, 5));
    BOOST_TEST((s.requests == std::vector<stream_id>{1, 5}));
}

BOOST_AUTO_TEST_CASE(large_lists_and_bodies_are_told) {
    server_side s;
    std::string block(request_block);
    while (block.size() < 10'000)
        block += literal_bytes("a", "b");  // of 34 in the list: more than 64 KiB
    s.give(headers_bytes(1, block, 5));
    BOOST_TEST(s.session.get(1).too_large);
    s.give(headers_bytes(3, request_block, 4));
    for (int i = 0; i < 70; ++i)
        s.give(data_bytes(3, std::string(16'000, 'x')));
    s.give(data_bytes(3, "", 1));
    BOOST_TEST((s.requests == std::vector<stream_id>{1, 3}));
    BOOST_TEST(s.session.get(3).too_large);
    BOOST_TEST(s.session.get(3).body.size() <= http2_session::max_body);
}

BOOST_AUTO_TEST_CASE(replies_wait_for_windows) {
    server_side s;
    s.give(settings_bytes({{4, 10}}) + headers_bytes(1, request_block, 5));
    s.session.output().clear();
    s.session.send_head(1, {{":status", "200"}}, false);
    s.session.send_body(1, "0123456789abc", true);
    BOOST_TEST(!s.session.sent(1));
    BOOST_TEST(!s.session.all_sent());
    auto frames = s.sent();
    BOOST_REQUIRE_EQUAL(frames.size(), 2U);
    BOOST_TEST(frames[1].payload == "0123456789");
    BOOST_TEST(frames[1].flags == 0U);
    s.give(window_bytes(1, 100));
    frames = s.sent();
    BOOST_REQUIRE_EQUAL(frames.size(), 1U);
    BOOST_TEST(frames[0].payload == "abc");
    BOOST_TEST(frames[0].flags == 1U);
    BOOST_TEST(!s.session.knows(1));
    BOOST_TEST(s.session.all_sent());
}

// Whatever a client sends, it neither breaks nor grows.
BOOST_AUTO_TEST_CASE(mutations) {
    std::mt19937 random(4711);
    auto const up_to = [&](std::size_t most) { return random() % (most + 1); };
    std::size_t requests = 0;
    std::size_t broken = 0;
    for (int round = 0; round < 6000; ++round) {
        server_side s(3);
        stream_id next = 1;
        for (int step = 0; step < 20 && !s.session.over(); ++step) {
            std::string bytes;
            auto const stream = static_cast<std::uint32_t>(up_to(next));
            switch (up_to(8)) {
                case 0:
                    bytes = data_bytes(stream, std::string(up_to(50), 'x'), static_cast<unsigned>(up_to(9)));
                    break;
                case 1:
                    bytes = rst_bytes(stream, static_cast<std::uint32_t>(up_to(14)));
                    break;
                case 2:
                    bytes = settings_bytes({{static_cast<unsigned>(up_to(7)), static_cast<std::uint32_t>(random())}});
                    break;
                case 3:
                    bytes = window_bytes(stream, static_cast<std::uint32_t>(random() >> up_to(31)));
                    break;
                case 4:
                    bytes = frame_bytes(static_cast<unsigned>(up_to(11)), static_cast<unsigned>(up_to(255)), stream,
                                        std::string(up_to(20), static_cast<char>(random())));
                    break;
                default:
                    bytes = headers_bytes(next, std::string(request_block) + "\x40\1a\1" + static_cast<char>(random()),
                                          static_cast<unsigned>(up_to(3) == 0 ? up_to(63) : 4 + up_to(1)));
                    next += 2;
            }
            if (up_to(4) == 0 && !bytes.empty()) bytes[up_to(bytes.size() - 1)] = static_cast<char>(random());
            std::size_t const cut = up_to(bytes.size());
            s.give(bytes.substr(0, cut));
            s.give(bytes.substr(cut));
            for (stream_id const id : s.requests) {
                if (!s.session.knows(id) || up_to(1) == 0) continue;
                s.session.send_head(id, {{":status", "200"}, {"x", std::string(up_to(30), 'y')}}, false);
                s.session.send_body(id, std::string(up_to(200), 'z'), true);
            }
            requests += s.requests.size();
            s.requests.clear();
            BOOST_REQUIRE(s.session.output().size() < 100'000U);
        }
        if (s.session.over()) ++broken;
    }
    BOOST_TEST(requests > 1000U);
    BOOST_TEST(broken > 1000U);
}

// Our client and this server: any exchange, cut anywhere.
BOOST_AUTO_TEST_CASE(with_our_own_client) {
    std::mt19937 random(99);
    auto const up_to = [&](std::size_t most) { return random() % (most + 1); };
    for (int round = 0; round < 50; ++round) {
        server_side s(20, false);
        session_limits limits;
        limits.stream_window = static_cast<std::uint32_t>(1000 + up_to(5000));
        client_side c(limits, "");
        // What it has said when it was made.
        std::string to_server(client_preface);
        to_server += settings_bytes({{1, 0}, {4, limits.stream_window}}) + window_bytes(0, 1024 * 1024 - 65'535);
        std::map<stream_id, std::string> bodies;
        std::size_t replies = 0;
        for (int step = 0; step < 300 || replies < bodies.size(); ++step) {
            BOOST_REQUIRE(step < 5000);
            if (step < 300 && c.session.room() > 0 && up_to(2) == 0) {
                std::string const body(up_to(3) == 0 ? up_to(100'000) : 0, 'b');
                bodies[c.start(body, 1'000'000)] = body;
            }
            to_server += c.out;
            c.out.clear();
            std::string const there = to_server.substr(0, up_to(to_server.size()));
            to_server.erase(0, there.size());
            s.give(there);
            BOOST_REQUIRE(!s.session.over());
            for (stream_id const id : s.requests) {
                BOOST_REQUIRE(s.bodies[id] == bodies[id]);
                s.session.send_head(id, {{":status", "200"}, {"x-request-id", std::to_string(id)}}, false);
                s.session.send_body(id, bodies[id], true);  // as an echo
            }
            s.requests.clear();
            c.give(s.session.output());
            s.session.output().clear();
            for (told const& e : c.events) {
                BOOST_REQUIRE(e.what != event::kind::ended);
                if (e.what == event::kind::failed) {
                    BOOST_REQUIRE(e.standing == standing::unprocessed);
                    bodies.erase(e.stream);
                }
                if (e.what != event::kind::reply) continue;
                BOOST_REQUIRE(e.body == bodies[e.stream]);
                BOOST_REQUIRE(e.request_id == std::to_string(e.stream));
                ++replies;
            }
            c.events.clear();
        }
        BOOST_TEST(replies > 50U);
    }
}

BOOST_AUTO_TEST_SUITE_END()
