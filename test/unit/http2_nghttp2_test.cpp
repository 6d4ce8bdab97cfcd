// SPDX-License-Identifier: BSL-1.0
// A client's session against nghttp2's server: both in memory, their bytes cut anywhere.
#include "http2/session.hpp"
#include "unit/http2_bytes.hpp"
#include "unit/http2_nghttp2_server.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace oms::http2;
using namespace oms::test;
using kind = event::kind;

namespace {

using field_list = std::vector<std::pair<std::string, std::string>>;

// What a client expects of a stream.
struct expected {
    std::string path, token, request_body;
    bool answered = false;  // the server has done so
    bool cancelled = false;
    unsigned status = 0;
    std::string reply_body;
    std::string request_id;
};

class play {
public:
    explicit play(unsigned seed) : random_(seed), server_(settings()), client_(limits()) {
        client_.open(to_server_);
        for (int i = 0; i < 6; ++i)
            tokens_.push_back(std::string(30 + up_to(2500), static_cast<char>('a' + i)));
    }

    void run(std::size_t exchanges) {
        for (std::size_t i = 0; started_ < exchanges && i < 100 * exchanges; ++i)
            act();
        for (int i = 0; i < 1000 && client_.active() > 0; ++i) {
            answer_all();
            move(false);
        }
        BOOST_TEST(client_.active() == 0U);
        BOOST_TEST(started_ == exchanges);
        BOOST_TEST(done_ + cancelled_ + reset_ == started_);
        BOOST_TEST(done_ > started_ / 2);
        BOOST_TEST(!ended_);
        // The server understood each request.
        for (auto const& [id, e] : streams_) {
            auto const& got = server_.streams[static_cast<std::int32_t>(id)];
            if (!e.answered && got.fields.empty()) continue;  // refused, or gone before it came
            BOOST_REQUIRE((got.fields == field_list{{":method", "POST"},
                                                    {":scheme", "https"},
                                                    {":path", e.path},
                                                    {":authority", "oms.example.com"},
                                                    {"user-agent", "oms/1"},
                                                    {"x-auth-token", e.token}}));
            if (!e.cancelled && e.answered) BOOST_REQUIRE(got.body == e.request_body);
        }
    }

private:
    std::size_t up_to(std::size_t most) { return random_() % (most + 1); }

    std::vector<nghttp2_settings_entry> settings() {
        return {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, static_cast<std::uint32_t>(1 + up_to(40))},
                {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, static_cast<std::uint32_t>(up_to(3000))},
                {NGHTTP2_SETTINGS_HEADER_TABLE_SIZE, static_cast<std::uint32_t>(up_to(8000))}};
    }
    session_limits limits() {
        session_limits made;
        made.stream_window = static_cast<std::uint32_t>(1 + up_to(5000));
        made.connection_window = 65'535 + static_cast<std::uint32_t>(up_to(5000));
        return made;
    }

    void act() {
        switch (up_to(9)) {
            case 0:
            case 1:
            case 2:
                return start();
            case 3:
                return answer_one();
            case 4:
                return change_settings();
            case 5:
                return cancel_one();
            default:
                return move(true);
        }
    }

    void start() {
        if (client_.room() == 0) return move(true);
        expected e;
        e.path = "/v2/project/sync-tasks/" + std::to_string(started_) + "/stop";
        e.token = tokens_[up_to(3) == 0 ? up_to(tokens_.size() - 1) : 0];
        if (up_to(2) == 0) e.request_body = std::string(up_to(8000), 'q');
        std::vector<header_field> const fields{
            {":method", "POST", indexing::table},     {":scheme", "https", indexing::table},
            {":path", e.path, indexing::none},        {":authority", "oms.example.com", indexing::table},
            {"user-agent", "oms/1", indexing::table}, {"x-auth-token", e.token, indexing::token},
        };
        request r;
        r.fields = fields;
        r.body = e.request_body;
        r.body_limit = 50'000;
        stream_id const id = client_.start(r, to_server_);
        BOOST_REQUIRE(id != 0);
        streams_.emplace(id, std::move(e));
        ++started_;
    }

    void answer(std::int32_t id, nghttp2_server::stream const& s) {
        expected& e = streams_.at(static_cast<stream_id>(id));
        if (e.answered || s.closed != ~0U || !s.whole) return;
        e.answered = true;
        static constexpr unsigned statuses[] = {200, 204, 400, 404, 429, 503};
        e.status = statuses[up_to(std::size(statuses) - 1)];
        if (e.status != 204 && up_to(1) == 0) e.reply_body = std::string(up_to(30'000), 'r');
        e.request_id = "id-" + std::to_string(random_());
        for (auto interim = up_to(4); interim > 2; --interim)
            server_.inform(id);
        field_list fields{{":status", std::to_string(e.status)}, {"x-request-id", e.request_id}, {"server", "x"}};
        if (e.status != 204 && up_to(1) == 0)
            fields.emplace_back("content-length", std::to_string(e.reply_body.size()));
        field_list trailers;
        if (e.status != 204 && up_to(4) == 0) trailers = {{"x-trailer", "t"}};
        server_.answer(id, fields, e.reply_body, trailers);
    }
    void answer_one() {
        for (auto const& [id, s] : server_.streams) {
            if (up_to(3) == 0) answer(id, s);
        }
    }
    void answer_all() {
        for (auto const& [id, s] : server_.streams)
            answer(id, s);
    }

    void change_settings() {
        if (up_to(3) != 0) return;
        std::vector<nghttp2_settings_entry> const changed = settings();
        BOOST_REQUIRE_EQUAL(nghttp2_submit_settings(server_.get(), 0, changed.data(), changed.size()), 0);
    }

    void cancel_one() {
        if (up_to(3) != 0) return;
        for (auto& [id, e] : streams_) {
            if (up_to(9) != 0 || e.cancelled || over_.count(id) != 0) continue;
            client_.cancel(id, to_server_);
            over_[id] = true;
            e.cancelled = true;
            ++cancelled_;
            return;
        }
    }

    // Some of what one side has said comes to the other.
    void move(bool part) {
        auto const some = [&](std::string& from) {
            std::string const piece = from.substr(0, part ? up_to(from.size()) : from.size());
            from.erase(0, piece.size());
            return piece;
        };
        std::string const there = some(to_server_);
        if (!there.empty()) server_.take(there);
        to_client_ += server_.output();
        std::string const here = some(to_client_);
        client_.put(here);
        event e;
        while (client_.next(e, to_server_))
            hear(e);
    }

    void hear(event const& e) {
        if (e.what == kind::ended) ended_ = true;
        if (e.what != kind::reply && e.what != kind::failed) return;
        BOOST_REQUIRE(over_.emplace(e.stream, true).second);
        expected const& wanted = streams_.at(e.stream);
        if (e.what == kind::failed) {
            // More streams than the settings of that moment allow.
            BOOST_REQUIRE(e.failure == failure::reset);
            BOOST_REQUIRE(e.code == reason::refused_stream);
            BOOST_REQUIRE(e.standing == standing::unprocessed);
            ++reset_;
            return;
        }
        ++done_;
        BOOST_REQUIRE_EQUAL(e.reply.status, wanted.status);
        BOOST_REQUIRE(e.reply.request_id == wanted.request_id);
        BOOST_REQUIRE(e.reply.body == wanted.reply_body);
        BOOST_REQUIRE(!e.reply.body_truncated);
    }

    std::mt19937 random_;
    nghttp2_server server_;
    session client_;
    std::string to_server_, to_client_;
    std::vector<std::string> tokens_;
    std::map<stream_id, expected> streams_;
    std::map<stream_id, bool> over_;
    std::size_t started_ = 0, done_ = 0, cancelled_ = 0, reset_ = 0;
    bool ended_ = false;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(http2_with_nghttp2)

BOOST_AUTO_TEST_CASE(anything_goes) {
    for (unsigned seed = 1; seed <= 60; ++seed) {
        BOOST_TEST_CONTEXT("seed " << seed) {
            play(seed).run(100);
        }
    }
}

BOOST_AUTO_TEST_CASE(it_goes_away) {
    nghttp2_server server;
    session client({});
    std::string out;
    client.open(out);
    request r;
    r.fields = stop_fields();
    for (int i = 0; i < 3; ++i)
        client.start(r, out);
    server.take(out);
    out.clear();
    server.answer(1, {{":status", "200"}}, {});
    BOOST_REQUIRE_EQUAL(nghttp2_submit_shutdown_notice(server.get()), 0);
    std::vector<told> events;
    auto const hear = [&] {
        std::string const bytes = server.output();
        client.put(bytes);
        event e;
        while (client.next(e, out))
            events.emplace_back(e);
    };
    hear();
    BOOST_REQUIRE_EQUAL(events.size(), 3U);  // settings, the reply, and the warning, in whatever order
    BOOST_TEST(!client.takes_more());
    BOOST_TEST(client.active() == 2U);
    events.clear();
    BOOST_REQUIRE_EQUAL(nghttp2_submit_goaway(server.get(), 0, 3, NGHTTP2_NO_ERROR, nullptr, 0), 0);
    hear();
    BOOST_REQUIRE_EQUAL(events.size(), 2U);
    BOOST_TEST(events[1].stream == 5U);
    BOOST_TEST(events[1].standing == standing::unprocessed);
    server.answer(3, {{":status", "200"}}, "body");
    events.clear();
    hear();
    BOOST_REQUIRE(!events.empty());
    BOOST_TEST(events.back().what == kind::reply);
    BOOST_TEST(client.active() == 0U);
    server.take(out);
}

BOOST_AUTO_TEST_CASE(its_connection_errors_are_heard) {
    nghttp2_server server;
    session client({});
    std::string out;
    client.open(out);
    request r;
    r.fields = stop_fields();
    client.start(r, out);
    server.take(out);
    out.clear();
    BOOST_REQUIRE_EQUAL(nghttp2_session_terminate_session2(server.get(), 0, NGHTTP2_ENHANCE_YOUR_CALM), 0);
    std::string const bytes = server.output();
    client.put(bytes);
    std::vector<told> events;
    event e;
    while (client.next(e, out))
        events.emplace_back(e);
    BOOST_REQUIRE(!events.empty());
    BOOST_TEST(events.back().what == kind::failed);
    BOOST_TEST(events.back().standing == standing::unprocessed);
    BOOST_TEST(events.back().code == reason::enhance_your_calm);
}

BOOST_AUTO_TEST_SUITE_END()
