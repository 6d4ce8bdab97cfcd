// SPDX-License-Identifier: BSL-1.0
// Whatever a peer sends: a session neither breaks, nor spins, nor grows, and says of every stream what became of it.
#include "http2/session.hpp"
#include "unit/http2_bytes.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace oms::http2;
using namespace oms::test;
using kind = event::kind;

namespace {

class mutator {
public:
    explicit mutator(unsigned seed) : random_(seed) {}

    std::size_t up_to(std::size_t most) { return random_() % (most + 1); }

    std::string bytes(std::size_t most) {
        std::string made(up_to(most), '\0');
        for (char& c : made)
            c = static_cast<char>(random_());
        return made;
    }

    // Mostly frames that are right, or nearly.
    std::string frame() {
        auto const stream = up_to(3) == 0 ? static_cast<std::uint32_t>(up_to(12)) : open_stream();
        switch (up_to(20)) {
            case 0:
                return data_bytes(stream, bytes(40), static_cast<unsigned>(up_to(15)));
            case 1:
            case 2:
                return headers_bytes(stream, block(), static_cast<unsigned>(up_to(3) == 0 ? up_to(63) : 4 + up_to(1)));
            case 3:
                return frame_bytes(9, static_cast<unsigned>(up_to(1) * 4), stream, block());
            case 4:
                return rst_bytes(stream, static_cast<std::uint32_t>(up_to(14)));
            case 5:
                return settings_bytes({{static_cast<unsigned>(up_to(7)), number()}});
            case 6:
                return goaway_bytes(number(), static_cast<std::uint32_t>(up_to(14)), bytes(10));
            case 7:
                return window_bytes(stream, number());
            case 8:
                return frame_bytes(6, static_cast<unsigned>(up_to(1)), 0, "12345678");
            case 9:
                return bytes(40);
            case 10:
                return frame_bytes(static_cast<unsigned>(up_to(12)), static_cast<unsigned>(up_to(255)), stream,
                                   bytes(20));
            default:
                return headers_bytes(stream, std::string(status_200), 4) + data_bytes(stream, bytes(40), 1);
        }
    }

    void spoil(std::string& text) {
        if (text.empty() || up_to(4) != 0) return;
        std::size_t const at = up_to(text.size() - 1);
        switch (up_to(3)) {
            case 0:
                text[at] = static_cast<char>(random_());
                break;
            case 1:
                text.erase(at, 1 + up_to(3));
                break;
            case 2:
                text.insert(at, bytes(4));
                break;
            default:
                text[at] = static_cast<char>(text[at] ^ static_cast<char>(1U << up_to(7)));
        }
    }

    std::map<stream_id, bool> open;

private:
    stream_id open_stream() {
        if (open.empty()) return 1;
        return std::next(open.begin(), static_cast<std::ptrdiff_t>(up_to(open.size() - 1)))->first;
    }

    std::uint32_t number() {
        switch (up_to(3)) {
            case 0:
                return static_cast<std::uint32_t>(random_());
            case 1:
                return 0x7FFFFFFF;
            default:
                return static_cast<std::uint32_t>(up_to(70'000));
        }
    }

    std::string block() {
        std::string made;
        if (up_to(3) != 0) made += status_200;
        for (auto count = up_to(3); count > 0; --count) {
            switch (up_to(4)) {
                case 0:
                    made += bytes(12);
                    break;
                case 1:
                    made += static_cast<char>(random_());
                    break;
                case 2:
                    made += std::string("\x61\x96\xd0\x7a\xbe\x94\x10\x54\xd4\x44\xa8\x20\x05\x95\x04\x0b\x81\x66\xe0");
                    made += "\x82\xa6\x2d\x1b\xff";
                    break;
                default:
                    made += literal_bytes("x-request-id", bytes(5));
            }
        }
        return made;
    }

    std::mt19937 random_;
};

struct counts {
    unsigned replies = 0, failed = 0, ended = 0, headers = 0;
};

void play(unsigned seed, counts& all) {
    mutator make(seed);
    session_limits limits;
    limits.header = 2000;
    limits.stream_window = 3000;
    client_side c(limits, make.up_to(9) == 0 ? "" : settings_bytes());
    auto& open = make.open;
    for (int step = 0; step < 30; ++step) {
        while (c.session.room() > 0 && open.size() < 6) {
            stream_id const id = c.start(std::string(make.up_to(50), 'b'), make.up_to(100), make.up_to(1) == 0);
            if (id == 0) break;
            open[id] = true;
        }
        if (make.up_to(9) == 0 && !open.empty()) {
            c.session.cancel(open.begin()->first, c.out);
            open.erase(open.begin());
        }
        std::string bytes = make.frame();
        make.spoil(bytes);
        for (std::size_t at = 0; at < bytes.size();) {
            std::size_t const size = make.up_to(1) == 0 ? bytes.size() - at : 1 + make.up_to(bytes.size() - at - 1);
            c.give(bytes.substr(at, size));
            at += size;
        }
        BOOST_REQUIRE(c.out.size() < 20'000U);
        for (told const& e : c.events) {
            if (e.what == kind::header) ++all.headers;
            if (e.what == kind::reply || e.what == kind::failed) {
                BOOST_REQUIRE(open.erase(e.stream) == 1U);
                ++(e.what == kind::reply ? all.replies : all.failed);
            }
            if (e.what == kind::ended) ++all.ended;
        }
        bool const over = !c.events.empty() && c.events.back().what == kind::ended;
        c.events.clear();
        if (over) break;
    }
    c.session.finish();
    c.hear();
    for (told const& e : c.events) {
        if (e.what == kind::failed) open.erase(e.stream);
    }
    BOOST_REQUIRE(open.empty());
    BOOST_REQUIRE(c.session.active() == 0U);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http2_mutations)

BOOST_AUTO_TEST_CASE(of_frames) {
    counts all;
    for (unsigned seed = 1; seed <= 8000; ++seed)
        BOOST_TEST_CONTEXT("seed " << seed) {
            play(seed, all);
        }
    // All of it was reached.
    BOOST_TEST(all.replies > 1000U);
    BOOST_TEST(all.failed > 1000U);
    BOOST_TEST(all.headers > 1000U);
    BOOST_TEST(all.ended > 1000U);
}

BOOST_AUTO_TEST_CASE(of_header_blocks) {
    mutator make(42);
    std::size_t fields = 0;
    std::size_t malformed = 0;
    for (std::uint32_t limit : {0U, 100U, 4096U}) {
        for (int i = 0; i < 3000; ++i) {
            header_decoder by(limit);
            for (int k = 0; k < 5; ++k) {
                std::string block = make.frame().substr(0, 60);
                make.spoil(block);
                by.begin(block);
                field_view f;
                std::size_t size = 0;
                auto got = by.next(f);
                for (; got == header_decoder::result::field; got = by.next(f)) {
                    size += f.size();
                    ++fields;
                }
                // A byte makes no more than the largest entry of a table.
                BOOST_REQUIRE(size <= (block.size() + 1) * std::max<std::size_t>(limit, 100));
                if (got == header_decoder::result::malformed) {
                    ++malformed;
                    break;
                }
            }
        }
    }
    BOOST_TEST(fields > 10'000U);
    BOOST_TEST(malformed > 1000U);
}

BOOST_AUTO_TEST_SUITE_END()
